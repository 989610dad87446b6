// Times (SPEC.md § 7.7, § 8).

/** Seconds from `issued` to the end (§ 8.1). */
function lifetimeOf(metadata, policy) {
  const longest = isRememberedNow(metadata, policy) ? policy.rememberUpTo : policy.absolute;
  return Math.min(longest, metadata.remembered ?? Infinity, metadata.limit ?? Infinity);
}

export const deadlineOf = (metadata, policy) => metadata.issued + lifetimeOf(metadata, policy);

/** § 8.2. */
export const isRememberedNow = ({ remembered }, { rememberUpTo }) => remembered !== null && rememberUpTo > 0;

export const lastActiveOf = ({ issued, age }) => issued + age;

/** The idle timeout of the session (§ 8.2). */
const idleOf = (metadata, policy) => (isRememberedNow(metadata, policy) ? policy.rememberedIdle : policy.idle);

/** The second at which the session is idle, if ever. */
const idleAt = (metadata, policy) => lastActiveOf(metadata) + idleOf(metadata, policy);

export const isIdle = (metadata, now, policy) => now >= idleAt(metadata, policy);

/** The second at which the session ends without another request. */
export const endOf = (metadata, policy) => Math.min(deadlineOf(metadata, policy), idleAt(metadata, policy));

/** Tests the dates of a session (§ 7.7), and that it began no earlier than `notBefore` (§ 7.8). Returns a Reason, or null. */
export function checkTimes(metadata, now, policy, notBefore) {
  if (lastActiveOf(metadata) > now + policy.skew) return "NotYetValid";
  if (now >= deadlineOf(metadata, policy)) return "Expired";
  if (isIdle(metadata, now, policy)) return "Idle";
  return metadata.issued < notBefore ? "Revoked" : null;
}

/** § 8.8. */
export function isRefreshDue({ metadata, now, policy, isValidated }) {
  const idle = idleOf(metadata, policy);
  const { refreshAfter = Math.floor(idle / 4) } = policy;
  if (refreshAfter === "on-validation") return isValidated;
  if (isRememberedNow(metadata, policy) && idle === Infinity) return false;
  if (typeof refreshAfter === "number") return now >= lastActiveOf(metadata) + refreshAfter;
  return refreshAfter === "always" || refreshAfter === "every-request";
}

/** The age of an activity (§ 8.6). */
export const activeAge = ({ issued, age }, now) => Math.max(age, now - issued, 0);

/** Seconds for which a key is needed after the next one seals (§ 3.4.8). `isBound`: the sessions are bound to devices. */
export function overlapOf({ absolute, idle, rememberUpTo, rememberedIdle, skew }, isBound) {
  const unused = Math.max(Math.min(absolute, idle), Math.min(rememberUpTo, rememberedIdle));
  return skew + (isBound ? Math.max(absolute, rememberUpTo) : unused);
}
