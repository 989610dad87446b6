// Written by .ci/facts from src/events/log.toml: change that.

export const RING_TAKEN = [
  "info",
  "key ring replaced",
];
export const RING_DROPS_KEYS = [
  "warn",
  "key ring replaced by one that drops keys or ends them too early: their sessions end; after a leak this is right, otherwise a " +
    "mistake",
];
export const RING_REFUSED = [
  "error",
  "key ring refused, the earlier one stays in use",
];
export const RING_SOURCE_IS_READABLE = [
  "info",
  "the key source is readable again",
];
export const RING_SOURCE_HANGS = [
  "warn",
  "the sources of the key ring have not answered for 5 seconds, the earlier one stays in use: give them a timeout",
];
export const RING_SOURCE_ANSWERS = [
  "info",
  "the key source answers again",
];
export const KEY_ENDS_EARLY = [
  "warn",
  "key opens nothing from `acceptUntil` on, although its sessions are valid until `neededUntil`: set its `accept_until` to that " +
    "or later, unless `ring show` says that it leaked",
];
export const KEY_SEALS_TOO_SOON = [
  "warn",
  "the new ring came after the `seal_from` of its new key, which seals already: an instance without this ring signs its visitors " +
    "out; push the ring to all instances now, and next time choose a longer `--after` or `--at`, or set the clock of the machine " +
    "that makes the ring",
];
export const KEY_IS_BACK = [
  "error",
  "a key opens longer than an earlier ring of this program said: if it leaked, forgeries open, so give all programs the ring in " +
    "which it ends; if that is on purpose, a restart ends this problem",
];
export const NOT_BEFORE_IS_AHEAD = [
  "warn",
  "`not_before` is in the future: until then every session is rejected, new ones too; correct it, unless that is meant",
];
export const SESSIONS_ARE_READY = [
  "info",
  "sessions are ready",
];
export const PROGRAM_LACKS_RING = [
  "warn",
  "a session was sealed under an earlier key after the next one had begun: a program lacks the ring, or sessions are forged; " +
    "compare each `fingerprint` and push the ring",
];
export const MANY_EXPIRED = [
  "info",
  "many sessions of this minute had expired, as after an outage; or a clock is wrong, timeouts differ, or a proxy drops " +
    "`Set-Cookie`",
];
export const REMEMBERED_ELSEWHERE = [
  "warn",
  "a remembered session arrived, but this program has no `rememberUpTo`: it ends by the ordinary timeouts; set `rememberUpTo` as " +
    "the other program does",
];
export const VALIDATION_FAILED = [
  "error",
  "the application could not say whether a session is still valid",
];
export const VALIDATION_HANGS = [
  "error",
  "the application has not said for 5 seconds whether sessions are still valid: give its query a timeout",
];
export const SESSION_LAPSED = [
  "info",
  "a session is not stored: its key was dropped, or `not_before` raised, while the request ran",
];
export const SESSION_FAILED = [
  "error",
  "a session could not be read or changed",
];
export const ERROR_UNTOLD = [
  "warn",
  "a change did not fit, and others may be saved",
];
export const CLOCK_DISAGREES = [
  "warn",
  "a session of the last ten minutes is from the future, so this clock is behind, or that of another program is ahead: compare " +
    "`now` of all with a clock that you trust",
];
