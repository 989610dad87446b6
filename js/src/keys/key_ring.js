// The public class of key rings (SPEC.md § 3.4 to § 3.6). index.d.ts has its contract.

import { optionsOf } from "../format/base/errors.js";
import { refuseUnknown } from "../base/remedies.js";
import { follow } from "./followed_ring.js";
import { ringFingerprint } from "./in_use.js";
import { generateKey } from "./generate.js";
import { Ring, contentOf, parseRing } from "../format/keys/ring.js";

export class KeyRing extends Ring {
  static async generate(options) {
    return KeyRing.parse(await generateKey(options), options);
  }

  // A text is read by § 3.5, and several by § 3.5.7.
  static async parse(texts, options = {}) {
    const { mode, skipXChaCha, ...unknown } = optionsOf(options);
    refuseUnknown(unknown, " of a key ring");
    return new KeyRing(await parseRing(texts, { mode, skipXChaCha }));
  }

  static async follow(source, options) {
    return new KeyRing(await follow(source, options));
  }

  get mode() {
    return contentOf(this).mode;
  }

  // In the order of § 3.4.2.
  get keys() {
    const facts = ({ id, sealFrom, acceptUntil }) => ({ id, sealFrom: orNull(sealFrom), acceptUntil: orNull(acceptUntil) });
    return contentOf(this).keys.map(facts);
  }

  get notBefore() {
    return orNull(contentOf(this).notBefore);
  }

  async fingerprint() {
    return ringFingerprint(contentOf(this));
  }
}

/** Returns null for the values that stand for a time that is not in the text. */
const orNull = (time) => (time > 0 && time < Infinity ? time : null);
