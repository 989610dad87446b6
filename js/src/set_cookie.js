// The name and attributes of a cookie, and its `Set-Cookie` fields (docs/spec/carriers.md § 9.1 to § 9.4).

import { mustBe } from "./errors.js";

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
    const check = (isRight, attribute, expected) => mustBe(isRight, attribute, expected, "cookie");
    const isName = typeof name === "string" && TOKEN_CHARACTERS.test(name) && name.length <= longestName;
    check(isName && !/\.\d+$/.test(name), "name", "the name of a cookie, without a dot and digits at its end");
    check(typeof secure === "boolean", "secure", "true or false");
    check(typeof partitioned === "boolean", "partitioned", "true or false");
    check(/^\/[!-+\--:<-~]*$/.test(path) && path.length <= LONGEST_PATH, "path", "`/` and visible ASCII characters");
    check(domain === null || (typeof domain === "string" && isDomain(domain)), "domain", "a host name");
    check([null, "Strict", "Lax", "None"].includes(sameSite), "sameSite", "Strict, Lax, None or null");
    const needsSecure = sameSite === "None" || partitioned || /^__(secure|http|host)-/i.test(name);
    check(secure || !needsSecure, "dangerAllowHttp", "false with SameSite=None, Partitioned or this name");
    const isAnywhere = domain === null && path === "/";
    check(isAnywhere || !isHostName(name), "name", "one with `__Secure-`, not `__Host-`, beside a domain or a path");
    this.name = name;
    const options = { path, domain, secure, httpOnly: true, sameSite: sameSite?.toLowerCase(), partitioned };
    this.#options = Object.fromEntries(Object.entries(options).filter(([, value]) => value));
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
    const count = Math.ceil(token.length / partLength);
    return Array.from({ length: count }, (_, i) => {
      const part = token.slice(i * partLength, (i + 1) * partLength);
      if (i > 0) return this.set(`${this.name}.${i}`, part, maxAge);
      return this.set(this.name, count > 1 ? `${count}.${part}` : part, maxAge);
    });
  }

  /** Expires the parts that were carried and that a token in this many cookies does not use (§ 9.2.7). */
  expireParts(carried, cookies) {
    const unused = [...carried].filter((number) => number >= cookies).toSorted((a, b) => a - b);
    return unused.map((number) => this.expire(`${this.name}.${number}`));
  }
}

const isHostName = (name) => /^__host-/i.test(name);

function isDomain(domain) {
  const labels = domain.split(".");
  const isLabel = (label) => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label);
  return domain.length <= 253 && labels.every(isLabel) && !/^[0-9.]*$/.test(domain);
}
