// Written by .ci/facts from src/events/log.toml: change that.

use super::{Level, Line, names::{KEYS, SESSIONS}};

pub(crate) const RING_TAKEN: Line = Line { target: KEYS, level: Level::Info, text: "key ring replaced" };
pub(crate) const RING_DROPS_KEYS: Line = Line { target: KEYS, level: Level::Warn, text: "key ring replaced by one that drops keys or ends them too early: their sessions end; after a leak this is right, otherwise a mistake" };
pub(crate) const RING_REFUSED: Line = Line { target: KEYS, level: Level::Error, text: "key ring refused, the earlier one stays in use" };
pub(crate) const RING_SOURCE_IS_READABLE: Line = Line { target: KEYS, level: Level::Info, text: "the key source is readable again" };
pub(crate) const RING_SOURCE_HANGS: Line = Line { target: KEYS, level: Level::Warn, text: "the sources of the key ring have not answered for 5 seconds, the earlier one stays in use: give them a timeout" };
pub(crate) const RING_SOURCE_ANSWERS: Line = Line { target: KEYS, level: Level::Info, text: "the key source answers again" };
pub(crate) const KEY_ENDS_EARLY: Line = Line { target: KEYS, level: Level::Warn, text: "key opens nothing from `accept_until` on, although its sessions are valid until `needed_until`: set its `accept_until` to that or later, unless `ring show` says that it leaked" };
pub(crate) const KEY_SEALS_TOO_SOON: Line = Line { target: KEYS, level: Level::Warn, text: "the new ring came after the `seal_from` of its new key, which seals already: an instance without this ring signs its visitors out; push the ring to all instances now, and next time choose a longer `--after` or `--at`, or set the clock of the machine that makes the ring" };
pub(crate) const KEY_IS_BACK: Line = Line { target: KEYS, level: Level::Error, text: "a key opens longer than an earlier ring of this program said: if it leaked, forgeries open, so give all programs the ring in which it ends; if that is on purpose, a restart ends this problem" };
pub(crate) const NOT_BEFORE_IS_AHEAD: Line = Line { target: KEYS, level: Level::Warn, text: "`not_before` is in the future: until then every session is rejected, new ones too; correct it, unless that is meant" };
pub(crate) const SESSIONS_ARE_READY: Line = Line { target: SESSIONS, level: Level::Info, text: "sessions are ready" };
pub(crate) const PROGRAM_LACKS_RING: Line = Line { target: SESSIONS, level: Level::Warn, text: "a session was sealed under an earlier key after the next one had begun: a program lacks the ring, or sessions are forged; compare each `fingerprint` and push the ring" };
pub(crate) const MANY_EXPIRED: Line = Line { target: SESSIONS, level: Level::Info, text: "many sessions of this minute had expired, as after an outage; or a clock is wrong, timeouts differ, or a proxy drops `Set-Cookie`" };
pub(crate) const REMEMBERED_ELSEWHERE: Line = Line { target: SESSIONS, level: Level::Warn, text: "a remembered session arrived, but this program has no `remember_up_to`: it ends by the ordinary timeouts; set `remember_up_to` as the other program does" };
pub(crate) const VALIDATION_FAILED: Line = Line { target: SESSIONS, level: Level::Error, text: "the application could not say whether a session is still valid" };
pub(crate) const VALIDATION_HANGS: Line = Line { target: SESSIONS, level: Level::Error, text: "the application has not said for 5 seconds whether sessions are still valid: give its query a timeout" };
pub(crate) const SESSION_LAPSED: Line = Line { target: SESSIONS, level: Level::Info, text: "a session is not stored: its key was dropped, or `not_before` raised, while the request ran" };
pub(crate) const SESSION_FAILED: Line = Line { target: SESSIONS, level: Level::Error, text: "a session could not be read or changed" };
pub(crate) const ERROR_UNTOLD: Line = Line { target: SESSIONS, level: Level::Warn, text: "a change did not fit, and others may be saved" };
pub(crate) const CLOCK_DISAGREES: Line = Line { target: SESSIONS, level: Level::Warn, text: "a session of the last ten minutes is from the future, so this clock is behind, or that of another program is ahead: compare `now` of all with a clock that you trust" };
