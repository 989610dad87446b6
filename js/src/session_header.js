import { SPACE, trim } from "./bytes.js";
import { fieldsOf } from "./carrier.js";
import { mustBe } from "./errors.js";
import { SessionToken, loadFrom } from "./session_token.js";
import { TOKEN_CHARACTERS } from "./set_cookie.js";
import { LONGEST_TOKEN } from "./token.js";

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
