// Bytes and strings (SPEC.md § 1, § 4.5).

import { INVALID } from "./errors.js";
import { Writer } from "./writer.js";

/** 2026-01-01T00:00:00Z in Unix seconds. */
export const EPOCH = 1_767_225_600;
export const U32 = 0xffff_ffff;

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder("latin1");

/** Returns true for a well-formed string. `TextEncoder` would turn any other value into one, such as "undefined". */
export const isText = (text) => typeof text === "string" && text.isWellFormed();

export const toUtf8 = (text) => utf8.encode(text);

/** Decodes UTF-8, and keeps U+FEFF. Throws `INVALID` for other bytes. */
export function fromUtf8(bytes) {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw INVALID;
  }
}

export function isAscii(text) {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** Returns one character for each byte. For ASCII only, because decoders take `latin1` for windows-1252. */
export const fromLatin1 = (bytes) => latin1.decode(bytes);

/** Joins bytes and lists of bytes. */
export function concat(...parts) {
  const writer = new Writer();
  for (const part of parts.flat()) writer.push(part);
  return writer.bytes;
}

export const u8 = (value) => Uint8Array.of(value);
export const u16 = (value) => Uint8Array.of(value >>> 8, value);
export const u32 = (value) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
export const u64 = (value) => concat(u32(Math.floor(value / 2 ** 32)), u32(value % 2 ** 32));

export const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Compares without stopping at the first difference, so that the time does not tell a forger how much of a tag is right. */
export function equal(a, b) {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i];
  return difference === 0;
}

/** Orders strings by code points, as Rust orders their bytes in UTF-8. The operator `<` would compare UTF-16 units. */
export function compare(a, b) {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const difference = a.codePointAt(i) - b.codePointAt(i);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** A to Z, a to z, 0 to 9, - and _. */
const ALPHABET = Uint8Array.from({ length: 64 }, (_, i) => (i < 26 ? 65 + i : i < 52 ? 71 + i : i < 62 ? i - 4 : i < 63 ? 45 : 95));
const SEXTETS = new Int8Array(128).fill(-1);
ALPHABET.forEach((code, sextet) => (SEXTETS[code] = sextet));

export const encodedLength = (bytes) => Math.ceil((bytes * 4) / 3);

/** Encodes as base64url without padding. */
export function toBase64url(bytes) {
  const text = new Uint8Array(encodedLength(bytes.length));
  let at = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const bits = (bytes[i] << 16) | (bytes[i + 1] << 8) | bytes[i + 2];
    // A last group of one or two bytes has fewer characters. Writes past the end of a typed array are ignored.
    text[at++] = ALPHABET[bits >> 18];
    text[at++] = ALPHABET[(bits >> 12) & 63];
    text[at++] = ALPHABET[(bits >> 6) & 63];
    text[at++] = ALPHABET[bits & 63];
  }
  return fromLatin1(text);
}

/** Decodes unpadded base64url. Returns null for anything else, such as a second spelling of the same bytes (§ 7.2). */
export function fromBase64url(text) {
  if (text.length % 4 === 1) return null;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let [bits, held, at] = [0, 0, 0];
  for (let i = 0; i < text.length; i++) {
    const sextet = SEXTETS[text.charCodeAt(i)];
    if (!(sextet >= 0)) return null;
    bits = (bits << 6) | sextet;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[at++] = bits >> held;
      bits &= (1 << held) - 1;
    }
  }
  return bits === 0 ? bytes : null;
}

export const BLANK = " \t";
export const SPACE = " \t\n\f\r";

/** Removes these characters from both ends. A regular expression would take quadratic time for a long run in the middle. */
export function trim(text, characters) {
  let [start, end] = [0, text.length];
  while (start < end && characters.includes(text[start])) start += 1;
  while (end > start && characters.includes(text[end - 1])) end -= 1;
  return text.slice(start, end);
}
