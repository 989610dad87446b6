// The payload of a dictionary (SPEC.md § 5.4): a map whose values are kept as bytes.

import { compare, concat, equal, joined, toUtf8 } from "./bytes.js";
import { INVALID } from "./errors.js";
import { encodeText, encodeValue, mapHead, objectOf, readMapHead, readTextHead, readValue, skipValue } from "./msgpack.js";
import { Reader } from "./reader.js";

/** Encodes an entry: its key and value, and the position of the value. Throws a `SessionError` where they have no form. */
export function entryOf(key, value) {
  const head = encodeText(key);
  return { bytes: concat(head, encodeValue(value, 2)), at: head.length };
}

/** Entries by their keys, as bytes that are never changed. */
export class Dictionary {
  /** A payload has schema 0 when it is a dictionary. */
  schema = 0;
  #entries = new Map();
  /** Bytes of the payload. */
  length = 0;
  /** The payload, while it is known. */
  #bytes = new Uint8Array();
  /** The entries are in the order of the payload. */
  #isSorted = true;

  /** Reads a payload. Throws `INVALID` (§ 5.4.5). */
  static read(payload) {
    const dictionary = new Dictionary();
    if (payload.length === 0) return dictionary;
    const reader = new Reader(payload);
    const count = readMapHead(reader);
    if (count === 0) throw INVALID;
    let before = null;
    for (let i = 0; i < count; i++) {
      const start = reader.at;
      const length = readTextHead(reader);
      const name = payload.subarray(reader.at, reader.at + length);
      const key = reader.text(length);
      if (before !== null && compare(before, name) >= 0) throw INVALID;
      before = name;
      const at = reader.at - start;
      skipValue(reader, 2);
      dictionary.#entries.set(key, { bytes: payload.subarray(start, reader.at), at });
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
    this.#bytes ??= joined([mapHead(this.size), ...Array.from(this.#sorted().values(), ({ bytes }) => bytes)]);
    return this.#bytes;
  }

  /** In the order of their bytes. */
  keys() {
    return [...this.#sorted().keys()];
  }

  has(key) {
    return this.#entries.has(key);
  }

  get(key) {
    const entry = this.#entries.get(key);
    return entry && readValue(new Reader(entry.bytes, entry.at), 2);
  }

  /** Puts an entry, or removes it with null. `check` gets the new length, and may throw. */
  put(key, entry, check = () => {}) {
    const known = this.#entries.get(key);
    if (known && entry ? equal(known.bytes, entry.bytes) : !known && !entry) return;
    const { size } = this;
    const after = size + (entry ? 1 : 0) - (known ? 1 : 0);
    const headOf = (count) => (count === 0 ? 0 : mapHead(count).length);
    const length = this.length + headOf(after) - headOf(size) + (entry?.bytes.length ?? 0) - (known?.bytes.length ?? 0);
    check(length);
    if (entry) this.#entries.set(key, entry);
    else this.#entries.delete(key);
    this.length = length;
    this.#bytes = after === 0 ? new Uint8Array() : null;
    this.#isSorted &&= known !== undefined;
  }

  #sorted() {
    if (!this.#isSorted) {
      const names = new Map([...this.#entries.keys()].map((key) => [key, toUtf8(key)]));
      this.#entries = new Map([...this.#entries].toSorted(([a], [b]) => compare(names.get(a), names.get(b))));
      this.#isSorted = true;
    }
    return this.#entries;
  }
}

/** The type of a session that has no other. */
export const DICTIONARY = {
  empty: () => new Dictionary(),
  read(schema, bytes) {
    if (schema !== 0) throw INVALID;
    return Dictionary.read(bytes);
  },
};

/** Reads a payload of schema 0 as an object, for the `convert` of a type. Throws where it is no dictionary. */
export function decodeDictionary(payload) {
  try {
    const dictionary = Dictionary.read(payload);
    return objectOf(dictionary.keys().map((key) => [key, dictionary.get(key)]));
  } catch {
    throw new TypeError("the payload is no dictionary");
  }
}
