// Sessions in a header. index.d.ts has the contract of the class.

import { SPACE, trim } from "../format/base/bytes.js";
import { mustBe, optionsOf } from "../format/base/errors.js";
import { TOKEN_CHARACTERS } from "../format/cookie/set_cookie.js";
import { LONGEST_TOKEN } from "../format/token/token.js";
import { Carrier, fieldsOf, sealerOf, withAdvice } from "./carrier.js";
import { loadTokens, saveToken, sealerOfTokens } from "./token.js";

export class SessionHeader extends Carrier {
  static encrypted(ring, options) {
    return withAdvice(SessionHeader.#build("encrypted", ring, options));
  }

  static unencryptedButSigned(ring, options) {
    return withAdvice(SessionHeader.#build("signed", ring, options));
  }

  static async #build(mode, ring, options = {}) {
    const { header, ...others } = optionsOf(options);
    const sealer = await sealerOfTokens(mode, ring, headerLabel(header), others);
    return new SessionHeader(sealer, header.toLowerCase());
  }

  #name;

  constructor(sealer, name) {
    super(sealer);
    this.#name = name;
  }

  get name() {
    return this.#name;
  }

  inContext(context) {
    return new SessionHeader(sealerOf(this).inContext(context), this.#name);
  }

  async load(source, now = Date.now()) {
    const tokens = fieldsOf(source, this.#name).map((value) => tokenOf(value, this.#name));
    return loadTokens(this, source, tokens, now);
  }

  save(session, response = {}) {
    return saveToken(this, session, response);
  }
}

/** Returns the purpose of SPEC.md § 3.2.1 for a header (docs/spec/carriers.md § 9.7). */
export function headerLabel(name) {
  mustBe(typeof name === "string" && TOKEN_CHARACTERS.test(name), "header", "the name of a header field");
  return `header:${name.toLowerCase()}`;
}

/** Returns the token in a value of the header (§ 9.7.2). */
function tokenOf(value, name) {
  const trimmed = trim(value, SPACE);
  const isBearer = name === "authorization" && /^bearer /i.test(trimmed);
  return (isBearer ? trimmed.slice(7) : trimmed).slice(0, LONGEST_TOKEN + 1);
}
