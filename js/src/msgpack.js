// Values of a dictionary: MessagePack (SPEC.md § 5.4).

import { concat, equal, hex, joined, toUtf8, u16, u32, u8 } from "./bytes.js";
import { INVALID, SessionError } from "./errors.js";

export const DEEPEST = 64;

/** Reads one value that stands at this depth. A map with keys that are no texts becomes a `Map`. */
export const readValue = (reader, depth) => next(reader, depth, true);

/** Checks one value that stands at this depth, and passes it (§ 5.4.5). */
export const skipValue = (reader, depth) => next(reader, depth, false);

/** `isWanted`: the value was checked before, and is made now. */
function next(reader, depth, isWanted) {
  const type = reader.byte();
  const text = (length) => (isWanted ? reader.text(length) : reader.skipText(length));
  const nested = (read, count) => {
    if (depth > DEEPEST) throw INVALID;
    return read(reader, count, depth + 1);
  };
  const list = isWanted ? readList : skipList;
  const map = isWanted ? readMap : skipMap;
  if (type < 0x80) return type;
  if (type >= 0xe0) return type - 256;
  if (type < 0x90) return nested(map, type & 0x0f);
  if (type < 0xa0) return nested(list, type & 0x0f);
  if (type < 0xc0) return text(type & 0x1f);
  if (type === 0xc0) return null;
  if (type === 0xc2 || type === 0xc3) return type === 0xc3;
  if (type >= 0xc4 && type <= 0xc6) return reader.take(reader.uint(1 << (type - 0xc4))).slice();
  if (type === 0xca) return reader.view.getFloat32(reader.skip(4));
  if (type === 0xcb) return reader.view.getFloat64(reader.skip(8));
  if (type >= 0xcc && type <= 0xcf) return reader.uint(1 << (type - 0xcc));
  if (type >= 0xd0 && type <= 0xd3) return reader.int(1 << (type - 0xd0));
  if (type >= 0xd9 && type <= 0xdb) return text(reader.uint(1 << (type - 0xd9)));
  if (type === 0xdc || type === 0xdd) return nested(list, reader.uint(2 << (type - 0xdc)));
  if (type === 0xde || type === 0xdf) return nested(map, reader.uint(2 << (type - 0xde)));
  throw INVALID; // c1, c7 to c9, d4 to d8
}

function readList(reader, count, depth) {
  const values = [];
  for (let i = 0; i < count; i++) values.push(readValue(reader, depth));
  return values;
}

function skipList(reader, count, depth) {
  for (let i = 0; i < count; i++) skipValue(reader, depth);
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
    if (key !== "__proto__") object[key] = value;
    else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
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

/** Integers, texts and byte strings as keys have one form. The key is well-formed. */
function isCanonicalKey(key) {
  const [type, high, low] = key;
  switch (type) {
    case 0xcc:
      return high >= 0x80;
    case 0xcd:
      return high > 0;
    case 0xce:
      return high > 0 || low > 0;
    case 0xcf:
      return high > 0 || low > 0 || key[3] > 0 || key[4] > 0;
    case 0xd0:
      return high >= 0x80 && high < 0xe0;
    case 0xd1:
      return high >= 0x80 && !(high === 0xff && low >= 0x80);
    case 0xd2:
      return high >= 0x80 && !(high === 0xff && low === 0xff && key[3] >= 0x80);
    case 0xd3:
      return high >= 0x80 && !(high === 0xff && low === 0xff && key[3] === 0xff && key[4] === 0xff && key[5] >= 0x80);
    case 0xd9:
      return key.length - 2 >= 32;
    case 0xda:
    case 0xc5:
      return key.length - 3 >= 2 ** 8;
    case 0xdb:
    case 0xc6:
      return key.length - 5 >= 2 ** 16;
    default:
      return true;
  }
}

const TEXT = { fix: 0xa0, below: 32, types: [0xd9, 0xda, 0xdb] };
const BINARY = { fix: 0, below: 0, types: [0xc4, 0xc5, 0xc6] };
const LIST = { fix: 0x90, below: 16, types: [null, 0xdc, 0xdd] };
const MAP = { fix: 0x80, below: 16, types: [null, 0xde, 0xdf] };

/** The shortest head of a text, a byte string, a list or a map of this length (§ 5.4.2, § 5.4.3). */
function headOf({ fix, below, types: [short, middle, long] }, length) {
  if (length < below) return u8(fix | length);
  if (short !== null && length < 2 ** 8) return Uint8Array.of(short, length);
  if (length < 2 ** 16) return concat(u8(middle), u16(length));
  if (length < 2 ** 32) return concat(u8(long), u32(length));
  throw new SessionError("value", "a value is too long");
}

export const mapHead = (count) => headOf(MAP, count);

function encodeInteger(value) {
  const wide = BigInt(value);
  if (wide >= 0n) {
    if (wide < 128n) return u8(Number(wide));
    if (wide < 1n << 8n) return Uint8Array.of(0xcc, Number(wide));
    if (wide < 1n << 16n) return concat(u8(0xcd), u16(Number(wide)));
    if (wide < 1n << 32n) return concat(u8(0xce), u32(Number(wide)));
    if (wide < 1n << 64n) return encodeWide(0xcf, wide);
  } else {
    if (wide >= -32n) return u8(Number(wide) & 0xff);
    if (wide >= -128n) return Uint8Array.of(0xd0, Number(wide) & 0xff);
    if (wide >= -32_768n) return concat(u8(0xd1), u16(Number(wide) & 0xffff));
    if (wide >= -(1n << 31n)) return concat(u8(0xd2), u32(Number(wide) >>> 0));
    if (wide >= -(1n << 63n)) return encodeWide(0xd3, BigInt.asUintN(64, wide));
  }
  throw new SessionError("value", "an integer has more than 64 bits");
}

function encodeWide(type, value) {
  const bytes = new Uint8Array(9);
  bytes[0] = type;
  new DataView(bytes.buffer).setBigUint64(1, value);
  return bytes;
}

function encodeFloat(value) {
  const bytes = new Uint8Array(9);
  bytes[0] = 0xcb;
  new DataView(bytes.buffer).setFloat64(1, value);
  return bytes;
}

export function encodeText(text) {
  if (typeof text !== "string") throw new SessionError("value", `expected a text, found a ${typeof text}`);
  if (!text.isWellFormed()) throw new SessionError("value", "a text has half of a surrogate pair");
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
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? encodeInteger(value) : encodeFloat(value);
    case "object":
      return encodeObject(value, depth);
    default:
      throw new SessionError("value", `a ${typeof value} cannot be stored`);
  }
}

function encodeObject(value, depth) {
  if (value instanceof Uint8Array) return concat(headOf(BINARY, value.length), value);
  if (depth > DEEPEST) throw new SessionError("value", `a value is nested more than ${DEEPEST} deep`);
  if (Array.isArray(value)) {
    return joined([headOf(LIST, value.length), ...value.map((element) => encodeValue(element, depth + 1))]);
  }
  const isPlain = [Object.prototype, null].includes(Object.getPrototypeOf(value));
  if (!(value instanceof Map) && !isPlain) {
    throw new SessionError("value", `a ${value.constructor?.name ?? "value"} cannot be stored; store plain data`);
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const keys = entries.map(([key]) => encodeValue(key, depth + 1));
  if (value instanceof Map && new Set(keys.map(hex)).size < keys.length) throw new SessionError("value", "a map has a key twice");
  return joined([mapHead(entries.length), ...entries.flatMap(([, element], i) => [keys[i], encodeValue(element, depth + 1)])]);
}
