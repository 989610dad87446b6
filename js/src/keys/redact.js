// Keys that appear in other text by mistake.

import { equal, fromBase64url } from "../base/bytes.js";
import { SUITES } from "../crypto/suites.js";
import { ANY_KEY_PREFIX, checksum } from "./key.js";

/** The characters behind the suite of a key: its secret and its checksum. */
const ENCODED = 48;
const HOLDS_A_KEY = "the error of the source holds a key and is not shown";

/** Returns true for a text that holds a key, or the end of one. */
export async function looksLikeAKey(text) {
  if (text.includes(ANY_KEY_PREFIX)) return true;
  for (let at = 0; at + ENCODED <= text.length; at++) {
    const bytes = fromBase64url(text.slice(at, at + ENCODED));
    // As random as a key is.
    if (bytes && new Set(bytes).size > 7 && (await isChecked(bytes))) return true;
  }
  return false;
}

/**
 * Reduces an error and its causes to their names, codes, messages and stacks, because the rest may show a text that was read. An
 * error that holds a key is not shown.
 */
export async function sentencesOf(error) {
  const chain = new Set();
  for (let one = error; ![null, undefined].includes(one) && !chain.has(one); one = one.cause) chain.add(one);
  const all = [...chain].map(factsOf);
  if (await looksLikeAKey(all.map((facts) => Object.values(facts).join("\n")).join("\n"))) return new Error(HOLDS_A_KEY);
  const reduced = (cause, { message, ...facts }) => Object.assign(new Error(message, cause && { cause }), facts);
  return all.reduceRight(reduced, undefined) ?? new Error();
}

/** A source in JavaScript may throw anything. */
function factsOf(error) {
  const { name, code, message, stack } = typeof error === "string" ? { message: error } : error;
  const facts = Object.entries({ name: name === "Error" ? undefined : name, code, message, stack });
  return Object.fromEntries(facts.filter(([, fact]) => typeof fact === "string"));
}

async function isChecked(bytes) {
  const [secret, check] = [bytes.subarray(0, 32), bytes.subarray(32)];
  const checks = await Promise.all(SUITES.map(({ name }) => checksum(name, secret)));
  return checks.some((checksum) => equal(checksum, check));
}
