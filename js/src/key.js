// Keys (SPEC.md § 3.1 to § 3.3).

import { SPACE, concat, equal, fromBase64url, hex, toBase64url, toUtf8, trim, u8 } from "./bytes.js";
import { purposeBytes } from "./context.js";
import { hmac, hmacKey, random, sha256 } from "./crypto.js";
import { ConfigError } from "./errors.js";
import { SUITES } from "./suites.js";

const LABEL = toUtf8("hardtack/v1");
const KEY_PREFIX = "hardtack_key_v1_";

/** Generates the text of a new key, as `hardtack keygen` does. */
export async function generateKey({ mode = "encrypted" } = {}) {
  const type = { encrypted: "xaes", signed: "sign" }[mode];
  if (!type) throw new ConfigError("mode", "`mode` is encrypted or signed");
  const secret = random(32);
  return `${KEY_PREFIX}${type}_${toBase64url(concat(secret, await checksum(type, secret)))}`;
}

async function checksum(type, secret) {
  return (await sha256(concat(toUtf8(`${KEY_PREFIX}${type}_`), secret))).subarray(0, 4);
}

export class Key {
  /** Parses the text of a key (§ 3.3, § 14.2). */
  static async parse(text) {
    const trimmed = trim(text, SPACE);
    if (!trimmed.startsWith(KEY_PREFIX)) {
      throw new ConfigError("prefix", `key does not begin with ${KEY_PREFIX}`);
    }
    const after = trimmed.slice(KEY_PREFIX.length);
    const at = after.indexOf("_");
    const suite = at >= 0 && Object.hasOwn(SUITES, after.slice(0, at)) ? SUITES[after.slice(0, at)] : null;
    if (!suite) throw new ConfigError("type", "key has an unknown type, expected xaes, xcha or sign");
    const rest = after.slice(at + 1);
    const { length } = toUtf8(rest);
    if (length !== 48) throw new ConfigError("length", `key ends in ${length} bytes, expected 48`);
    const bytes = fromBase64url(rest);
    if (!bytes) throw new ConfigError("encoding", "key is not base64url");
    const [secret, checked] = [bytes.slice(0, 32), bytes.slice(32)];
    if (!equal(await checksum(suite.name, secret), checked)) {
      throw new ConfigError("checksum", "key has a wrong checksum: it was cut off or mistyped");
    }
    if (new Set(secret).size <= 7) throw new ConfigError("weak", "key is a placeholder, not a random one");
    const salt = await hmacKey(LABEL);
    const key = new Key(suite, await hmacKey(await hmac(salt, secret)));
    key.kid = (await key.derive("kid", purposeBytes("", null, ""))).slice(0, 4);
    key.id = hex(key.kid);
    return key;
  }

  #prk;

  constructor(suite, prk) {
    this.suite = suite;
    this.#prk = prk;
    this.sealFrom = null;
    this.acceptUntil = null;
  }

  /** HKDF-Expand to one block of 32 bytes (§ 3.1.2). `purpose`: `purposeBytes`. */
  derive(word, purpose) {
    const w = toUtf8(word);
    return hmac(this.#prk, concat(u8(LABEL.length), LABEL, u8(w.length), w, u8(this.suite.fmt), purpose, u8(1)));
  }

  isRetired(now) {
    return this.acceptUntil !== null && now >= this.acceptUntil;
  }
}
