// The `Cookie` field of a request that is passed on.

import { BLANK, trim } from "../bytes.js";

/** Returns true for the cookie of a session, and for its parts. `name`: that of the cookie. */
export const isOfSession = (of, name) => of === name || (of.startsWith(`${name}.`) && /^[1-7]$/.test(of.slice(name.length + 1)));

/**
 * Sets the cookies of a session in the field, in place of those that came. `own`: of `saveAsCookies`; `name`: its cookie's.
 * Others stay as they are, byte for byte: without another blank before it, a name could become one that no other host can set.
 */
export function setCookieField(headers, name, own) {
  const pairs = (headers.get("cookie") ?? "").split(";").map((pair) => trim(pair, BLANK));
  const others = pairs.filter((pair) => pair !== "" && !isOfSession(pair.split("=")[0], name));
  const set = own.filter(({ value }) => value !== "").map(({ name, value }) => `${name}=${value}`);
  const field = [...others, ...set].join("; ");
  if (field === "") headers.delete("cookie");
  else headers.set("cookie", field);
}
