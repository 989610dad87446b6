// Padding, which hides most of the length of a session (SPEC.md § 5.6).

import { PADDING } from "../format/bytes/body.js";

export const padme = {
  /** Returns the bytes of content for which a padded body of at most `longest` bytes has room. */
  roomIn(longest, metadata) {
    let room = longest - metadata;
    while (room >= 0 && padded(metadata + room + 1) > longest) room--;
    return room;
  },
  pad(body) {
    const bytes = new Uint8Array(padded(body.length + 1));
    bytes.set(body);
    bytes[0] |= PADDING;
    bytes[body.length] = 0x80;
    return bytes;
  },
};

/** Returns the padded length of `n` bytes, the mark included (§ 5.6.2). */
function padded(n) {
  const e = Math.floor(Math.log2(n));
  const low = 2 ** (e - (Math.floor(Math.log2(e)) + 1));
  return Math.ceil(n / low) * low;
}
