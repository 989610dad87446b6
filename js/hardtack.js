// Sessions in one sealed cookie: the format of SPEC.md, on WebCrypto alone. One file without dependencies, for workers, Deno,
// Node 20 and browsers. Built from js/src by js/build.js; change it there.
//
// Suites: XAES-256-GCM and the signed mode. XChaCha20-Poly1305 is left out, because WebCrypto has no ChaCha20.

/** A mistake in a key, a ring, a context or a setting. `code` is the word of SPEC.md § 14, or the name of the setting. */
class ConfigError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "ConfigError";
    this.code = code;
  }
}

/** A change that was refused. The session stays as it was. */
class SessionError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "SessionError";
    this.code = code;
  }
}

/** Thrown where bytes break the format. Never leaves this package. */
const INVALID = Symbol("invalid");

/** A failed step of SPEC.md § 7, with its Reason. */
class Refusal {
  /** `isForOthers`: this package cannot open the token, and other instances can. */
  constructor(reason, keyId = null, isForOthers = false) {
    this.reason = reason;
    this.keyId = keyId;
    this.isForOthers = isForOthers;
  }
}

// Bytes and texts (SPEC.md § 1, § 4.5).


/** 2026-01-01T00:00:00Z in Unix seconds. */
const EPOCH = 1_767_225_600;
const U32 = 0xffff_ffff;

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder("latin1");

const toUtf8 = (text) => utf8.encode(text);

/** Throws `INVALID` where the bytes are not UTF-8. Keeps U+FEFF. */
function fromUtf8(bytes) {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw INVALID;
  }
}

const concat = (...parts) => joined(parts);

/** Concatenates a list of any length; a call takes only some ten thousand arguments. */
function joined(parts) {
  let length = 0;
  for (const part of parts) length += part.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const u8 = (value) => Uint8Array.of(value);
const u16 = (value) => Uint8Array.of(value >>> 8, value);
const u32 = (value) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
const u64 = (value) => concat(u32(Math.floor(value / 2 ** 32)), u32(value % 2 ** 32));

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hex(bytes) {
  let text = "";
  for (const byte of bytes) text += DIGITS[byte];
  return text;
}

function equal(a, b) {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Compares tags without stopping at the first difference. */
function equalTags(a, b) {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i];
  return difference === 0;
}

/** Orders texts by their bytes. */
function compare(a, b) {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

const ALPHABET = utf8.encode("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
const SEXTETS = new Int8Array(128).fill(-1);
ALPHABET.forEach((code, sextet) => (SEXTETS[code] = sextet));

const encodedLength = (bytes) => Math.ceil((bytes * 4) / 3);

/** Encodes as base64url without padding. */
function toBase64url(bytes) {
  const text = new Uint8Array(encodedLength(bytes.length));
  let at = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i], bytes[i + 1], bytes[i + 2]];
    text[at++] = ALPHABET[a >> 2];
    text[at++] = ALPHABET[((a & 3) << 4) | (b >> 4)];
    if (i + 1 < bytes.length) text[at++] = ALPHABET[((b & 15) << 2) | (c >> 6)];
    if (i + 2 < bytes.length) text[at++] = ALPHABET[c & 63];
  }
  return latin1.decode(text);
}

/** Decodes the only valid spelling of some bytes, or returns null (§ 7.2). */
function fromBase64url(text) {
  if (text.length % 4 === 1) return null;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let [bits, held, at] = [0, 0, 0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const sextet = code < 128 ? SEXTETS[code] : -1;
    if (sextet < 0) return null;
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

const BLANK = " \t";
const SPACE = " \t\n\f\r";

/** Removes these characters from both ends. A regular expression would take quadratic time for those inside. */
function trim(text, characters) {
  let [start, end] = [0, text.length];
  while (start < end && characters.includes(text[start])) start += 1;
  while (end > start && characters.includes(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

// Values of a dictionary: MessagePack (SPEC.md § 5.4).


const DEEPEST = 64;

/** Reads one value that stands at this depth. A map with keys that are no texts becomes a `Map`. */
const readValue = (reader, depth) => next(reader, depth, true);

/** Checks one value that stands at this depth, and passes it (§ 5.4.5). */
const skipValue = (reader, depth) => next(reader, depth, false);

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
function objectOf(entries) {
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

const mapHead = (count) => headOf(MAP, count);

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

function encodeText(text) {
  if (typeof text !== "string") throw new SessionError("value", `expected a text, found a ${typeof text}`);
  if (!text.isWellFormed()) throw new SessionError("value", "a text has half of a surrogate pair");
  const bytes = toUtf8(text);
  return concat(headOf(TEXT, bytes.length), bytes);
}

/** Encodes a value that stands at this depth (§ 5.4.3). */
function encodeValue(value, depth) {
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

// Reading bytes: numbers, texts, varints (SPEC.md § 5.2, § 5.3).


/** Reads some bytes from their start. Throws `INVALID` where they end early. */
class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = 0;
  }

  get isAtEnd() {
    return this.at === this.bytes.length;
  }

  /** Passes some bytes, and returns the position of the first. */
  skip(length) {
    const { at } = this;
    if (length > this.bytes.length - at) throw INVALID;
    this.at = at + length;
    return at;
  }

  take(length) {
    const at = this.skip(length);
    return this.bytes.subarray(at, at + length);
  }

  byte() {
    if (this.at >= this.bytes.length) throw INVALID;
    return this.bytes[this.at++];
  }

  /** A big-endian integer of 1, 2, 4 or 8 bytes. */
  uint(width) {
    const at = this.skip(width);
    if (width === 1) return this.view.getUint8(at);
    if (width === 2) return this.view.getUint16(at);
    if (width === 4) return this.view.getUint32(at);
    return narrow(this.view.getBigUint64(at));
  }

  int(width) {
    const at = this.skip(width);
    if (width === 1) return this.view.getInt8(at);
    if (width === 2) return this.view.getInt16(at);
    if (width === 4) return this.view.getInt32(at);
    return narrow(this.view.getBigInt64(at));
  }

  text(length) {
    const at = this.skip(length);
    if (length > 24 || !isAscii(this.bytes, at, at + length)) return fromUtf8(this.bytes.subarray(at, at + length));
    let text = "";
    for (let i = at; i < at + length; i++) text += String.fromCharCode(this.bytes[i]);
    return text;
  }

  skipText(length) {
    const at = this.skip(length);
    if (!isAscii(this.bytes, at, at + length)) fromUtf8(this.bytes.subarray(at, at + length));
  }

  /** The shortest form of a number below 2^32. */
  varint() {
    let value = 0;
    for (let i = 0; i < 5; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * 128 ** i;
      if (byte < 0x80) {
        if (value > U32 || (byte === 0 && i > 0)) throw INVALID;
        return value;
      }
    }
    throw INVALID;
  }
}

function isAscii(bytes, start, end) {
  for (let i = start; i < end; i++) if (bytes[i] > 0x7f) return false;
  return true;
}

/** A safe integer is a number, any other a BigInt. */
function narrow(value) {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The shortest form of a number below 2^32. */
function varint(value) {
  const bytes = [];
  while (value > 0x7f) {
    bytes.push((value % 128) | 0x80);
    value = Math.floor(value / 128);
  }
  bytes.push(value);
  return Uint8Array.from(bytes);
}

// The payload of a dictionary (SPEC.md § 5.4): a map whose values are kept as bytes.


const EMPTY = new Uint8Array();

/** Entries by their keys. Each has the bytes of its key and of its value, which are never changed. */
class Dictionary {
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
function decodeDictionary(payload) {
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

// Purpose and context (SPEC.md § 3.2, § 4.2).


/** What keys are derived for: a name, an application and a type, each with its length. Throws a `ConfigError` (§ 14.4). */
function purposeBytes(name, application, typeLabel) {
  const p = toUtf8(name);
  if (p.length > 65_535) throw new ConfigError("purpose", "the name that keys are derived for is longer than 65,535 bytes");
  const [a, t] = [textBytes("application", application ?? ""), textBytes("type", typeLabel ?? "")];
  if (a.length > 255 || application === "") {
    throw new ConfigError("application", `\`application\` has ${a.length} bytes, expected 1 to 255`);
  }
  if (t.length > 255) throw new ConfigError("type", "the label of the type is longer than 255 bytes");
  return concat(u16(p.length), p, u8(a.length), a, u8(t.length), t);
}

/** Encodes the pairs of label and value that a token is bound to. Throws a `ConfigError` (§ 14.4). */
function contextBytes(pairs) {
  if (!Array.isArray(pairs) || !pairs.every((pair) => Array.isArray(pair) && pair.length === 2)) {
    throw new ConfigError("context", "`context` is a list of pairs of label and value");
  }
  const encoded = pairs.map(([label, value]) => {
    const [l, v] = [textBytes("context", label), textBytes("context", value)];
    if (l.length > 255) throw new ConfigError("label", "a label of the context is longer than 255 bytes");
    if (v.length > 65_535) throw new ConfigError("value", "a value of the context is longer than 65,535 bytes");
    return concat(u8(l.length), l, u16(v.length), v);
  });
  return joined(encoded);
}

/** Refuses what would make one tenant of two: `undefined` and "undefined", or two halves of surrogate pairs. */
function textBytes(code, text) {
  if (typeof text !== "string" || !text.isWellFormed()) {
    throw new ConfigError(code, `\`${code}\` has a text that is not a well-formed string`);
  }
  return toUtf8(text);
}

// The algorithms of SPEC.md § 1 and § 2, as WebCrypto has them. No other module names one.


const { subtle } = globalThis.crypto;

const random = (length) => crypto.getRandomValues(new Uint8Array(length));

const hmacKey = (bytes) => subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);

async function hmac(key, message) {
  return new Uint8Array(await subtle.sign("HMAC", key, message));
}

async function sha256(bytes) {
  return new Uint8Array(await subtle.digest("SHA-256", bytes));
}

const ZEROS = new Uint8Array(16);
const FIRST_BLOCK = { name: "AES-CBC", iv: ZEROS };

/** XAES-256-GCM (§ 2.4). */
class Xaes {
  #key;
  #k1;

  static async of(bytes) {
    const xaes = new Xaes();
    xaes.#key = await subtle.importKey("raw", bytes, "AES-CBC", false, ["encrypt"]);
    const l = new Uint8Array(await subtle.encrypt(FIRST_BLOCK, xaes.#key, ZEROS), 0, 16);
    const k1 = l.map((byte, i) => (byte << 1) | (i < 15 ? l[i + 1] >> 7 : 0));
    if (l[0] & 0x80) k1[15] ^= 0x87;
    xaes.#k1 = k1;
    return xaes;
  }

  /** AES of one block is the first block of CBC without an initial vector. */
  #half(number, nonce) {
    const block = concat(Uint8Array.of(0, number, 0x58, 0), nonce.subarray(0, 12));
    for (let i = 0; i < 16; i++) block[i] ^= this.#k1[i];
    return subtle.encrypt(FIRST_BLOCK, this.#key, block);
  }

  async #subkey(nonce, use) {
    const [first, second] = await Promise.all([this.#half(1, nonce), this.#half(2, nonce)]);
    const bytes = concat(new Uint8Array(first, 0, 16), new Uint8Array(second, 0, 16));
    return subtle.importKey("raw", bytes, "AES-GCM", false, use);
  }

  async seal(nonce, aad, text) {
    const key = await this.#subkey(nonce, ["encrypt"]);
    const algorithm = { name: "AES-GCM", iv: nonce.subarray(12), additionalData: aad };
    return new Uint8Array(await subtle.encrypt(algorithm, key, text));
  }

  /** Returns null where the tag is wrong. */
  async open(nonce, aad, sealed) {
    const key = await this.#subkey(nonce, ["decrypt"]);
    const algorithm = { name: "AES-GCM", iv: nonce.subarray(12), additionalData: aad };
    try {
      return new Uint8Array(await subtle.decrypt(algorithm, key, sealed));
    } catch {
      return null;
    }
  }
}

// Suites and modes (SPEC.md § 2), and the sizes of a blob (§ 4.4).

const SUITES = {
  xaes: { name: "xaes", fmt: 0x78, mode: "encrypted" },
  xcha: { name: "xcha", fmt: 0x79, mode: "encrypted" },
  sign: { name: "sign", fmt: 0xb0, mode: "signed" },
};

const suiteOf = (fmt) => Object.values(SUITES).find((suite) => suite.fmt === fmt);

const NONCE = 24;
const TAG = 16;
const HEAD = 5;

/** Bytes of a blob beside its body. */
const overheadOf = (mode) => (mode === "encrypted" ? HEAD + NONCE + TAG : HEAD + TAG);

// Keys (SPEC.md § 3.1 to § 3.3).


const LABEL = toUtf8("hardtack/v1");
const KEY_PREFIX = "hardtack_key_v1_";

/** Generates the text of a new key, as `hardtack keygen` does. */
async function generateKey({ mode = "encrypted" } = {}) {
  const type = { encrypted: "xaes", signed: "sign" }[mode];
  if (!type) throw new ConfigError("mode", "`mode` is encrypted or signed");
  const secret = random(32);
  return `${KEY_PREFIX}${type}_${toBase64url(concat(secret, await checksum(type, secret)))}`;
}

async function checksum(type, secret) {
  return (await sha256(concat(toUtf8(`${KEY_PREFIX}${type}_`), secret))).subarray(0, 4);
}

class Key {
  /** Parses the text of a key (§ 3.3, § 14.2). */
  static async parse(text) {
    const trimmed = trim(text, SPACE);
    if (!trimmed.startsWith(KEY_PREFIX)) {
      throw new ConfigError("prefix", `key does not begin with ${KEY_PREFIX}`);
    }
    const after = trimmed.slice(KEY_PREFIX.length);
    const at = after.indexOf("_");
    const suite = at >= 0 && Object.hasOwn(SUITES, after.slice(0, at)) ? SUITES[after.slice(0, at)] : null;
    if (!suite) throw new ConfigError("type", "key has an unknown type, expected xaes, xcha or sign");
    const rest = after.slice(at + 1);
    const { length } = toUtf8(rest);
    if (length !== 48) throw new ConfigError("length", `key ends in ${length} bytes, expected 48`);
    const bytes = fromBase64url(rest);
    if (!bytes) throw new ConfigError("encoding", "key is not base64url");
    const [secret, checked] = [bytes.slice(0, 32), bytes.slice(32)];
    if (!equal(await checksum(suite.name, secret), checked)) {
      throw new ConfigError("checksum", "key has a wrong checksum: it was cut off or mistyped");
    }
    if (new Set(secret).size <= 7) throw new ConfigError("weak", "key is a placeholder, not a random one");
    const salt = await hmacKey(LABEL);
    const key = new Key(suite, await hmacKey(await hmac(salt, secret)));
    key.kid = (await key.derive("kid", purposeBytes("", null, ""))).slice(0, 4);
    key.id = hex(key.kid);
    return key;
  }

  #prk;

  constructor(suite, prk) {
    this.suite = suite;
    this.#prk = prk;
    this.sealFrom = null;
    this.acceptUntil = null;
  }

  /** HKDF-Expand to one block of 32 bytes (§ 3.1.2). `purpose`: `purposeBytes`. */
  derive(word, purpose) {
    const w = toUtf8(word);
    return hmac(this.#prk, concat(u8(LABEL.length), LABEL, u8(w.length), w, u8(this.suite.fmt), purpose, u8(1)));
  }

  isRetired(now) {
    return this.acceptUntil !== null && now >= this.acceptUntil;
  }
}

// Key rings (SPEC.md § 3.4 to § 3.6).


const WITHOUT_XCHACHA =
  "the ring has a key of XChaCha20-Poly1305, which WebCrypto lacks; seal with an xaes key, or set `skipXChaCha` to leave " +
  "sessions under that key alone";

/** Returns the keys of a ring, for those who derive from them. */
let keysOf;

/** One or more keys, of which one seals at any time. */
class KeyRing {
  static {
    keysOf = (ring) => ring.#keys;
  }

  #keys;
  #notBefore = null;
  #mode;

  /** Generates a ring of one key. Its sessions end with the program: for tests, and for trying things out. */
  static async generate({ mode = "encrypted" } = {}) {
    return KeyRing.parse(await generateKey({ mode }), { mode });
  }

  /**
   * Parses the text of a ring (§ 3.5), or several texts (§ 3.5.7).
   *
   * A ring with a key of XChaCha20-Poly1305 is refused, unless `skipXChaCha` says that sessions under it, which this
   * package cannot open, are to be left alone.
   */
  static async parse(texts, { mode = "encrypted", skipXChaCha = false } = {}) {
    const ring = new KeyRing();
    ring.#mode = mode;
    const keys = [];
    for (const text of [texts].flat()) {
      if (typeof text !== "string") {
        throw new ConfigError("ring", "the key ring is no string; is the variable or the secret set?");
      }
      const { found, notBefore } = await parseItems(text, mode);
      keys.push(...found);
      if (notBefore !== null) ring.#notBefore = Math.max(notBefore, ring.#notBefore ?? 0);
    }
    ring.#keys = inOrder(keys);
    checkRing(ring.#keys);
    if (!skipXChaCha && keys.some((key) => key.suite === SUITES.xcha)) throw new ConfigError("suite", WITHOUT_XCHACHA);
    return ring;
  }

  get mode() {
    return this.#mode;
  }

  /** The public facts of the keys, in their order (§ 3.4.2). */
  get keys() {
    return this.#keys.map(({ id, sealFrom, acceptUntil }) => ({ id, sealFrom, acceptUntil }));
  }

  /** In Unix seconds, or null. */
  get notBefore() {
    return this.#notBefore;
  }

  /** Returns the fingerprint, to compare instances (§ 3.6). */
  async fingerprint() {
    const fields = this.#keys.map((key) => concat(key.kid, u64(key.sealFrom ?? 0), u64(key.acceptUntil ?? 0)));
    return hex((await sha256(concat(...fields, u64(this.#notBefore ?? 0)))).subarray(0, 8));
  }
}

/** Returns the position of the key that seals at `now` (§ 3.4.3). */
function sealingAt(keys, now) {
  const passed = keys.findLastIndex((key) => key.sealFrom === null || now >= key.sealFrom);
  return Math.max(passed, 0);
}

/** Returns true if a key retires while sessions that live for `longest` seconds may still need it (§ 3.4.8). */
function cutsShort(keys, longest) {
  return keys.slice(1).some(({ sealFrom }, i) => {
    const { acceptUntil } = keys[i];
    return acceptUntil !== null && sealFrom !== null && acceptUntil - sealFrom < longest;
  });
}

/** Returns the keys of one text in their listing, and its `not_before` (§ 14.3). */
async function parseItems(text, mode) {
  const body = trim(text, SPACE);
  const lines = body.split(/\r?\n/);
  const isComment = (line) => /^[ \t]*#/.test(line);
  const hasCommas = lines.some((line) => line.includes(",") && !isComment(line));
  const found = [];
  let notBefore = null;
  for (const raw of hasCommas ? body.split(",") : lines) {
    const item = trim(raw, BLANK);
    if (item === "" || item.startsWith("#")) {
      if (!hasCommas || body === "") continue;
      throw new ConfigError("blank", "key ring has an empty item between commas, or a comment");
    }
    if (item.startsWith("not_before=")) {
      if (/[ \t]/.test(item)) throw new ConfigError("attribute", "`not_before` stands alone");
      const time = parseTime(item.slice("not_before=".length));
      if (notBefore !== null) throw new ConfigError("attribute", "`not_before` is given twice");
      notBefore = time;
      continue;
    }
    found.push(await parseKey(item, mode));
  }
  return { found, notBefore };
}

async function parseKey(item, mode) {
  const [first, ...words] = item.split(/[ \t]+/);
  // Only SP and HTAB are white space inside an item.
  if (/^[\n\f\r]|[\n\f\r]$/.test(first)) throw new ConfigError("key", "key has a line end in it");
  let key;
  try {
    key = await Key.parse(first);
  } catch (error) {
    throw new ConfigError("key", error.message);
  }
  if (key.suite.mode !== mode) throw new ConfigError("mixed", `key of type ${key.suite.name} in a ring that is ${mode}`);
  for (const word of words) {
    const [, name, time] = /^(seal_from|accept_until)=([^]*)$/.exec(word) ?? [];
    if (!name) throw new ConfigError("attribute", "a key is followed by `seal_from=` or `accept_until=`");
    const seconds = parseTime(time);
    const field = name === "seal_from" ? "sealFrom" : "acceptUntil";
    if (key[field] !== null) throw new ConfigError("attribute", `\`${name}\` is given twice`);
    key[field] = seconds;
  }
  return key;
}

/** Parses `YYYY-MM-DDThh:mm:ssZ`, not before 2026 (§ 3.5.5). */
function parseTime(text) {
  const refused = new ConfigError("time", "expected a time like 2027-03-01T06:00:00Z, not before 2026");
  if (!/^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/.test(text)) throw refused;
  const time = new Date(text);
  const isDate = !Number.isNaN(time.getTime()) && time.toISOString() === text.replace("Z", ".000Z");
  const seconds = time.getTime() / 1000;
  if (!isDate || seconds < EPOCH) throw refused;
  return seconds;
}

/** Sorts by `seal_from`; of equals the first listed counts as the latest (§ 3.4.2). */
function inOrder(keys) {
  return keys.toReversed().toSorted((a, b) => (a.sealFrom ?? -1) - (b.sealFrom ?? -1));
}

/** § 3.4.7. */
function checkRing(keys) {
  if (keys.length === 0) throw new ConfigError("empty", "key ring has no key");
  if (new Set(keys.map((key) => key.id)).size < keys.length) {
    throw new ConfigError("duplicate", "key ring has a key twice");
  }
  if (keys.at(-1).acceptUntil !== null) {
    throw new ConfigError("last-retires", "the last key of the ring has an `accept_until`");
  }
  for (let i = 0; i + 1 < keys.length; i++) {
    const { acceptUntil } = keys[i];
    if (acceptUntil !== null && acceptUntil <= (keys[i + 1].sealFrom ?? 0)) {
      throw new ConfigError("retires-too-early", `key ${keys[i].id} retires before the next key seals`);
    }
  }
}

// Times (SPEC.md § 7.7, § 8).


/** The Unix seconds of a `Date` or of milliseconds. Refuses a moment that is no number, at which nothing would expire. */
function secondsOf(name, moment, round = Math.floor) {
  const milliseconds = moment instanceof Date ? moment.getTime() : moment;
  if (!Number.isFinite(milliseconds)) throw new ConfigError(name, `\`${name}\` is neither a valid Date nor milliseconds`);
  return round(milliseconds / 1000);
}

const dateOf = (seconds) => new Date(seconds * 1000);

/** A span as it is sealed: from 0 to 2^32 - 1 seconds. */
const span = (seconds) => Math.min(U32, Math.max(0, seconds));

/** Seconds from `issued` to the end (§ 8.1). */
function lifetimeOf({ limit, remembered }, { absolute, rememberUpTo }) {
  const longest = remembered !== null && rememberUpTo !== null ? rememberUpTo : absolute;
  return Math.min(longest, remembered ?? Infinity, limit ?? Infinity);
}

const deadlineOf = (metadata, policy) => metadata.issued + lifetimeOf(metadata, policy);

/** § 8.2. */
const isRememberedNow = ({ remembered }, { rememberUpTo }) => remembered !== null && rememberUpTo !== null;

/** The second at which the session is idle, or null. */
function idleAt(metadata, policy) {
  const applies = policy.idle !== null && !isRememberedNow(metadata, policy);
  return applies ? metadata.issued + metadata.age + policy.idle : null;
}

/** Tests the dates of a session (§ 7.7) and those of the revocation (§ 7.8). Returns a Reason, or null. */
function checkTimes(metadata, now, policy, notBefore) {
  const seen = metadata.issued + metadata.age;
  if (seen > now + policy.skew) return "NotYetValid";
  if (now >= deadlineOf(metadata, policy)) return "Expired";
  const idle = idleAt(metadata, policy);
  if (idle !== null && now >= idle) return "Idle";
  return metadata.issued < notBefore ? "Revoked" : null;
}

/** § 8.8. */
function isRefreshDue(metadata, now, policy) {
  const { refreshAfter } = policy;
  if (isRememberedNow(metadata, policy)) return false;
  if (typeof refreshAfter === "number") return now >= metadata.issued + metadata.age + refreshAfter;
  return refreshAfter === "always";
}

/** The age of an activity (§ 8.6). */
const activeAge = ({ issued, age }, now) => Math.max(age, now - issued, 0);

// The payload of a session: a dictionary, or one value of a type (SPEC.md § 5.4, § 5.5).


/** The value of a typed session, with its bytes and the schema that they have. */
class TypedValue {
  constructor(value, schema, bytes) {
    this.value = value;
    this.schema = schema;
    this.bytes = bytes;
  }

  get length() {
    return this.bytes.length;
  }
}

/** That of a new session. Each session has one of its own, because the application may change a value in place. */
function emptyPayload(type) {
  return type === null ? new Dictionary() : new TypedValue(type.decode(type.empty), type.schema, type.empty);
}

const typedPayload = (type, value) => new TypedValue(value, type.schema, type.encode(value));

/** Reads a payload. Returns null where it cannot be read. */
function readPayload(type, schema, bytes) {
  try {
    if (type === null) return schema === 0 ? Dictionary.read(bytes) : null;
    return new TypedValue(readTyped(type, schema, bytes), schema, bytes);
  } catch {
    return null;
  }
}

function readTyped(type, schema, bytes) {
  if (schema === type.schema) return type.decode(bytes);
  if (schema === 0 && bytes.length === 0) return type.decode(type.empty);
  return type.convert(schema, bytes);
}

// The body of a token (SPEC.md § 5).


const FLAG = { limit: 0x01, sid: 0x02, pad: 0x04, device: 0x08, flash: 0x10, schema: 0x20, remembered: 0x40 };
const KNOWN = Object.values(FLAG).reduce((all, flag) => all | flag, 0);

/** Bytes of flags and metadata, each field at its longest (docs/spec/writer.md § 9.6). */
const LONGEST_METADATA = 33;
/** Bytes of the field of a device, which has a reserve of its own. */
const DEVICE = 16;

/** Reads a body: metadata, flash and payload. Throws `INVALID` (§ 5.1.5). */
function readBody(body) {
  const reader = new Reader(body);
  const flags = reader.byte();
  if (flags & ~KNOWN) throw INVALID;
  const has = (flag) => (flags & flag) !== 0;
  const metadata = {
    issued: EPOCH + reader.uint(4),
    age: reader.varint(),
    limit: has(FLAG.limit) ? reader.varint() : null,
    remembered: has(FLAG.remembered) ? reader.varint() : null,
    sid: has(FLAG.sid) ? reader.take(8).slice() : null,
    device: has(FLAG.device) ? reader.take(DEVICE).slice() : null,
    schema: has(FLAG.schema) ? reader.varint() : 0,
  };
  if (has(FLAG.schema) && metadata.schema === 0) throw INVALID;
  const flash = has(FLAG.flash) ? readFlash(reader) : [];
  let end = body.length;
  if (has(FLAG.pad)) {
    do end--;
    while (end >= reader.at && body[end] === 0);
    if (end < reader.at || body[end] !== 0x80) throw INVALID;
  }
  return { metadata, flash, payload: body.slice(reader.at, end) };
}

function readFlash(reader) {
  const count = reader.varint();
  if (count === 0) throw INVALID;
  const messages = [];
  for (let i = 0; i < count; i++) messages.push([reader.text(reader.varint()), reader.text(reader.varint())]);
  return messages;
}

/** The flash field (§ 5.3); without messages there is none. */
function flashBytes(messages) {
  if (messages.length === 0) return new Uint8Array();
  const texts = messages.flat().flatMap((text) => {
    const bytes = toUtf8(text);
    return [varint(bytes.length), bytes];
  });
  return concat(varint(messages.length), ...texts);
}

function metadataBytes({ issued, age, limit, remembered, sid, device, schema }) {
  const spans = [limit, remembered].filter((span) => span !== null).map(varint);
  return concat(u32(issued - EPOCH), varint(age), ...spans, sid ?? [], device ?? [], schema ? varint(schema) : []);
}

/** Writes a body, padded to `length` bytes if it has fewer. */
function writeBody(metadata, flash, payload, length) {
  const fields = concat(metadataBytes(metadata), flash, payload);
  const padding = Math.max(0, length - 1 - fields.length);
  let flags = 0;
  if (metadata.limit !== null) flags |= FLAG.limit;
  if (metadata.remembered !== null) flags |= FLAG.remembered;
  if (metadata.sid !== null) flags |= FLAG.sid;
  if (metadata.device) flags |= FLAG.device;
  if (metadata.schema !== 0) flags |= FLAG.schema;
  if (flash.length > 0) flags |= FLAG.flash;
  if (padding > 0) flags |= FLAG.pad;
  const zeros = new Uint8Array(padding);
  if (padding > 0) zeros[0] = 0x80;
  return concat(u8(flags), fields, zeros);
}

/** The padded length of `n` bytes, the mark included (§ 5.6.2). */
function padme(n) {
  const e = Math.floor(Math.log2(n));
  const low = 2 ** (e - (Math.floor(Math.log2(e)) + 1));
  return Math.ceil(n / low) * low;
}

// A session during one request, as plain data, and the rules about it (docs/spec/writer.md): opened by `open`, changed by
// `act`, judged by `finish`.


const WITHHELD = {
  unreadable: "the session has a form that this version cannot read, and is not overwritten",
  stale: "the request does not prove the session's device, so the session is not changed; `invalidate` begins a new one",
};

class State {
  /** The carrier that loaded the session, its keys, and the numbers of the parts that the request carried. */
  loadedBy = null;
  sealer = null;
  carried = new Set();
  /** What came of reading. For logs. */
  outcome = { kind: "absent" };
  /** The request carried a value or a part of it. */
  hasToken = false;
  /** The body as it opened, or null. */
  arrived = null;
  /** The metadata of the session that opened, whatever became of it. */
  opened = null;
  /** Why the application does not get the session that opened, and the metadata of that session; or null. */
  withheld = null;
  /** `cleared` or `invalidated`, in this request. */
  ended = null;
  isRenewed = false;
  /** It exists in this request only. */
  isNew = true;
  /** Taken over from a cookie of another library. */
  isTakenOver = false;
  /** After the session was saved: the field that offers the browser a registration, or null. */
  registration = null;
  /** The request was for an image, a script or another part of a page. */
  isSubresource = false;
  isTouched = false;
  isClosed = false;
  /** The last wish of the application: `auto`, `discard` or `force`. */
  wish = "auto";
  /** The least end set by `limitTo` in this request, or null. */
  #limitedUntil = null;
  /** It opened under a key that a newer one has replaced. */
  #isUnderEarlier = false;
  becameBound = false;

  constructor(policy, now) {
    this.policy = policy;
    this.now = now;
    this.#begin();
  }

  #begin() {
    this.metadata = { issued: this.now, age: 0, limit: null, remembered: null, sid: null, device: null };
    this.payload = emptyPayload(this.policy.type);
    this.flash = [];
  }

  // Opening

  /** Becomes the session of a body that has opened (SPEC.md § 7.9). */
  open({ keyId, bytes, body, place, tokenLength, cookies, becameBound = false }) {
    const { schema, ...metadata } = body.metadata;
    this.opened = metadata;
    const payload = readPayload(this.policy.type, schema, body.payload);
    if (payload === null) {
      this.withheld = { why: "unreadable", metadata };
      this.outcome = { kind: "rejected", reason: "Payload", keyId };
      return;
    }
    const { budget } = this.policy;
    this.#become(metadata, payload, body.flash);
    this.arrived.body = bytes;
    this.arrived.allowed = budget.asArrived(tokenLength, cookies, metadata.remembered !== null);
    this.#isUnderEarlier = place === "earlier";
    this.becameBound = becameBound;
    this.outcome = { kind: place === "sealing" ? "opened" : "openedUnderAcceptedKey", keyId };
  }

  /** Withholds the session that opened, because the request does not prove its device. */
  withholdStale({ keyId, body }) {
    this.opened = body.metadata;
    this.withheld = { why: "stale", metadata: body.metadata };
    this.outcome = { kind: "rejected", reason: "Stale", keyId };
  }

  /** Notes why the request's token did not open. */
  refuse({ reason, keyId, isForOthers }) {
    this.outcome = { kind: "rejected", reason, keyId };
    // Other instances can open it, so it is not replaced.
    if (isForOthers) this.withheld = { why: "unreadable", metadata: { sid: null } };
  }

  /** Becomes a session that another library wrote. Returns a Reason if that cannot be. */
  takeOver(metadata, dictionary) {
    if (dictionary.length > this.policy.budget.room) return "TooLong";
    const payload = readPayload(this.policy.type, 0, dictionary);
    if (payload === null) return "Payload";
    this.#become(metadata, payload, []);
    this.isTakenOver = true;
    return null;
  }

  #become(metadata, payload, flash) {
    this.metadata = metadata;
    this.payload = payload;
    this.flash = flash;
    this.isNew = false;
    this.arrived = { metadata, schema: payload.schema, payload: payload.bytes, flash: flashBytes(flash), allowed: null };
  }

  // Acting

  /** Marks the session as used, and returns it. */
  touch() {
    this.isTouched = true;
    return this;
  }

  /** Makes a change. Throws a `SessionError`, and changes nothing, where changes are refused. */
  act(change, { evenWithheld = false } = {}) {
    this.touch();
    if (this.isClosed) throw new SessionError("after-head", "the session is saved, so nothing more can be changed");
    if (this.withheld && !evenWithheld) throw new SessionError(this.withheld.why, WITHHELD[this.withheld.why]);
    return change(this);
  }

  /** Stores an entry of a dictionary. */
  setEntry(key, value) {
    const { entry, length } = this.payload.entryOf(key, value);
    if (this.payload.hasEntry(key, entry)) return;
    this.checkSize(length + this.#flashLength());
    this.payload.put(key, entry);
  }

  /** Returns true if there was such a key. */
  removeEntry(key) {
    if (!this.payload.has(key)) return false;
    this.checkSize(this.payload.lengthWithout(key) + this.#flashLength());
    this.payload.remove(key);
    return true;
  }

  setPayload(payload) {
    const isSame = payload.schema === this.payload.schema && equal(payload.bytes, this.payload.bytes);
    if (!isSame) this.checkSize(payload.length + this.#flashLength());
    this.payload = payload;
  }

  setFlash(flash) {
    this.checkSize(this.payload.length + flashBytes(flash).length);
    this.flash = flash;
  }

  setMetadata(changes) {
    const metadata = { ...this.metadata, ...changes };
    this.checkSize(this.contentLength(), metadata);
    this.metadata = metadata;
  }

  renewId() {
    this.setMetadata({ sid: random(8) });
  }

  renew() {
    const { issued, remembered } = this.metadata;
    const until = (end) => (end === null ? null : span(end - this.now));
    this.setMetadata({
      issued: this.now,
      age: 0,
      limit: until(this.#limitedUntil),
      remembered: remembered === null ? null : span(issued + remembered - this.now),
      sid: random(8),
      device: null,
    });
    this.withheld = null;
    this.isRenewed = true;
  }

  limitTo(seconds) {
    const { issued, limit } = this.metadata;
    const wanted = span(this.now + seconds - issued);
    this.setMetadata({ limit: limit === null ? wanted : Math.min(limit, wanted) });
    this.#limitedUntil = Math.min(this.#limitedUntil ?? Infinity, this.now + seconds);
  }

  rememberFor(seconds) {
    if (this.policy.rememberUpTo === null) {
      throw new SessionError("not-remembering", "set `rememberUpTo` to remember sessions");
    }
    this.setMetadata({ remembered: span(this.now + seconds - this.metadata.issued) });
  }

  clear() {
    this.payload = emptyPayload(this.policy.type);
    this.flash = [];
    this.metadata = { ...this.metadata, sid: null };
    this.ended ??= "cleared";
  }

  /** Returns the sid of the session that has ended, or null. */
  invalidate() {
    const isTold = this.outcome.reason !== "Stale" && this.ended !== "invalidated";
    const { sid } = (isTold && this.opened) || { sid: null };
    this.#begin();
    this.arrived = null;
    this.withheld = null;
    this.isNew = true;
    this.isRenewed = false;
    this.#limitedUntil = null;
    this.ended = "invalidated";
    return sid;
  }

  forceSave() {
    this.checkSize(this.contentLength());
    this.wish = "force";
  }

  // Sizes

  #flashLength() {
    return flashBytes(this.flash).length;
  }

  contentLength() {
    return this.payload.length + this.#flashLength();
  }

  checkSize(content, metadata = this.metadata) {
    const { budget } = this.policy;
    if (content <= budget.room) return;
    const mayShrink = this.arrived && content <= this.contentLength();
    if (mayShrink && this.#allowedFor(content, metadata, this.#ageToWrite(content, metadata)) !== null) return;
    throw new SessionError("size", `session needs ${content} bytes of content, there is room for ${budget.room}; store less`);
  }

  /** The size under which a session may be sent, or null (§ 9.5.3). */
  #allowedFor(content, metadata, age) {
    const { budget } = this.policy;
    return content <= budget.room ? budget.allowed : this.#allowedForBody(this.#bodyLength(content, metadata, age), content, metadata);
  }

  #allowedForBody(length, content, { remembered }) {
    const { budget } = this.policy;
    const sizes = content <= budget.room ? [budget.allowed] : [budget.allowed, this.arrived?.allowed].filter(Boolean);
    return sizes.find((allowed) => budget.allows(allowed, length, remembered !== null)) ?? null;
  }

  #bodyLength(content, metadata, age) {
    const { length } = metadataBytes({ ...metadata, age, schema: this.payload.schema });
    return this.policy.budget.bodyLength(1 + length + content, content);
  }

  #ageToWrite(content, metadata) {
    const age = this.policy.refreshAfter === "never" ? metadata.age : activeAge(metadata, this.now);
    return this.#allowedFor(content, metadata, age) !== null ? age : metadata.age;
  }

  // Finishing

  /** Closes the session, and says what the client's token becomes (§ 8.12). */
  finish(response) {
    const decision = this.decide(response);
    this.isClosed = true;
    return decision;
  }

  /**
   * Decides. `change` is `keep`, `drop`, or `store` with what is to be sealed and sent; `touch` says how the response
   * depends on the session.
   */
  decide(response = {}) {
    if (!this.isTouched) return { change: "keep", touch: "untouched" };
    const keep = { change: "keep", touch: "touched" };
    if (this.withheld || this.isClosed) return keep;
    const { status = 200, isShareable = false, isSubresource = this.isSubresource } = response;
    const isDiscarded = this.wish === "discard";
    const isSilenced = status >= 500 && !this.policy.saveOnServerError && this.wish !== "force";
    const drop = this.hasToken ? { change: "drop", touch: "written" } : keep;
    if (this.#isOver(isDiscarded, isSilenced)) return drop;
    if (isDiscarded || isSilenced) return keep;
    if (this.hasChanged() || (this.wish === "force" && !this.#isNewAndEmpty())) {
      if (this.now >= deadlineOf(this.metadata, this.policy)) return drop;
      if (!this.#canSeal()) throw new SessionError("clock", "the clock shows a time before 2026 or after 2162");
      return { ...this.#store(this.#ageToWrite(this.contentLength(), this.metadata)), touch: "written" };
    }
    if (!this.arrived || isSubresource || isShareable || status >= 400 || !this.#canSeal()) return keep;
    const stored = this.#refreshed() ?? this.#resealed();
    return stored ? { ...stored, touch: "touched", isOptional: true } : keep;
  }

  #isOver(isDiscarded, isSilenced) {
    const isForgettable = this.#isEmpty() && this.metadata.remembered === null;
    if (this.ended === "invalidated") return isDiscarded || isSilenced || isForgettable;
    if (this.ended === "cleared") return !isDiscarded && (isSilenced || this.#isEmpty());
    return !isDiscarded && isForgettable && this.hasChanged();
  }

  /** What a refresh stores, if one is due and fits (§ 8.8). */
  #refreshed() {
    const age = activeAge(this.metadata, this.now);
    return isRefreshDue(this.metadata, this.now, this.policy) && this.#fits(age) ? this.#store(age) : null;
  }

  /** What a re-seal stores, if one is due and fits (§ 8.9): the body as it arrived, or with its device. */
  #resealed() {
    const { age } = this.metadata;
    if (this.becameBound) return this.#fits(age) ? this.#store(age) : null;
    if (!this.#isUnderEarlier) return null;
    const { body } = this.arrived;
    const allowed = this.#allowedForBody(body.length, this.contentLength(), this.metadata);
    return allowed && this.#sent(body, allowed);
  }

  #fits(age) {
    return this.#allowedFor(this.contentLength(), this.metadata, age) !== null;
  }

  /** No entry, no flash, no id. */
  #isEmpty() {
    const { type } = this.policy;
    const { schema, bytes } = this.payload;
    const hasNoEntry = type === null ? bytes.length === 0 : schema === type.schema && equal(bytes, type.empty);
    return hasNoEntry && this.flash.length === 0 && this.metadata.sid === null;
  }

  #isNewAndEmpty() {
    return !this.arrived && this.#isEmpty() && this.metadata.remembered === null;
  }

  hasChanged() {
    const { arrived } = this;
    if (!arrived) return !this.#isNewAndEmpty();
    const { issued, limit, remembered, sid, device } = this.metadata;
    const before = arrived.metadata;
    return !(
      !this.isTakenOver &&
      issued === before.issued &&
      limit === before.limit &&
      remembered === before.remembered &&
      isSame(sid, before.sid) &&
      isSame(device, before.device) &&
      this.payload.schema === arrived.schema &&
      equal(this.payload.bytes, arrived.payload) &&
      equal(flashBytes(this.flash), arrived.flash)
    );
  }

  /** SPEC.md § 6.4. */
  #canSeal() {
    return this.now >= EPOCH && this.now - EPOCH <= U32;
  }

  #store(age) {
    const content = this.contentLength();
    const metadata = { ...this.metadata, age, schema: this.payload.schema };
    const length = this.#bodyLength(content, this.metadata, age);
    const body = writeBody(metadata, flashBytes(this.flash), this.payload.bytes, length);
    return this.#sent(body, this.#allowedFor(content, this.metadata, age) ?? this.policy.budget.allowed);
  }

  #sent(body, allowed) {
    const isRemembered = isRememberedNow(this.metadata, this.policy);
    const maxAge = isRemembered ? Math.max(0, deadlineOf(this.metadata, this.policy) - this.now) : null;
    return { change: "store", body, allowed, maxAge };
  }

  /** The name of the session in CSRF tokens, or null (SPEC.md § 13). */
  get csrfName() {
    // A stale session has its own, so that its visitor can sign in by a form; a thief gets no token of the bound one.
    const isStale = this.withheld?.why === "stale";
    const { sid, issued } = isStale ? this.opened : this.metadata;
    return sid && concat(isStale ? sid.map((byte) => ~byte) : sid, u32(issued - EPOCH));
  }

  /** `unbound`, `bound` or `stale`. */
  get binding() {
    if (this.withheld?.why === "stale") return "stale";
    return this.metadata.device ? "bound" : "unbound";
  }

  /** 16 hexadecimal digits, or null. */
  get id() {
    return this.metadata.sid && hex(this.metadata.sid);
  }
}

const isSame = (a, b) => a === b || (a !== null && b !== null && equal(a, b));

// The handle of a session that an application gets.


/** Returns the state behind a handle, for the carriers. */
let stateOf;

/** A visitor's session during one request. The carrier that loaded it saves its changes. */
class Session {
  static {
    stateOf = (session) => session.#state;
  }

  #state;

  /** Only carriers make sessions, by `load`. */
  constructor(state) {
    if (!(state instanceof State)) throw new TypeError("a session is made by `load`");
    this.#state = state;
  }

  // The result of reading

  /** `{kind, reason, keyId}`, for logs. A response must not depend on it. */
  get outcome() {
    return { ...this.#state.outcome };
  }

  /** The session's standing with the visitor's device: `unbound`, `bound` or `stale`. */
  get binding() {
    return this.#state.touch().binding;
  }

  /** After the session was saved: the value of the response's field `Secure-Session-Registration`, or null. */
  get registration() {
    return this.#state.registration;
  }

  /** The session exists in this request only. */
  get isNew() {
    return this.#state.touch().isNew;
  }

  /** 16 hexadecimal digits, or null. */
  get id() {
    return this.#state.touch().id;
  }

  get createdAt() {
    const { isNew, metadata } = this.#state.touch();
    return isNew ? null : dateOf(metadata.issued);
  }

  get lastActiveAt() {
    const { isNew, metadata } = this.#state.touch();
    return isNew ? null : dateOf(metadata.issued + metadata.age);
  }

  get expiresAt() {
    const { isNew, metadata, policy } = this.#state.touch();
    return isNew ? null : dateOf(Math.min(deadlineOf(metadata, policy), idleAt(metadata, policy) ?? Infinity));
  }

  /** Bytes by which the content may still grow. */
  get remainingBytes() {
    return Math.max(0, this.#state.policy.budget.room - this.#state.contentLength());
  }

  /** Returns true if the sign-in is less than so many seconds ago. A new session has had none. */
  isRecent(seconds) {
    checkSpan(seconds);
    const { isNew, isRenewed, metadata, now } = this.#state.touch();
    return (!isNew || isRenewed) && now < metadata.issued + seconds;
  }

  // The dictionary

  get(key) {
    return this.#dictionary().get(String(key));
  }

  has(key) {
    return this.#dictionary().has(String(key));
  }

  /** In the order of their bytes. */
  keys() {
    return this.#dictionary().keys();
  }

  entries() {
    return this.keys().map((key) => [key, this.get(key)]);
  }

  get size() {
    return this.#dictionary().size;
  }

  /** Stores plain data: null, booleans, numbers, BigInts of 64 bits, texts, `Uint8Array`s, arrays, objects and maps. */
  set(key, value) {
    this.#dictionary();
    this.#state.act((state) => state.setEntry(String(key), value));
    return this;
  }

  /** Returns true if there was such a key. */
  delete(key) {
    this.#dictionary();
    return this.#state.act((state) => state.removeEntry(String(key)));
  }

  #dictionary() {
    const { policy, payload } = this.#state.touch();
    if (policy.type) throw new TypeError("this session has a type: use `value`");
    return payload;
  }

  // A typed session

  /** The value of a typed session. Store a changed one again, or call `update`. */
  get value() {
    return this.#typed().value;
  }

  set value(value) {
    this.#typed();
    this.#state.act((state) => state.setPayload(typedPayload(state.policy.type, value)));
  }

  #typed() {
    const { policy, payload } = this.#state.touch();
    if (!policy.type) throw new TypeError("this session is a dictionary: use `get` and `set`, or give the cookie a `type`");
    return payload;
  }

  /**
   * Changes an entry: `update(key, change)` stores what `change` makes of its value. In a typed session, `update(change)`
   * changes a copy of the value in place, or stores what `change` returns.
   */
  update(...given) {
    if (!this.#state.policy.type) {
      const [key, change] = given;
      return this.set(key, change(this.get(key)));
    }
    const { type } = this.#state.policy;
    const copy = type.decode(type.encode(this.value));
    const [change] = given;
    this.value = change(copy) ?? copy;
    return this;
  }

  // Messages for the next page

  flash(queue, message) {
    this.#state.act((state) => {
      encodeText(message);
      encodeText(queue);
      state.setFlash([...state.flash, [queue, message]]);
    });
  }

  /** The messages of a queue, left in place. */
  flashes(queue) {
    return this.#state.touch().flash.filter(([of]) => of === queue).map(([, message]) => message);
  }

  takeFlashes(queue) {
    const taken = this.flashes(queue);
    // Where there is none, this is reading.
    if (taken.length > 0) this.#state.act((state) => state.setFlash(state.flash.filter(([of]) => of !== queue)));
    return taken;
  }

  // Tokens for forms (SPEC.md § 13)

  /** Returns a token for a form, or for the header `x-csrf-token`. Makes an id if there is none. */
  async csrfToken() {
    if (this.#state.touch().csrfName === null) this.renewId();
    const { sealer, csrfName, now } = this.#state;
    return sealer.csrfToken(csrfName, now);
  }

  /** Returns true if a token was made for this session. Await it: a promise is true in every condition. */
  async verifyCsrf(token) {
    const { sealer, csrfName, now } = this.#state.touch();
    return sealer.verifyCsrf(csrfName, now, token);
  }

  // Its life

  /** Returns the id, and makes one if there is none. */
  ensureId() {
    if (this.id === null) this.renewId();
    return this.id;
  }

  /** A new id, and the same data and dates. */
  renewId() {
    this.#state.act((state) => state.renewId());
  }

  /** After a sign-in: a new id, issued now, the same data. */
  renew() {
    this.#state.act((state) => state.renew(), { evenWithheld: true });
  }

  /** Ends the session at the latest so many seconds from now. */
  limitTo(seconds) {
    checkSpan(seconds);
    this.#state.act((state) => state.limitTo(seconds));
  }

  /** Keeps the session after the browser is closed, for so many seconds from now. */
  rememberFor(seconds) {
    checkSpan(seconds);
    this.#state.act((state) => state.rememberFor(seconds));
  }

  forget() {
    this.#state.act((state) => state.setMetadata({ remembered: null }));
  }

  /** Drops the data, the messages and the id. */
  clear() {
    this.#state.act((state) => state.clear());
  }

  /** Signs out: drops everything, and the browser's cookie. Returns the id of the session that has ended, or null. */
  invalidate() {
    const sid = this.#state.act((state) => state.invalidate(), { evenWithheld: true });
    return sid && hex(sid);
  }

  /** Saves none of this request's changes, unless `save` is called later. */
  discard() {
    this.#state.act((state) => (state.wish = "discard"), { evenWithheld: true });
  }

  /** Writes the session with this response even if it did not change. */
  save() {
    this.#state.act((state) => state.forceSave());
  }
}

function checkSpan(seconds) {
  if (Number.isInteger(seconds) && seconds >= 0) return;
  throw new SessionError("seconds", "expected a whole number of seconds, 0 or more");
}

// Sizes (docs/spec/writer.md § 9.5, § 9.6).


/** The longest cookie that browsers store. */
const BROWSER = 4096;
const MOST_COOKIES = 4;

function sizeOf(size) {
  if (size === "anywhere") return { field: 3072, cookies: 1 };
  if (size === "browser") return { field: BROWSER, cookies: 1 };
  const [, count] = /^split:([2-4])$/.exec(size) ?? [];
  if (!count) throw new ConfigError("size", "`size` is anywhere, browser, split:2, split:3 or split:4");
  return { field: BROWSER, cookies: Number(count) };
}

class Budget {
  #fixed;
  #overhead;
  #padding;

  /** `fixed`: the bytes of a field without its token, with the longest Max-Age and without one; 0 beside a cookie. */
  constructor({ field, cookies }, { withMaxAge, withoutMaxAge }, overhead, padding, isBound = false) {
    if (!["none", "padme"].includes(padding)) throw new ConfigError("padding", "`padding` is none or padme");
    this.allowed = { field, cookies, total: field * cookies };
    this.#fixed = { withMaxAge, withoutMaxAge };
    this.#overhead = overhead;
    this.#padding = padding;
    const perField = field - this.#perField(cookies, true);
    const longest = Math.floor((cookies * perField * 3) / 4) - overhead;
    const metadata = LONGEST_METADATA + (isBound ? DEVICE : 0);
    this.room = longest - metadata;
    if (padding === "padme") {
      while (this.room >= 0 && padme(metadata + this.room + 1) > longest) this.room--;
    }
    if (this.room < 0) throw new ConfigError("size", "there is no room for a session; shorten the name and attributes");
  }

  #perField(cookies, isPersistent) {
    const { withMaxAge, withoutMaxAge } = this.#fixed;
    return (isPersistent ? withMaxAge : withoutMaxAge) + (cookies > 1 && withMaxAge > 0 ? 2 : 0);
  }

  /** The characters of a part, where each field has `fixed` bytes beside it. */
  partLength(allowed, tokenLength, fixed) {
    if (allowed.cookies === 1 || fixed + tokenLength <= allowed.field) return tokenLength;
    return Math.max(1, allowed.field - fixed - 2);
  }

  /** The length of a body, with its padding. */
  bodyLength(length, content) {
    return this.#padding === "padme" && content <= this.room ? padme(length + 1) : length;
  }

  /** Returns true if a body of this length may be sent. */
  allows(allowed, bodyLength, isPersistent) {
    const tokenLength = encodedLength(this.#overhead + bodyLength);
    const partLength = this.partLength(allowed, tokenLength, this.#perField(1, isPersistent));
    const cookies = Math.ceil(tokenLength / partLength);
    const total = tokenLength + cookies * this.#perField(cookies, isPersistent);
    return cookies <= allowed.cookies && total <= allowed.total;
  }

  /** The size of a session that arrived, whatever the profile is now (§ 9.5.3). */
  asArrived(tokenLength, cookies, isPersistent) {
    const perField = this.#perField(cookies, isPersistent);
    const total = tokenLength + cookies * perField;
    if (cookies === 1) return { cookies, field: total, total };
    const field = cookies <= MOST_COOKIES ? Math.max(Math.ceil(tokenLength / cookies) + perField, BROWSER) : BROWSER;
    const most = Math.min(cookies, MOST_COOKIES);
    return { cookies: most, field, total: Math.min(total, most * field) };
  }
}

// The fields of a response that caches read (docs/spec/carriers.md § 9.8).


const isTargeted = (name) => name.endsWith("-cache-control") || name === "surrogate-control" || name === "edge-control";

/** The directives of a field, in lower case. A field with a line in which a quoted string does not end has none. */
function directivesOf(lines) {
  const quoted = /"(?:[^"\\]|\\[^])*"/g;
  // Nothing in a quoted string is a directive, nor is a directive that has one.
  const unquoted = lines.map((line) => line.replace(quoted, '""').toLowerCase());
  if (unquoted.some((line) => line.replaceAll('""', "").includes('"'))) return [];
  return unquoted.flatMap((line) => line.split(",")).map((directive) => trim(directive, BLANK));
}

/** An effective `no-store`. */
const forbids = (directives) => directives.includes("no-store") && !directives.includes("must-understand");

/** Returns true if others than the visitor may store a response with these fields, pairs of lower-case name and value. */
function isShareable(fields) {
  const mayTargetedStore = fields.some(
    ([name, value]) =>
      (isTargeted(name) && !forbids(directivesOf(linesOf(fields, name)))) ||
      (name === "x-accel-expires" && !value.split(",").every(isZero)),
  );
  if (mayTargetedStore) return true;
  const control = linesOf(fields, "cache-control");
  if (control.length === 0) return linesOf(fields, "expires").some(isLater$1);
  const directives = directivesOf(control);
  return !directives.includes("private") && !forbids(directives);
}

const linesOf = (fields, wanted) => fields.filter(([name]) => name === wanted).map(([, value]) => value);

const isZero = (seconds) => /^0+$/.test(trim(seconds, BLANK));

const MONTH = /jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec/i;

/** Returns true for a date that may be in the future: one without a year of four digits, or with one from 2026 on. */
function isLater$1(expires) {
  const years = expires.split(/[^0-9]+/).filter((digits) => digits.length === 4);
  return MONTH.test(expires) && /\d/.test(expires) && (years.length === 0 || years.some((year) => year >= "2026"));
}

/**
 * Returns the changes to the fields of a response, as `[name, value]` to set, whose session was touched so. `touch` is
 * `untouched`, `touched` or `written`; `by` is the field that brought the session. With `mayShare` a shareable response
 * stays one.
 */
function cacheChanges(fields, touch, by, mayShare = false) {
  if (touch === "untouched") return [];
  const changes = [];
  const vary = linesOf(fields, "vary").join(", ");
  const names = vary.split(",").map((name) => trim(name, BLANK).toLowerCase());
  if (!names.includes("*") && !names.includes(by.toLowerCase())) changes.push(["vary", vary ? `${vary}, ${by}` : by]);
  if (mayShare && isShareable(fields)) return changes;
  const control = linesOf(fields, "cache-control");
  if (touch === "touched") {
    if (control.length === 0) changes.push(["cache-control", "private"]);
  } else if (isShareable(fields) || !forbids(directivesOf(control))) {
    for (const name of new Set(fields.map(([name]) => name))) {
      if (isTargeted(name)) changes.push([name, "no-store"]);
      if (name === "x-accel-expires" || name === "expires") changes.push([name, "0"]);
    }
    changes.push(["cache-control", "no-store"]);
  }
  return changes;
}

const SUBRESOURCES = ["image", "script", "style", "font", "audio", "video", "track", "worker"];

/** Returns true if `Sec-Fetch-Dest` names an image, a script or another part of a page. */
const isSubresource = (destination) => SUBRESOURCES.includes(destination);

// The settings of a carrier (SPEC.md § 8, docs/spec/writer.md).


/** Options of every carrier. */
const COMMON = [
  "idleTimeout", "absoluteTimeout", "rememberUpTo", "refreshAfter", "clockSkew", "notBefore", "application", "context",
  "padding", "revokedIf", "saveOnServerError", "type", "skipXChaCha", "dangerRetireEarly",
];

/** Refuses options that do not exist: a mistyped one would silently keep a default. */
function checkOptions(options, own) {
  for (const name of Object.keys(options)) {
    if (name === "secure") {
      throw new ConfigError("option", "there is no option `secure`; for development over http set `dangerAllowHttp`");
    }
    if (![...COMMON, ...own].includes(name)) throw new ConfigError("option", `there is no option \`${name}\``);
  }
}

function positive(name, value, unit = "seconds") {
  if (!Number.isInteger(value) || value <= 0) throw new ConfigError(name, `\`${name}\` is a whole number of ${unit} above 0`);
  return value;
}

function yesOrNo(name, value = false) {
  if (typeof value !== "boolean") throw new ConfigError(name, `\`${name}\` is true or false`);
  return value;
}

function aFunction(name, value) {
  if (value !== null && typeof value !== "function") throw new ConfigError(name, `\`${name}\` is a function`);
  return value;
}

/** The rules of a session, out of the options. */
function policyOf(options) {
  const { idleTimeout = 1800, absoluteTimeout = 43_200, rememberUpTo = null, clockSkew = 60, notBefore = null } = options;
  const idle = idleTimeout === null ? null : positive("idleTimeout", idleTimeout);
  const absolute = positive("absoluteTimeout", absoluteTimeout);
  if (idle !== null && idle > absolute && options.idleTimeout !== undefined) {
    throw new ConfigError("idleTimeout", "`idleTimeout` is longer than `absoluteTimeout`, so it never applies");
  }
  if (!Number.isInteger(clockSkew) || clockSkew < 0 || clockSkew > 300) {
    throw new ConfigError("clockSkew", "`clockSkew` is 0 to 300 seconds");
  }
  const { type = null } = options;
  return {
    idle,
    absolute,
    rememberUpTo: rememberUpTo === null ? null : positive("rememberUpTo", rememberUpTo),
    refreshAfter: refreshOf(options.refreshAfter, idle),
    skew: clockSkew,
    notBefore: notBefore === null ? 0 : notBeforeOf(notBefore),
    revokedIf: aFunction("revokedIf", options.revokedIf ?? null),
    saveOnServerError: yesOrNo("saveOnServerError", options.saveOnServerError),
    type: type === null ? null : new Codec(type),
  };
}

function notBeforeOf(moment) {
  const seconds = secondsOf("notBefore", moment, Math.ceil);
  if (seconds < EPOCH) {
    throw new ConfigError("notBefore", "`notBefore` is before 2026, when no session began; a number counts milliseconds");
  }
  return seconds;
}

function refreshOf(refreshAfter, idle) {
  if (refreshAfter === undefined) return idle === null ? "on-change" : Math.floor(idle / 4);
  const isSpan = Number.isInteger(refreshAfter) && refreshAfter >= 0;
  if (!isSpan && !["never", "on-change", "always"].includes(refreshAfter)) {
    throw new ConfigError("refreshAfter", "`refreshAfter` is never, on-change, always or a number of seconds");
  }
  if (isSpan && idle !== null && refreshAfter > Math.floor(idle / 2)) {
    throw new ConfigError("refreshAfter", "`refreshAfter` is longer than half of `idleTimeout`");
  }
  return refreshAfter;
}

/** The codec of a typed session (§ 5.5). Copies the bytes that it gives and gets, so the type may keep or reuse them. */
class Codec {
  #type;

  constructor(type) {
    this.#type = checkedType(type);
    this.label = type.label;
    this.schema = type.schema;
    try {
      this.empty = this.encode(type.empty);
      this.decode(this.empty);
    } catch (error) {
      throw new ConfigError("type", `\`type\` does not decode what it encodes of \`type.empty\`: ${error.message ?? "it gave no value"}`);
    }
  }

  encode(value) {
    const bytes = this.#type.encode(value);
    if (!(bytes instanceof Uint8Array)) throw new SessionError("value", "`type.encode` gave no Uint8Array");
    return new Uint8Array(bytes);
  }

  decode(payload) {
    return aValue(this.#type.decode(new Uint8Array(payload)));
  }

  convert(schema, payload) {
    return aValue(this.#type.convert?.(schema, new Uint8Array(payload)) ?? undefined);
  }
}

/** A codec cannot be asynchronous. */
function aValue(value) {
  if (value === undefined || typeof value?.then === "function") throw INVALID;
  return value;
}

function checkedType(type) {
  const refuse = (sentence) => {
    throw new ConfigError("type", sentence);
  };
  if (typeof type !== "object") refuse("`type` is an object with the codec of a typed session");
  const { label, schema } = type;
  if (typeof label !== "string") refuse("`type.label` is a text, which keeps the sessions of two types apart");
  if (!Number.isInteger(schema) || schema < 1 || schema > U32) refuse("`type.schema` is a whole number from 1 to 4,294,967,295");
  if (typeof type.encode !== "function" || typeof type.decode !== "function") refuse("`type.encode` and `type.decode` are functions");
  if (!("empty" in type)) refuse("`type.empty` is the value of a new session");
  return type;
}

// Tokens: sealing and opening (SPEC.md § 4, § 6, and § 7 up to the body).


const LONGEST_TOKEN = 32_768;
/** Bytes (§ 6.5). */
const LONGEST_BLOB = 24_576;
const SMALLEST_BODY = 6;

/** The keys of a ring, derived for one purpose, and the context. */
class Sealer {
  /** `purpose`: `purposeBytes`. `context`: `contextBytes`. */
  static async of(ring, purpose, context) {
    const derived = await Promise.all(keysOf(ring).map((key) => deriveKeys(key, purpose)));
    return new Sealer(ring, derived, context);
  }

  #keys;
  #byId;

  constructor(ring, keys, context) {
    this.ring = ring;
    this.#keys = keys;
    this.#byId = new Map(keys.map((derived) => [derived.key.id, derived]));
    this.context = context;
  }

  #aad(head) {
    return concat(head, u32(this.context.length), this.context);
  }

  /** The keys that are not retired, for CSRF tokens. */
  accepted(now) {
    return this.#keys.filter(({ key }) => !key.isRetired(now));
  }

  sealing(now) {
    return this.#keys[this.#sealingAt(now)];
  }

  #sealingAt(now) {
    return sealingAt(keysOf(this.ring), now);
  }

  /** A key of XChaCha20-Poly1305 cannot, because WebCrypto lacks it. */
  canSeal(now) {
    const { mac, cipher } = this.sealing(now);
    return Boolean(mac ?? cipher);
  }

  /** `entropy`: only tests give it. */
  async seal(body, now, entropy = random(NONCE)) {
    const { key, cipher, nonce, mac } = this.sealing(now);
    if (body.length > LONGEST_BLOB - overheadOf(key.suite.mode)) throw new SessionError("size", "the session is too long for a token");
    const head = concat(u8(key.suite.fmt), key.kid);
    const aad = this.#aad(head);
    if (mac) return toBase64url(concat(head, body, (await hmac(mac, concat(aad, body))).subarray(0, TAG)));
    if (!cipher) throw new SessionError("suite", `key ${key.id} seals by XChaCha20-Poly1305, which WebCrypto lacks`);
    // The nonce depends on the content too, so that a repeated `entropy` does no harm (§ 6.2).
    const n = (await hmac(nonce, concat(entropy, aad, body))).subarray(0, NONCE);
    return toBase64url(concat(head, n, await cipher.seal(n, aad, body)));
  }

  /** Returns the key's id and the body. Throws a `Refusal`. */
  async open(token, now) {
    if (token.length > LONGEST_TOKEN) throw new Refusal("TooLong");
    const blob = fromBase64url(token);
    if (!blob) throw new Refusal("Encoding");
    if (blob.length < HEAD) throw new Refusal("TooShort");
    const suite = suiteOf(blob[0]);
    if (!suite) throw new Refusal("UnknownFormat");
    if (suite.mode !== this.ring.mode) throw new Refusal("WrongMode");
    const keyId = hex(blob.subarray(1, HEAD));
    const known = this.#byId.get(keyId);
    if (!known || known.key.suite !== suite) throw new Refusal("UnknownKey", keyId);
    if (known.key.isRetired(now)) throw new Refusal("RetiredKey", keyId);
    if (blob.length < overheadOf(suite.mode) + SMALLEST_BODY) throw new Refusal("TooShort", keyId);
    if (known.key.suite === SUITES.xcha) throw new Refusal("UnknownKey", keyId, true);
    const aad = this.#aad(blob.subarray(0, HEAD));
    const body = await openBlob(known, aad, blob.subarray(HEAD));
    if (!body) throw new Refusal("Auth", keyId);
    return { keyId, body };
  }

  /** Returns the place of a key relative to the one that seals: `sealing`, `earlier` or `later`. */
  place(keyId, now) {
    const at = this.#keys.findIndex(({ key }) => key.id === keyId);
    const sealing = this.#sealingAt(now);
    return at === sealing ? "sealing" : at < sealing ? "earlier" : "later";
  }
}

async function deriveKeys(key, purpose) {
  const [k, nonce, csrf] = await Promise.all(["key", "nonce", "csrf"].map((word) => key.derive(word, purpose)));
  const derived = { key, csrf: await hmacKey(csrf) };
  if (key.suite === SUITES.xaes) Object.assign(derived, { cipher: await Xaes.of(k), nonce: await hmacKey(nonce) });
  if (key.suite === SUITES.sign) derived.mac = await hmacKey(k);
  return derived;
}

/** Returns the body, or null where the tag is wrong. */
async function openBlob({ mac, cipher }, aad, sealed) {
  if (cipher) return cipher.open(sealed.subarray(0, NONCE), aad, sealed.subarray(NONCE));
  const body = sealed.subarray(0, sealed.length - TAG);
  const tag = (await hmac(mac, concat(aad, body))).subarray(0, TAG);
  return equalTags(tag, sealed.subarray(sealed.length - TAG)) ? body.slice() : null;
}

// The keys of one purpose, and the rules of the sessions under them: tokens to bodies, bodies to tokens, CSRF tokens.


class SessionSealer {
  /** `own`: the names of the options that this carrier has beside the common ones. */
  static async build(mode, ring, purpose, options, own) {
    checkOptions(options, own);
    const skipXChaCha = yesOrNo("skipXChaCha", options.skipXChaCha);
    const parsed = ring instanceof KeyRing ? ring : await KeyRing.parse(ring, { mode, skipXChaCha });
    if (parsed.mode !== mode) throw new ConfigError("mixed", `a ring that is ${parsed.mode}, for sessions that are ${mode}`);
    const policy = policyOf(options);
    const longest = Math.max(policy.absolute, policy.rememberUpTo ?? 0);
    if (!yesOrNo("dangerRetireEarly", options.dangerRetireEarly) && cutsShort(keysOf(parsed), longest)) {
      throw new ConfigError(
        "dangerRetireEarly",
        `a key of the ring retires less than ${longest} seconds, the longest life of a session, after the next one seals; ` +
          "let it retire later, or set `dangerRetireEarly`",
      );
    }
    const { application, context = [] } = options;
    const [bound, label] = [contextBytes(context), policy.type?.label];
    const derive = (purpose) => Sealer.of(parsed, purposeBytes(purpose, application, label), bound);
    return new SessionSealer(mode, await derive(purpose), policy, derive);
  }

  #sealer;

  /** `derive`: a `Sealer` for another purpose of the same ring, application, type and context. */
  constructor(mode, sealer, policy, derive) {
    this.mode = mode;
    this.derive = derive;
    this.#sealer = sealer;
    this.policy = policy;
  }

  set budget(budget) {
    if ((this.policy.type?.empty.length ?? 0) > budget.room) {
      throw new ConfigError("size", "there is no room for `type.empty`; choose a larger `size`");
    }
    this.policy.budget = budget;
  }

  raiseNotBefore(moment) {
    this.policy.notBefore = Math.max(this.policy.notBefore, notBeforeOf(moment));
  }

  get #notBefore() {
    return Math.max(this.policy.notBefore, this.#sealer.ring.notBefore ?? 0);
  }

  canSeal(now) {
    return this.#sealer.canSeal(now);
  }

  seal(body, now) {
    return this.#sealer.seal(body, now);
  }

  /** Takes the steps of § 7.1 (c) to § 7.8. Throws a `Refusal`. */
  async verify(token, now) {
    const { keyId, body: bytes } = await this.#sealer.open(token, now);
    let body;
    try {
      body = readBody(bytes);
    } catch {
      throw new Refusal("Malformed", keyId);
    }
    if (body.metadata.device && !this.policy.devices) throw new Refusal("Malformed", keyId);
    const reason = await this.check(body.metadata, now, keyId);
    if (reason) throw new Refusal(reason, keyId);
    return { keyId, bytes, body, place: this.#sealer.place(keyId, now) };
  }

  /** Tests the dates of a session, and asks the application whether it is revoked. Returns a Reason, or null. */
  async check(metadata, now, keyId = null) {
    const reason = checkTimes(metadata, now, this.policy, this.#notBefore);
    return reason ?? ((await this.#isRevoked(metadata, keyId)) ? "Revoked" : null);
  }

  /** A session for which the application does not say false is revoked. */
  async #isRevoked({ sid, issued, age, limit, remembered }, keyId) {
    const { revokedIf } = this.policy;
    if (!revokedIf) return false;
    const info = {
      id: sid && hex(sid),
      createdAt: dateOf(issued),
      lastActiveAt: dateOf(issued + age),
      limit,
      remembered,
      keyId,
    };
    try {
      return (await revokedIf(info)) !== false;
    } catch {
      return true;
    }
  }

  // CSRF tokens (§ 13)

  /** `mask`: only tests give it. */
  async csrfToken(name, now, mask = random(TAG)) {
    const secret = await this.#csrfSecret(this.#sealer.sealing(now), name);
    return toBase64url(concat(mask, mask.map((byte, i) => byte ^ secret[i])));
  }

  async verifyCsrf(name, now, token) {
    if (typeof token !== "string" || token.length !== 43 || name === null) return false;
    const bytes = fromBase64url(token);
    if (!bytes) return false;
    const given = bytes.subarray(TAG).map((byte, i) => byte ^ bytes[i]);
    let passes = false;
    for (const keys of this.#sealer.accepted(now)) {
      if (equalTags(given, await this.#csrfSecret(keys, name))) passes = true;
    }
    return passes;
  }

  async #csrfSecret({ csrf }, name) {
    const { context } = this.#sealer;
    return (await hmac(csrf, concat(u32(context.length), context, name))).subarray(0, TAG);
  }
}

/** Chooses among several values (§ 7.0). Returns one with its index, or throws a `Refusal`. */
function choose(results, isHostOnly) {
  const good = results.flatMap((result, index) => (result instanceof Refusal ? [] : [{ ...result, index }]));
  if (good.length === 0) {
    const [{ reason, keyId }] = results;
    throw new Refusal(reason, keyId, results.some(({ isForOthers }) => isForOthers));
  }
  const sids = good.map(({ body }) => body.metadata.sid && hex(body.metadata.sid));
  const isOneSession = sids[0] !== null && sids.every((sid) => sid === sids[0]);
  if (good.length > 1 && !isHostOnly && !isOneSession) throw new Refusal("Duplicate");
  return good.reduce((best, next) => (isLater(next.body.metadata, best.body.metadata) ? next : best));
}

function isLater(a, b) {
  return a.issued > b.issued || (a.issued === b.issued && a.issued + a.age > b.issued + b.age);
}

// What every carrier of sessions has: cookies and header fields.


/** Returns the sealer of a carrier. */
let sealerOf;

class Carrier {
  static {
    sealerOf = (carrier) => carrier.#sealer;
  }

  #sealer;

  constructor(sealer) {
    if (!(sealer instanceof SessionSealer)) throw new TypeError("a carrier is made by `encrypted` or `unencryptedButSigned`");
    this.#sealer = sealer;
  }

  /** `encrypted` or `signed`. */
  get mode() {
    return this.#sealer.mode;
  }

  /** Refuses sessions that began before this moment, from now on. */
  raiseNotBefore(moment) {
    this.#sealer.raiseNotBefore(moment);
  }
}

/** Makes a new session, which `carrier` alone may save. */
function newSession(carrier, source, now) {
  const state = new State(sealerOf(carrier).policy, now);
  state.loadedBy = carrier;
  state.sealer = sealerOf(carrier);
  state.isSubresource = isSubresource(fieldsOf(source, "sec-fetch-dest", false)[0]);
  return { state, session: new Session(state) };
}

function ownState(carrier, session) {
  const state = stateOf(session);
  if (state.loadedBy !== carrier) throw new TypeError("this session was loaded by another carrier; save it there");
  return state;
}

/** Ends a request. Returns the decision, with a token where one is stored (docs/spec/writer.md § 8.12, § 8.14). */
async function finish(carrier, session, response) {
  if (response.status !== undefined && !Number.isInteger(response.status)) {
    throw new TypeError("`status` is the status of the response, a whole number");
  }
  const state = ownState(carrier, session);
  const decision = state.finish(response);
  if (decision.change !== "store") return decision;
  const sealer = sealerOf(carrier);
  if (decision.isOptional && !sealer.canSeal(state.now)) return { change: "keep", touch: decision.touch };
  return { ...decision, token: await sealer.seal(decision.body, state.now) };
}

/**
 * Returns the values of the field `name` in a request: a `Request`, a request of Node, their headers, or the values
 * themselves, unless `areValues` is false.
 */
function fieldsOf(source, name, areValues = true) {
  if (source === null || source === undefined) return [];
  if (typeof source === "string") return areValues ? [source] : [];
  if (typeof source !== "object") throw new TypeError("`load` takes a request, its headers, or the values of the field");
  if (Array.isArray(source.rawHeaders)) return rawValues(source.rawHeaders, name);
  if (typeof source.get === "function") return listOf(source.get(name));
  if (typeof source[Symbol.iterator] === "function") return areValues ? listOf([...source]) : [];
  if (typeof source.headers === "object") return fieldsOf(source.headers, name, areValues);
  return Object.hasOwn(source, name) ? listOf(source[name]) : [];
}

const listOf = (values) => [values].flat().filter((value) => typeof value === "string");

/** Node joins or drops repeated fields elsewhere. */
function rawValues(raw, name) {
  return raw.filter((_, i) => i % 2 === 1 && raw[i - 1].toLowerCase() === name);
}

// Values in `Cookie` fields (docs/spec/carriers.md § 9.1, § 9.2).


const MOST_VALUES = 4;

/** Calls `found(rest, value)` for each pair whose name begins with `name`, in order; `rest` is what follows in its name. */
function eachPair(fields, name, found) {
  for (const field of fields) {
    // Searching for the name skips the other cookies of the site, of which there may be many.
    for (let at = field.indexOf(name); at >= 0; at = field.indexOf(name, at + 1)) {
      if (!beginsPair(field, at)) continue;
      const end = field.indexOf(";", at);
      const pair = field.slice(at + name.length, end < 0 ? field.length : end);
      const equals = pair.indexOf("=");
      if (equals >= 0) found(pair.slice(0, equals), pair.slice(equals + 1));
      if (end < 0) break;
      at = end;
    }
  }
}

/** Returns true if nothing but blanks stands between this position and the start of the pair. */
function beginsPair(field, at) {
  let before = at - 1;
  while (before >= 0 && BLANK.includes(field[before])) before--;
  return before < 0 || field[before] === ";";
}

/** The value of a pair without blanks and one pair of quotes, cut to one character more than a token may have (§ 9.1.4). */
function plain(value) {
  const text = trim(value, BLANK);
  const isQuoted = text.length >= 2 && text.startsWith('"') && text.endsWith('"');
  return (isQuoted ? text.slice(1, -1) : text).slice(0, LONGEST_TOKEN + 1);
}

/** The values of a cookie, and the parts beside them by their numbers. */
function findCookie(fields, name) {
  const values = [];
  const found = new Map();
  eachPair(fields, name, (rest, value) => {
    if (rest === "") return addDistinct(values, plain(value), MOST_VALUES);
    if (rest.length !== 2 || rest[0] !== "." || rest[1] < "1" || rest[1] > "7") return;
    const number = Number(rest[1]);
    if (!found.has(number)) found.set(number, []);
    addDistinct(found.get(number), plain(value), 2);
  });
  const parts = new Map([...found].toSorted(([a], [b]) => a - b));
  return { values, parts };
}

function addDistinct(values, value, most) {
  if (values.length < most && !values.includes(value)) values.push(value);
}

/** Puts a value together with its parts (§ 9.2). Throws a `Refusal`. */
function assemble(value, parts) {
  if (value.length > LONGEST_TOKEN) throw new Refusal("TooLong");
  const dot = value.indexOf(".");
  if (dot < 0) return { token: value, cookies: 1 };
  if (!/^[2-8]$/.test(value.slice(0, dot))) throw new Refusal("Incomplete");
  const cookies = Number(value.slice(0, dot));
  let token = value.slice(dot + 1);
  for (let number = 1; number < cookies; number++) {
    const found = parts.get(number) ?? [];
    if (found.length === 0) throw new Refusal("Incomplete");
    if (found.length > 1) throw new Refusal("Duplicate");
    token += found[0];
  }
  return { token, cookies };
}

// The name and attributes of a cookie, and its `Set-Cookie` fields (docs/spec/carriers.md § 9.1 to § 9.4).


const TOKEN_CHARACTERS = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const LONGEST_MAX_AGE = 34_560_000;

/** The longest name that a session's cookie may have. */
const LONGEST_NAME = 128;
const LONGEST_PATH = 1024;

/** The text that an attribute adds to a field. */
const TEXTS = {
  path: (path) => `; Path=${path}`,
  domain: (domain) => `; Domain=${domain}`,
  secure: () => "; Secure",
  httpOnly: () => "; HttpOnly",
  sameSite: (sameSite) => `; SameSite=${sameSite[0].toUpperCase()}${sameSite.slice(1)}`,
  partitioned: () => "; Partitioned",
  maxAge: (maxAge) => `; Max-Age=${maxAge}`,
  expires: (date) => `; Expires=${date.toUTCString()}`,
};

/** Renders a cookie as the value of a `Set-Cookie` field. */
function toSetCookie({ name, value, options }) {
  const attributes = Object.keys(TEXTS).filter((key) => options[key] !== undefined);
  return `${name}=${value}${attributes.map((key) => TEXTS[key](options[key])).join("")}`;
}

/** The name with the safest prefix that the attributes allow. */
function defaultName({ path = "/", domain = null, secure = true }) {
  if (!secure) return "session";
  return domain !== null || path !== "/" ? "__Secure-session" : "__Host-session";
}

/** A name and the attributes of a cookie, checked (§ 9.1.1, § 9.1.2). */
class Template {
  #options;

  constructor({ name, path = "/", domain = null, secure = true, sameSite = "Lax", partitioned = false, longestName = LONGEST_NAME }) {
    checkName(name, longestName);
    checkAttributes({ name, path, domain, secure, sameSite, partitioned });
    this.name = name;
    this.#options = {
      path,
      ...(domain !== null && { domain }),
      ...(secure && { secure }),
      httpOnly: true,
      ...(sameSite !== null && { sameSite: sameSite.toLowerCase() }),
      ...(partitioned && { partitioned }),
    };
  }

  get isHostOnly() {
    return this.name.toLowerCase().startsWith("__host-");
  }

  /** Bytes of a field without its value, with a Max-Age or without. */
  lengthWith(maxAge) {
    return toSetCookie(this.set(this.name, "", maxAge)).length;
  }

  set(name, value, maxAge) {
    const options = maxAge === null ? this.#options : { ...this.#options, maxAge: Math.min(LONGEST_MAX_AGE, maxAge) };
    return { name, value, options };
  }

  expire(name) {
    return { name, value: "", options: { ...this.#options, maxAge: 0, expires: new Date(0) } };
  }

  /** Expires the cookie and these parts of it (§ 9.4.1). */
  expireAll(carried) {
    return [this.expire(this.name), ...this.expireParts(carried, 1)];
  }

  /** The cookies that set a token in parts of at most `partLength` characters (§ 9.2.6). */
  split(token, partLength, maxAge) {
    if (token.length <= partLength) return [this.set(this.name, token, maxAge)];
    const count = Math.ceil(token.length / partLength);
    return Array.from({ length: count }, (_, i) => {
      const part = token.slice(i * partLength, (i + 1) * partLength);
      return i === 0 ? this.set(this.name, `${count}.${part}`, maxAge) : this.set(`${this.name}.${i}`, part, maxAge);
    });
  }

  /** Expires the parts that were carried and that a token in this many cookies does not use (§ 9.2.7). */
  expireParts(carried, cookies) {
    const unused = [...carried].filter((number) => number >= cookies).toSorted((a, b) => a - b);
    return unused.map((number) => this.expire(`${this.name}.${number}`));
  }
}

function refuse(sentence) {
  throw new ConfigError("cookie", sentence);
}

function checkName(name, longest) {
  if (typeof name !== "string" || !TOKEN_CHARACTERS.test(name) || name.length > longest) {
    refuse("`name` is not the name of a cookie");
  }
  if (/\.\d+$/.test(name)) refuse("`name` ends in a dot and digits, which are the names of parts");
}

function checkAttributes({ name, path, domain, secure, sameSite, partitioned }) {
  if (typeof secure !== "boolean" || typeof partitioned !== "boolean") refuse("`secure` and `partitioned` are true or false");
  if (!/^\/[!-+\--:<-~]*$/.test(path) || path.length > LONGEST_PATH) {
    refuse("`path` begins with `/` and has visible ASCII characters");
  }
  if (domain !== null && (typeof domain !== "string" || !isDomain(domain))) refuse("`domain` is not a host name");
  if (![null, "Strict", "Lax", "None"].includes(sameSite)) refuse("`sameSite` is Strict, Lax, None or null");
  if (!secure && (sameSite === "None" || partitioned)) {
    refuse("browsers refuse SameSite=None and Partitioned without Secure; leave out `dangerAllowHttp`");
  }
  const prefix = name.toLowerCase();
  if (!secure && /^__(secure|http|host)-/.test(prefix)) {
    refuse("browsers refuse this prefix of the name without Secure; leave out `dangerAllowHttp`, or choose a name without a prefix");
  }
  if (prefix.startsWith("__host-") && (domain !== null || path !== "/")) {
    refuse("browsers refuse `__Host-` names with a domain or a path other than `/`; choose a `__Secure-` name");
  }
}

function isDomain(domain) {
  const labels = domain.split(".");
  const isLabel = (label) => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label);
  return domain.length <= 253 && labels.every(isLabel) && !/^[0-9.]*$/.test(domain);
}

const OPTIONS = [
  "name", "path", "domain", "dangerAllowHttp", "sameSite", "partitioned", "size", "formerly", "migrateFrom", "deviceBound",
  "dangerAllowSharedCaching",
];

/** Sessions in cookies. */
class SessionCookie extends Carrier {
  static {
  }

  /** Encrypted sessions. `ring`: a `KeyRing`, or its text. */
  static encrypted(ring, options = {}) {
    return SessionCookie.#build("encrypted", ring, options);
  }

  /** Signed sessions, whose content everyone can read who holds the cookie. */
  static unencryptedButSigned(ring, options = {}) {
    return SessionCookie.#build("signed", ring, options);
  }

  static async #build(mode, ring, options) {
    const { size = "anywhere", padding = "none", formerly = [], migrateFrom = [], deviceBound = null, name } = options;
    const { path, domain, sameSite, partitioned } = options;
    const attributes = { path, domain, sameSite, partitioned, secure: !yesOrNo("dangerAllowHttp", options.dangerAllowHttp) };
    const template = new Template({ ...attributes, name: name ?? defaultName(attributes) });
    const former = [formerly].flat().map((changes) => formerOf(changes, attributes, template));
    const mayShare = yesOrNo("dangerAllowSharedCaching", options.dangerAllowSharedCaching);
    const sealer = await SessionSealer.build(mode, ring, template.name, options, OPTIONS);
    const fixed = { withMaxAge: template.lengthWith(LONGEST_MAX_AGE), withoutMaxAge: template.lengthWith(null) };
    if (deviceBound && typeof deviceBound.prepare !== "function") {
      throw new ConfigError("deviceBound", "`deviceBound` takes what the function of that name returns");
    }
    if (deviceBound) sealer.policy.devices = await deviceBound.prepare(sealer, template, attributes);
    sealer.budget = new Budget(sizeOf(size), fixed, overheadOf(mode), padding, Boolean(deviceBound));
    return new SessionCookie(sealer, { template, former, mayShare, old: togetherOf([migrateFrom].flat(), template) });
  }

  #template;
  #former;
  #mayShare;
  #old;

  constructor(sealer, { template, former, mayShare, old }) {
    super(sealer);
    this.#template = template;
    this.#former = former;
    this.#mayShare = mayShare;
    this.#old = old;
  }

  get name() {
    return this.#template.name;
  }

  /**
   * Loads the session of a request: a `Request`, a request of Node, their headers, or the values of its `Cookie` fields.
   * A cookie that does not open is a new session.
   */
  async load(source, now = Date.now()) {
    const { state, session } = newSession(this, source, secondsOf("now", now));
    const fields = fieldsOf(source, "cookie");
    const { values, parts } = findCookie(fields, this.name);
    state.carried = new Set(parts.keys());
    state.hasToken = values.length > 0 || parts.size > 0;
    if (values.length === 0) {
      if (!state.hasToken) await this.#old?.takeOver(fields, state, sealerOf(this));
      return session;
    }
    const results = await Promise.all(values.map((value) => this.#read(value, parts, state.now)));
    try {
      await this.#admit(choose(results, this.#template.isHostOnly), fields, state);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      state.refuse(refusal);
    }
    return session;
  }

  /** Opens the session that was chosen, unless it has to prove a device and does not. */
  async #admit(chosen, fields, state) {
    const { devices } = state.policy;
    if (!devices) return state.open(chosen);
    const { metadata } = chosen.body;
    const { isStale, device } = await devices.judge(metadata, fields, state.now);
    if (isStale) return state.withholdStale(chosen);
    const becameBound = device !== null && metadata.device === null;
    state.open({ ...chosen, becameBound, body: { ...chosen.body, metadata: { ...metadata, device } } });
  }

  async #read(value, parts, now) {
    try {
      const { token, cookies } = assemble(value, parts);
      return { ...(await sealerOf(this).verify(token, now)), tokenLength: token.length, cookies };
    } catch (refusal) {
      if (refusal instanceof Refusal) return refusal;
      throw refusal;
    }
  }

  /** Ends the request, and returns the values of the response's `Set-Cookie` fields. Append each as a field of its own. */
  async save(session, response = {}) {
    return (await this.saveAsCookies(session, response)).map(toSetCookie);
  }

  /** Ends the request, and returns the cookies to set, for frameworks that take a name, a value and options. */
  async saveAsCookies(session, response = {}) {
    return this.#cookiesOf(await finish(this, session, response), ownState(this, session));
  }

  async #cookiesOf(decision, state) {
    const { carried, policy } = state;
    const template = this.#template;
    if (decision.change === "keep") return [];
    const isDropped = decision.change === "drop";
    const earlier = this.#expireEarlier(state);
    const devices = (await policy.devices?.depart(state, isDropped)) ?? [];
    if (isDropped) return [...earlier, ...template.expireAll(carried), ...devices];
    state.registration = (await policy.devices?.offer(state)) ?? null;
    const { token, allowed, maxAge } = decision;
    const partLength = policy.budget.partLength(allowed, token.length, template.lengthWith(maxAge));
    const cookies = template.split(token, partLength, maxAge);
    return [...earlier, ...cookies, ...template.expireParts(carried, cookies.length), ...devices];
  }

  /**
   * Expires the cookie as it was with earlier attributes (§ 9.4.2), and those of other libraries. Parts that another path
   * has do not come with this request, so all of them are expired that there may be.
   */
  #expireEarlier({ carried, policy, now }) {
    const own = Array.from({ length: policy.budget.allowed.cookies - 1 }, (_, i) => i + 1);
    const parts = new Set([...carried, ...own]);
    return [...this.#former.flatMap((former) => former.expireAll(parts)), ...(this.#old?.expire(now) ?? [])];
  }

  /**
   * Ends the request, and saves the session into the `Headers` of its response: `Set-Cookie`, `Vary` and
   * `Cache-Control`. Whether others may store the response is read from them.
   */
  async saveTo(headers, session, response = {}) {
    // Headers that cannot be changed say so here, before the session is closed.
    headers.delete("x-hardtack-none");
    apply(await this.#headChanges([...headers], session, response), headers);
  }

  /**
   * Ends the request, and returns its response with the session saved: the same one, or a copy where its headers cannot
   * be changed, as those of `Response.redirect()` and of `fetch()`.
   */
  async saveToResponse(response, session) {
    const changes = await this.#headChanges([...response.headers], session, { status: response.status });
    if (changes.length === 0) return response;
    try {
      apply(changes, response.headers);
      return response;
    } catch {
      const copy = new Response(response.body, response);
      apply(changes, copy.headers);
      return copy;
    }
  }

  async #headChanges(fields, session, response) {
    const decision = await finish(this, session, { ...response, isShareable: !this.#mayShare && isShareable(fields) });
    const state = ownState(this, session);
    const cookies = await this.#cookiesOf(decision, state);
    const setCookies = cookies.map((cookie) => ["set-cookie", toSetCookie(cookie)]);
    const isOffered = decision.change === "store" && state.registration !== null;
    const offer = isOffered ? [["secure-session-registration", state.registration]] : [];
    return [...cacheChanges(fields, decision.touch, "Cookie", this.#mayShare), ...setCookies, ...offer];
  }
}

/** The cookie as it was with earlier attributes: those of `changes`, and else the present ones. */
function formerOf(changes, attributes, template) {
  const refuse = (sentence) => {
    throw new ConfigError("formerly", sentence);
  };
  const known = ["path", "domain", "partitioned"];
  if (changes === null || typeof changes !== "object" || !Object.keys(changes).every((key) => known.includes(key))) {
    refuse("`formerly` takes objects with `path`, `domain` and `partitioned`");
  }
  const { name } = template;
  const former = new Template({ ...attributes, ...changes, name });
  if (toSetCookie(former.expire(name)) === toSetCookie(template.expire(name))) {
    refuse("`formerly` has the attributes that the cookie has now; leave it out");
  }
  return former;
}

/** The old cookies, or null: their code is loaded by those alone who have some. */
function togetherOf(sources, { name }) {
  const isOld = (source) => typeof source?.together === "function";
  if (!sources.every(isOld)) throw new ConfigError("migrateFrom", "`migrateFrom` takes what `ironSession` or `oldCookie` returns");
  if (sources.some(({ template }) => template.name === name)) {
    throw new ConfigError("migrateFrom", "the old cookie and the new one have the same name");
  }
  return sources[0]?.together(sources) ?? null;
}

function apply(changes, headers) {
  for (const [name, value] of changes) {
    if (name === "set-cookie") headers.append(name, value);
    else headers.set(name, value);
  }
}

/** Sessions in a header field (docs/spec/carriers.md § 9.7). */
class SessionHeader extends Carrier {
  /** Encrypted sessions. `ring`: a `KeyRing`, or its text. */
  static encrypted(name, ring, options = {}) {
    return SessionHeader.#build("encrypted", name, ring, options);
  }

  /** Signed sessions, whose content everyone can read who holds the token. */
  static unencryptedButSigned(name, ring, options = {}) {
    return SessionHeader.#build("signed", name, ring, options);
  }

  static async #build(mode, name, ring, options) {
    if (typeof name !== "string" || !TOKEN_CHARACTERS.test(name)) {
      throw new ConfigError("name", "`name` is not the name of a header field");
    }
    const { maxTokenLength = 3072, padding = "none" } = options;
    if (positive("maxTokenLength", maxTokenLength, "characters") > 16_384) {
      throw new ConfigError("maxTokenLength", "`maxTokenLength` is at most 16,384 characters");
    }
    const field = name.toLowerCase();
    const sealer = await SessionSealer.build(mode, ring, `header:${field}`, options, ["maxTokenLength"]);
    const fixed = { withMaxAge: 0, withoutMaxAge: 0 };
    sealer.budget = new Budget({ field: maxTokenLength, cookies: 1 }, fixed, overheadOf(mode), padding);
    return new SessionHeader(sealer, field);
  }

  #field;

  constructor(sealer, field) {
    super(sealer);
    this.#field = field;
  }

  /** Loads the session of a request: the request, its headers, or the values of the field, none of them joined. */
  async load(source, now = Date.now()) {
    const { state, session } = newSession(this, source, secondsOf("now", now));
    const tokens = new Set(fieldsOf(source, this.#field).map((value) => tokenOf(value, this.#field)));
    if (tokens.size === 0) return session;
    state.hasToken = true;
    try {
      if (tokens.size > 1) throw new Refusal("Duplicate");
      const [token] = tokens;
      state.open({ ...(await sealerOf(this).verify(token, state.now)), tokenLength: token.length, cookies: 1 });
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      state.refuse(refusal);
    }
    return session;
  }

  /** Ends the request. Returns the token for the response, `""` if the session has ended, or null if the client keeps its own. */
  async save(session, response = {}) {
    const { change, token } = await finish(this, session, response);
    return { keep: null, drop: "", store: token }[change];
  }
}

/** The token in a value of the field (§ 9.7.2). */
function tokenOf(value, field) {
  const trimmed = trim(value, SPACE);
  const isBearer = field === "authorization" && /^bearer /i.test(trimmed);
  return (isBearer ? trimmed.slice(7) : trimmed).slice(0, LONGEST_TOKEN + 1);
}

export { ConfigError, KeyRing, Session, SessionCookie, SessionError, SessionHeader, decodeDictionary, generateKey };
