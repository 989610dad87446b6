// The name and attributes of a cookie, and its `Set-Cookie` fields (docs/spec/carriers.md § 9.1 to § 9.4).

import { ConfigError } from "./errors.js";

export const TOKEN_CHARACTERS = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
export const LONGEST_MAX_AGE = 34_560_000;

/** The longest name that a session's cookie may have. */
const LONGEST_NAME = 128;
const LONGEST_PATH = 1024;

/** The text that an attribute adds to a field. */
const TEXTS = {
  path: (path) => `; Path=${path}`,
  domain: (domain) => `; Domain=${domain}`,
  secure: () => "; Secure",
  httpOnly: () => "; HttpOnly",
  sameSite: (sameSite) => `; SameSite=${sameSite[0].toUpperCase()}${sameSite.slice(1)}`,
  partitioned: () => "; Partitioned",
  maxAge: (maxAge) => `; Max-Age=${maxAge}`,
  expires: (date) => `; Expires=${date.toUTCString()}`,
};

/** Renders a cookie as the value of a `Set-Cookie` field. */
export function toSetCookie({ name, value, options }) {
  const attributes = Object.keys(TEXTS).filter((key) => options[key] !== undefined);
  return `${name}=${value}${attributes.map((key) => TEXTS[key](options[key])).join("")}`;
}

/** The name with the safest prefix that the attributes allow. */
export function defaultName({ path = "/", domain = null, secure = true }) {
  if (!secure) return "session";
  return domain !== null || path !== "/" ? "__Secure-session" : "__Host-session";
}

/** A name and the attributes of a cookie, checked (§ 9.1.1, § 9.1.2). */
export class Template {
  #options;

  constructor({ name, path = "/", domain = null, secure = true, sameSite = "Lax", partitioned = false, longestName = LONGEST_NAME }) {
    check({ name, longestName, path, domain, secure, sameSite, partitioned });
    this.name = name;
    this.#options = {
      path,
      ...(domain !== null && { domain }),
      ...(secure && { secure }),
      httpOnly: true,
      ...(sameSite !== null && { sameSite: sameSite.toLowerCase() }),
      ...(partitioned && { partitioned }),
    };
  }

  get isHostOnly() {
    return isHostName(this.name);
  }

  /** Bytes of a field without its value, with a Max-Age or without. */
  lengthWith(maxAge) {
    return toSetCookie(this.set(this.name, "", maxAge)).length;
  }

  set(name, value, maxAge) {
    const options = maxAge === null ? this.#options : { ...this.#options, maxAge: Math.min(LONGEST_MAX_AGE, maxAge) };
    return { name, value, options };
  }

  expire(name) {
    return { name, value: "", options: { ...this.#options, maxAge: 0, expires: new Date(0) } };
  }

  /** Expires the cookie and these parts of it (§ 9.4.1). */
  expireAll(carried) {
    return [this.expire(this.name), ...this.expireParts(carried, 1)];
  }

  /** The cookies that set a token in parts of at most `partLength` characters (§ 9.2.6). */
  split(token, partLength, maxAge) {
    if (token.length <= partLength) return [this.set(this.name, token, maxAge)];
    const count = Math.ceil(token.length / partLength);
    return Array.from({ length: count }, (_, i) => {
      const part = token.slice(i * partLength, (i + 1) * partLength);
      return i === 0 ? this.set(this.name, `${count}.${part}`, maxAge) : this.set(`${this.name}.${i}`, part, maxAge);
    });
  }

  /** Expires the parts that were carried and that a token in this many cookies does not use (§ 9.2.7). */
  expireParts(carried, cookies) {
    const unused = [...carried].filter((number) => number >= cookies).toSorted((a, b) => a - b);
    return unused.map((number) => this.expire(`${this.name}.${number}`));
  }
}

const isHostName = (name) => /^__host-/i.test(name);

function refuse(sentence) {
  throw new ConfigError("cookie", sentence);
}

function check({ name, longestName, path, domain, secure, sameSite, partitioned }) {
  if (typeof name !== "string" || !TOKEN_CHARACTERS.test(name) || name.length > longestName) {
    refuse("`name` is not the name of a cookie");
  }
  if (/\.\d+$/.test(name)) refuse("`name` ends in a dot and digits, which are the names of parts");
  if (typeof secure !== "boolean" || typeof partitioned !== "boolean") refuse("`secure` and `partitioned` are true or false");
  if (!/^\/[!-+\--:<-~]*$/.test(path) || path.length > LONGEST_PATH) {
    refuse("`path` begins with `/` and has visible ASCII characters");
  }
  if (domain !== null && (typeof domain !== "string" || !isDomain(domain))) refuse("`domain` is not a host name");
  if (![null, "Strict", "Lax", "None"].includes(sameSite)) refuse("`sameSite` is Strict, Lax, None or null");
  if (!secure && (sameSite === "None" || partitioned || /^__(secure|http|host)-/i.test(name))) {
    refuse("browsers refuse SameSite=None, Partitioned and the prefix of this name without Secure; leave out `dangerAllowHttp`");
  }
  if (isHostName(name) && (domain !== null || path !== "/")) {
    refuse("browsers refuse `__Host-` names with a domain or a path other than `/`; choose a `__Secure-` name");
  }
}

function isDomain(domain) {
  const labels = domain.split(".");
  const isLabel = (label) => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label);
  return domain.length <= 253 && labels.every(isLabel) && !/^[0-9.]*$/.test(domain);
}
