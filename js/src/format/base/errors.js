// Errors, and the checks that throw them.

// `code`: the word of SPEC.md § 14, or the name of the setting.
export class ConfigError extends Error {
  name = "ConfigError";

  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * Throws a `ConfigError` unless `isRight`.
 *
 * @returns {asserts isRight}
 */
export function ensure(isRight, code, sentence) {
  if (!isRight) throw new ConfigError(code, sentence);
}

/** Throws a `ConfigError` that names a setting and its `expected` value, unless `isRight`. */
export const mustBe = (isRight, name, expected, code = name) => ensure(isRight, code, `\`${name}\` must be ${expected}`);

/** Returns a copy of options. Throws unless they are an object, because a number would silently leave all defaults. */
export function optionsOf(options) {
  mustBe(Object(options) === options, "options", "an object", "option");
  // Without a prototype, so that a polluted `Object.prototype` sets no option.
  return { __proto__: null, ...options };
}

export const isWhole = (value, least = 0, most = Infinity) => Number.isInteger(value) && value >= least && value <= most;

export function yesOrNo(name, value = false) {
  mustBe(typeof value === "boolean", name, "true or false");
  return value;
}

/**
 * Throws a `TypeError` for a wrong call.
 *
 * @returns {never}
 */
export function misused(sentence) {
  throw new TypeError(sentence);
}

const LATER = { status: 503, body: "please try again later" };

/** Response to an error with this code. `body` is for the visitor, `message` for operators. */
const RESPONSES = {
  size: { status: 413, body: "your session is full" },
  stale: { status: 403, body: "please sign in again" },
  // Another instance may know the session's key or schema, as during a rollout.
  unreadable: LATER,
  unvalidated: LATER,
};

/** Seconds for `Retry-After`. Programs in Rust follow a ring in this interval by default, so one that lacks a key may have it by then. */
const RETRY_AFTER = "10";

export class SessionError extends Error {
  name = "SessionError";

  constructor(code, message) {
    super(message);
    this.code = code;
    const { status, getResponse } = Object.assign(this, RESPONSES[code]);
    // Without `expose`, the visitor does not see the message, which is for operators.
    forFrameworks(this, { headers: headersOf(this), statusCode: status, expose: false });
    if (status && !getResponse) Object.setPrototypeOf(this, AnsweredError.prototype);
  }
}

/**
 * An error with a status. Hono answers by `getResponse`, where it would print any other error, and answer 500. The method is not a field
 * of the error, because what sends errors to a page, as server functions do, takes only data.
 */
export class AnsweredError extends SessionError {
  /** @this {SessionError & { body: string }} */
  getResponse() {
    return new Response(this.body, { status: statusOf(this), headers: headersOf(this) });
  }
}
// What logs show.
AnsweredError.prototype.constructor = SessionError;

/** Returns the status of the response to an error of a session, or undefined. Not by `status`, which others may have set since. */
export const statusOf = (error) => RESPONSES[error?.code]?.status;

/** Returns the headers of that response, or undefined. */
export const headersOf = (error) => (statusOf(error) === 503 ? { "retry-after": RETRY_AFTER } : undefined);

/**
 * Sets what NestJS, Koa and handlers of errors read. Many of them, such as http-errors, also write to these fields or delete them, so
 * they are the error's own. Logs do not show them.
 */
export function forFrameworks(error, fields) {
  for (const name in fields) Object.defineProperty(error, name, { value: fields[name], writable: true, configurable: true });
}

/** Thrown for bytes that break the format. Caught inside the package, so a symbol without a stack is enough. */
export const INVALID = Symbol("invalid");

/** A failed step of SPEC.md § 7, with its Reason. */
export class Rejected {
  /**
   * `mayOpenElsewhere`: other instances may open the token, so it is not replaced. `why`: further fields of the outcome.
   *
   * @param {string} reason
   * @param {string | null} [keyId]
   * @param {boolean} [mayOpenElsewhere]
   * @param {object} [why]
   */
  constructor(reason, keyId = null, mayOpenElsewhere = false, why) {
    this.reason = reason;
    this.keyId = keyId;
    this.mayOpenElsewhere = mayOpenElsewhere;
    Object.assign(this, why);
  }
}

/** Of a refusal by a guard: whether an origin was compared with the host. For metrics alone, so no log shows it. */
export const IS_COMPARED = Symbol("isCompared");
