// The public class of key rings (SPEC.md § 3.4 to § 3.6).

import { refuseUnknown } from "../base/errors.js";
import { follow } from "./followed_ring.js";
import { ringFingerprint } from "./in_use.js";
import { generateKey } from "./key.js";
import { Ring, contentOf, parseRing } from "./ring.js";

/** One or more keys, of which one seals at any time. */
export class KeyRing extends Ring {
  /** Generates a ring of one key, for tests and for trying things out: its sessions cannot be read after a restart. */
  static async generate(options) {
    return KeyRing.parse(await generateKey(options), options);
  }

  /**
   * Parses the text of a ring (§ 3.5), or several texts (§ 3.5.7).
   *
   * Throws for a key of XChaCha20-Poly1305, which this package cannot use. With `skipXChaCha`, the key is accepted, and sessions
   * under it are left alone.
   */
  static async parse(texts, { mode, skipXChaCha, ...unknown } = {}) {
    refuseUnknown(unknown, " of a key ring");
    return new KeyRing(await parseRing(texts, { mode, skipXChaCha }));
  }

  /**
   * Reads a ring, and follows it: carriers that are built with it ask `source` again when they load a session, at most once in
   * `every` seconds. If `source` fails or returns a ring that is refused, the ring stays as it is, and `log` gets the reason.
   */
  static async follow(source, options) {
    return new KeyRing(await follow(source, options));
  }

  get mode() {
    return contentOf(this).mode;
  }

  /** Returns the public facts of the keys, in the order of § 3.4.2. */
  get keys() {
    const facts = ({ id, sealFrom, acceptUntil }) => ({ id, sealFrom: orNull(sealFrom), acceptUntil: orNull(acceptUntil) });
    return contentOf(this).keys.map(facts);
  }

  /** Returns the `not_before` of the ring in Unix seconds, or null. */
  get notBefore() {
    return orNull(contentOf(this).notBefore);
  }

  /** Returns the fingerprint, to compare instances (§ 3.6). */
  async fingerprint() {
    return ringFingerprint(contentOf(this));
  }
}

/** Returns null for the values that stand for a time that is not in the text. */
const orNull = (time) => (time > 0 && time < Infinity ? time : null);
