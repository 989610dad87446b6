// The `Cookie` header of a request that is passed on to an origin or a page.

import { BLANK, trim } from "../format/base/bytes.js";
import { isExpiry } from "../format/cookie/set_cookie.js";

/** Returns true for the cookie of a session, and for its parts. `name`: the cookie's. */
export const isOfSession = (of, name) => of === name || (of.startsWith(`${name}.`) && /^[1-7]$/.test(of.slice(name.length + 1)));

/**
 * Sets the cookies of a session in the header. Replaces those of the request, and removes those that `own` expires, such as an old
 * cookie. `own`: the value of `saveAsCookies`. `name`: the name of the session's cookie.
 */
export function setCookieField(headers, name, own) {
  const field = fieldWith(headers.get("cookie") ?? "", own, (of) => isOfSession(of, name));
  if (field === "") headers.delete("cookie");
  else headers.set("cookie", field);
}

/**
 * Returns a header with these cookies, in place of others with their names, or with names for which `isReplaced` returns true. Removes
 * spaces and tabs around a pair, as servers do, and no other white space: a planted name could otherwise become a `__Host-` name.
 */
export function fieldWith(field, cookies, isReplaced = (_) => false) {
  const names = new Set(cookies.map(({ name }) => name));
  const isLeft = (pair) => pair !== "" && !names.has(nameOf(pair)) && !isReplaced(nameOf(pair));
  const left = pairsOf(field).filter(isLeft);
  const set = cookies.filter((cookie) => !isExpiry(cookie)).map(({ name, value }) => `${name}=${value}`);
  return [...left, ...set].join("; ");
}

export const pairsOf = (field) => field.split(";").map((pair) => trim(pair, BLANK));

const nameOf = (pair) => pair.split("=")[0];
