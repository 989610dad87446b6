// Padding, which hides a part of the length of a session (SPEC.md § 5.6).

import { PADDING } from "./body.js";

/** The option `padding`. */
export const padme = {
  /** The most bytes of content with which a body of at most `longest` bytes has room for the padding. */
  roomIn(longest, metadata) {
    let room = longest - metadata;
    while (room >= 0 && padded(metadata + room + 1) > longest) room--;
    return room;
  },
  /** Pads a body. */
  pad(body) {
    const bytes = new Uint8Array(padded(body.length + 1));
    bytes.set(body);
    bytes[0] |= PADDING;
    bytes[body.length] = 0x80;
    return bytes;
  },
};

/** The padded length of `n` bytes, the mark included (§ 5.6.2). */
function padded(n) {
  const e = Math.floor(Math.log2(n));
  const low = 2 ** (e - (Math.floor(Math.log2(e)) + 1));
  return Math.ceil(n / low) * low;
}
