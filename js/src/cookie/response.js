// `Set-Cookie` fields of a response, as a browser reads them (docs/spec/writer.md § 8.12.2).

import { BLANK, trim } from "../base/bytes.js";

/**
 * Reads a field. Null: it sets no cookie with a name. `path` is null if it depends on the address of the request; an empty
 * `domain` is the host that answers.
 */
export function readSetCookie(line) {
  const [[name, value], ...attributes] = line.split(";").map(halves);
  if (value === undefined) return null;
  // Of several attributes of one name, the last one counts that browsers do not ignore (RFC 6265bis section 5.6.2).
  const named = attributes.map(([name, value = ""]) => [name.toLowerCase(), value]);
  const given = Object.fromEntries(named.filter(([name, value]) => name !== "max-age" || /^-?\d+$/.test(value)));
  return {
    name,
    value: given["max-age"] <= 0 ? "" : value,
    path: given.path?.startsWith("/") ? given.path : null,
    domain: (given.domain ?? "").replace(/^\./, "").toLowerCase(),
    isPartitioned: "partitioned" in given,
  };
}

/** A pair or an attribute, split at its first `=`. */
const halves = (text) => {
  const [name, ...value] = text.split("=");
  return [trim(name, BLANK), value.length > 0 ? trim(value.join("="), BLANK) : undefined];
};

/**
 * Returns what follows the name of `own` in the name of a cookie that a browser keeps beside it or in its place, or null for another
 * one. A path that is not known may be the same. `own` has one.
 */
export function restBeside(own, cookie) {
  const isBeside =
    cookie?.name.startsWith(own.name) &&
    [null, own.path].includes(cookie.path) &&
    own.domain === cookie.domain &&
    own.isPartitioned === cookie.isPartitioned;
  return isBeside ? cookie.name.slice(own.name.length) : null;
}
