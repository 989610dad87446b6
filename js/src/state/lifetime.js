// Times (SPEC.md § 7.7, § 8).

/** Returns the seconds from `issued` to the end (§ 8.1). */
function lifetimeOf(metadata, policy) {
  const longest = isRememberedNow(metadata, policy) ? policy.rememberUpTo : policy.absolute;
  return Math.min(longest, metadata.remembered ?? Infinity, metadata.limit ?? Infinity);
}

export const deadlineOf = (metadata, policy) => metadata.issued + lifetimeOf(metadata, policy);

/** Returns true if the session is remembered and the program still allows that (§ 8.2). */
export const isRememberedNow = ({ remembered }, { rememberUpTo }) => remembered !== null && rememberUpTo > 0;

export const lastActiveOf = ({ issued, age }) => issued + age;

/** Returns the idle timeout of the session (§ 8.2). */
const idleOf = (metadata, policy) => (isRememberedNow(metadata, policy) ? policy.rememberedIdle : policy.idle);

/** Returns the time at which the session becomes idle, or infinity. */
const idleAt = (metadata, policy) => lastActiveOf(metadata) + idleOf(metadata, policy);

export const isIdle = (metadata, now, policy) => now >= idleAt(metadata, policy);

/** Returns the time at which the session ends without another request. */
export const endOf = (metadata, policy) => Math.min(deadlineOf(metadata, policy), idleAt(metadata, policy));

/** Checks the dates of a session (§ 7.7), and that it began no earlier than `notBefore` (§ 7.8). Returns a Reason, or null. */
export function checkTimes(metadata, now, policy, notBefore) {
  if (lastActiveOf(metadata) > now + policy.skew) return "NotYetValid";
  if (now >= deadlineOf(metadata, policy)) return "Expired";
  if (isIdle(metadata, now, policy)) return "Idle";
  return metadata.issued < notBefore ? "Revoked" : null;
}

/** Returns true if a use of the session is to be written (§ 8.8). */
export function isRefreshDue({ metadata, now, policy, isValidated }) {
  const idle = idleOf(metadata, policy);
  const { refreshAfter = Math.floor(idle / 4) } = policy;
  if (refreshAfter === "on-validation") return isValidated;
  if (isRememberedNow(metadata, policy) && idle === Infinity) return false;
  if (typeof refreshAfter === "number") return now >= lastActiveOf(metadata) + refreshAfter;
  return refreshAfter === "always" || refreshAfter === "every-request";
}

/** Returns the age of a session that is used now (§ 8.6). It never becomes smaller, even if this clock is behind. */
export const activeAge = ({ issued, age }, now) => Math.max(age, now - issued, 0);

/**
 * Returns the seconds for which a key is needed after the next key begins to seal (§ 3.4.8): the skew, and the longest time for which
 * a token is valid without being sealed again. `isBound`: the sessions are bound to devices.
 */
export function overlapOf({ absolute, idle, rememberUpTo, rememberedIdle, skew }, isBound) {
  const unused = Math.max(Math.min(absolute, idle), Math.min(rememberUpTo, rememberedIdle));
  return skew + (isBound ? Math.max(absolute, rememberUpTo) : unused);
}
