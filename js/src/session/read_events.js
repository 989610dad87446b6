// Events for operators about sessions that were read: a clock, a key or a setting may be wrong.

import { MANY_EXPIRED, PROGRAM_LACKS_RING, REMEMBERED_ELSEWHERE } from "../base/lines.js";
import { dateOf } from "../format/base/time.js";
import { sealedLateBy } from "../format/keys/ring.js";
import { deadlineOf, endOf, lastActiveOf } from "../state/lifetime.js";

/** Levels of the reasons that are not logged at info. Those without a level are everyday events, and not logged one by one. */
const LEVELS = {
  Malformed: "error", Payload: "error", NotYetValid: "warn", UnknownKey: "warn",
  Idle: null, Expired: null, Revoked: null, Stale: null,
};
/** Number of expired sessions in a minute that is worth an event: a single visitor who reloads brings fewer. */
const MANY = 10;
const A_MINUTE = 60;
const TEN_MINUTES = 600;
/** Seconds that a push of a ring to all programs may take: the `--after 15m` of docs/rotation.md. */
const PUSH = 900;

/**
 * What a sealer remembers of the sessions that it read: since when and until when there are some that were sealed `ahead` or late; the last
 * minute in which sessions expired, and how many seconds ago each of them did; what `revalidation` asks; and whether a browser was found to
 * drop the cookie.
 *
 * @typedef {{
 *   ahead?: { since: number, at: number }, sealedLate?: { since: number, at: number }, since?: number, spans?: number[],
 *   asking?: import("./revalidation.js").Asking, isDropped?: boolean,
 * }} Seen
 */

/** @typedef {import("../format/bytes/body.js").Metadata} Metadata */
/** @typedef {import("../state/state.js").State} State */

/** Logs the outcome of reading, at most one event of each kind in a minute. */
export function logReading(/** @type {State} */ { outcome, arrival: { metadata, dates }, policy, now }, { say, notBefore, seen }) {
  const { kind, cause, ...fields } = outcome;
  const { reason } = fields;
  const isRemembered = kind !== "migrated" && ((metadata ?? dates)?.remembered ?? null) !== null;
  if (policy.rememberUpTo === 0 && isRemembered) say(...REMEMBERED_ELSEWHERE, {}, REMEMBERED_ELSEWHERE, now);
  // `OldCookies` reports those of old cookies.
  if (kind !== "rejected") return;
  if (reason === "NotYetValid") noteRecent(seen, "ahead", now);
  const level = levelOf(reason);
  const log = (level, more) => say(level, "session rejected", { ...fields, ...more }, fields.known ?? reason, now);
  if (level) log(level, reason === "NotYetValid" && { aheadBy: lastActiveOf(/** @type {Metadata} */ (dates)) - now });
  // If there are dates, `notBefore` has rejected the session, and not the application.
  if (reason === "Revoked" && dates) log(notBefore > now ? "warn" : "info", { notBefore: dateOf(notBefore) });
  if (reason === "Idle" || reason === "Expired") noteExpired(seen, now, now - (reason === "Idle" ? endOf : deadlineOf)(dates, policy), say);
}

/** Returns the level of an event about a session that was rejected for this reason, or null if it is not logged. */
export const levelOf = (reason) => (reason in LEVELS ? LEVELS[reason] : "info");

/**
 * Returns the outcome of reading for metrics. Logs a session that was sealed lately, under an earlier key, although the next one had
 * begun to seal, also one that is refused by now: the program that sealed it lacks the ring. Its last activity is no later than its
 * sealing, by the clock that also chose the key, so the skew is only for a session that began at a program whose clock is ahead. An
 * older session may come from a program that has the ring by now. And if this program has its ring only since the later key began to
 * seal, as with a push that makes a known key seal, others may be about to get it.
 */
export function noteLate(/** @type {State} */ { outcome, arrival, policy, now }, { say, seen, since, tokens }) {
  const { keyId } = outcome;
  // The second is of a token under a retired key.
  const sealedAt = outcome.kind === "openedUnderAcceptedKey" ? lastActiveOf(/** @type {Metadata} */ (arrival.metadata)) : arrival.at;
  const lateBy = now - sealedAt < TEN_MINUTES ? sealedLateBy(tokens.ring.keys, keyId, sealedAt, policy.skew) : null;
  const takenAt = tokens.ring.takenAt ?? since;
  const isLate = lateBy !== null && (takenAt < sealedAt - lateBy || takenAt > now || sealedAt >= takenAt + PUSH);
  if (!isLate) return outcome;
  noteRecent(seen, "sealedLate", now);
  say(...PROGRAM_LACKS_RING, { keyId, lateBy }, PROGRAM_LACKS_RING, now);
  return { ...outcome, known: "superseded" };
}

const noteRecent = (seen, name, now) => (seen[name] = { since: sinceOf(seen, name, now) ?? now, at: now });

/** Returns the time since which there are such sessions, `ahead` or `sealedLate`, or null if there was none in the last ten minutes. */
export const sinceOf = (seen, name, now) => (Math.abs(now - seen[name]?.at) < TEN_MINUTES ? seen[name].since : null);

/** Counts a session that expired `seconds` ago. */
function noteExpired(seen, now, seconds, say) {
  if (!(Math.abs(now - seen.since) < A_MINUTE)) Object.assign(seen, { since: now, spans: [] });
  const { spans } = seen;
  if (spans.length === MANY || spans.push(seconds) < MANY) return;
  say(...MANY_EXPIRED, { count: MANY, expiredForLeast: Math.min(...spans), expiredForMost: Math.max(...spans) });
}
