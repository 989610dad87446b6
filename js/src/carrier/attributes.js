// The name and attributes of a cookie, if they are not the default (docs/spec/carriers.md § 9.1.1, § 9.1.2), and its former ones.

import { mustBe, optionsOf, yesOrNo } from "../format/base/errors.js";
import { refuseUnknown } from "../base/remedies.js";
import { TOKEN_CHARACTERS, Template, isHostName, partNumbers, toSetCookie } from "../format/cookie/set_cookie.js";

/** Characters above which names may be refused (§ 9.1.1): each cookie and part has the name. */
export const LONGEST_NAME = 128;
/** Browsers ignore an attribute with a longer value. */
export const LONGEST_PATH = 1024;

export function attributes(options = {}) {
  const { name, path, domain, sameSite, partitioned, dangerAllowHttp, formerly = [], ...unknown } = optionsOf(options);
  refuseUnknown(unknown, " of a cookie; it is `Secure` and `HttpOnly` unless you set `dangerAllowHttp`");
  const present = { path, domain, sameSite, partitioned, secure: !yesOrNo("dangerAllowHttp", dangerAllowHttp) };
  const template = templateOf({ ...present, name: name ?? defaultName(present) });
  const former = [formerly].flat().map((changes) => formerTemplate(changes, present, template));
  return new Chosen(template.name, template.options, former);
}

/** A cookie with attributes of the application, and perhaps former ones. */
class Chosen extends Template {
  #former;

  constructor(name, options, former) {
    super(name, options);
    this.#former = former;
  }

  /** Throws for `skipXChaCha` unless no other host can set the cookie: a planted token that cannot be verified would block every change. */
  checkRing({ skipXChaCha }) {
    mustBe(this.isHostOnly || !skipXChaCha, "skipXChaCha", "false, unless the cookie's name begins with `__Host-`");
  }

  /** Expires the former cookies. A request shows no parts of another path, so every part that there may be is expired. */
  expireFormer(carried, cookies) {
    const parts = new Set([...carried, ...partNumbers(cookies)]);
    return this.#former.flatMap((template) => template.expireAll(parts));
  }
}

/** Returns a name with the safest prefix that the attributes allow. */
export function defaultName({ path = "/", domain = null, secure }) {
  if (!secure) return "session";
  return domain !== null || path !== "/" ? "__Secure-session" : "__Host-session";
}

/** Checks a name and attributes, and returns the cookie. */
export function templateOf(given) {
  const { name, path = "/", domain = null, secure = true, sameSite = "Lax", partitioned = false } = optionsOf(given);
  const check = (isRight, attribute, expected) => mustBe(isRight, attribute, expected, "cookie");
  const isName = typeof name === "string" && TOKEN_CHARACTERS.test(name) && name.length <= LONGEST_NAME;
  check(isName && !/\.\d+$/.test(name), "name", "the name of a cookie, without a dot and digits at its end");
  check(typeof secure === "boolean", "secure", "true or false");
  check(typeof partitioned === "boolean", "partitioned", "true or false");
  check(/^\/[!-+\--:<-~]*$/.test(path) && path.length <= LONGEST_PATH, "path", "`/` and visible ASCII characters");
  // Browsers resolve these in the address of a request, so no request would match the path.
  check(!/[?#]|\/(\.|%2e){1,2}(\/|$)/i.test(path), "path", "a path without `?`, `#`, `.` and `..`");
  const isRight = domain === null || (typeof domain === "string" && isDomain(domain));
  check(isRight, "domain", "a host name like `example.com`; leave out a leading dot and a port");
  check([null, "Strict", "Lax", "None"].includes(sameSite), "sameSite", "Strict, Lax, None or null");
  const needsSecure = sameSite === "None" || partitioned || /^__(secure|http|host)-/i.test(name);
  check(secure || !needsSecure, "dangerAllowHttp", "false with SameSite=None, Partitioned or this name");
  const isAnywhere = domain === null && path === "/";
  check(isAnywhere || !isHostName(name), "name", "a name with `__Secure-` in place of `__Host-`, if there is a domain or a path");
  const options = { path, domain, secure, httpOnly: true, sameSite: sameSite?.toLowerCase(), partitioned };
  return new Template(name, Object.fromEntries(Object.entries(options).filter(([, value]) => value)));
}

/** Returns true for a name of labels (RFC 1035 section 2.3.4), and false for an IPv4 address. */
export function isDomain(domain) {
  const labels = domain.split(".");
  const isLabel = (label) => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label);
  return domain.length <= 253 && labels.every(isLabel) && !/^[0-9.]*$/.test(domain);
}

/** Returns the former cookie: the attributes of `changes`, and otherwise the present ones. */
function formerTemplate(changes, present, template) {
  const given = { __proto__: null, ...changes };
  const { path = present.path, domain = present.domain, partitioned = present.partitioned, ...unknown } = given;
  const isRight = Object(changes) === changes && Object.keys(unknown).length === 0;
  mustBe(isRight, "formerly", "objects with `path`, `domain` and `partitioned`");
  const { name } = template;
  const former = templateOf({ ...present, path, domain, partitioned, name });
  const isOther = toSetCookie(former.expire(name)) !== toSetCookie(template.expire(name));
  mustBe(isOther, "formerly", "attributes that differ from the present ones");
  return former;
}
