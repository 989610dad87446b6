// The payload of a dictionary (SPEC.md § 5.4): a map whose values are kept as bytes.

import { compare, equal } from "../base/bytes.js";
import { INVALID } from "../base/errors.js";
import { freeze } from "../base/plain.js";
import { Reader } from "../base/reader.js";
import { Writer } from "../base/writer.js";
import { objectOf, readKey, readValue, writeMapHead, writeText, writeValue } from "./msgpack.js";

/** Encodes a key and its value. Throws a `SessionError` if they cannot be stored. */
export function entryOf(key, value) {
  const writer = new Writer();
  writeText(writer, key);
  writeValue(writer, value, 2);
  return { bytes: writer.bytes };
}

/** Returns the bytes of a map's head. A session has no room for more than 65,535 entries, so there is no longer head. */
const headLength = (count) => (count > 15 ? 3 : Math.min(count, 1));

/** Entries by their keys. Each is kept in its encoded form, so that an unchanged value is written as it arrived. */
export class Dictionary {
  /** The schema of every dictionary. */
  schema = 0;
  #entries = new Map();
  /** Bytes of the payload. */
  length = 0;
  /**
   * The payload, or null after a change.
   *
   * @type {Uint8Array | null}
   */
  #bytes = null;

  /** Reads a payload. Throws `INVALID` (§ 5.4.5). */
  static read(payload) {
    const dictionary = new Dictionary();
    if (payload.length === 0) return dictionary;
    const reader = new Reader(payload);
    const type = reader.byte();
    const count = type === 0xde ? reader.uint(2) : type - 0x80;
    if (headLength(count) !== reader.at) throw INVALID;
    let before;
    for (let i = 0; i < count; i++) {
      const start = reader.at;
      const key = readKey(reader, 2);
      if (typeof key !== "string" || (i > 0 && compare(before, key) >= 0)) throw INVALID;
      before = key;
      dictionary.#entries.set(key, { value: readValue(reader, 2), bytes: payload.subarray(start, reader.at) });
    }
    if (!reader.isAtEnd) throw INVALID;
    dictionary.length = payload.length;
    dictionary.#bytes = payload;
    return dictionary;
  }

  get size() {
    return this.#entries.size;
  }

  get isEmpty() {
    return this.size === 0;
  }

  get bytes() {
    if (this.#bytes === null) {
      const writer = new Writer();
      if (this.size > 0) writeMapHead(writer, this.size);
      for (const { bytes } of this.#sorted().values()) writer.push(bytes);
      this.#bytes = writer.bytes;
    }
    return this.#bytes;
  }

  /** Returns the keys, in the order of their bytes. */
  keys() {
    return [...this.#sorted().keys()];
  }

  has(key) {
    return this.#entries.has(key);
  }

  /** Returns a value that cannot be changed: frozen data, or a copy of bytes, which cannot be frozen. */
  get(key) {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    const value = entry.value ?? this.copy(key);
    entry.value = freeze(value) ? value : null;
    return value;
  }

  /** Returns the encoded entry. It is a new array after each change, so that identity reveals one. */
  bytesOf(key) {
    return this.#entries.get(key)?.bytes;
  }

  /** Returns a copy of a value, which may be changed. */
  copy(key) {
    const bytes = this.bytesOf(key);
    if (!bytes) return undefined;
    const reader = new Reader(bytes);
    readKey(reader);
    return readValue(reader, 2);
  }

  /** Stores an entry, or removes it with null. `check` gets the new length, and may throw before anything is changed. */
  put(key, entry, check) {
    const known = this.#entries.get(key);
    if (known && entry ? equal(known.bytes, entry.bytes) : !known && !entry) return;
    const { size } = this;
    const after = size + (entry ? 1 : 0) - (known ? 1 : 0);
    const length = this.length + headLength(after) - headLength(size) + (entry?.bytes.length ?? 0) - (known?.bytes.length ?? 0);
    check?.(length);
    if (entry) this.#entries.set(key, entry);
    else this.#entries.delete(key);
    this.length = length;
    this.#bytes = null;
  }

  /** Returns the entries in the order of the payload. */
  #sorted() {
    this.#entries = new Map([...this.#entries].sort(([a], [b]) => compare(a, b)));
    return this.#entries;
  }
}

/** The default type of sessions. */
export const DICTIONARY = {
  empty: () => new Dictionary(),
  read(schema, bytes) {
    if (schema !== 0) throw INVALID;
    return Dictionary.read(bytes);
  },
};

export function decodeDictionary(payload) {
  try {
    const dictionary = Dictionary.read(payload);
    return objectOf(dictionary.keys().map((key) => [key, dictionary.copy(key)]));
  } catch {
    throw new TypeError("the payload is not a dictionary");
  }
}
