// `Set-Cookie` fields of a response, as a browser reads them (docs/spec/writer.md § 8.12.2).

import { BLANK, trim } from "../base/bytes.js";

/**
 * Reads a field. Returns null if it does not set a cookie with a name. `path` is null if it is the default, which depends on the
 * address of the request. An empty `domain` stands for the host of the request.
 */
export function readSetCookie(line) {
  const [[name, value], ...attributes] = line.split(";").map(halves);
  if (value === undefined) return null;
  // Browsers use the last attribute of each name, and ignore a `Max-Age` that is not a number (RFC 6265bis section 5.6.2).
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

/** Splits a pair or an attribute at its first `=`. */
const halves = (text) => {
  const [name, ...value] = text.split("=");
  return [trim(name, BLANK), value.length > 0 ? trim(value.join("="), BLANK) : undefined];
};

/**
 * Returns the rest of the name of `cookie` after that of `own`, if a browser keeps both for the same host, path and partition: `""`
 * for the same cookie, `.1` for a part. Otherwise returns null. An unknown path counts as the same.
 */
export function restBeside(own, cookie) {
  const isBeside =
    cookie?.name.startsWith(own.name) &&
    [null, own.path].includes(cookie.path) &&
    own.domain === cookie.domain &&
    own.isPartitioned === cookie.isPartitioned;
  return isBeside ? cookie.name.slice(own.name.length) : null;
}
