// Sessions in tokens: in a header, or bare.

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
  /** Returns a carrier of encrypted sessions. `ring`: a `KeyRing`, or its text. `options` has a `header` or a `purpose`. */
  static encrypted(ring, options) {
    return withAdvice(SessionToken.#build("encrypted", ring, options));
  }

  /** Returns a carrier of signed sessions, whose content anyone who holds the token can read. */
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

  /** Returns the name of the header, in lower case, or the purpose of bare tokens. */
  get name() {
    return this.#header ?? this.#purpose;
  }

  /** Returns the same carrier for the sessions of another context. Derives no key. */
  inContext(context) {
    return new SessionToken(sealerOf(this).inContext(context), this.#header, this.#purpose);
  }

  /**
   * Loads the session of a request: the request, its headers, or the values of the header, not joined. For bare tokens, loads the
   * session of a token. Without a token, or if it does not open, the session is new.
   */
  async load(source, now = Date.now()) {
    const field = this.#header;
    if (field !== null) return loadFrom(this, source, fieldsOf(source, field).map((value) => tokenOf(value, field)), now);
    if (source === null || source === undefined) return loadFrom(this, null, [], now);
    if (typeof source.then === "function") misused("expected a token, found a promise; await it");
    // A framework makes a list of a parameter that occurs twice. `.` is never a token.
    return loadFrom(this, null, [typeof source === "string" ? source : "."], now);
  }

  /** Ends the use of a session. Returns its token, `""` if it has ended, or null if the present token stays. */
  async save(session, response = {}) {
    const { change, token } = await finish(this, session, response);
    return { keep: null, drop: "", store: token }[change];
  }
}

/** Returns the purpose of SPEC.md § 3.2.1 for a header (docs/spec/carriers.md § 9.7) or for bare tokens. */
export function labelOf(header, purpose) {
  mustBe((header === null) !== (purpose === null), "purpose", "given if `header` is not, and only then");
  if (header === null) {
    mustBe(typeof purpose === "string" && purpose !== "", "purpose", "a name");
    return `token:${purpose}`;
  }
  mustBe(typeof header === "string" && TOKEN_CHARACTERS.test(header), "header", "the name of a header field");
  return `header:${header.toLowerCase()}`;
}

/** Loads the session of a request with these tokens. */
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

/** Returns the token in a value of the header (§ 9.7.2). */
function tokenOf(value, field) {
  const trimmed = trim(value, SPACE);
  const isBearer = field === "authorization" && /^bearer /i.test(trimmed);
  return (isBearer ? trimmed.slice(7) : trimmed).slice(0, LONGEST_TOKEN + 1);
}
