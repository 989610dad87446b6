// The keys of one purpose, derived from a ring (SPEC.md § 3.1.2, § 6).

import { concat, equal, u8 } from "../base/bytes.js";
import { hmac, hmacKey, xaes } from "../crypto/algorithms.js";
import { NONCE, SIGN, TAG, XCHA } from "../crypto/suites.js";

/** Derives the keys of a ring for a purpose. */
export const keysFor = ({ keys }, purpose) => Promise.all(keys.map((key) => deriveKeys(key, purpose)));

/**
 * Derives the functions of one key. `seal` returns the parts of a blob after its head. `open` takes these parts, and returns the
 * body, or null if the tag is wrong. A key of XChaCha20-Poly1305 has neither, because WebCrypto lacks the cipher.
 */
async function deriveKeys(key, purpose) {
  const head = concat(u8(key.suite.fmt), key.kid);
  const k = await key.derive("key", purpose);
  if (key.suite === XCHA) return { key, head };
  if (key.suite === SIGN) return { key, head, ...signing(await hmacKey(k)) };
  return { key, head, ...encrypting(await xaes(k), await hmacKey(await key.derive("nonce", purpose))) };
}

function encrypting(cipher, nonceKey) {
  return {
    async seal(body, aad, entropy) {
      // The nonce depends on the content too, so that a repeated `entropy` does no harm (§ 6.2).
      const n = (await hmac(nonceKey, concat(entropy, aad, body))).subarray(0, NONCE);
      return [n, await cipher.seal(n, aad, body)];
    },
    open: (sealed, aad) => cipher.open(sealed.subarray(0, NONCE), aad, sealed.subarray(NONCE)),
  };
}

function signing(mac) {
  const tagOf = async (body, aad) => (await hmac(mac, concat(aad, body))).subarray(0, TAG);
  return {
    seal: async (body, aad) => [body, await tagOf(body, aad)],
    async open(sealed, aad) {
      const body = sealed.subarray(0, -TAG);
      return equal(await tagOf(body, aad), sealed.subarray(-TAG)) ? body.slice() : null;
    },
  };
}
