// Sentences about settings, in which the name of a setting is in braces: a variable and a table spell it differently. Another brace
// is two.

import { ConfigError } from "../base/errors.js";

/** A mistake: the setting that it is about, or null, and the sentence that names it. */
export const mistake = (setting, sentence) => ({ setting, sentence });

/** `reason` goes on after the name: "is empty, …". */
export const mistakeIn = (setting, reason) => mistake(setting, `{${setting}} ${reason}`);

/** Refuses a value, with the rest of a sentence that begins with the name of its setting. */
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

/** A text of a user, in which braces are braces. */
export const plain = (text) => text.replaceAll("{", "{{");

/** Words in a sentence: "`a`, `b` or `c`". */
export const either = (words) => words.join(", ").replace(/, ([^,]*)$/, " or $1");

/** One character in quotes, as Rust's `Debug` writes it. */
export const quoted = (character) => `'${character === '"' ? '"' : escaped(character)}'`;

/** A text with escapes for quotes and invisible characters. */
export const escaped = (text) => text.replace(/[\p{C}\p{Z}'"\\]|^\p{Grapheme_Extend}/gu, escapeOf);

const escapeOf = (found) => ESCAPES[found] ?? `\\u{${found.codePointAt(0).toString(16)}}`;

const ESCAPES = { " ": " ", "\0": "\\0", "\t": "\\t", "\r": "\\r", "\n": "\\n", "'": "\\'", '"': '\\"', "\\": "\\\\" };

/** The message of all mistakes, whose sentences are spelled. */
export function errorOf(mistakes) {
  const [first, ...more] = mistakes.map(({ sentence }) => sentence);
  const told = more.length === 0 ? first : [`${mistakes.length} are refused:`, first, ...more].join("\n  ");
  const settings = mistakes.flatMap(({ setting }) => setting ?? []);
  return Object.assign(new ConfigError("settings", `session settings: ${told}`), { settings });
}
