// The settings of a carrier (SPEC.md § 8, docs/spec/writer.md).

import { EPOCH, U32 } from "../format/base/bytes.js";
import { isWhole, mustBe, yesOrNo } from "../format/base/errors.js";
import { refuseUnknown } from "../base/remedies.js";
import { secondsOf } from "../format/base/time.js";
import { DICTIONARY } from "../format/bytes/map.js";

function span(name, value) {
  mustBe(isWhole(value, 1, U32), name, "1 to 4,294,967,295 seconds");
  return value;
}

/** Throws unless `maker` made the value. Options that need much code have makers, so that bundles without the option lack the code. */
export function madeBy(maker, name, value, method) {
  mustBe(typeof value?.[method] === "function", name, `what ${maker} returns`);
  return value;
}

const spanOr = (off, name, value) => (value === null ? off : span(name, value));

/**
 * Checks options, and returns the rules of a session. An idle timeout that is off is infinite; a `rememberUpTo` that is off is 0.
 *
 * @param {Record<string, any>} options
 * @returns {Omit<import("../state/state.js").Policy, "budget">}
 */
export function policyOf({
  idleTimeout, absoluteTimeout = 43_200, rememberUpTo = null, rememberedIdleTimeout = null, refreshAfter, revalidateAfter = null,
  clockSkew = 60, notBefore = null, revokedIf = null, saveOnServerError, keepUnknownKeys, type = null, ...unknown
}) {
  refuseUnknown(unknown);
  const idle = spanOr(Infinity, "idleTimeout", idleTimeout === undefined ? 1800 : idleTimeout);
  const absolute = span("absoluteTimeout", absoluteTimeout);
  mustBe((idleTimeout ?? 0) <= absolute, "idleTimeout", "at most `absoluteTimeout`, in seconds");
  const longest = spanOr(0, "rememberUpTo", rememberUpTo);
  const rememberedIdle = spanOr(Infinity, "rememberedIdleTimeout", rememberedIdleTimeout);
  mustBe((rememberedIdleTimeout ?? 0) <= longest, "rememberedIdleTimeout", "at most `rememberUpTo`, which it needs");
  const half = Math.floor(Math.min(idle, rememberedIdle) / 2);
  mustBe(isWhole(clockSkew, 0, 300), "clockSkew", "0 to 300 seconds");
  return {
    idle,
    absolute,
    rememberUpTo: longest,
    rememberedIdle,
    refreshAfter:
      revalidateAfter === null
        ? refreshOf(refreshAfter, half)
        : madeBy("`revalidation`", "revalidateAfter", revalidateAfter, "prepare").prepare(refreshAfter, half),
    revalidateAfter,
    skew: clockSkew,
    notBefore: notBefore === null ? 0 : notBeforeOf(notBefore),
    revokedIf: revokedIf === null ? null : madeBy("`revocation`", "revokedIf", revokedIf, "ask"),
    saveOnServerError: yesOrNo("saveOnServerError", saveOnServerError),
    keepUnknownKeys: yesOrNo("keepUnknownKeys", keepUnknownKeys),
    type: type === null ? DICTIONARY : madeBy("`sessionType`", "type", type, "read"),
  };
}

export function notBeforeOf(time) {
  const seconds = secondsOf("notBefore", time, Math.ceil);
  mustBe(seconds >= EPOCH, "notBefore", "from 2026 on; a number counts milliseconds");
  return seconds;
}

/** Checks `refreshAfter`. Undefined stays undefined: the default depends on whether a session is remembered. */
function refreshOf(refreshAfter, longest) {
  const isWord = [undefined, "never", "on-change", "always", "every-request"].includes(refreshAfter);
  mustBe(
    isWord || isWhole(refreshAfter, 0, longest),
    "refreshAfter",
    "never, on-change, always, every-request or at most half of each idle timeout",
  );
  return refreshAfter;
}
