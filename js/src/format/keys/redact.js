// Recognizes keys in text where they do not belong, such as an error message or the name of a variable.

import { equal, fromBase64url } from "../base/bytes.js";
import { SUITES } from "../crypto/suites.js";
import { ANY_KEY_PREFIX, checksum } from "./key.js";

/** Length of the last part of a key in characters: its secret and its checksum. */
const ENCODED = 48;
/** Characters of each fact of an error that are shown. The search for keys takes long, and an error may contain a whole response. */
const MOST_SHOWN = 2048;
const HOLDS_A_KEY = "the error of the source holds a key and is not shown";

/** Returns true for a text that contains a key, or the last part of a key without its prefix. */
export async function looksLikeAKey(text) {
  if (text.includes(ANY_KEY_PREFIX)) return true;
  // Most texts have no word that is long enough. Made here, so that bundles without this function lack the expression.
  for (const word of text.match(new RegExp(`[\\w-]{${ENCODED},}`, "g")) ?? []) {
    for (let at = 0; at + ENCODED <= word.length; at++) {
      const bytes = fromBase64url(word.slice(at, at + ENCODED));
      // A key has more than 7 different bytes, or is refused as weak. This spares long runs of one letter the checksums.
      if (new Set(bytes).size > 7 && (await isChecked(bytes))) return true;
    }
  }
  return false;
}

/**
 * Reduces an error and its causes to their names, codes, messages and stacks, because other properties may contain the text that was
 * read, such as the body of a response. If a key is still in it, returns an error without any of these.
 */
export async function sentencesOf(error) {
  const chain = new Set();
  for (let one = error; ![null, undefined].includes(one) && !chain.has(one); one = one.cause) chain.add(one);
  // A key that begins in the shown part may end behind it.
  const searched = [...chain].map((error) => factsOf(error, MOST_SHOWN + ENCODED));
  if (await looksLikeAKey(searched.flatMap(Object.values).join("\n"))) return new Error(HOLDS_A_KEY);
  const all = [...chain].map((error) => factsOf(error, MOST_SHOWN));
  const reduced = (/** @type {Error | undefined} */ cause, /** @type {{ message?: string }} */ { message, ...facts }) =>
    Object.assign(new Error(message, cause && { cause }), facts);
  return all.reduceRight(reduced, undefined) ?? new Error();
}

/** Returns the facts of an error, or of any other value that a source may throw: the first `most` characters of each. */
function factsOf(error, most) {
  const { name, code, message, stack } = typeof error === "string" ? { message: error } : error;
  const facts = Object.entries({ name: name === "Error" ? undefined : name, code, message, stack });
  return Object.fromEntries(facts.filter(([, fact]) => typeof fact === "string").map(([name, fact]) => [name, fact.slice(0, most)]));
}

async function isChecked(bytes) {
  const [secret, check] = [bytes.subarray(0, 32), bytes.subarray(32)];
  const checks = await Promise.all(SUITES.map(({ name }) => checksum(name, secret)));
  return checks.some((checksum) => equal(checksum, check));
}
