// Purpose and context (SPEC.md § 3.2, § 4.2).

import { concat, joined, toUtf8, u16, u8 } from "./bytes.js";
import { ConfigError } from "./errors.js";

/** What keys are derived for: a name, an application and a type, each with its length. Throws a `ConfigError` (§ 14.4). */
export function purposeBytes(name, application, typeLabel) {
  if (application === "") throw new ConfigError("application", "`application` is empty; leave it out");
  return concat(sized("purpose", name, 65_535), sized("application", application ?? ""), sized("type", typeLabel ?? ""));
}

/** Encodes the pairs of label and value that a token is bound to. Throws a `ConfigError` (§ 14.4). */
export function contextBytes(pairs) {
  const isPair = (pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isText);
  if (!Array.isArray(pairs) || !pairs.every(isPair)) {
    throw new ConfigError("context", "`context` is a list of pairs of label and value, which are well-formed strings");
  }
  return joined(pairs.flatMap(([label, value]) => [sized("label", label), sized("value", value, 65_535)]));
}

/** What is no text would make one tenant of two: `undefined` and "undefined", or two halves of surrogate pairs. */
const isText = (text) => typeof text === "string" && text.isWellFormed();

/** A text behind its length. */
function sized(code, text, most = 255) {
  if (!isText(text)) throw new ConfigError(code, `\`${code}\` is not a well-formed string`);
  const bytes = toUtf8(text);
  if (bytes.length > most) throw new ConfigError(code, `\`${code}\` has ${bytes.length} bytes, expected at most ${most}`);
  return concat(most > 255 ? u16(bytes.length) : u8(bytes.length), bytes);
}
