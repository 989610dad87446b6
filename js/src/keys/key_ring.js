// Key rings that programs make, and ask about their keys (SPEC.md § 3.4 to § 3.6).

import { refuseUnknown } from "../base/errors.js";
import { follow } from "./followed_ring.js";
import { ringFingerprint } from "./in_use.js";
import { generateKey } from "./key.js";
import { Ring, contentOf, parseRing } from "./ring.js";

/** One or more keys, of which one seals at any time. */
export class KeyRing extends Ring {
  /** Generates a ring of one key. Its sessions end with the program: for tests, and for trying things out. */
  static async generate(options) {
    return KeyRing.parse(await generateKey(options), options);
  }

  /**
   * Parses the text of a ring (§ 3.5), or several texts (§ 3.5.7).
   *
   * A ring with a key of XChaCha20-Poly1305 is refused, unless `skipXChaCha` says that sessions under it, which this
   * package cannot open, are to be left alone.
   */
  static async parse(texts, { mode, skipXChaCha, ...unknown } = {}) {
    refuseUnknown(unknown, " of a key ring");
    return new KeyRing(await parseRing(texts, { mode, skipXChaCha }));
  }

  /**
   * Reads a ring, and follows it: carriers that are built with it ask `source` again when they load a session, at most once in
   * `every` seconds. What cannot be read, or is no such ring, is told to `log`, and the ring stays as it is.
   */
  static async follow(source, options) {
    return new KeyRing(await follow(source, options));
  }

  get mode() {
    return contentOf(this).mode;
  }

  /** The public facts of the keys, in their order (§ 3.4.2). */
  get keys() {
    const facts = ({ id, sealFrom, acceptUntil }) => ({ id, sealFrom: orNull(sealFrom), acceptUntil: orNull(acceptUntil) });
    return contentOf(this).keys.map(facts);
  }

  /** In Unix seconds, or null. */
  get notBefore() {
    return orNull(contentOf(this).notBefore);
  }

  /** Returns the fingerprint, to compare instances (§ 3.6). */
  async fingerprint() {
    return ringFingerprint(contentOf(this));
  }
}

/** A time of a ring, or null if the text has none. */
const orNull = (time) => (time > 0 && time < Infinity ? time : null);
