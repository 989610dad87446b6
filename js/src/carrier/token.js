// Sessions in tokens: in a header, or bare. index.d.ts has the contract of the class.

import { SPACE, trim } from "../base/bytes.js";
import { Refusal, isWhole, misused, mustBe, optionsOf } from "../base/errors.js";
import { overheadOf } from "../crypto/suites.js";
import { LONGEST_TOKEN } from "../token/token.js";
import { Budget } from "../state/budget.js";
import { TOKEN_CHARACTERS } from "../cookie/set_cookie.js";
import { SessionSealer } from "../session/sealer.js";
import { Carrier, fieldsOf, finish, loadBy, sealerOf, withAdvice } from "./carrier.js";

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
    const { header = null, purpose = null, maxTokenLength = 3072, padding, ...common } = optionsOf(options);
    const label = labelOf(header, purpose);
    mustBe(isWhole(maxTokenLength, 1, LONGEST), "maxTokenLength", "1 to 16,384 characters");
    const budget = new Budget({ field: maxTokenLength, cookies: 1, setting: "maxTokenLength" }, [0, 0], overheadOf(mode), padding);
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

  get name() {
    return this.#header ?? this.#purpose;
  }

  inContext(context) {
    return new SessionToken(sealerOf(this).inContext(context), this.#header, this.#purpose);
  }

  async load(source, now = Date.now()) {
    const field = this.#header;
    if (field !== null) return loadFrom(this, source, fieldsOf(source, field).map((value) => tokenOf(value, field)), now);
    if (source === null || source === undefined) return loadFrom(this, null, [], now);
    if (typeof source.then === "function") misused("expected a token, found a promise; await it");
    // A framework makes a list of a parameter that occurs twice. `.` is never a token.
    return loadFrom(this, null, [typeof source === "string" ? source : "."], now);
  }

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
