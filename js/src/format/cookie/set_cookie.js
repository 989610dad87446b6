// The name and attributes of a cookie, and its `Set-Cookie` fields (docs/spec/carriers.md § 9.1 to § 9.4).

export const TOKEN_CHARACTERS = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Seconds for which browsers keep a cookie at most: 400 days (§ 9.4). */
export const LONGEST_MAX_AGE = 34_560_000;

/** Text of each attribute in a field. */
export const TEXTS = {
  path: (path) => `; Path=${path}`,
  domain: (domain) => `; Domain=${domain}`,
  secure: () => "; Secure",
  httpOnly: () => "; HttpOnly",
  sameSite: (sameSite) => `; SameSite=${sameSite[0].toUpperCase()}${sameSite.slice(1)}`,
  partitioned: () => "; Partitioned",
  maxAge: (maxAge) => `; Max-Age=${maxAge}`,
  expires: (date) => `; Expires=${date.toUTCString()}`,
};

/** Formats a cookie as the value of a `Set-Cookie` field. */
export function toSetCookie({ name, value, options }) {
  const attributes = Object.keys(TEXTS).filter((key) => Object.hasOwn(options, key));
  return `${name}=${value}${attributes.map((key) => TEXTS[key](options[key])).join("")}`;
}

/** The name of a cookie, and its attributes as keys of `TEXTS`. `attributes` checks them. */
export class Template {
  constructor(name, options) {
    this.name = name;
    this.options = options;
  }

  get isHostOnly() {
    return isHostName(this.name);
  }

  /** Returns the bytes of a field without its value. A `maxAge` of null leaves the attribute out. */
  lengthWith(maxAge) {
    return toSetCookie(this.set(this.name, "", maxAge)).length;
  }

  /** Returns a cookie with options of its own, which a framework or an application may change. */
  set(name, value, maxAge) {
    const options = { ...this.options };
    if (maxAge !== null) options.maxAge = Math.min(LONGEST_MAX_AGE, maxAge);
    return { name, value, options };
  }

  /** Expires the cookie or a part of it, in a frame of another site, too (§ 9.4.1). `SameSite=None` needs `Secure`. */
  expire(name) {
    const cookie = this.set(name, "", 0);
    if (Object.hasOwn(cookie.options, "secure")) cookie.options.sameSite = "none";
    cookie.options.expires = new Date(0);
    return cookie;
  }

  /** Expires the cookie and these parts of it (§ 9.4.1). */
  expireAll(carried) {
    return [this.expire(this.name), ...this.expireParts(carried, 1)];
  }

  /** Returns the cookies for a token, in parts of at most `partLength` characters (§ 9.2.6). */
  split(token, partLength, maxAge) {
    const count = Math.ceil(token.length / partLength);
    return Array.from({ length: count }, (_, i) => {
      const part = token.slice(i * partLength, (i + 1) * partLength);
      if (i > 0) return this.set(`${this.name}.${i}`, part, maxAge);
      return this.set(this.name, count > 1 ? `${count}.${part}` : part, maxAge);
    });
  }

  /** Expires the parts of the request that a token in this many cookies does not use (§ 9.2.7). */
  expireParts(carried, cookies) {
    const unused = [...carried].filter((number) => number >= cookies).toSorted((a, b) => a - b);
    return unused.map((number) => this.expire(`${this.name}.${number}`));
  }
}

/** Returns true for a cookie of `Template.expire`. A token is never empty. */
export const isExpiry = ({ value }) => value === "";

/** Returns a cookie of `Template.expire` with the `SameSite` of another template, if any. Without `Secure`, it keeps its own. */
export function withSameSite(cookie, template) {
  if (!Object.hasOwn(cookie.options, "secure")) return cookie;
  const options = { ...cookie.options };
  delete options.sameSite;
  if (Object.hasOwn(template.options, "sameSite")) options.sameSite = template.options.sameSite;
  return { ...cookie, options };
}

/** Returns the numbers of the parts that a session in this many cookies has. */
export const partNumbers = (cookies) => Array.from({ length: cookies - 1 }, (_, i) => i + 1);

export const isHostName = (name) => /^__host-/i.test(name);

/** The default cookie. */
export const DEFAULT = new Template("__Host-session", { path: "/", secure: true, httpOnly: true, sameSite: "lax" });
