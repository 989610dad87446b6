// `Set-Cookie` fields of a response, as a browser reads them (docs/spec/writer.md § 8.12.2).

import { BLANK, trim } from "../base/bytes.js";

/**
 * Reads a field. Null: it sets no cookie with a name. `path` is null where it depends on the address of the request; an empty
 * `domain` is the host that answers.
 */
export function readSetCookie(line) {
  const [[name, value], ...attributes] = line.split(";").map(halves);
  if (value === undefined) return null;
  const read = { name, value, path: null, domain: "", isPartitioned: false };
  for (const [attribute, value = ""] of attributes) {
    const key = attribute.toLowerCase();
    if (key === "path") read.path = value.startsWith("/") ? value : null;
    if (key === "domain") read.domain = value.replace(/^\./, "").toLowerCase();
    if (key === "partitioned") read.isPartitioned = true;
    if (key === "max-age" && /^(-|0$)/.test(value)) read.value = "";
  }
  return read;
}

/** A pair or an attribute, split at its first `=`. */
const halves = (text) => {
  const [name, ...value] = text.split("=");
  return [trim(name, BLANK), value.length > 0 ? trim(value.join("="), BLANK) : undefined];
};

/** Returns true if a browser keeps both in one place, but for their names. A path that is not known may be the same. */
const areBeside = (a, b) =>
  (a.path === b.path || a.path === null || b.path === null) && a.domain === b.domain && a.isPartitioned === b.isPartitioned;

/** Returns true if a browser keeps both in one place. */
export const areSame = (a, b) => a.name === b?.name && areBeside(a, b);

/** Returns the number of the part of `own` that a cookie is, 0 for the cookie itself, and null for another one. */
export function partOf(own, cookie) {
  if (!cookie?.name.startsWith(own.name) || !areBeside(own, cookie)) return null;
  const rest = cookie.name.slice(own.name.length);
  if (rest === "") return 0;
  return /^\.[1-7]$/.test(rest) ? Number(rest[1]) : null;
}
