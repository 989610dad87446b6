// The keys of a ring at a time, for operators.

import { concat, hex, toUtf8, u64, u8 } from "../base/bytes.js";
import { dateOf, isClockRunning, timeOf } from "../base/time.js";
import { sha256 } from "../crypto/algorithms.js";
import { sealingAt } from "./ring.js";

const IS_AHEAD =
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

const acceptedAt = (keys, now) => keys.filter(({ acceptUntil }) => now < acceptUntil);

/** Returns the first change of a key's role after `now`, or null. */
function nextEvent(keys, now) {
  const { sealFrom } = keys[sealingAt(keys, now) + 1] ?? {};
  const ends = acceptedAt(keys, now).filter(({ acceptUntil }) => acceptUntil < Infinity);
  const events = ends.map(({ acceptUntil, id }) => ({ at: dateOf(acceptUntil), key: id, role: "retires" }));
  // Of several keys with its time, only the last one seals.
  if (sealFrom) events.unshift({ at: dateOf(sealFrom), key: keys[sealingAt(keys, sealFrom)].id, role: "seals" });
  return events.toSorted((a, b) => a.at - b.at)[0] ?? null;
}

/** The keys of a carrier, for health checks. As a string it has a line for each field. */
export class KeysInUse {
  /** `ring`: of `parseRing`. `settings`: a fingerprint. `notBefore`: the carrier's, or 0. */
  static async at(now, ring, notBefore = ring.notBefore, settings) {
    const { keys } = ring;
    return Object.assign(new KeysInUse(), {
      seals: keys[sealingAt(keys, now)].id,
      accepts: acceptedAt(keys, now).map(({ id }) => id),
      fingerprint: await ringFingerprint(ring),
      settings,
      backend: "WebCrypto",
      now: dateOf(now),
      notBefore: notBefore > 0 ? dateOf(notBefore) : null,
      next: nextEvent(keys, now),
    });
  }

  toString() {
    const { seals, accepts, fingerprint, settings, backend, now, notBefore, next } = this;
    const lines = {
      seals,
      accepts: accepts.join(" "),
      fingerprint,
      settings,
      backend,
      now: timeOf(now / 1000),
      not_before: notBefore && timeOf(notBefore / 1000),
      next: next && `${timeOf(next.at / 1000)} ${next.key} ${next.role}`,
    };
    return Object.entries(lines).map(([name, value]) => (value ? `${name} ${value}\n` : "")).join("");
  }
}

/** Tells of a ring that is taken, and of a time by which it signs everybody out. `inUse`: its `KeysInUse`. */
export function tellOfRing(say, message, { keys }, { seals, fingerprint, now, notBefore }, more) {
  const shown = ({ id, sealFrom, acceptUntil }) => {
    const from = sealFrom > now / 1000 ? ` seals from ${timeOf(sealFrom)}` : "";
    return id + from + (acceptUntil < Infinity ? ` until ${timeOf(acceptUntil)}` : "");
  };
  const accepts = acceptedAt(keys, now / 1000).map(shown);
  say("info", message, { ...(isClockRunning() && { seals }), accepts, fingerprint, notBefore, ...more });
  if (notBefore > now && isClockRunning()) say("warn", IS_AHEAD, { notBefore, aheadBy: (notBefore - now) / 1000 });
}
