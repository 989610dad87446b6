// Purpose and context (SPEC.md § 3.2, § 4.2).

import { concat, joined, toUtf8, u16, u8 } from "./bytes.js";
import { ConfigError } from "./errors.js";

/** What keys are derived for: a name, an application and a type, each with its length. Throws a `ConfigError` (§ 14.4). */
export function purposeBytes(name, application, typeLabel) {
  const p = toUtf8(name);
  if (p.length > 65_535) throw new ConfigError("purpose", "the name that keys are derived for is longer than 65,535 bytes");
  const [a, t] = [textBytes("application", application ?? ""), textBytes("type", typeLabel ?? "")];
  if (a.length > 255 || application === "") {
    throw new ConfigError("application", `\`application\` has ${a.length} bytes, expected 1 to 255`);
  }
  if (t.length > 255) throw new ConfigError("type", "the label of the type is longer than 255 bytes");
  return concat(u16(p.length), p, u8(a.length), a, u8(t.length), t);
}

/** Encodes the pairs of label and value that a token is bound to. Throws a `ConfigError` (§ 14.4). */
export function contextBytes(pairs) {
  if (!Array.isArray(pairs) || !pairs.every((pair) => Array.isArray(pair) && pair.length === 2)) {
    throw new ConfigError("context", "`context` is a list of pairs of label and value");
  }
  const encoded = pairs.map(([label, value]) => {
    const [l, v] = [textBytes("context", label), textBytes("context", value)];
    if (l.length > 255) throw new ConfigError("label", "a label of the context is longer than 255 bytes");
    if (v.length > 65_535) throw new ConfigError("value", "a value of the context is longer than 65,535 bytes");
    return concat(u8(l.length), l, u16(v.length), v);
  });
  return joined(encoded);
}

/** Refuses what would make one tenant of two: `undefined` and "undefined", or two halves of surrogate pairs. */
function textBytes(code, text) {
  if (typeof text !== "string" || !text.isWellFormed()) {
    throw new ConfigError(code, `\`${code}\` has a text that is not a well-formed string`);
  }
  return toUtf8(text);
}
