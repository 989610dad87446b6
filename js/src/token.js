// Tokens: sealing and opening (SPEC.md § 4, § 6, and § 7 up to the body).

import { concat, equal, fromBase64url, hex, toBase64url, u32, u8 } from "./bytes.js";
import { hmac, hmacKey, random, xaes } from "./crypto.js";
import { Refusal, SessionError } from "./errors.js";
import { sealingAt } from "./ring.js";
import { HEAD, NONCE, SIGN, SUITES, TAG, XCHA, overheadOf } from "./suites.js";

export const LONGEST_TOKEN = 32_768;
/** Bytes (§ 6.5). */
const LONGEST_BLOB = 24_576;
const SMALLEST_BODY = 6;

/** The keys of a ring, derived for one purpose, and the context. */
export class Sealer {
  /** `ring`: of `parseRing`. `purpose`: `purposeBytes`. `context`: `contextBytes`. */
  static async of(ring, purpose, context) {
    return new Sealer(ring, purpose, context, await Promise.all(ring.keys.map((key) => deriveKeys(key, purpose, context))));
  }

  #byId;

  constructor(ring, purpose, context, keys) {
    this.ring = ring;
    this.purpose = purpose;
    this.context = context;
    this.keys = keys;
    this.#byId = new Map(keys.map((derived) => [derived.key.id, derived]));
  }

  /** The keys that seal. */
  sealing(now) {
    return this.keys[sealingAt(this.ring.keys, now)];
  }

  /** A key of XChaCha20-Poly1305 cannot, because WebCrypto lacks it. */
  canSeal(now) {
    return this.sealing(now).seal !== undefined;
  }

  /** `entropy`: only tests give it. */
  async seal(body, now, entropy = random(NONCE)) {
    const { key, head, seal } = this.sealing(now);
    if (body.length > LONGEST_BLOB - overheadOf(key.suite.mode)) throw new SessionError("size", "session is too long for a token");
    if (!seal) throw new SessionError("suite", `key ${key.id} cannot seal: WebCrypto lacks XChaCha20-Poly1305`);
    return toBase64url(concat(head, ...(await seal(body, entropy))));
  }

  /** Returns the key's id and the body. Throws a `Refusal`. */
  async open(token, now) {
    if (token.length > LONGEST_TOKEN) throw new Refusal("TooLong");
    const blob = fromBase64url(token);
    if (!blob) throw new Refusal("Encoding");
    if (blob.length < HEAD) throw new Refusal("TooShort");
    const suite = SUITES.find(({ fmt }) => fmt === blob[0]);
    if (!suite) throw new Refusal("UnknownFormat");
    if (suite.mode !== this.ring.mode) throw new Refusal("WrongMode");
    const keyId = hex(blob.subarray(1, HEAD));
    const known = this.#byId.get(keyId);
    if (!known || known.key.suite !== suite) throw new Refusal("UnknownKey", keyId);
    if (known.key.isRetired(now)) throw new Refusal("RetiredKey", keyId);
    if (blob.length < overheadOf(suite.mode) + SMALLEST_BODY) throw new Refusal("TooShort", keyId);
    if (!known.open) throw new Refusal("UnknownKey", keyId, true);
    const body = await known.open(blob.subarray(HEAD));
    if (!body) throw new Refusal("Auth", keyId);
    return { keyId, body };
  }

  /** Returns the place of a key relative to the one that seals: `sealing`, `earlier` or `later`. */
  place(keyId, now) {
    const at = this.keys.indexOf(this.#byId.get(keyId));
    const sealing = sealingAt(this.ring.keys, now);
    return at === sealing ? "sealing" : at < sealing ? "earlier" : "later";
  }
}

/**
 * Derives the keys of one purpose. `seal` returns the parts of a blob behind its head; `open` takes them, and returns the
 * body, or null where the tag is wrong. WebCrypto has neither for XChaCha20-Poly1305.
 */
async function deriveKeys(key, purpose, context) {
  const head = concat(u8(key.suite.fmt), key.kid);
  const aad = concat(head, u32(context.length), context);
  const k = await key.derive("key", purpose);
  if (key.suite === XCHA) return { key, head };
  if (key.suite === SIGN) return { key, head, ...signing(await hmacKey(k), aad) };
  return { key, head, ...encrypting(await xaes(k), await hmacKey(await key.derive("nonce", purpose)), aad) };
}

function encrypting(cipher, nonceKey, aad) {
  return {
    async seal(body, entropy) {
      // The nonce depends on the content too, so that a repeated `entropy` does no harm (§ 6.2).
      const n = (await hmac(nonceKey, concat(entropy, aad, body))).subarray(0, NONCE);
      return [n, await cipher.seal(n, aad, body)];
    },
    open: (sealed) => cipher.open(sealed.subarray(0, NONCE), aad, sealed.subarray(NONCE)),
  };
}

function signing(mac, aad) {
  const tagOf = async (body) => (await hmac(mac, concat(aad, body))).subarray(0, TAG);
  return {
    seal: async (body) => [body, await tagOf(body)],
    async open(sealed) {
      const body = sealed.subarray(0, -TAG);
      return equal(await tagOf(body), sealed.subarray(-TAG)) ? body.slice() : null;
    },
  };
}
