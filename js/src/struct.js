// Types of sessions, described by their fields. A description is a TypeScript type, and a codec of the postcard format, in which Rust
// writes the same type (SPEC.md § 5.5).

import { compare, fromUtf8, hex, isAscii, toUtf8 } from "./format/base/bytes.js";
import { INVALID, ConfigError, SessionError, ensure } from "./format/base/errors.js";
import { isBytes } from "./format/base/plain.js";
import { objectOf } from "./format/bytes/msgpack.js";
import { Writer, readLength, readVarint, readWhole } from "./format/bytes/postcard.js";
import { checkList, checkMap, checkObject, refuse, within } from "./state/struct_checks.js";

export { sessionType } from "./session/typed.js";

/**
 * A description. `least`: the least number of bytes of a value. `empty`, `write` and `read` make, write and read a value. `order`
 * compares two values as Rust does.
 */
class Description {
  constructor(least, { empty, write, read, order = inOrder }) {
    this.least = least;
    this.empty = empty;
    this.write = write;
    this.read = read;
    this.order = order;
  }

  /** Encodes a value. Throws a `SessionError` if it is not of this type. */
  encode(value) {
    const writer = new Writer();
    this.write(value, writer);
    return writer.bytes;
  }

  /** Decodes a value. Throws unless the bytes are exactly one value. */
  decode(bytes) {
    try {
      return readWhole(bytes, this.read);
    } catch (error) {
      throw error === INVALID ? new SessionError("value", "the bytes are not a value of this type") : error;
    }
  }
}

const describe = (least, methods) => new Description(least, methods);

// Numbers

/** Returns the description of an integer. `least` and `most`: its bounds, for `u53` and `i53` narrower than those of the format. */
function integer(bits, isSigned, isBig, /** @type {bigint[]} */ [least, most]) {
  const [low, high] = isBig ? [least, most] : [Number(least), Number(most)];
  const expected = `an integer from ${low} to ${high}${isBig ? " as a BigInt" : ""}`;
  return describe(1, {
    empty: () => (isBig ? 0n : 0),
    write(value, writer) {
      const isInteger = isBig ? typeof value === "bigint" : Number.isInteger(value);
      if (!isInteger || value < low || value > high) refuse(expected, value);
      if (bits === 8) return writer.byte(value & 0xff);
      if (!isSigned) return writer.varint(value);
      const wide = BigInt(value);
      writer.varint((wide << 1n) ^ (wide >> BigInt(bits)));
    },
    read(reader) {
      if (bits === 8) return isSigned ? reader.int(1) : reader.uint(1);
      const wide = readVarint(reader, bits);
      const value = isSigned ? (wide >> 1n) ^ -(wide & 1n) : wide;
      if (value < least || value > most) throw INVALID;
      return isBig ? value : Number(value);
    },
  });
}

const unsignedBounds = (bits) => [0n, (1n << BigInt(bits)) - 1n];
const signedBounds = (bits) => [-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n];

export const u8 = integer(8, false, false, unsignedBounds(8));
export const u16 = integer(16, false, false, unsignedBounds(16));
export const u32 = integer(32, false, false, unsignedBounds(32));
export const u53 = integer(64, false, false, unsignedBounds(53));
export const u64 = integer(64, false, true, unsignedBounds(64));
export const u128 = integer(128, false, true, unsignedBounds(128));
export const i8 = integer(8, true, false, signedBounds(8));
export const i16 = integer(16, true, false, signedBounds(16));
export const i32 = integer(32, true, false, signedBounds(32));
export const i53 = integer(64, true, false, [-(2n ** 53n) + 1n, 2n ** 53n - 1n]);
export const i64 = integer(64, true, true, signedBounds(64));
export const i128 = integer(128, true, true, signedBounds(128));

function float(width) {
  const [get, set] = width === 4 ? ["getFloat32", "setFloat32"] : ["getFloat64", "setFloat64"];
  return describe(width, {
    empty: () => 0,
    write(value, writer) {
      // Rust refuses NaN, too.
      if (Number.isNaN(value)) throw new SessionError("value", "expected a number, found NaN, which is not equal to itself");
      if (typeof value !== "number") refuse("a number", value);
      const bytes = new Uint8Array(width);
      const view = new DataView(bytes.buffer);
      view[set](0, value, true);
      if (Number.isFinite(value) && !Number.isFinite(view[get](0, true))) refuse(`a number of ${width * 8} bits`, value);
      writer.push(bytes);
    },
    read: (reader) => reader.view(width)[get](0, true),
  });
}

export const f32 = float(4);
export const f64 = float(8);

// Other simple types

export const bool = describe(1, {
  empty: () => false,
  write(value, writer) {
    if (typeof value !== "boolean") refuse("true or false", value);
    writer.byte(value ? 1 : 0);
  },
  read: (reader) => isOne(reader),
});

/** Reads a byte that must be 0 or 1. */
function isOne(reader) {
  const byte = reader.byte();
  if (byte > 1) throw INVALID;
  return byte === 1;
}

/** Returns the bytes of a string, or the string itself if it is ASCII. */
function textBytes(value) {
  if (typeof value !== "string") refuse("a string", value);
  if (!value.isWellFormed()) throw new SessionError("value", "expected a well-formed string, found half of a surrogate pair");
  return isAscii(value) ? value : toUtf8(value);
}

const readBytes = (reader) => reader.take(readLength(reader));

export const text = describe(1, {
  empty: () => "",
  write: (value, writer) => writer.text(textBytes(value)),
  read: (reader) => fromUtf8(readBytes(reader)),
});

export const char = describe(2, {
  empty: () => "\0",
  write(value, writer) {
    const bytes = textBytes(value);
    if ([...value].length !== 1) refuse("one character", value);
    writer.text(bytes);
  },
  read(reader) {
    const bytes = readBytes(reader);
    const [first] = fromUtf8(bytes);
    if (first === undefined || bytes.length > 4) throw INVALID;
    return first;
  },
});

export const bytes = describe(1, {
  empty: () => new Uint8Array(),
  write(value, writer) {
    if (!isBytes(value)) refuse("a Uint8Array", value);
    writer.text(value);
  },
  read: (reader) => readBytes(reader).slice(),
  order: listsInOrder(inOrder),
});

export const unit = describe(0, {
  empty: () => null,
  write(value) {
    if (value !== null) refuse("null", value);
  },
  read: () => null,
});

// Types of other types

/** Throws a `ConfigError` for a part that is no description, such as the class `Number`. Found later, it would be an error of a value. */
function checkParts(kind, parts) {
  const wrong = Object.keys(parts).find((name) => typeof parts[name]?.write !== "function");
  ensure(wrong === undefined, "type", `\`${kind}\` takes descriptions, such as \`text\`, and its part \`${wrong}\` is none`);
}

export function option(inner) {
  checkParts("option", { inner });
  return describe(1, {
    empty: () => null,
    write(value, writer) {
      if (value === undefined) refuse("null or a value", value);
      writer.byte(value === null ? 0 : 1);
      if (value !== null) inner.write(value, writer);
    },
    read: (reader) => (isOne(reader) ? inner.read(reader) : null),
    order: (a, b) => (a === null || b === null ? Number(b === null) - Number(a === null) : inner.order(a, b)),
  });
}

export function list(item) {
  checkParts("list", { item });
  if (item.least === 0) throw new ConfigError("type", "the items of a list must take at least one byte");
  return describe(1, {
    empty: () => [],
    write(value, writer) {
      checkList(value, "a list");
      writer.varint(value.length);
      // `forEach` would skip holes.
      for (const [i, element] of value.entries()) within(`[${i}]`, () => item.write(element, writer));
    },
    read: (reader) => Array.from({ length: readLength(reader, item.least) }, () => item.read(reader)),
    order: listsInOrder(item.order),
  });
}

export function tuple(...items) {
  checkParts("tuple", items);
  return describe(sum(items), {
    empty: () => items.map((item) => item.empty()),
    write(value, writer) {
      checkList(value, `a list of ${items.length}`);
      if (value.length !== items.length) refuse(`a list of ${items.length}`, value);
      items.forEach((item, i) => within(`[${i}]`, () => item.write(value[i], writer)));
    },
    read: (reader) => items.map((item) => item.read(reader)),
    order: (a, b) => firstOf(items, (item, i) => item.order(a[i], b[i])),
  });
}

// Keys are written in order, as in Rust.
export function map(key, value) {
  checkParts("map", { key, value });
  if (key.least === 0) throw new ConfigError("type", "the keys of a map must take at least one byte");
  const byKey = ([a], [b]) => key.order(a, b);
  const sorted = (entries) => [...entries].toSorted(byKey);
  const entriesInOrder = listsInOrder((a, b) => byKey(a, b) || value.order(a[1], b[1]));
  return describe(1, {
    empty: () => new Map(),
    write(entries, writer) {
      checkMap(entries);
      writer.varint(entries.size);
      const written = new Set();
      const encoded = [...entries].map(([name, element]) => [name, element, key.encode(name)]);
      for (const [name, element, bytes] of sorted(encoded)) {
        // Rust would keep one of these two entries, and lose the other.
        const isSecond = written.size === written.add(hex(bytes)).size;
        if (isSecond) throw new SessionError("value", "a Map must not have two keys with the same bytes");
        writer.push(bytes);
        within(`[${String(name)}]`, () => value.write(element, writer));
      }
    },
    read(reader) {
      const entries = new Map();
      for (let left = readLength(reader, key.least + value.least); left > 0; left--) {
        const name = key.read(reader);
        entries.set(name, value.read(reader));
      }
      return entries;
    },
    order: (a, b) => entriesInOrder(sorted(a), sorted(b)),
  });
}

/** Compares two strings or numbers. What is neither is refused when it is written. */
function inOrder(a, b) {
  if (typeof a === "string" && typeof b === "string") return compare(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Returns the first comparison of a part that finds a difference, or 0. */
function firstOf(parts, compared) {
  for (const [i, part] of parts.entries()) {
    const found = compared(part, i);
    if (found) return found;
  }
  return 0;
}

/** Compares two lists by the first items that differ, or else by their lengths. */
function listsInOrder(ofItems) {
  return (a, b) => firstOf([...a].slice(0, b.length), (item, i) => ofItems(item, b[i])) || a.length - b.length;
}

export function struct(fields) {
  checkParts("struct", fields);
  const entries = Object.entries(fields);
  return describe(sum(Object.values(fields)), {
    empty: () => objectOf(entries.map(([name, field]) => [name, field.empty()])),
    write(value, writer) {
      checkObject(value, "an object", (name) => Object.hasOwn(fields, name));
      for (const [name, field] of entries) within(name, () => field.write(Object.hasOwn(value, name) ? value[name] : undefined, writer));
    },
    read: (reader) => objectOf(entries.map(([name, field]) => [name, field.read(reader)])),
    order: (a, b) => firstOf(entries, ([name, field]) => field.order(a[name], b[name])),
  });
}

export function oneOf(alternatives) {
  const entries = Object.entries(alternatives);
  checkParts("oneOf", Object.fromEntries(entries.filter(([, data]) => data !== null)));
  const expected = `one of ${entries.map(([name]) => name).join(", ")}`;
  return describe(1 + Math.min(...entries.map(([, data]) => data?.least ?? 0)), {
    empty() {
      throw new ConfigError("type", "an enum has no empty value; give `empty`");
    },
    write(value, writer) {
      if (typeof value !== "string") checkObject(value, expected, () => true);
      const [name, ...more] = typeof value === "string" ? [value] : Reflect.ownKeys(value);
      const isNamed = ([known, data]) => known === name && (data === null) === (typeof value === "string");
      const index = more.length > 0 ? -1 : entries.findIndex(isNamed);
      if (index < 0) refuse(expected, value);
      writer.varint(index);
      const [, data] = entries[index];
      if (data) within(name, () => data.write(value[name], writer));
    },
    read(reader) {
      const entry = entries[Number(readVarint(reader, 32))];
      if (!entry) throw INVALID;
      const [name, data] = entry;
      return data ? objectOf([[name, data.read(reader)]]) : name;
    },
    order(a, b) {
      const [index, other] = [a, b].map((value) => entries.findIndex(([name]) => name === nameOf(value)));
      const [name, data] = entries[index] ?? [];
      return index - other || (data ? data.order(a[name], b[name]) : 0);
    },
  });
}

/** Returns the name of the alternative of a value of an enum. */
const nameOf = (value) => (typeof value === "string" ? value : Object.keys(Object(value))[0]);

const sum = (items) => items.reduce((least, item) => least + item.least, 0);
