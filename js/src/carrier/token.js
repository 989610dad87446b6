// Sessions in bare tokens, and in header fields.

import { SPACE, trim } from "../base/bytes.js";
import { Refusal, misused, mustBe } from "../base/errors.js";
import { secondsOf } from "../base/time.js";
import { overheadOf } from "../crypto/suites.js";
import { LONGEST_TOKEN } from "../token/token.js";
import { Budget } from "../state/budget.js";
import { TOKEN_CHARACTERS } from "../cookie/set_cookie.js";
import { SessionSealer } from "../session/sealer.js";
import { optionsOf, positive } from "../session/settings.js";
import { Carrier, fieldsOf, finish, newSession, sealerOf, withAdvice } from "./carrier.js";

const LONGEST = 16_384;

/** Sessions in bare tokens: for links, messages and jobs. A token opens for the purpose alone that it was sealed for. */
export class SessionToken extends Carrier {
  /** Encrypted sessions. `purpose`: a name. `ring`: a `KeyRing`, or its text. */
  static encrypted(purpose, ring, options = {}) {
    return withAdvice(SessionToken.#build(this, "encrypted", purpose, ring, options));
  }

  /** Signed sessions, whose content everyone can read who holds the token. */
  static unencryptedButSigned(purpose, ring, options = {}) {
    return withAdvice(SessionToken.#build(this, "signed", purpose, ring, options));
  }

  /** `kind`: this class, or one whose tokens travel in another way. */
  static async #build(kind, mode, name, ring, options) {
    const { maxTokenLength = 3072, padding, ...common } = optionsOf(options);
    const purpose = kind.purposeOf(name);
    mustBe(positive("maxTokenLength", maxTokenLength, "characters") <= LONGEST, "maxTokenLength", "at most 16,384 characters");
    const sealer = await SessionSealer.build(mode, ring, purpose, common);
    sealer.budget = new Budget({ field: maxTokenLength, cookies: 1 }, [0, 0], overheadOf(mode), padding);
    return new kind(sealer, name);
  }

  /** The purpose of § 3.2. */
  static purposeOf(name) {
    mustBe(typeof name === "string" && name !== "", "purpose", "a name");
    return `token:${name}`;
  }

  #name;

  constructor(sealer, name) {
    super(sealer);
    this.#name = name;
  }

  /** As it was given. */
  get name() {
    return this.#name;
  }

  /** Returns the same tokens for the sessions of another context. Derives no key. */
  inContext(context) {
    return new this.constructor(sealerOf(this).inContext(context), this.#name);
  }

  /** Loads the session of a token; a new one without a token, or with one that does not open. */
  async load(token, now = Date.now()) {
    if (token === null || token === undefined) return loadFrom(this, null, [], now);
    // No request has it.
    if (typeof token.then === "function") misused("await the token");
    // What a framework makes of a parameter that came twice is no token.
    return loadFrom(this, null, [typeof token === "string" ? token : "."], now);
  }

  /** Ends the use of a session. Returns its token, `""` if it has ended, or null if the token that came stays. */
  async save(session, response = {}) {
    const { change, token } = await finish(this, session, response);
    return { keep: null, drop: "", store: token }[change];
  }
}

/** Loads the session of a request that brought these tokens. */
async function loadFrom(carrier, source, tokens, now) {
  const { state, session } = newSession(carrier, source, secondsOf("now", now));
  const distinct = new Set(tokens);
  if (distinct.size === 0) return session;
  state.hasToken = true;
  try {
    if (distinct.size > 1) throw new Refusal("Duplicate");
    const [token] = distinct;
    state.open(await sealerOf(carrier).verify(token, 1, state.now));
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    state.refuse(refusal);
  }
  return session;
}

/** Sessions in a header field (docs/spec/carriers.md § 9.7). The name of the field is that of the request. */
export class SessionHeader extends SessionToken {
  static purposeOf(name) {
    mustBe(typeof name === "string" && TOKEN_CHARACTERS.test(name), "name", "the name of a header field");
    return `header:${name.toLowerCase()}`;
  }

  /** In lower case. */
  get name() {
    return super.name.toLowerCase();
  }

  /** Loads the session of a request: the request, its headers, or the values of the field, none of them joined. */
  async load(source, now = Date.now()) {
    const tokens = fieldsOf(source, this.name).map((value) => tokenOf(value, this.name));
    return loadFrom(this, source, tokens, now);
  }
}

/** The token in a value of the field (§ 9.7.2). */
function tokenOf(value, field) {
  const trimmed = trim(value, SPACE);
  const isBearer = field === "authorization" && /^bearer /i.test(trimmed);
  return (isBearer ? trimmed.slice(7) : trimmed).slice(0, LONGEST_TOKEN + 1);
}
