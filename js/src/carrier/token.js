// Sessions in bare tokens, and what they share with those in a header. index.d.ts has the contract of the class.

import { Rejected, isWhole, misused, mustBe, optionsOf } from "../format/base/errors.js";
import { overheadOf } from "../format/crypto/suites.js";
import { Budget, PASSES_ANYWHERE } from "../state/budget.js";
import { SessionSealer } from "../session/sealer.js";
import { Carrier, finish, loadBy, sealerOf, withAdvice } from "./carrier.js";

/** Characters of a token that is sent: as many as four full cookies have. */
const LONGEST = 16_384;

export class SessionToken extends Carrier {
  static encrypted(ring, options) {
    return withAdvice(SessionToken.#build("encrypted", ring, options));
  }

  static unencryptedButSigned(ring, options) {
    return withAdvice(SessionToken.#build("signed", ring, options));
  }

  static async #build(mode, ring, options = {}) {
    const { purpose, ...others } = optionsOf(options);
    return new SessionToken(await sealerOfTokens(mode, ring, tokenLabel(purpose), others), purpose);
  }

  #purpose;

  constructor(sealer, purpose) {
    super(sealer);
    this.#purpose = purpose;
  }

  get name() {
    return this.#purpose;
  }

  inContext(context) {
    return new SessionToken(sealerOf(this).inContext(context), this.#purpose);
  }

  async load(token, now = Date.now()) {
    if (token === null || token === undefined) return loadTokens(this, null, [], now);
    if (typeof token.then === "function") misused("expected a token, found a promise; await it");
    // A framework makes a list of a parameter that occurs twice. `.` is never a token.
    return loadTokens(this, null, [typeof token === "string" ? token : "."], now);
  }

  save(session, response = {}) {
    return saveToken(this, session, response);
  }
}

/** Returns the purpose of SPEC.md § 3.2.1 for bare tokens. */
export function tokenLabel(purpose) {
  mustBe(typeof purpose === "string" && purpose !== "", "purpose", "a name");
  return `token:${purpose}`;
}

export function sealerOfTokens(mode, ring, label, { maxTokenLength = PASSES_ANYWHERE, padding, ...common }) {
  mustBe(isWhole(maxTokenLength, 1, LONGEST), "maxTokenLength", "1 to 16,384 characters");
  const budget = new Budget({ field: maxTokenLength, cookies: 1, setting: "maxTokenLength" }, [0, 0], overheadOf(mode), padding);
  return SessionSealer.build(mode, ring, label, common, { budget });
}

/** Loads the session of a request with these tokens. */
export function loadTokens(carrier, source, tokens, now) {
  return loadBy(carrier, source, now, async (state) => {
    const [token, another] = new Set(tokens);
    if (token === undefined) return;
    state.value = token;
    try {
      if (another !== undefined) throw new Rejected("Duplicate");
      state.open(await state.sealer.verify(token, 1, state.now));
    } catch (rejected) {
      if (!(rejected instanceof Rejected)) throw rejected;
      state.reject(rejected);
    }
  });
}

export async function saveToken(carrier, session, response) {
  const { change, token } = await finish(carrier, session, response);
  return { keep: null, drop: "", store: token }[change];
}
