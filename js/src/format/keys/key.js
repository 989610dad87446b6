// Keys (SPEC.md § 3.1 to § 3.3).

import { SPACE, concat, equal, fromBase64url, hex, toBase64url, toUtf8, trim, u8 } from "../base/bytes.js";
import { ensure } from "../base/errors.js";
import { hmac, hmacKey, random, sha256 } from "../crypto/algorithms.js";
import { SUITES } from "../crypto/suites.js";
import { purposeBytes } from "./purpose.js";

const LABEL = toUtf8("hardtack/v1");
/** Prefix of a key in every version of the format, by which misplaced keys are recognized. */
export const ANY_KEY_PREFIX = "hardtack_key_";
const KEY_PREFIX = `${ANY_KEY_PREFIX}v1_`;
const SEVERAL = "expected one key, found several; in a ring, separate them by lines or commas";

/** Remedy for a source or a ring that lacks a key. */
export const NEW_KEY = "restore its keys, because a new one signs everyone out; `generateKey()` makes the first";
const OTHER_LOOK = `is none: see \`hardtack ring check -\`; ${NEW_KEY}`;

/** Rows of looks_table.js, or none in a bundle. */
export const looks = [];

/** Returns what the text of a key looks like, or with `isRing` of a ring, as the rest of a sentence. */
export const lookOf = (text, isRing = false) => looks.find(([ofRings, like]) => ofRings === isRing && like.test(text))?.[2];

/** Draws a key of a type. */
export async function drawKey(type) {
  const secret = random(32);
  return `${KEY_PREFIX}${type}_${toBase64url(concat(secret, await checksum(type, secret)))}`;
}

/** Returns the last bytes of a key's text, which reveal that the text was cut off or mistyped. */
export async function checksum(type, secret) {
  return (await sha256(concat(toUtf8(`${KEY_PREFIX}${type}_`), secret))).subarray(0, 4);
}

export class Key {
  /** Parses the text of a key (§ 3.3, § 14.2). */
  static async parse(text) {
    const trimmed = trim(text, SPACE);
    const look = lookOf(trimmed) ?? OTHER_LOOK;
    ensure(trimmed.startsWith(KEY_PREFIX), "prefix", `key does not begin with \`${KEY_PREFIX}\`; it ${look}`);
    const [word, ...others] = trimmed.slice(KEY_PREFIX.length).split("_");
    const suite = SUITES.find(({ name }) => name === word);
    ensure(suite && others.length > 0, "type", "key must be of type xaes, xcha or sign");
    const rest = others.join("_");
    const { length } = toUtf8(rest);
    // A secret of 32 bytes and a checksum of 4 (§ 3.3).
    ensure(length === 48 || !rest.includes(ANY_KEY_PREFIX), "length", SEVERAL);
    ensure(length === 48, "length", `key must have 48 characters after its type, found ${length}; copy it again`);
    const bytes = fromBase64url(rest);
    ensure(bytes, "encoding", "key must be base64url");
    const secret = bytes.slice(0, 32);
    const isIntact = equal(await checksum(word, secret), bytes.slice(32));
    ensure(isIntact, "checksum", "key was cut off or mistyped; copy it again");
    ensure(new Set(secret).size > 7, "weak", "key must be random; call `generateKey()`");
    const salt = await hmacKey(LABEL);
    const key = new Key(suite, await hmacKey(await hmac(salt, secret)));
    key.kid = (await key.derive("kid", purposeBytes("", null, ""))).slice(0, 4);
    key.id = hex(key.kid);
    return key;
  }

  #prk;
  /** The first bytes of every token of the key (§ 3.1.2), and these in hexadecimal. */
  kid;
  id;
  // The values of a key without attributes.
  sealFrom = 0;
  acceptUntil = Infinity;

  constructor(suite, prk) {
    this.suite = suite;
    this.#prk = prk;
  }

  /** HKDF-Expand to one block of 32 bytes (§ 3.1.2). `purpose`: `purposeBytes`. */
  derive(word, purpose) {
    const w = toUtf8(word);
    return hmac(this.#prk, concat(u8(LABEL.length), LABEL, u8(w.length), w, u8(this.suite.fmt), purpose, u8(1)));
  }
}
