// Reading bytes: numbers, texts, varints (SPEC.md § 5.2, § 5.3).

import { INVALID } from "./errors.js";
import { U32, fromUtf8 } from "./bytes.js";

/** Reads some bytes from a position on. Throws `INVALID` where they end early. */
export class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  get view() {
    const { buffer, byteOffset, length } = this.bytes;
    return new DataView(buffer, byteOffset, length);
  }

  get isAtEnd() {
    return this.at === this.bytes.length;
  }

  /** Passes some bytes, and returns the position of the first. */
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

  /** A big-endian integer of 1, 2, 4 or 8 bytes. */
  uint(width) {
    if (width === 8) return narrow(this.view.getBigUint64(this.skip(8)));
    const at = this.skip(width);
    let value = 0;
    for (let i = at; i < at + width; i++) value = value * 256 + this.bytes[i];
    return value;
  }

  int(width) {
    return narrow(BigInt.asIntN(8 * width, BigInt(this.uint(width))));
  }

  /** A text, or nothing where it is only checked. */
  text(length, isWanted = true) {
    const at = this.skip(length);
    const end = at + length;
    if ((isWanted && length > 24) || !isAscii(this.bytes, at, end)) return fromUtf8(this.bytes.subarray(at, end));
    let text = "";
    if (isWanted) for (let i = at; i < end; i++) text += String.fromCharCode(this.bytes[i]);
    return text;
  }

  /** The shortest form of a number below 2^32. */
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

function isAscii(bytes, start, end) {
  for (let i = start; i < end; i++) if (bytes[i] > 0x7f) return false;
  return true;
}

/** A safe integer is a number, any other a BigInt. */
export function narrow(value) {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The shortest form of a number below 2^32. */
export function varint(value) {
  const bytes = [];
  while (value > 0x7f) {
    bytes.push((value % 128) | 0x80);
    value = Math.floor(value / 128);
  }
  bytes.push(value);
  return Uint8Array.from(bytes);
}
