// Takes sessions over from cookies of iron-session, which are in the format of @hapi/iron, version Fe26.2.

import { fromBase64url, fromUtf8, toUtf8 } from "./format/base/bytes.js";
import { ConfigError, optionsOf } from "./format/base/errors.js";
import { refuseUnknown } from "./base/remedies.js";
import { oldCookie } from "./old_cookies.js";

const { subtle } = globalThis.crypto;

export function ironSession(options) {
  const { cookieName, password, cookieOptions = {}, convert, from, until, ...others } = optionsOf(options);
  const { ttl, chunk, onUnsealError, ...unknown } = others;
  refuseUnknown(unknown, " of `ironSession`");
  const passwords = typeof password === "string" ? { 1: password } : { ...password };
  const texts = Object.values(passwords);
  if (texts.length === 0 || !texts.every((text) => typeof text === "string" && text.length >= 32)) {
    throw new ConfigError(
      "password",
      "`password` must be that of iron-session, at least 32 characters, or an object of ids and passwords; is its variable set?",
    );
  }
  const { path, domain, secure, partitioned } = optionsOf(cookieOptions);
  const read = (value) => unseal(value, passwords);
  return oldCookie({ name: cookieName, path, domain, secure, partitioned, read, convert, from, until });
}

/** Returns the entries in a seal and the time of its end, or null. */
async function unseal(value, passwords) {
  const [seal, version] = value.split("~");
  // The version is not signed. With another version, a visitor could turn a member of the session into the whole session.
  if (version !== "2") return null;
  const parts = seal.split("*");
  if (parts.length !== 8 || parts[0] !== "Fe26.2" || !/^\d*$/.test(parts[5])) return null;
  const [, id, salt, iv, sealed, expiration, tagSalt, mac] = parts;
  const [nonce, ciphertext, tag] = [iv, sealed, mac].map(fromBase64url);
  if (!Object.hasOwn(passwords, id) || !nonce || !ciphertext || !tag) return null;
  const signed = toUtf8(parts.slice(0, 6).join("*"));
  const plain = await openIron(toUtf8(passwords[id]), { salt, nonce, ciphertext, tagSalt, signed, tag });
  if (!plain) return null;
  const data = JSON.parse(fromUtf8(plain));
  if (typeof data !== "object" || data === null || Array.isArray(data)) return null;
  return { entries: data, expiresAt: expiration === "" ? null : Number(expiration) };
}

/** Verifies and decrypts a seal of @hapi/iron: HMAC-SHA-256 and AES-256-CBC under keys of PBKDF2-SHA-1 with one iteration. */
async function openIron(password, { salt, nonce, ciphertext, tagSalt, signed, tag }) {
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
