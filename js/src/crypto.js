// The algorithms of SPEC.md § 1 and § 2, as WebCrypto has them. No other module names one.

import { concat } from "./bytes.js";

const { subtle } = globalThis.crypto;

export const random = (length) => crypto.getRandomValues(new Uint8Array(length));

export const hmacKey = (bytes) => subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);

export async function hmac(key, message) {
  return new Uint8Array(await subtle.sign("HMAC", key, message));
}

export async function sha256(bytes) {
  return new Uint8Array(await subtle.digest("SHA-256", bytes));
}

const ZEROS = new Uint8Array(16);
const FIRST_BLOCK = { name: "AES-CBC", iv: ZEROS };

/** XAES-256-GCM (§ 2.4). */
export class Xaes {
  #key;
  #k1;

  static async of(bytes) {
    const xaes = new Xaes();
    xaes.#key = await subtle.importKey("raw", bytes, "AES-CBC", false, ["encrypt"]);
    const l = new Uint8Array(await subtle.encrypt(FIRST_BLOCK, xaes.#key, ZEROS), 0, 16);
    const k1 = l.map((byte, i) => (byte << 1) | (i < 15 ? l[i + 1] >> 7 : 0));
    if (l[0] & 0x80) k1[15] ^= 0x87;
    xaes.#k1 = k1;
    return xaes;
  }

  /** AES of one block is the first block of CBC without an initial vector. */
  #half(number, nonce) {
    const block = concat(Uint8Array.of(0, number, 0x58, 0), nonce.subarray(0, 12));
    for (let i = 0; i < 16; i++) block[i] ^= this.#k1[i];
    return subtle.encrypt(FIRST_BLOCK, this.#key, block);
  }

  async #subkey(nonce, use) {
    const [first, second] = await Promise.all([this.#half(1, nonce), this.#half(2, nonce)]);
    const bytes = concat(new Uint8Array(first, 0, 16), new Uint8Array(second, 0, 16));
    return subtle.importKey("raw", bytes, "AES-GCM", false, use);
  }

  async seal(nonce, aad, text) {
    const key = await this.#subkey(nonce, ["encrypt"]);
    const algorithm = { name: "AES-GCM", iv: nonce.subarray(12), additionalData: aad };
    return new Uint8Array(await subtle.encrypt(algorithm, key, text));
  }

  /** Returns null where the tag is wrong. */
  async open(nonce, aad, sealed) {
    const key = await this.#subkey(nonce, ["decrypt"]);
    const algorithm = { name: "AES-GCM", iv: nonce.subarray(12), additionalData: aad };
    try {
      return new Uint8Array(await subtle.decrypt(algorithm, key, sealed));
    } catch {
      return null;
    }
  }
}
