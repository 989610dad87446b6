// The algorithms of SPEC.md § 1 and § 2, by WebCrypto. Only iron_session.js also calls WebCrypto, for those of another format.

import { concat } from "../base/bytes.js";

const { subtle } = globalThis.crypto;

export const random = (length) => crypto.getRandomValues(new Uint8Array(length));

/**
 * Calls `write` with random bytes, and again with other bytes while its result contains `--`: some firewalls take that for SQL and
 * refuse the request (§ 6.6). After eight more draws, one in 400 full tokens still has it. `given`: fixed bytes, for tests.
 */
export async function withoutHyphens(length, given, write) {
  let text = await write(given ?? random(length));
  for (let draws = 0; draws < 8 && !given && text.includes("--"); draws++) text = await write(random(length));
  return text;
}

export const hmacKey = (bytes) => subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);

export async function hmac(key, message) {
  return new Uint8Array(await subtle.sign("HMAC", key, message));
}

export async function sha256(bytes) {
  return new Uint8Array(await subtle.digest("SHA-256", bytes));
}

const ZEROS = new Uint8Array(16);
const FIRST_BLOCK = { name: "AES-CBC", iv: ZEROS };

/** Returns the cipher XAES-256-GCM under a key (§ 2.4). */
export async function xaes(bytes) {
  const key = await subtle.importKey("raw", bytes, "AES-CBC", false, ["encrypt"]);
  // WebCrypto has no AES of a single block. The first block of AES-CBC with a zero IV is the same.
  const aes = (block) => subtle.encrypt(FIRST_BLOCK, key, block);
  const l = new Uint8Array(await aes(ZEROS), 0, 16);
  const k1 = l.map((byte, i) => (byte << 1) | (l[i + 1] >> 7));
  if (l[0] & 0x80) k1[15] ^= 0x87;

  const half = (number, nonce) => {
    const block = k1.slice();
    block[1] ^= number;
    block[2] ^= 0x58;
    for (let i = 0; i < 12; i++) block[4 + i] ^= nonce[i];
    return aes(block);
  };
  /** Encrypts or decrypts under the subkey of a nonce. */
  const run = async (use, nonce, aad, text) => {
    const [first, second] = await Promise.all([half(1, nonce), half(2, nonce)]);
    const subkey = concat(new Uint8Array(first, 0, 16), new Uint8Array(second, 0, 16));
    const algorithm = { name: "AES-GCM", iv: nonce.subarray(12), additionalData: aad };
    return new Uint8Array(await subtle[use](algorithm, await subtle.importKey("raw", subkey, "AES-GCM", false, [use]), text));
  };
  return {
    seal: (nonce, aad, text) => run("encrypt", nonce, aad, text),
    /** Returns null if the tag is wrong. */
    open: (nonce, aad, sealed) => run("decrypt", nonce, aad, sealed).catch(() => null),
  };
}
