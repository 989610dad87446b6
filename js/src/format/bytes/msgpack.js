// Values of a dictionary: MessagePack (SPEC.md § 5.4).

import { equal, hex, isAscii, isText, toUtf8 } from "../base/bytes.js";
import { INVALID, SessionError } from "../base/errors.js";
import { isBytes, isMap, isPlain } from "../base/plain.js";
import { Writer } from "../base/writer.js";

/** Levels of lists and maps, with the dictionary around them (SPEC.md § 5.4.4). */
export const DEEPEST = 64;

/** Reads one value at this depth (§ 5.4.5). A map becomes an object, or a `Map` if a key is not a string. */
export function readValue(reader, depth) {
  const type = reader.byte();
  // The width of the length of byte strings, and of integers.
  const width = 1 << (type & 3);
  if (type < 0x80) return type;
  if (type < 0xa0) return readMany(reader, type & 0x0f, depth, type < 0x90);
  if (type < 0xc0) return reader.text(type & 0x1f);
  if (type >= 0xe0) return type - 256;
  if (type === 0xc0) return null;
  if (type === 0xc2 || type === 0xc3) return type === 0xc3;
  if (type >= 0xc4 && type <= 0xc6) return reader.take(reader.uint(width)).slice();
  if (type === 0xca) return reader.view(4).getFloat32(0);
  if (type === 0xcb) return reader.view(8).getFloat64(0);
  if (type >= 0xcc && type <= 0xcf) return reader.uint(width);
  if (type >= 0xd0 && type <= 0xd3) return reader.int(width);
  if (type >= 0xd9 && type <= 0xdb) return reader.text(reader.uint(1 << (type - 0xd9)));
  if (type >= 0xdc) return readMany(reader, reader.uint(2 << (type & 1)), depth, type > 0xdd);
  throw INVALID; // c1, c7 to c9, d4 to d8
}

/** Reads a list or a map. Throws `INVALID` for a key that occurs twice (§ 5.4.5 h). */
function readMany(reader, count, depth, isMap) {
  if (depth > DEEPEST) throw INVALID;
  const items = [];
  for (let i = 0; i < count; i++) {
    const start = reader.at;
    const first = isMap ? readKey(reader, depth + 1) : readValue(reader, depth + 1);
    const end = reader.at;
    items.push(isMap ? [first, readValue(reader, depth + 1), start, end] : first);
  }
  if (!isMap) return items;
  const isObject = items.every(([key]) => typeof key === "string");
  const made = isObject ? objectOf(items) : new Map(items);
  // Compares bytes, because 1 and 1.0 are two keys in Rust and one in a `Map`.
  const keyOf = ([, , start, end]) => reader.bytes.subarray(start, end);
  if (isObject ? Object.keys(made).length < count : hasTwice(items.map(keyOf))) throw INVALID;
  return made;
}

const hasTwice = (keys) => new Set(keys.map(hex)).size < keys.length;

/** Reads a key. Integers, strings and byte strings have several forms, of which a key must have the shortest (§ 5.4.5 c, h). */
export function readKey(reader, depth) {
  const start = reader.at;
  const key = readValue(reader, depth);
  const type = reader.bytes[start];
  const hasForms = type > 0xc3 && type < 0xdc && type !== 0xca && type !== 0xcb;
  if (hasForms && !equal(encodeValue(key), reader.bytes.subarray(start, reader.at))) throw INVALID;
  return key;
}

/** Returns an object with these entries as own properties, `__proto__` included. */
export function objectOf(entries) {
  const object = {};
  for (const [key, value] of entries) {
    // Assigning to `__proto__` would set the prototype. `Object.fromEntries` does not, but is slower.
    if (key === "__proto__") return Object.fromEntries(entries);
    object[key] = value;
  }
  return object;
}

/**
 * Writes the shortest head of a string, a byte string, a list or a map (§ 5.4.2, § 5.4.3). A length below `below` is in the first
 * byte. Any other follows `wide` in 1, 2 or 4 bytes; lists and maps have no form with 1 byte.
 */
function writeHead(writer, length, fix, below, wide) {
  if (length < below) return writer.byte(fix | length);
  const i = length > 0xffff ? 2 : length > 0xff || below === 16 ? 1 : 0;
  writer.byte(wide + i);
  writer.uint(length, 1 << i);
}

export const writeMapHead = (writer, count) => writeHead(writer, count, 0x80, 16, 0xdd);

function refuse(what, instead) {
  throw new SessionError("value", `${what} cannot be stored; store ${instead}`);
}

export function refusePromise(value) {
  if (typeof value?.then === "function") throw new SessionError("value", "a promise cannot be stored; await it first");
}

const insteadOf = (value) =>
  Object.prototype.toString.call(value) === "[object Date]" ? "its `toISOString()`" : "null, a string or an object";

export function writeText(writer, text) {
  if (!isText(text)) refuse("a string that is not well-formed", "a well-formed string");
  // Copying ASCII is faster than encoding many short strings.
  const bytes = isAscii(text) ? text : toUtf8(text);
  writeHead(writer, bytes.length, 0xa0, 32, 0xd9);
  writer.push(bytes);
}

/** Writes a value at this depth (§ 5.4.3). */
export function writeValue(writer, value, depth) {
  switch (typeof value) {
    case "boolean":
      return writer.byte(value ? 0xc3 : 0xc2);
    case "string":
      return writeText(writer, value);
    case "number":
    case "bigint":
      return writeNumber(writer, value);
    default:
      return value === null ? writer.byte(0xc0) : writeObject(writer, value, depth);
  }
}

function writeNumber(writer, value) {
  const isBig = typeof value === "bigint";
  // -0 has no form among the integers.
  const isInteger = isBig || (Number.isSafeInteger(value) && !Object.is(value, -0));
  let i = isInteger ? 0 : 3;
  while (isInteger && (value < 0 ? value < -(2 ** (8 << i)) / 2 : value >= 2 ** (8 << i))) i++;
  // A BigInt that a number can hold would be read as a number, and so come back as another value.
  if (isBig && (i > 3 || Number.isSafeInteger(Number(value)))) refuse("this BigInt", "a number or a string");
  if (isInteger && value >= -32 && value < 128) return writer.byte(value);
  const view = new DataView(new ArrayBuffer(8));
  if (isInteger) view.setBigInt64(0, BigInt(value));
  else view.setFloat64(0, value);
  writer.byte(isInteger ? (value < 0 ? 0xd0 : 0xcc) + i : 0xcb);
  writer.push(new Uint8Array(view.buffer, 8 - (1 << i)));
}

function writeObject(writer, value, depth) {
  if (isBytes(value)) {
    writeHead(writer, value.length, 0, 0, 0xc4);
    return writer.push(value);
  }
  if (depth > DEEPEST) refuse("a value more than 64 deep", "a string");
  refusePromise(value);
  if (value === undefined || !isPlain(value)) refuse(`a value of type ${value?.constructor?.name}`, insteadOf(value));
  const isList = Array.isArray(value);
  const isOfMap = isMap(value);
  const own = Object.keys(value);
  // These properties would be lost.
  const others = isList ? own.slice(value.length) : isOfMap ? own : [];
  if (others.length > 0 || Object.getOwnPropertySymbols(value).length > 0) refuse("a property next to the elements", "an object");
  if (isList) {
    writeHead(writer, value.length, 0x90, 16, 0xdb);
    for (const element of value) writeValue(writer, element, depth + 1);
    return;
  }
  const keys = isOfMap ? [...value.keys()] : own;
  // The format has one kind of map: a `Map` with string keys would be read as an object.
  if (isOfMap && (keys.every((key) => typeof key === "string") || hasTwice(keys.map((key) => encodeValue(key))))) {
    refuse("a Map that is empty, or has string keys or equal keys,", "an object");
  }
  writeMapHead(writer, keys.length);
  for (const key of keys) {
    writeValue(writer, key, depth + 1);
    writeValue(writer, isOfMap ? value.get(key) : value[key], depth + 1);
  }
}

/** Encodes a value at this depth. */
export function encodeValue(value, depth = 0) {
  const writer = new Writer();
  writeValue(writer, value, depth);
  return writer.bytes;
}
