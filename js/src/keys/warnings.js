// Warnings of rings, by the clock.

import { isClockRunning } from "../base/clock.js";
import { KEY_ENDS_EARLY, KEY_SEALS_TOO_SOON } from "../base/lines.js";
import { dateOf } from "../format/base/time.js";
import { earlyEnds, sealingAt } from "../format/keys/ring.js";

/** Warns of keys that end too early, unless all tokens under them have expired by now. */
export function warnOfEarlyEnds(say, { keys }, overlap) {
  for (const [{ id, acceptUntil }, needed] of earlyEnds(keys, overlap)) {
    if (needed * 1000 <= Date.now() || !isClockRunning()) continue;
    say(...KEY_ENDS_EARLY, { keyId: id, acceptUntil: dateOf(acceptUntil), neededUntil: dateOf(needed) });
  }
}

/**
 * Warns of a key that seals at once although the earlier ring lacks it: instances that still have the earlier ring cannot open its
 * tokens. If the ring also drops a key, this is the emergency after a leak, and intended.
 */
export function warnOfKeyTooSoon(say, keys, earlier) {
  if (!isClockRunning()) return;
  const now = Date.now() / 1000;
  const has = (ring, id) => ring.some((key) => key.id === id);
  const { id, sealFrom } = keys[sealingAt(keys, now)];
  const isKept = earlier.every((key) => key.acceptUntil <= now || has(keys, key.id));
  if (sealFrom === 0 || sealFrom > now || has(earlier, id) || !isKept) return;
  say(...KEY_SEALS_TOO_SOON, { keyId: id, sealFrom: dateOf(sealFrom) });
}
