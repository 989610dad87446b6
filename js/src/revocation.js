// Asking the application about each session whether it is revoked (SPEC.md § 7.8).

import { Refusal, mustBe } from "./errors.js";
import { dateOf, lastActiveOf } from "./lifetime.js";
import { bindingOf, idOf, readPayload } from "./state.js";

/**
 * The option `revokedIf`. `judge(session)` is asked about each session in every request, and says true or false. A session for
 * which it does not say false is refused; `outcome.cause` is then its error, or what else it said. Throws a `ConfigError`.
 */
export function revocation(judge) {
  mustBe(typeof judge === "function", "revokedIf", "a function that says true or false");
  return new Revocation(judge);
}

class Revocation {
  constructor(judge) {
    this.judge = judge;
  }

  /** Returns a `Refusal`, or null. */
  async ask(type, metadata, payload, keyId) {
    const { answer, cause } = await ask("revokedIf", this.judge, shown(type, metadata, payload, keyId));
    return answer === false ? null : new Refusal("Revoked", keyId, false, cause);
  }
}

/** Returns the `answer` of the application about a session, or the `cause` why there is none. */
export async function ask(name, question, session) {
  try {
    const answer = await question(session);
    return typeof answer === "boolean" ? { answer } : { cause: new TypeError(`\`${name}\` said ${typeof answer}, not true or false`) };
  } catch (cause) {
    return { cause };
  }
}

/**
 * The facts about a session and its content, which stays as it is whatever is done with this: entries, or a `value`. Nothing is
 * found in one that cannot be read.
 */
export function shown(type, metadata, payload, keyId) {
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
