// Keys that appear in other text by mistake.

import { equal, fromBase64url } from "../base/bytes.js";
import { SUITES } from "../crypto/suites.js";
import { ANY_KEY_PREFIX, checksum } from "./key.js";

/** The characters behind the suite of a key: its secret and its checksum. */
const ENCODED = 48;

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

async function isChecked(bytes) {
  const [secret, check] = [bytes.subarray(0, 32), bytes.subarray(32)];
  const checks = await Promise.all(SUITES.map(({ name }) => checksum(name, secret)));
  return checks.some((checksum) => equal(checksum, check));
}
