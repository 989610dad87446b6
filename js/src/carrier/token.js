// Sessions in tokens: in header fields, and bare.

import { SPACE, trim } from "../base/bytes.js";
import { Refusal, isWhole, misused, mustBe, optionsOf } from "../base/errors.js";
import { overheadOf } from "../crypto/suites.js";
import { LONGEST_TOKEN } from "../token/token.js";
import { Budget } from "../state/budget.js";
import { TOKEN_CHARACTERS } from "../cookie/set_cookie.js";
import { SessionSealer } from "../session/sealer.js";
import { Carrier, fieldsOf, finish, loadBy, sealerOf, withAdvice } from "./carrier.js";

const LONGEST = 16_384;

/** Sessions in tokens, in a header or bare. A token opens only for the header or the purpose that it was sealed for. */
export class SessionToken extends Carrier {
  /** Encrypted sessions. `ring`: a `KeyRing`, or its text. `options` has a `header` or a `purpose`. */
  static encrypted(ring, options) {
    return withAdvice(SessionToken.#build("encrypted", ring, options));
  }

  /** Signed sessions, whose content anyone who holds the token can read. */
  static unencryptedButSigned(ring, options) {
    return withAdvice(SessionToken.#build("signed", ring, options));
  }

  static async #build(mode, ring, options = {}) {
    const { header = null, purpose = null, maxTokenLength = 3072, padding, ...common } = optionsOf(options);
    const label = labelOf(header, purpose);
    mustBe(isWhole(maxTokenLength, 1, LONGEST), "maxTokenLength", "1 to 16,384 characters");
    const budget = new Budget({ field: maxTokenLength, cookies: 1 }, [0, 0], overheadOf(mode), padding);
    const sealer = await SessionSealer.build(mode, ring, label, common, { budget });
    return new SessionToken(sealer, header?.toLowerCase() ?? null, purpose);
  }

  #header;
  #purpose;

  constructor(sealer, header, purpose) {
    super(sealer);
    this.#header = header;
    this.#purpose = purpose;
  }

  /** The name of the header, in lower case, or the purpose of bare tokens. */
  get name() {
    return this.#header ?? this.#purpose;
  }

  /** Returns the same tokens for the sessions of another context. Derives no key. */
  inContext(context) {
    return new SessionToken(sealerOf(this).inContext(context), this.#header, this.#purpose);
  }

  /**
   * Loads the session of a request: the request, its headers, or the values of the field, none of them joined. Bare tokens:
   * the session of a token. Without a token, or with one that does not open, it is a new session.
   */
  async load(source, now = Date.now()) {
    const field = this.#header;
    if (field !== null) return loadFrom(this, source, fieldsOf(source, field).map((value) => tokenOf(value, field)), now);
    if (source === null || source === undefined) return loadFrom(this, null, [], now);
    // No request has it.
    if (typeof source.then === "function") misused("await the token");
    // What a framework makes of a parameter that came twice is no token.
    return loadFrom(this, null, [typeof source === "string" ? source : "."], now);
  }

  /** Ends the use of a session. Returns its token, `""` if it has ended, or null if the token that came stays. */
  async save(session, response = {}) {
    const { change, token } = await finish(this, session, response);
    return { keep: null, drop: "", store: token }[change];
  }
}

/** The label of SPEC.md § 3.2, of a header (docs/spec/carriers.md § 9.7) or of bare tokens. */
export function labelOf(header, purpose) {
  mustBe((header === null) !== (purpose === null), "purpose", "given, or else `header`, and not both");
  if (header === null) {
    mustBe(typeof purpose === "string" && purpose !== "", "purpose", "a name");
    return `token:${purpose}`;
  }
  mustBe(typeof header === "string" && TOKEN_CHARACTERS.test(header), "header", "the name of a header field");
  return `header:${header.toLowerCase()}`;
}

/** Loads the session of a request that brought these tokens. */
function loadFrom(carrier, source, tokens, now) {
  return loadBy(carrier, source, now, async (state) => {
    const [token, another] = new Set(tokens);
    if (token === undefined) return;
    state.value = token;
    try {
      if (another !== undefined) throw new Refusal("Duplicate");
      state.open(await state.sealer.verify(token, 1, state.now));
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      state.refuse(refusal);
    }
  });
}

/** The token in a value of the field (§ 9.7.2). */
function tokenOf(value, field) {
  const trimmed = trim(value, SPACE);
  const isBearer = field === "authorization" && /^bearer /i.test(trimmed);
  return (isBearer ? trimmed.slice(7) : trimmed).slice(0, LONGEST_TOKEN + 1);
}
