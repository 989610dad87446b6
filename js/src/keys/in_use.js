// The keys of a ring that is taken into use, for operators.

import { concat, hex, toUtf8, u64, u8 } from "../base/bytes.js";
import { dateOf, isClockRunning, secondsOf, timeOf } from "../base/time.js";
import { sha256 } from "../crypto/algorithms.js";
import { sealingAt } from "./ring.js";

export const IS_AHEAD =
  "`not_before` is in the future: until then every session is refused, new ones too; correct it, unless nobody is to be signed in " +
  "before";

/** As programs show and compare digests. */
const fingerprintOf = async (...bytes) => hex((await sha256(concat(...bytes))).subarray(0, 8));

/** The fingerprint of a ring (SPEC.md § 3.6). */
export function ringFingerprint({ keys, notBefore }) {
  const timeOr0 = (time) => u64(time < Infinity ? time : 0);
  return fingerprintOf(keys.map(({ kid, sealFrom, acceptUntil }) => concat(kid, u64(sealFrom), timeOr0(acceptUntil))), u64(notBefore));
}

/** The fingerprint of the settings that programs have in common (§ 3.7.3). */
export const settingsFingerprint = (text) => fingerprintOf(toUtf8("hardtack settings v1"), u8(0), toUtf8(text));

export const acceptedAt = (keys, now) => keys.filter(({ acceptUntil }) => now < acceptUntil);

/** Tells of a ring that is taken, and of a time by which it signs everybody out. `notBefore`: the carrier's, or the ring's. */
export async function tellOfRing(say, message, ring, notBefore, more) {
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
  say("info", message, { ...seals, accepts, fingerprint: await ringFingerprint(ring), notBefore: from, ...more });
  if (notBefore > now && seals) say("warn", IS_AHEAD, { notBefore: from, aheadBy: notBefore - now });
}
