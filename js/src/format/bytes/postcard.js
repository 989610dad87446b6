// The postcard 1 wire format (SPEC.md § 5.5): its numbers and lengths.

import { INVALID } from "../base/errors.js";
import { Reader } from "../base/reader.js";
import { Writer as Bytes } from "../base/writer.js";

export class Writer extends Bytes {
  varint(value) {
    // Most numbers are small, and BigInts are slow.
    if (value < 0x80) return this.byte(Number(value));
    let rest = BigInt(value);
    for (; rest > 0x7fn; rest >>= 7n) this.byte(Number(rest & 0x7fn) | 0x80);
    this.byte(Number(rest));
  }

  text(bytes) {
    this.varint(bytes.length);
    this.push(bytes);
  }
}

/** Reads a varint of an integer with this many bits. Longer forms are valid, up to ceil(bits / 7) bytes (§ 5.5.1). */
export function readVarint(reader, bits) {
  // As in `varint`.
  if (reader.bytes[reader.at] < 0x80) return BigInt(reader.byte());
  let value = 0n;
  for (let i = 0; i < Math.ceil(bits / 7); i++) {
    const byte = reader.byte();
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte >= 0x80) continue;
    if (value >> BigInt(bits)) throw INVALID;
    return value;
  }
  throw INVALID;
}

/** Reads a count of items with at least `least` bytes each. Throws if fewer bytes follow, before memory is taken for the items. */
export function readLength(reader, least = 1) {
  const length = readVarint(reader, 64);
  if (length * BigInt(least) > BigInt(reader.bytes.length - reader.at)) throw INVALID;
  return Number(length);
}

/** Reads one value. Throws if bytes are missing or left over. */
export function readWhole(bytes, read) {
  const reader = new Reader(bytes);
  const value = read(reader);
  if (!reader.isAtEnd) throw INVALID;
  return value;
}
