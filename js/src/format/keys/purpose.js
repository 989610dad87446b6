// Purpose and context (SPEC.md § 3.2, § 4.2).

import { concat, isText, toUtf8, u16, u32, u8 } from "../base/bytes.js";
import { mustBe } from "../base/errors.js";

/** Encodes a purpose: a name, an application and a type, each with its length. Throws a `ConfigError` (§ 14.4). */
export function purposeBytes(name, application, typeLabel) {
  const purpose = sized("purpose", name, 65_535);
  mustBe(application !== "", "application", "a name");
  return concat(purpose, sized("application", application ?? ""), sized("type", typeLabel ?? ""));
}

/** Encodes pairs of label and value, to which a token is bound, after their length. Throws a `ConfigError` (§ 14.4). */
export function contextBytes(pairs) {
  const isPair = (pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isText);
  mustBe(Array.isArray(pairs) && pairs.every(isPair), "context", "pairs of well-formed strings");
  const bytes = concat(pairs.flatMap(([label, value]) => [sized("label", label), sized("value", value, 65_535)]));
  return concat(u32(bytes.length), bytes);
}

/** Encodes a string after its length, so that no two lists of strings have the same bytes. */
function sized(code, text, most = 255) {
  mustBe(isText(text), code, "a well-formed string");
  const bytes = toUtf8(text);
  mustBe(bytes.length <= most, code, `at most ${most} bytes, found ${bytes.length}`);
  return concat(most > 255 ? u16(bytes.length) : u8(bytes.length), bytes);
}
