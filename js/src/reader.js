// Reading bytes: numbers, texts, varints (SPEC.md § 5.2, § 5.3).

import { INVALID } from "./errors.js";
import { U32, fromUtf8 } from "./bytes.js";

/** Reads some bytes from a position on. Throws `INVALID` where they end early. */
export class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = at;
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
    const at = this.skip(width);
    if (width === 1) return this.view.getUint8(at);
    if (width === 2) return this.view.getUint16(at);
    if (width === 4) return this.view.getUint32(at);
    return narrow(this.view.getBigUint64(at));
  }

  int(width) {
    const at = this.skip(width);
    if (width === 1) return this.view.getInt8(at);
    if (width === 2) return this.view.getInt16(at);
    if (width === 4) return this.view.getInt32(at);
    return narrow(this.view.getBigInt64(at));
  }

  text(length) {
    const at = this.skip(length);
    if (length > 24 || !isAscii(this.bytes, at, at + length)) return fromUtf8(this.bytes.subarray(at, at + length));
    let text = "";
    for (let i = at; i < at + length; i++) text += String.fromCharCode(this.bytes[i]);
    return text;
  }

  skipText(length) {
    const at = this.skip(length);
    if (!isAscii(this.bytes, at, at + length)) fromUtf8(this.bytes.subarray(at, at + length));
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
