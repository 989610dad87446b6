// The settings of a carrier (SPEC.md § 8, docs/spec/writer.md).

import { EPOCH, U32 } from "./bytes.js";
import { ConfigError, INVALID, SessionError } from "./errors.js";
import { secondsOf } from "./lifetime.js";

/** Options of every carrier. */
const COMMON = [
  "idleTimeout", "absoluteTimeout", "rememberUpTo", "refreshAfter", "clockSkew", "notBefore", "application", "context",
  "padding", "revokedIf", "saveOnServerError", "type", "skipXChaCha", "dangerRetireEarly",
];

/** Refuses options that do not exist: a mistyped one would silently keep a default. */
export function checkOptions(options, own) {
  for (const name of Object.keys(options)) {
    if (name === "secure") {
      throw new ConfigError("option", "there is no option `secure`; for development over http set `dangerAllowHttp`");
    }
    if (![...COMMON, ...own].includes(name)) throw new ConfigError("option", `there is no option \`${name}\``);
  }
}

export function positive(name, value, unit = "seconds") {
  if (!Number.isInteger(value) || value <= 0) throw new ConfigError(name, `\`${name}\` is a whole number of ${unit} above 0`);
  return value;
}

export function yesOrNo(name, value = false) {
  if (typeof value !== "boolean") throw new ConfigError(name, `\`${name}\` is true or false`);
  return value;
}

function aFunction(name, value) {
  if (value !== null && typeof value !== "function") throw new ConfigError(name, `\`${name}\` is a function`);
  return value;
}

/** The rules of a session, out of the options. */
export function policyOf(options) {
  const { idleTimeout = 1800, absoluteTimeout = 43_200, rememberUpTo = null, clockSkew = 60, notBefore = null } = options;
  const idle = idleTimeout === null ? null : positive("idleTimeout", idleTimeout);
  const absolute = positive("absoluteTimeout", absoluteTimeout);
  if (idle !== null && idle > absolute && options.idleTimeout !== undefined) {
    throw new ConfigError("idleTimeout", "`idleTimeout` is longer than `absoluteTimeout`, so it never applies");
  }
  if (!Number.isInteger(clockSkew) || clockSkew < 0 || clockSkew > 300) {
    throw new ConfigError("clockSkew", "`clockSkew` is 0 to 300 seconds");
  }
  const { type = null } = options;
  return {
    idle,
    absolute,
    rememberUpTo: rememberUpTo === null ? null : positive("rememberUpTo", rememberUpTo),
    refreshAfter: refreshOf(options.refreshAfter, idle),
    skew: clockSkew,
    notBefore: notBefore === null ? 0 : notBeforeOf(notBefore),
    revokedIf: aFunction("revokedIf", options.revokedIf ?? null),
    saveOnServerError: yesOrNo("saveOnServerError", options.saveOnServerError),
    type: type === null ? null : new Codec(type),
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

/** The codec of a typed session (§ 5.5). Copies the bytes that it gives and gets, so the type may keep or reuse them. */
export class Codec {
  #type;

  constructor(type) {
    this.#type = checkedType(type);
    this.label = type.label;
    this.schema = type.schema;
    try {
      this.empty = this.encode(type.empty);
      this.decode(this.empty);
    } catch (error) {
      throw new ConfigError("type", `\`type\` does not decode what it encodes of \`type.empty\`: ${error.message ?? "it gave no value"}`);
    }
  }

  encode(value) {
    const bytes = this.#type.encode(value);
    if (!(bytes instanceof Uint8Array)) throw new SessionError("value", "`type.encode` gave no Uint8Array");
    return new Uint8Array(bytes);
  }

  decode(payload) {
    return aValue(this.#type.decode(new Uint8Array(payload)));
  }

  convert(schema, payload) {
    return aValue(this.#type.convert?.(schema, new Uint8Array(payload)) ?? undefined);
  }
}

/** A codec cannot be asynchronous. */
function aValue(value) {
  if (value === undefined || typeof value?.then === "function") throw INVALID;
  return value;
}

function checkedType(type) {
  const refuse = (sentence) => {
    throw new ConfigError("type", sentence);
  };
  if (typeof type !== "object") refuse("`type` is an object with the codec of a typed session");
  const { label, schema } = type;
  if (typeof label !== "string") refuse("`type.label` is a text, which keeps the sessions of two types apart");
  if (!Number.isInteger(schema) || schema < 1 || schema > U32) refuse("`type.schema` is a whole number from 1 to 4,294,967,295");
  if (typeof type.encode !== "function" || typeof type.decode !== "function") refuse("`type.encode` and `type.decode` are functions");
  if (!("empty" in type)) refuse("`type.empty` is the value of a new session");
  return type;
}
