// Tokens: sealing and opening (SPEC.md § 4, § 6, and § 7 up to the body).

import { concat, fromBase64url, hex, toBase64url } from "../base/bytes.js";
import { Rejected, SessionError } from "../base/errors.js";
import { withoutHyphens } from "../crypto/algorithms.js";
import { HEAD, NONCE, SUITES, overheadOf } from "../crypto/suites.js";
import { keysFor } from "../keys/purpose_keys.js";
import { sealingAt } from "../keys/ring.js";

/** Characters of eight full cookies. */
export const LONGEST_TOKEN = 32_768;
/** Bytes that these are (§ 6.5). */
const LONGEST_BLOB = 24_576;
const SMALLEST_BODY = 6;

/** Seals and opens tokens: the keys of a ring, derived for one purpose, and the context. */
export class Sealer {
  /**
   * `ring`: the value of `parseRing`. `purpose`: `purposeBytes`. `context`: `contextBytes`. `overlap`: seconds for which tokens need
   * a key after the next key begins to seal, for a warning.
   */
  static async of(ring, purpose, context, overlap = 0) {
    const sealer = new Sealer(ring, purpose, context, overlap, await keysFor(ring, purpose));
    await ring.serve?.(sealer);
    return sealer;
  }

  constructor(ring, purpose, context, overlap, keys) {
    this.ring = ring;
    this.purpose = purpose;
    this.context = context;
    this.overlap = overlap;
    this.keys = keys;
  }

  /** Returns the derived keys that seal at `now`. */
  sealing(now) {
    return this.keys[sealingAt(this.ring.keys, now)];
  }

  /** Returns the position of a key relative to the sealing key, or null if it opens nothing. Below 0: an earlier key. */
  placeOf(keyId, now) {
    const at = this.keys.findIndex(({ key }) => key.id === keyId && now < key.acceptUntil);
    return at < 0 ? null : at - sealingAt(this.ring.keys, now);
  }

  /** Returns false if the sealing key is one of XChaCha20-Poly1305, which WebCrypto lacks. */
  canSeal(now) {
    return !!this.sealing(now).seal;
  }

  /** Seals a body. `entropy`: fixed bytes, for tests. Throws a `SessionError`. */
  async seal(body, now, entropy) {
    const { key, head, seal } = this.sealing(now);
    if (body.length > LONGEST_BLOB - overheadOf(key.suite.mode)) throw new SessionError("size", "session is too large; store less");
    if (!seal) throw new SessionError("suite", `key ${key.id} cannot seal here; add an xaes key`);
    const aad = concat(head, this.context);
    const write = async (entropy) => toBase64url(concat(head, await seal(body, aad, entropy)));
    // A signed token has no random bytes.
    return key.suite.mode === "signed" ? write() : withoutHyphens(NONCE, entropy, write);
  }

  /**
   * Opens a token. Returns the key's id, its position as `placeOf` does, and the body. Throws a `Rejected`. `keepsUnknown`: a token
   * under a key that the ring lacks is left to instances that may have the key.
   */
  async open(token, now, keepsUnknown) {
    if (token.length > LONGEST_TOKEN) throw new Rejected("TooLong");
    const blob = fromBase64url(token);
    if (!blob) throw new Rejected("Encoding");
    if (blob.length < HEAD) throw new Rejected("TooShort");
    const suite = SUITES.find(({ fmt }) => fmt === blob[0]);
    if (!suite) throw new Rejected("UnknownFormat");
    if (suite.mode !== this.ring.mode) throw new Rejected("WrongMode");
    const keyId = hex(blob.subarray(1, HEAD));
    const known = this.keys.find(({ key }) => key.id === keyId);
    if (!known || known.key.suite !== suite) {
      throw new Rejected("UnknownKey", keyId, keepsUnknown, this.ring.hasDropped?.(keyId) && { known: "dropped" });
    }
    const place = this.placeOf(keyId, now);
    if (place === null) throw new Rejected("RetiredKey", keyId);
    if (blob.length < overheadOf(suite.mode) + SMALLEST_BODY) throw new Rejected("TooShort", keyId);
    if (!known.open) throw new Rejected("UnknownKey", keyId, true);
    const body = await known.open(blob.subarray(HEAD), concat(known.head, this.context));
    if (!body) throw new Rejected("Auth", keyId);
    return { keyId, place, body };
  }
}
