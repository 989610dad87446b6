// Asks the application in every request whether a session is revoked (SPEC.md § 7.8) and, at intervals, whether it is still valid
// (docs/spec/writer.md § 8.16).

import { AnsweredError, Rejected, ensure, isWhole, mustBe, optionsOf } from "../format/base/errors.js";
import { refuseUnknown } from "../base/remedies.js";
import { VALIDATION_FAILED, VALIDATION_HANGS } from "../base/lines.js";
import { dateOf } from "../format/base/time.js";
import { lastActiveOf } from "../state/lifetime.js";
import { bindingOf, idOf, readPayload } from "../state/state.js";

const WITHHELD = {
  kind: "withheld",
  code: "unvalidated",
  sentence: "the application's `validate` failed, so the session cannot be changed now; `invalidate` begins a new one",
};

/** Logged at most once a minute. */
const UNJUDGED = "the application could not say whether a session is revoked, so it counts as revoked";

export function revalidation(options = {}) {
  const { seconds, validate, unvalidatedUpTo = null, ...unknown } = optionsOf(options);
  refuseUnknown(unknown, " of `revalidation`");
  mustBe(isWhole(seconds, 1), "seconds", "a whole number above 0", "revalidateAfter");
  mustBe(typeof validate === "function", "validate", "a function that returns true or false", "revalidateAfter");
  const isLonger = unvalidatedUpTo === null || isWhole(unvalidatedUpTo, seconds + 1);
  mustBe(isLonger, "unvalidatedUpTo", "null, or a whole number of seconds above `seconds`");
  return new Revalidation(seconds, validate, unvalidatedUpTo ?? 0);
}

class Revalidation {
  constructor(seconds, validate, unvalidatedUpTo) {
    this.seconds = seconds;
    this.validate = validate;
    this.unvalidatedUpTo = unvalidatedUpTo;
  }

  /** Checks the settings that depend on this one, and returns the value of `refreshAfter`. */
  prepare(refreshAfter, longest) {
    mustBe(refreshAfter === undefined, "refreshAfter", "left out with `revalidateAfter`: a session is written whenever it was validated");
    const limit = `at most half of each idle timeout; give at most ${longest}, or idle timeouts of at least ${2 * this.seconds}`;
    ensure(this.seconds <= longest, "revalidateAfter", `\`seconds\` of \`revalidateAfter\` is ${this.seconds}, and must be ${limit}`);
    return "on-validation";
  }

  /** Asks about a loaded session, if that is due. A session of an old cookie always is. Throws a `SessionError` without an answer. */
  async check(state, session) {
    const { policy, metadata, arrival, isNew, outcome, now } = state;
    if (isNew || (arrival.body !== null && now < lastActiveOf(metadata) + this.seconds)) return;
    state.touch();
    const asked = shown(policy.type, metadata, arrival.payload, outcome.keyId ?? null);
    const hear = ask(state);
    const { answer, cause } = await answerOf("validate", this.validate, asked);
    hear();
    if (answer === true) state.isValidated = true;
    else if (answer === false) refuse(state, "Revoked");
    else {
      const { say, metrics } = state.sealer;
      metrics?.failed("Validation");
      const kept = this.#isTolerated(state);
      say(...VALIDATION_FAILED, { kept, error: cause }, VALIDATION_FAILED, now);
      if (kept) return;
      refuse(state, "Unvalidated");
      state.arrival = { ...state.arrival, ...WITHHELD };
      metrics?.read(state.outcome);
      throw new Unvalidated(cause, session);
    }
  }

  /** Returns true if a session may be used without a new answer. */
  #isTolerated({ arrival, metadata, now }) {
    return arrival.body !== null && now < lastActiveOf(metadata) + this.unvalidatedUpTo;
  }
}

/**
 * Seconds without an answer after which the application counts as hanging. A query takes milliseconds, and proxies such as nginx wait
 * for a minute, so this is logged before visitors get errors.
 */
const PATIENCE = 5;

/**
 * Notes a question, and returns the function that notes its answer. That also ends the questions before it, because that of one row may
 * take long, and that of a cancelled request never ends.
 *
 * `asked` and `ended`: the numbers of the last question and of the last one that has ended. `waitsSince`: the time of the first question
 * since the last answer, or null.
 *
 * @typedef {{ asked: number, ended: number, waitsSince: number | null }} Asking
 */
function ask({ now, sealer: { metrics, say, seen } }) {
  const asking = (seen.asking ??= { asked: 0, ended: 0, waitsSince: null });
  const number = ++asking.asked;
  if (asking.ended + 1 >= number) asking.waitsSince = null;
  asking.waitsSince ??= now;
  if (hangsSince(seen, now) !== null) {
    metrics?.failed("ValidationHangs");
    say(...VALIDATION_HANGS, {}, VALIDATION_HANGS, now);
  }
  return () => {
    asking.ended = Math.max(asking.ended, number);
    asking.waitsSince = null;
  };
}

/** Returns the time since which questions count as hanging, or null. */
export function hangsSince({ asking }, now) {
  const since = (asking?.waitsSince ?? Infinity) + PATIENCE;
  return since <= now && asking.ended < asking.asked ? since : null;
}

/** Error of `load` without an answer of the application. */
class Unvalidated extends AnsweredError {
  #session;

  constructor(cause, session) {
    super("unvalidated", "session cannot be validated now; try again later");
    this.cause = cause;
    this.#session = session;
  }

  /** For programs that sign out without an answer. */
  get session() {
    return this.#session;
  }
}

/** Puts a new session in the place of one that opened. */
function refuse(state, reason) {
  const { kind, keyId } = state.outcome;
  state.begin();
  state.outcome = kind === "migrated" ? { kind: "notMigrated", reason } : { kind: "rejected", reason, keyId };
}

export function revocation(judge) {
  mustBe(typeof judge === "function", "revokedIf", "a function that returns true or false");
  return new Revocation(judge);
}

class Revocation {
  constructor(judge) {
    this.judge = judge;
  }

  /** Returns a `Rejected`, or null. */
  async ask({ policy, say }, metadata, payload, now, keyId) {
    const { answer, cause } = await answerOf("revokedIf", this.judge, shown(policy.type, metadata, payload, keyId));
    if (answer === undefined) say("error", UNJUDGED, { error: cause }, UNJUDGED, now);
    // A failed query must not let a revoked session in.
    return answer === false ? null : new Rejected("Revoked", keyId, false, cause && { cause });
  }
}

/** Returns the `answer` of the application about a session, or the `cause` if there is none. */
async function answerOf(name, question, session) {
  try {
    const answer = await question(session);
    if (typeof answer === "boolean") return { answer };
    return { cause: new TypeError(`\`${name}\` must return true or false, found ${typeof answer}`) };
  } catch (cause) {
    return { cause };
  }
}

/**
 * Returns facts about a session, and its content: entries, or a `value`. None of them can be changed. The content is undefined if
 * this program cannot read it.
 */
function shown(type, metadata, payload, keyId) {
  const { issued, limit, remembered } = metadata;
  const content = readPayload(type, metadata, payload);
  return {
    id: idOf(metadata),
    createdAt: dateOf(issued),
    lastActiveAt: dateOf(lastActiveOf(metadata)),
    limit,
    remembered,
    keyId,
    binding: bindingOf(metadata),
    value: content?.value,
    get: (key) => content?.get(String(key)),
    has: (key) => !!content?.has(String(key)),
  };
}
