// The algorithms of other libraries' cookies. Only to read them.

import { toUtf8 } from "./bytes.js";

const { subtle } = globalThis.crypto;

/** Verifies and decrypts a seal of @hapi/iron: HMAC-SHA-256 and AES-256-CBC under keys of PBKDF2-SHA-1 with one iteration. */
export async function openIron(password, { salt, nonce, ciphertext, tagSalt, signed, tag }) {
  const material = await subtle.importKey("raw", password, "PBKDF2", false, ["deriveKey"]);
  const derive = (salt, algorithm, use) => {
    const derivation = { name: "PBKDF2", hash: "SHA-1", salt: toUtf8(salt), iterations: 1 };
    return subtle.deriveKey(derivation, material, algorithm, false, [use]);
  };
  const macKey = await derive(tagSalt, { name: "HMAC", hash: "SHA-256", length: 256 }, "verify");
  if (!(await subtle.verify("HMAC", macKey, tag, signed))) return null;
  const key = await derive(salt, { name: "AES-CBC", length: 256 }, "decrypt");
  return new Uint8Array(await subtle.decrypt({ name: "AES-CBC", iv: nonce }, key, ciphertext));
}
