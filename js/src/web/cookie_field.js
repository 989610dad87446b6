// The `Cookie` field of a request that is passed on.

import { BLANK, trim } from "../base/bytes.js";
import { isExpiry } from "../cookie/set_cookie.js";

/** Returns true for the cookie of a session, and for its parts. `name`: the cookie's. */
export const isOfSession = (of, name) => of === name || (of.startsWith(`${name}.`) && /^[1-7]$/.test(of.slice(name.length + 1)));

/**
 * Sets the cookies of a session in the field, in place of those that came, and of those that they expire, such as one of another
 * library. `own`: of `saveAsCookies`; `name`: its cookie's.
 */
export function setCookieField(headers, name, own) {
  const field = fieldWith(headers.get("cookie") ?? "", own, (of) => isOfSession(of, name));
  if (field === "") headers.delete("cookie");
  else headers.set("cookie", field);
}

/**
 * Returns a field with these cookies, in place of others of their names, and of those whose names `isReplaced` returns true for.
 * The rest stays as it is, byte for byte: without another blank before it, a name could become one that no other host can set.
 */
export function fieldWith(field, cookies, isReplaced = () => false) {
  const names = new Set(cookies.map(({ name }) => name));
  const isLeft = (pair) => pair !== "" && !names.has(nameOf(pair)) && !isReplaced(nameOf(pair));
  const left = pairsOf(field).filter(isLeft);
  const set = cookies.filter((cookie) => !isExpiry(cookie)).map(({ name, value }) => `${name}=${value}`);
  return [...left, ...set].join("; ");
}

export const pairsOf = (field) => field.split(";").map((pair) => trim(pair, BLANK));

const nameOf = (pair) => pair.split("=")[0];
