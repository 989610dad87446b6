// The payload of a dictionary (SPEC.md § 5.4): a map whose values are kept as bytes.

import { compare, equal, joined, toUtf8 } from "./bytes.js";
import { INVALID } from "./errors.js";
import { encodeText, encodeValue, mapHead, objectOf, readValue, skipValue } from "./msgpack.js";
import { Reader } from "./reader.js";

const EMPTY = new Uint8Array();

/** Entries by their keys. Each has the bytes of its key and of its value, which are never changed. */
export class Dictionary {
  /** A payload has schema 0 when it is a dictionary. */
  schema = 0;
  #entries = new Map();
  #length = 0;
  /** The payload, while it is known. */
  #bytes = EMPTY;

  /** Reads a payload. Throws `INVALID` (§ 5.4.5). */
  static read(payload) {
    const dictionary = new Dictionary();
    if (payload.length === 0) return dictionary;
    const reader = new Reader(payload);
    const count = readHead(reader);
    let before = null;
    for (let i = 0; i < count; i++) {
      const start = reader.at;
      const key = readKey(reader);
      const at = reader.at;
      const spelled = payload.subarray(start, at);
      const name = toName(spelled);
      if (before !== null && compare(before, name) >= 0) throw INVALID;
      before = name;
      skipValue(reader, 2);
      dictionary.#entries.set(key, { key: spelled, value: payload.subarray(at, reader.at) });
    }
    if (!reader.isAtEnd) throw INVALID;
    dictionary.#length = payload.length;
    dictionary.#bytes = payload;
    return dictionary;
  }

  get size() {
    return this.#entries.size;
  }

  /** Bytes of the payload. */
  get length() {
    return this.#length;
  }

  get bytes() {
    if (this.#bytes === null) {
      const entries = this.#sorted().flatMap(([, { key, value }]) => [key, value]);
      this.#bytes = joined([mapHead(this.#entries.size), ...entries]);
    }
    return this.#bytes;
  }

  /** In the order of their bytes. */
  keys() {
    return this.#sorted().map(([key]) => key);
  }

  has(key) {
    return this.#entries.has(key);
  }

  get(key) {
    const entry = this.#entries.get(key);
    return entry && readValue(new Reader(entry.value), 2);
  }

  toObject() {
    return objectOf(this.keys().map((key) => [key, this.get(key)]));
  }

  /** Prepares an entry, and says how long the payload will be. Throws a `SessionError` where the value has no form. */
  entryOf(key, value) {
    const entry = { key: encodeText(key), value: encodeValue(value, 2) };
    return { entry, length: this.#lengthWith(key, entry) };
  }

  /** The length of the payload without this key. */
  lengthWithout(key) {
    return this.#lengthWith(key, null);
  }

  /** Returns true if the key has this very value. */
  hasEntry(key, entry) {
    const known = this.#entries.get(key);
    return known !== undefined && equal(known.value, entry.value);
  }

  put(key, entry) {
    if (this.hasEntry(key, entry)) return;
    this.#length = this.#lengthWith(key, entry);
    this.#entries.set(key, entry);
    this.#bytes = null;
  }

  remove(key) {
    this.#length = this.#lengthWith(key, null);
    this.#entries.delete(key);
    this.#bytes = this.#entries.size === 0 ? EMPTY : null;
  }

  #lengthWith(key, entry) {
    const known = this.#entries.get(key);
    const lengthOf = (entry) => (entry ? entry.key.length + entry.value.length : 0);
    const headOf = (count) => (count === 0 ? 0 : mapHead(count).length);
    const before = this.#entries.size;
    const after = before - (known ? 1 : 0) + (entry ? 1 : 0);
    return this.#length - headOf(before) - lengthOf(known) + headOf(after) + lengthOf(entry);
  }

  #sorted() {
    if (this.#bytes !== null) return [...this.#entries];
    const names = new Map([...this.#entries.keys()].map((key) => [key, toUtf8(key)]));
    return [...this.#entries].toSorted(([a], [b]) => compare(names.get(a), names.get(b)));
  }
}

/** Reads a payload of schema 0 as an object, for the `convert` of a type. Throws where it is no dictionary. */
export function decodeDictionary(payload) {
  try {
    return Dictionary.read(payload).toObject();
  } catch {
    throw new TypeError("the payload is no dictionary");
  }
}

/** The number of entries, in its shortest form. */
function readHead(reader) {
  const type = reader.byte();
  if (type > 0x80 && type < 0x90) return type & 0x0f;
  const width = { 0xde: 2, 0xdf: 4 }[type];
  if (!width) throw INVALID;
  const count = reader.uint(width);
  if (count < (width === 2 ? 16 : 65_536)) throw INVALID;
  return count;
}

/** A text in its shortest form. */
function readKey(reader) {
  const type = reader.byte();
  if (type >= 0xa0 && type < 0xc0) return reader.text(type & 0x1f);
  const [width, least] = { 0xd9: [1, 32], 0xda: [2, 2 ** 8], 0xdb: [4, 2 ** 16] }[type] ?? [];
  if (!width) throw INVALID;
  const length = reader.uint(width);
  if (length < least) throw INVALID;
  return reader.text(length);
}

/** The bytes of a key without its head. */
function toName(spelled) {
  const [type] = spelled;
  return spelled.subarray(type < 0xc0 ? 1 : 1 + (1 << (type - 0xd9)));
}
