// The settings of a carrier (SPEC.md § 8, docs/spec/writer.md).

import { EPOCH } from "./bytes.js";
import { DICTIONARY } from "./dictionary.js";
import { isWhole, mustBe, refuseUnknown } from "./errors.js";
import { secondsOf } from "./lifetime.js";

export function positive(name, value, unit = "seconds") {
  mustBe(isWhole(value, 1), name, `a whole number of ${unit} above 0`);
  return value;
}

export function yesOrNo(name, value = false) {
  mustBe(typeof value === "boolean", name, "true or false");
  return value;
}

/** Refuses what is not made by a function for this option, whose code is in the program of those alone who call it. */
export function madeBy(maker, name, value, method) {
  mustBe(typeof value?.[method] === "function", name, `what ${maker} returns`);
  return value;
}

/** The rules of a session. */
export function policyOf({
  idleTimeout, absoluteTimeout = 43_200, rememberUpTo = null, refreshAfter, revalidateAfter = null, clockSkew = 60,
  notBefore = null, revokedIf = null, saveOnServerError, type = null, ...unknown
}) {
  refuseUnknown(unknown, "; see `idleTimeout` and `attributes`");
  const idle = idleTimeout === null ? null : positive("idleTimeout", idleTimeout ?? 1800);
  const absolute = positive("absoluteTimeout", absoluteTimeout);
  mustBe(idleTimeout === undefined || idle <= absolute, "idleTimeout", "at most `absoluteTimeout`");
  mustBe(isWhole(clockSkew, 0, 300), "clockSkew", "0 to 300 seconds");
  return {
    idle,
    absolute,
    rememberUpTo: rememberUpTo === null ? null : positive("rememberUpTo", rememberUpTo),
    refreshAfter:
      revalidateAfter === null
        ? refreshOf(refreshAfter, idle)
        : madeBy("`revalidation`", "revalidateAfter", revalidateAfter, "prepare").prepare(refreshAfter, idle),
    revalidateAfter,
    skew: clockSkew,
    notBefore: notBefore === null ? 0 : notBeforeOf(notBefore),
    revokedIf: revokedIf === null ? null : madeBy("`revocation`", "revokedIf", revokedIf, "ask"),
    saveOnServerError: yesOrNo("saveOnServerError", saveOnServerError),
    type: type === null ? DICTIONARY : madeBy("`sessionType`", "type", type, "read"),
  };
}

export function notBeforeOf(moment) {
  const seconds = secondsOf("notBefore", moment, Math.ceil);
  mustBe(seconds >= EPOCH, "notBefore", "from 2026 on; a number counts milliseconds");
  return seconds;
}

function refreshOf(refreshAfter, idle) {
  if (refreshAfter === undefined) return idle === null ? "on-change" : Math.floor(idle / 4);
  const isWord = ["never", "on-change", "always"].includes(refreshAfter);
  const longest = idle === null ? Infinity : Math.floor(idle / 2);
  mustBe(
    isWord || isWhole(refreshAfter, 0, longest),
    "refreshAfter",
    "never, on-change, always or at most half of `idleTimeout`",
  );
  return refreshAfter;
}
