import { remedyOf } from "./remedies.js";

/** A mistake in a key, a ring, a context or a setting. `code` is the word of SPEC.md § 14, or the name of the setting. */
export class ConfigError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "ConfigError";
    this.code = code;
  }
}

/** Throws a `ConfigError` unless something is right. */
export function ensure(isRight, code, sentence) {
  if (!isRight) throw new ConfigError(code, sentence);
}

/** Throws a `ConfigError` unless a setting is what it must be. */
export const mustBe = (isRight, name, expected, code = name) => ensure(isRight, code, `\`${name}\` must be ${expected}`);

/** Refuses options that are no object, because a number would silently leave all defaults. */
export function optionsOf(options) {
  mustBe(Object(options) === options, "options", "an object", "option");
  // None comes from `Object.prototype`, where another library may have been made to put it.
  return { __proto__: null, ...options };
}

/** Refuses options that do not exist, because a mistyped one would silently keep a default. */
export function refuseUnknown(options, advice = "") {
  for (const name of Object.keys(options)) {
    const remedy = remedyOf(name);
    // It may be a key, in the wrong place.
    throw new ConfigError("option", `there is no option \`${name.length > 32 ? "…" : name}\`${remedy ? `; ${remedy}` : advice}`);
  }
}

export const isWhole = (value, least = 0, most = Infinity) => Number.isInteger(value) && value >= least && value <= most;

export function yesOrNo(name, value = false) {
  mustBe(typeof value === "boolean", name, "true or false");
  return value;
}

/** Throws a `TypeError`, for a call with something other than the function takes. */
export function misused(sentence) {
  throw new TypeError(sentence);
}

const LATER = { status: 503, body: "please try again later" };

/** The response to such an error, worded for the visitor; `message` is for operators. */
const ANSWERS = {
  size: { status: 413, body: "your session is full" },
  stale: { status: 403, body: "please sign in again" },
  // Another instance may know the session's key or schema, as during a rollout.
  unreadable: LATER,
  unvalidated: LATER,
};

/** Seconds after which clients may ask again, in the header `Retry-After`. */
const RETRY_AFTER = 10;

/** A change that was refused. The session stays as it was. */
export class SessionError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "SessionError";
    Object.assign(this, { code }, ANSWERS[code]);
  }

  get headers() {
    return this.status === LATER.status ? { "retry-after": `${RETRY_AFTER}` } : undefined;
  }

  // What NestJS and Koa tell an error of HTTP by. The message is for operators.

  get statusCode() {
    return this.status;
  }

  get expose() {
    return false;
  }
}

/** Thrown if bytes break the format. Never leaves this package. */
export const INVALID = Symbol("invalid");

/** A failed step of SPEC.md § 7, with its Reason. */
export class Refusal {
  /** `isForOthers`: other instances may open the token, so it is not replaced. `why`: more for the outcome. */
  constructor(reason, keyId = null, isForOthers = false, why = null) {
    Object.assign(this, { reason, keyId, isForOthers }, why);
  }
}
