// Messages about settings. In them, the name of a setting is in braces, because variables and tables spell it differently. Any other
// brace is doubled.

import { ConfigError } from "../format/base/errors.js";

/** Returns a mistake: the setting that it is about, or null, and the message. */
export const mistake = (setting, sentence) => ({ setting, sentence });

/** Returns a mistake in one setting. `reason` follows the name: "is empty, …". */
export const mistakeIn = (setting, reason) => mistake(setting, `{${setting}} ${reason}`);

/**
 * Refuses a value, with the rest of a sentence that begins with the name of its setting.
 *
 * @returns {never}
 */
export function refuse(reason) {
  throw new ConfigError("settings", reason);
}

/** Writes each name in braces as `spell` does. */
export const spelled = (sentence, spell) => sentence.replace(/\{\{|\{([a-z_]+)\}/g, (_, name) => (name ? `\`${spell(name)}\`` : "{"));

/** Returns true if a sentence names one setting. */
export function namesOne(sentence) {
  let names = 0;
  spelled(sentence, () => ++names);
  return names === 1;
}

/** Doubles the braces in a text of a user. */
export const plain = (text) => text.replaceAll("{", "{{");

/** Joins words: "`a`, `b` or `c`". */
export const either = (words) => words.join(", ").replace(/, ([^,]*)$/, " or $1");

/** Quotes a character, as Rust's `Debug` writes it. */
export const quoted = (character) => `'${character === '"' ? '"' : escaped(character)}'`;

/** Escapes quotes and invisible characters, as Rust's `Debug` does. */
export const escaped = (text) => text.replace(/[\p{C}\p{Z}'"\\]|^\p{Grapheme_Extend}/gu, escapeOf);

const escapeOf = (found) => ESCAPES[found] ?? `\\u{${found.codePointAt(0).toString(16)}}`;

const ESCAPES = { " ": " ", "\0": "\\0", "\t": "\\t", "\r": "\\r", "\n": "\\n", "'": "\\'", '"': '\\"', "\\": "\\\\" };

/** Returns the error for mistakes whose names are spelled. */
export function errorOf(mistakes) {
  const [first, ...more] = mistakes.map(({ sentence }) => sentence);
  const message = more.length === 0 ? first : [`${mistakes.length} are refused:`, first, ...more].join("\n  ");
  const settings = mistakes.flatMap(({ setting }) => setting ?? []);
  return Object.assign(new ConfigError("settings", `session settings: ${message}`), { settings });
}
