// What operators see of a ring in use: its fingerprint and its keys.

import { concat, hex, toUtf8, u64, u8 } from "../format/base/bytes.js";
import { NOT_BEFORE_IS_AHEAD } from "../base/lines.js";
import { dateOf, secondsOf, timeOf } from "../format/base/time.js";
import { isClockRunning } from "../base/clock.js";
import { sha256 } from "../format/crypto/algorithms.js";
import { sealingAt } from "../format/keys/ring.js";

/** Returns the first 8 bytes of a digest in hexadecimal, which operators compare by eye. */
const fingerprintOf = async (...bytes) => hex((await sha256(concat(...bytes))).subarray(0, 8));

/** Returns the fingerprint of a ring (SPEC.md § 3.6). */
export function ringFingerprint({ keys, notBefore }) {
  const timeOr0 = (time) => u64(time < Infinity ? time : 0);
  return fingerprintOf(keys.map(({ kid, sealFrom, acceptUntil }) => concat(kid, u64(sealFrom), timeOr0(acceptUntil))), u64(notBefore));
}

/** Returns the fingerprint of the settings that programs share (§ 3.7.3). */
export const settingsFingerprint = (text) => fingerprintOf(toUtf8("hardtack settings v1"), u8(0), toUtf8(text));

export const acceptedAt = (keys, now) => keys.filter(({ acceptUntil }) => now < acceptUntil);

/** Logs that a ring is in use, and warns of a `notBefore` in the future, which signs everybody out. */
export async function logRing(say, line, ring, notBefore, more) {
  const now = secondsOf("now", Date.now());
  const shown = ({ id, sealFrom, acceptUntil }) => {
    const from = sealFrom > now ? ` seals from ${timeOf(sealFrom)}` : "";
    return id + from + (acceptUntil < Infinity ? ` until ${timeOf(acceptUntil)}` : "");
  };
  const { keys } = ring;
  const { id, sealFrom } = keys[sealingAt(keys, now)];
  const since = sealFrom > 0 && sealFrom <= now && { sealsSince: dateOf(sealFrom) };
  const seals = isClockRunning() && { seals: id, ...since };
  const from = notBefore > 0 ? dateOf(notBefore) : null;
  const accepts = acceptedAt(keys, now).map(shown);
  say(...line, { ...seals, accepts, fingerprint: await ringFingerprint(ring), notBefore: from, ...more });
  if (notBefore > now && seals) say(...NOT_BEFORE_IS_AHEAD, { notBefore: from, aheadBy: notBefore - now });
}
