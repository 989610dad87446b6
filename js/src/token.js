// Tokens: sealing and opening (SPEC.md § 4, § 6, and § 7 up to the body).

import { concat, equalTags, fromBase64url, hex, toBase64url, u32, u8 } from "./bytes.js";
import { Xaes, hmac, hmacKey, random } from "./crypto.js";
import { Refusal, SessionError } from "./errors.js";
import { keysOf, sealingAt } from "./key_ring.js";
import { HEAD, NONCE, SUITES, TAG, overheadOf, suiteOf } from "./suites.js";

export const LONGEST_TOKEN = 32_768;
/** Bytes (§ 6.5). */
const LONGEST_BLOB = 24_576;
const SMALLEST_BODY = 6;

/** The keys of a ring, derived for one purpose, and the context. */
export class Sealer {
  /** `purpose`: `purposeBytes`. `context`: `contextBytes`. */
  static async of(ring, purpose, context) {
    const derived = await Promise.all(keysOf(ring).map((key) => deriveKeys(key, purpose)));
    return new Sealer(ring, derived, context);
  }

  #keys;
  #byId;

  constructor(ring, keys, context) {
    this.ring = ring;
    this.#keys = keys;
    this.#byId = new Map(keys.map((derived) => [derived.key.id, derived]));
    this.context = context;
  }

  #aad(head) {
    return concat(head, u32(this.context.length), this.context);
  }

  /** The keys that are not retired, for CSRF tokens. */
  accepted(now) {
    return this.#keys.filter(({ key }) => !key.isRetired(now));
  }

  sealing(now) {
    return this.#keys[this.#sealingAt(now)];
  }

  #sealingAt(now) {
    return sealingAt(keysOf(this.ring), now);
  }

  /** A key of XChaCha20-Poly1305 cannot, because WebCrypto lacks it. */
  canSeal(now) {
    const { mac, cipher } = this.sealing(now);
    return Boolean(mac ?? cipher);
  }

  /** `entropy`: only tests give it. */
  async seal(body, now, entropy = random(NONCE)) {
    const { key, cipher, nonce, mac } = this.sealing(now);
    if (body.length > LONGEST_BLOB - overheadOf(key.suite.mode)) throw new SessionError("size", "the session is too long for a token");
    const head = concat(u8(key.suite.fmt), key.kid);
    const aad = this.#aad(head);
    if (mac) return toBase64url(concat(head, body, (await hmac(mac, concat(aad, body))).subarray(0, TAG)));
    if (!cipher) throw new SessionError("suite", `key ${key.id} seals by XChaCha20-Poly1305, which WebCrypto lacks`);
    // The nonce depends on the content too, so that a repeated `entropy` does no harm (§ 6.2).
    const n = (await hmac(nonce, concat(entropy, aad, body))).subarray(0, NONCE);
    return toBase64url(concat(head, n, await cipher.seal(n, aad, body)));
  }

  /** Returns the key's id and the body. Throws a `Refusal`. */
  async open(token, now) {
    if (token.length > LONGEST_TOKEN) throw new Refusal("TooLong");
    const blob = fromBase64url(token);
    if (!blob) throw new Refusal("Encoding");
    if (blob.length < HEAD) throw new Refusal("TooShort");
    const suite = suiteOf(blob[0]);
    if (!suite) throw new Refusal("UnknownFormat");
    if (suite.mode !== this.ring.mode) throw new Refusal("WrongMode");
    const keyId = hex(blob.subarray(1, HEAD));
    const known = this.#byId.get(keyId);
    if (!known || known.key.suite !== suite) throw new Refusal("UnknownKey", keyId);
    if (known.key.isRetired(now)) throw new Refusal("RetiredKey", keyId);
    if (blob.length < overheadOf(suite.mode) + SMALLEST_BODY) throw new Refusal("TooShort", keyId);
    if (known.key.suite === SUITES.xcha) throw new Refusal("UnknownKey", keyId, true);
    const aad = this.#aad(blob.subarray(0, HEAD));
    const body = await openBlob(known, aad, blob.subarray(HEAD));
    if (!body) throw new Refusal("Auth", keyId);
    return { keyId, body };
  }

  /** Returns the place of a key relative to the one that seals: `sealing`, `earlier` or `later`. */
  place(keyId, now) {
    const at = this.#keys.findIndex(({ key }) => key.id === keyId);
    const sealing = this.#sealingAt(now);
    return at === sealing ? "sealing" : at < sealing ? "earlier" : "later";
  }
}

async function deriveKeys(key, purpose) {
  const [k, nonce, csrf] = await Promise.all(["key", "nonce", "csrf"].map((word) => key.derive(word, purpose)));
  const derived = { key, csrf: await hmacKey(csrf) };
  if (key.suite === SUITES.xaes) Object.assign(derived, { cipher: await Xaes.of(k), nonce: await hmacKey(nonce) });
  if (key.suite === SUITES.sign) derived.mac = await hmacKey(k);
  return derived;
}

/** Returns the body, or null where the tag is wrong. */
async function openBlob({ mac, cipher }, aad, sealed) {
  if (cipher) return cipher.open(sealed.subarray(0, NONCE), aad, sealed.subarray(NONCE));
  const body = sealed.subarray(0, sealed.length - TAG);
  const tag = (await hmac(mac, concat(aad, body))).subarray(0, TAG);
  return equalTags(tag, sealed.subarray(sealed.length - TAG)) ? body.slice() : null;
}
