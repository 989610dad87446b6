// Values of a dictionary: MessagePack (SPEC.md § 5.4).

import { concat, equal, hex, joined, toUtf8, u16, u32, u8 } from "./bytes.js";
import { INVALID, SessionError } from "./errors.js";
import { Reader } from "./reader.js";

export const DEEPEST = 64;

/** Reads one value that stands at this depth. A map with keys that are no texts becomes a `Map`. */
export const readValue = (reader, depth) => next(reader, depth, true);

/** Checks one value that stands at this depth, and passes it (§ 5.4.5). */
export const skipValue = (reader, depth) => next(reader, depth, false);

/** `isWanted`: the value was checked before, and is made now. */
function next(reader, depth, isWanted) {
  const type = reader.byte();
  const nested = (read, count) => {
    if (depth > DEEPEST) throw INVALID;
    return read(reader, count, depth + 1, isWanted);
  };
  const map = isWanted ? readMap : skipMap;
  if (type < 0x80) return type;
  if (type >= 0xe0) return type - 256;
  if (type < 0x90) return nested(map, type & 0x0f);
  if (type < 0xa0) return nested(readList, type & 0x0f);
  if (type < 0xc0) return reader.text(type & 0x1f, isWanted);
  if (type === 0xc0) return null;
  if (type === 0xc2 || type === 0xc3) return type === 0xc3;
  if (type >= 0xc4 && type <= 0xc6) return reader.take(reader.uint(1 << (type - 0xc4))).slice();
  if (type === 0xca) return reader.view.getFloat32(reader.skip(4));
  if (type === 0xcb) return reader.view.getFloat64(reader.skip(8));
  if (type >= 0xcc && type <= 0xcf) return reader.uint(1 << (type - 0xcc));
  if (type >= 0xd0 && type <= 0xd3) return reader.int(1 << (type - 0xd0));
  if (type >= 0xd9 && type <= 0xdb) return reader.text(reader.uint(1 << (type - 0xd9)), isWanted);
  if (type === 0xdc || type === 0xdd) return nested(readList, reader.uint(2 << (type - 0xdc)));
  if (type === 0xde || type === 0xdf) return nested(map, reader.uint(2 << (type - 0xde)));
  throw INVALID; // c1, c7 to c9, d4 to d8
}

function readList(reader, count, depth, isWanted) {
  const values = [];
  for (let i = 0; i < count; i++) values.push(next(reader, depth, isWanted));
  return values;
}

function readMap(reader, count, depth) {
  const entries = [];
  for (let i = 0; i < count; i++) entries.push([readValue(reader, depth), readValue(reader, depth)]);
  return entries.every(([key]) => typeof key === "string") ? objectOf(entries) : new Map(entries);
}

/** An object with these entries of its own, also for `__proto__`. */
export function objectOf(entries) {
  const object = {};
  for (const [key, value] of entries) {
    // Slower, and right for every key.
    if (key === "__proto__") return Object.fromEntries(entries);
    object[key] = value;
  }
  return object;
}

/** No key stands twice, and keys have their one form (§ 5.4.5 h). */
function skipMap(reader, count, depth) {
  // A few are compared with each other, which needs no names.
  const [few, many] = [[], new Set()];
  for (let i = 0; i < count; i++) {
    const start = reader.at;
    skipValue(reader, depth);
    const key = reader.bytes.subarray(start, reader.at);
    if (!isCanonicalKey(key)) throw INVALID;
    if (count <= 8) {
      for (const other of few) if (equal(other, key)) throw INVALID;
      few.push(key);
    } else {
      const name = hex(key);
      if (many.has(name)) throw INVALID;
      many.add(name);
    }
    skipValue(reader, depth);
  }
}

/** Integers, texts and byte strings as keys have the form that a writer gives them. The key is well-formed. */
function isCanonicalKey(key) {
  const [type] = key;
  const hasForms = (type >= 0xc4 && type <= 0xc6) || (type >= 0xcc && type <= 0xdb);
  return !hasForms || equal(encodeValue(readValue(new Reader(key), 0), 0), key);
}

/** Forms of lengths, `[fix, below, wide, shortest]`: below `below` in the first byte, else in 1, 2 or 4 bytes behind `wide`. */
const TEXT = [0xa0, 32, 0xd9, 0];
const BINARY = [0, 0, 0xc4, 0];
const LIST = [0x90, 16, 0xdb, 1];
const MAP = [0x80, 16, 0xdd, 1];

/** The shortest head of a text, a byte string, a list or a map of this length (§ 5.4.2, § 5.4.3). */
function headOf([fix, below, wide, shortest], length) {
  if (length < below) return u8(fix | length);
  for (let i = shortest; i < 3; i++) if (length < 2 ** (8 << i)) return concat(u8(wide + i), [u8, u16, u32][i](length));
  return refuse("a value of this length");
}

/** Reads the length of a text or a map, which has its shortest form. */
function readLength(reader, form) {
  const [fix, below, wide, shortest] = form;
  const start = reader.at;
  const type = reader.byte();
  if ((type & -below) === fix) return type - fix;
  const i = type - wide;
  if (i < shortest || i > 2) throw INVALID;
  const length = reader.uint(1 << i);
  if (headOf(form, length).length < reader.at - start) throw INVALID;
  return length;
}

export const mapHead = (count) => headOf(MAP, count);
export const readMapHead = (reader) => readLength(reader, MAP);
export const readTextHead = (reader) => readLength(reader, TEXT);

function refuse(what) {
  throw new SessionError("value", `${what} cannot be stored`);
}

/** A type, and the last `width` of the eight bytes of a number. */
function numberOf(type, width, setter, value) {
  const view = new DataView(new ArrayBuffer(8));
  view[setter](0, value);
  return concat(u8(type), new Uint8Array(view.buffer, 8 - width));
}

function encodeInteger(value) {
  if (value >= -32 && value < 128) return u8(Number(value) & 0xff);
  for (let i = 0; i < 4; i++) {
    const beyond = 2 ** (8 << i);
    const fits = value < 0 ? value >= -beyond / 2 : value < beyond;
    if (fits) return numberOf((value < 0 ? 0xd0 : 0xcc) + i, 1 << i, "setBigInt64", BigInt(value));
  }
  return refuse("an integer of more than 64 bits");
}

export function encodeText(text) {
  if (typeof text !== "string") refuse(`a ${typeof text} as a text`);
  if (!text.isWellFormed()) refuse("half of a surrogate pair");
  const bytes = toUtf8(text);
  return concat(headOf(TEXT, bytes.length), bytes);
}

/** Encodes a value that stands at this depth (§ 5.4.3). */
export function encodeValue(value, depth) {
  if (value === null || value === undefined) return u8(0xc0);
  switch (typeof value) {
    case "boolean":
      return u8(value ? 0xc3 : 0xc2);
    case "bigint":
      return encodeInteger(value);
    case "string":
      return encodeText(value);
    case "number":
      // -0 has no form among the integers.
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? encodeInteger(value) : numberOf(0xcb, 8, "setFloat64", value);
    case "object":
      return encodeObject(value, depth);
    default:
      return refuse(`a ${typeof value}`);
  }
}

function encodeObject(value, depth) {
  if (value instanceof Uint8Array) return concat(headOf(BINARY, value.length), value);
  if (depth > DEEPEST) refuse(`a value nested more than ${DEEPEST} deep`);
  if (Array.isArray(value)) {
    return joined([headOf(LIST, value.length), ...value.map((element) => encodeValue(element, depth + 1))]);
  }
  const isMap = value instanceof Map;
  const isPlain = isMap || [Object.prototype, null].includes(Object.getPrototypeOf(value));
  if (!isPlain) refuse(`a ${value.constructor?.name ?? "value"}, which is no plain data,`);
  const entries = isMap ? [...value] : Object.entries(value);
  const keys = entries.map(([key]) => encodeValue(key, depth + 1));
  if (isMap && new Set(keys.map(hex)).size < keys.length) refuse("a map with a key twice");
  return joined([mapHead(entries.length), ...entries.flatMap(([, element], i) => [keys[i], encodeValue(element, depth + 1)])]);
}
