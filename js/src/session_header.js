import { Budget } from "./budget.js";
import { SPACE, trim } from "./bytes.js";
import { Carrier, fieldsOf, finish, newSession, sealerOf } from "./carrier.js";
import { ConfigError, Refusal } from "./errors.js";
import { secondsOf } from "./lifetime.js";
import { SessionSealer } from "./session_sealer.js";
import { TOKEN_CHARACTERS } from "./set_cookie.js";
import { positive } from "./settings.js";
import { overheadOf } from "./suites.js";
import { LONGEST_TOKEN } from "./token.js";

/** Sessions in a header field (docs/spec/carriers.md § 9.7). */
export class SessionHeader extends Carrier {
  /** Encrypted sessions. `ring`: a `KeyRing`, or its text. */
  static encrypted(name, ring, options = {}) {
    return SessionHeader.#build("encrypted", name, ring, options);
  }

  /** Signed sessions, whose content everyone can read who holds the token. */
  static unencryptedButSigned(name, ring, options = {}) {
    return SessionHeader.#build("signed", name, ring, options);
  }

  static async #build(mode, name, ring, options) {
    if (typeof name !== "string" || !TOKEN_CHARACTERS.test(name)) {
      throw new ConfigError("name", "`name` is not the name of a header field");
    }
    const { maxTokenLength = 3072, padding, ...common } = options;
    if (positive("maxTokenLength", maxTokenLength, "characters") > 16_384) {
      throw new ConfigError("maxTokenLength", "`maxTokenLength` is at most 16,384 characters");
    }
    const field = name.toLowerCase();
    const sealer = await SessionSealer.build(mode, ring, `header:${field}`, common);
    sealer.budget = new Budget({ field: maxTokenLength, cookies: 1 }, [0, 0], overheadOf(mode), padding);
    return new SessionHeader(sealer, field);
  }

  #field;

  constructor(sealer, field) {
    super(sealer);
    this.#field = field;
  }

  /** Returns the same header field for the sessions of another context. Derives no key. */
  inContext(context) {
    return new SessionHeader(sealerOf(this).inContext(context), this.#field);
  }

  /** Loads the session of a request: the request, its headers, or the values of the field, none of them joined. */
  async load(source, now = Date.now()) {
    const { state, session } = newSession(this, source, secondsOf("now", now));
    const tokens = new Set(fieldsOf(source, this.#field).map((value) => tokenOf(value, this.#field)));
    if (tokens.size === 0) return session;
    state.hasToken = true;
    try {
      if (tokens.size > 1) throw new Refusal("Duplicate");
      const [token] = tokens;
      state.open(await sealerOf(this).verify(token, 1, state.now));
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      state.refuse(refusal);
    }
    return session;
  }

  /** Ends the request. Returns the token for the response, `""` if the session has ended, or null if the client keeps its own. */
  async save(session, response = {}) {
    const { change, token } = await finish(this, session, response);
    return { keep: null, drop: "", store: token }[change];
  }
}

/** The token in a value of the field (§ 9.7.2). */
function tokenOf(value, field) {
  const trimmed = trim(value, SPACE);
  const isBearer = field === "authorization" && /^bearer /i.test(trimmed);
  return (isBearer ? trimmed.slice(7) : trimmed).slice(0, LONGEST_TOKEN + 1);
}
