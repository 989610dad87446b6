// The postcard 1 wire format (SPEC.md § 5.5): its numbers and lengths.

import { joined, u8 } from "./bytes.js";
import { INVALID } from "./errors.js";
import { Reader } from "./reader.js";

export class Writer {
  #parts = [];

  push(bytes) {
    this.#parts.push(bytes);
  }

  byte(value) {
    this.push(u8(value));
  }

  varint(value) {
    if (value < 0x80) return this.byte(Number(value));
    const bytes = [];
    let rest = BigInt(value);
    for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
    this.push(Uint8Array.from(bytes));
  }

  text(bytes) {
    this.varint(bytes.length);
    this.push(bytes);
  }

  get bytes() {
    return joined(this.#parts);
  }
}

/** Reads a varint of a type of this many bits. Every form of at most ceil(bits / 7) bytes counts (§ 5.5.1). */
export function readVarint(reader, bits) {
  // Most numbers are small, and BigInts slow.
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

/** Reads the number of things of at least `least` bytes each, which have to be there. */
export function readLength(reader, least = 1) {
  const length = readVarint(reader, 64);
  if (length * BigInt(least) > BigInt(reader.bytes.length - reader.at)) throw INVALID;
  return Number(length);
}

/** Reads a whole value. Throws where bytes are missing or left. */
export function readWhole(bytes, read) {
  const reader = new Reader(bytes);
  const value = read(reader);
  if (!reader.isAtEnd) throw INVALID;
  return value;
}
