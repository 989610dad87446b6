// Reading bytes: numbers, strings, varints (SPEC.md § 5.2, § 5.3).

import { U32, fromLatin1, fromUtf8, isAscii } from "./bytes.js";
import { INVALID } from "./errors.js";

/** Reads some bytes. Throws `INVALID` if they end early. */
export class Reader {
  #latin1;

  at = 0;

  constructor(bytes) {
    this.bytes = bytes;
  }

  /** Reads bytes as a `DataView` of a copy. */
  view(length) {
    return new DataView(new Uint8Array(this.take(length)).buffer);
  }

  get isAtEnd() {
    return this.at === this.bytes.length;
  }

  /** Skips bytes, and returns the position of the first. */
  skip(length) {
    const { at } = this;
    if (length > this.bytes.length - at) throw INVALID;
    this.at = at + length;
    return at;
  }

  take(length) {
    const at = this.skip(length);
    return this.bytes.subarray(at, at + length);
  }

  byte() {
    if (this.at >= this.bytes.length) throw INVALID;
    return this.bytes[this.at++];
  }

  /** Reads a big-endian integer of 1, 2, 4 or 8 bytes. */
  uint(width) {
    if (width === 8) return narrow(this.view(8).getBigUint64(0));
    const at = this.skip(width);
    let value = 0;
    for (let i = at; i < at + width; i++) value = value * 256 + this.bytes[i];
    return value;
  }

  int(width) {
    return narrow(BigInt.asIntN(8 * width, BigInt(this.uint(width))));
  }

  text(length) {
    const at = this.skip(length);
    // One decoding of all bytes is faster than one for each of many short strings.
    this.#latin1 ??= fromLatin1(this.bytes);
    const text = this.#latin1.slice(at, this.at);
    return isAscii(text) ? text : fromUtf8(this.bytes.subarray(at, this.at));
  }

  /** Reads a number below 2^32. Only its shortest form is valid. */
  varint() {
    let value = 0;
    for (let i = 0; i < 5; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * 128 ** i;
      if (byte < 0x80) {
        if (value > U32 || (byte === 0 && i > 0)) throw INVALID;
        return value;
      }
    }
    throw INVALID;
  }
}

/** Returns a safe integer as a number, and any other as a BigInt. */
export function narrow(value) {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
