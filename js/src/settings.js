// The settings of a carrier (SPEC.md § 8, docs/spec/writer.md).

import { EPOCH } from "./bytes.js";
import { DICTIONARY } from "./dictionary.js";
import { ConfigError } from "./errors.js";
import { secondsOf } from "./lifetime.js";

export function positive(name, value, unit = "seconds") {
  if (!Number.isInteger(value) || value <= 0) throw new ConfigError(name, `\`${name}\` is a whole number of ${unit} above 0`);
  return value;
}

export function yesOrNo(name, value = false) {
  if (typeof value !== "boolean") throw new ConfigError(name, `\`${name}\` is true or false`);
  return value;
}

/** Refuses what is not made by a function for this option, whose code is in the program of those alone who call it. */
export function madeBy(maker, name, value, method) {
  if (typeof value?.[method] !== "function") throw new ConfigError(name, `\`${name}\` takes what ${maker} returns`);
  return value;
}

/** The rules of a session. Refuses options that do not exist: a mistyped one would silently keep a default. */
export function policyOf({
  idleTimeout, absoluteTimeout = 43_200, rememberUpTo = null, refreshAfter, clockSkew = 60, notBefore = null, revokedIf = null,
  saveOnServerError, type = null, ...unknown
}) {
  for (const name of Object.keys(unknown)) {
    const hint = name === "secure" ? "; for development over http set `dangerAllowHttp`" : "";
    throw new ConfigError("option", `there is no option \`${name}\`${hint}`);
  }
  const idle = idleTimeout === null ? null : positive("idleTimeout", idleTimeout ?? 1800);
  const absolute = positive("absoluteTimeout", absoluteTimeout);
  if (idle > absolute && idleTimeout !== undefined) {
    throw new ConfigError("idleTimeout", "`idleTimeout` is longer than `absoluteTimeout`, so it never applies");
  }
  if (!Number.isInteger(clockSkew) || clockSkew < 0 || clockSkew > 300) {
    throw new ConfigError("clockSkew", "`clockSkew` is 0 to 300 seconds");
  }
  if (revokedIf !== null && typeof revokedIf !== "function") throw new ConfigError("revokedIf", "`revokedIf` is a function");
  return {
    idle,
    absolute,
    rememberUpTo: rememberUpTo === null ? null : positive("rememberUpTo", rememberUpTo),
    refreshAfter: refreshOf(refreshAfter, idle),
    skew: clockSkew,
    notBefore: notBefore === null ? 0 : notBeforeOf(notBefore),
    revokedIf,
    saveOnServerError: yesOrNo("saveOnServerError", saveOnServerError),
    type: type === null ? DICTIONARY : madeBy("`sessionType`", "type", type, "read"),
  };
}

export function notBeforeOf(moment) {
  const seconds = secondsOf("notBefore", moment, Math.ceil);
  if (seconds < EPOCH) {
    throw new ConfigError("notBefore", "`notBefore` is before 2026, when no session began; a number counts milliseconds");
  }
  return seconds;
}

function refreshOf(refreshAfter, idle) {
  if (refreshAfter === undefined) return idle === null ? "on-change" : Math.floor(idle / 4);
  const isSpan = Number.isInteger(refreshAfter) && refreshAfter >= 0;
  if (!isSpan && !["never", "on-change", "always"].includes(refreshAfter)) {
    throw new ConfigError("refreshAfter", "`refreshAfter` is never, on-change, always or a number of seconds");
  }
  if (isSpan && idle !== null && refreshAfter > Math.floor(idle / 2)) {
    throw new ConfigError("refreshAfter", "`refreshAfter` is longer than half of `idleTimeout`");
  }
  return refreshAfter;
}
