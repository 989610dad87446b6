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

/** Throws a `ConfigError` unless something is right. */
function ensure(isRight, code, sentence) {
  if (!isRight) throw new ConfigError(code, sentence);
}

/** Throws a `ConfigError` unless a setting is what it must be. */
const mustBe = (isRight, name, expected, code = name) => ensure(isRight, code, `\`${name}\` must be ${expected}`);

/** Refuses options that do not exist: a mistyped one would silently keep a default. */
function refuseUnknown(options, advice = "") {
  for (const name of Object.keys(options)) {
    // It may be a key, in the wrong place.
    throw new ConfigError("option", `there is no option \`${name.length > 32 ? "…" : name}\`${advice}`);
  }
}

const isWhole = (value, least = 0, most = Infinity) => Number.isInteger(value) && value >= least && value <= most;

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
  /** `isForOthers`: this package cannot open the token, and other instances can. `cause`: why there is no answer. */
  constructor(reason, keyId = null, isForOthers = false, cause) {
    this.reason = reason;
    this.keyId = keyId;
    this.isForOthers = isForOthers;
    this.cause = cause;
  }
}

// The name and attributes of a cookie, and its `Set-Cookie` fields (docs/spec/carriers.md § 9.1 to § 9.4).

const TOKEN_CHARACTERS = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const LONGEST_MAX_AGE = 34_560_000;

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

/** The name of a cookie and its attributes, in the form of `TEXTS`. `attributes` checks them. */
class Template {
  constructor(name, options) {
    this.name = name;
    this.options = options;
  }

  get isHostOnly() {
    return isHostName(this.name);
  }

  /** Bytes of a field without its value, with a Max-Age or without. */
  lengthWith(maxAge) {
    return toSetCookie(this.set(this.name, "", maxAge)).length;
  }

  set(name, value, maxAge) {
    const options = maxAge === null ? this.options : { ...this.options, maxAge: Math.min(LONGEST_MAX_AGE, maxAge) };
    return { name, value, options };
  }

  expire(name) {
    return { name, value: "", options: { ...this.options, maxAge: 0, expires: new Date(0) } };
  }

  /** Expires the cookie and these parts of it (§ 9.4.1). */
  expireAll(carried) {
    return [this.expire(this.name), ...this.expireParts(carried, 1)];
  }

  /** Expires the cookie as it was with earlier attributes (§ 9.4.2): none, unless `attributes` knows of some. */
  expireFormer() {
    return [];
  }

  /** The cookies that set a token in parts of at most `partLength` characters (§ 9.2.6). */
  split(token, partLength, maxAge) {
    const count = Math.ceil(token.length / partLength);
    return Array.from({ length: count }, (_, i) => {
      const part = token.slice(i * partLength, (i + 1) * partLength);
      if (i > 0) return this.set(`${this.name}.${i}`, part, maxAge);
      return this.set(this.name, count > 1 ? `${count}.${part}` : part, maxAge);
    });
  }

  /** Expires the parts that were carried and that a token in this many cookies does not use (§ 9.2.7). */
  expireParts(carried, cookies) {
    const unused = [...carried].filter((number) => number >= cookies).toSorted((a, b) => a - b);
    return unused.map((number) => this.expire(`${this.name}.${number}`));
  }
}

const isHostName = (name) => /^__host-/i.test(name);

/** The cookie of those who choose nothing. */
const DEFAULT = new Template("__Host-session", { path: "/", secure: true, httpOnly: true, sameSite: "lax" });

// Writing bytes, one after another.

/** A buffer that grows. */
class Writer {
  #bytes = new Uint8Array(64);
  #at = 0;

  /** Makes room for some bytes, and returns the position of the first. */
  #grow(by) {
    const at = this.#at;
    this.#at += by;
    if (this.#at > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#at);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return at;
  }

  byte(value) {
    const at = this.#grow(1);
    this.#bytes[at] = value;
  }

  /** Writes bytes, or a text of ASCII. */
  push(bytes) {
    const at = this.#grow(bytes.length);
    if (typeof bytes !== "string") return this.#bytes.set(bytes, at);
    for (let i = 0; i < bytes.length; i++) this.#bytes[at + i] = bytes.charCodeAt(i);
  }

  /** A big-endian integer. */
  uint(value, width) {
    while (width--) this.byte(Math.floor(value / 256 ** width));
  }

  /** The shortest form of a number below 2^32. */
  varint(value) {
    for (; value > 0x7f; value = Math.floor(value / 128)) this.byte((value % 128) | 0x80);
    this.byte(value);
  }

  /** A copy of what was written. */
  get bytes() {
    return this.#bytes.slice(0, this.#at);
  }
}

// Bytes and texts (SPEC.md § 1, § 4.5).


/** 2026-01-01T00:00:00Z in Unix seconds. */
const EPOCH = 1_767_225_600;
const U32 = 0xffff_ffff;

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder("latin1");

/** A text of which every part has a form in UTF-8. Other values would become texts, such as "undefined". */
const isText = (text) => typeof text === "string" && text.isWellFormed();

const toUtf8 = (text) => utf8.encode(text);

/** Throws `INVALID` where the bytes are not UTF-8. Keeps U+FEFF. */
function fromUtf8(bytes) {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw INVALID;
  }
}

function isAscii(text) {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** One character for each byte, of which those of ASCII are right. */
const fromLatin1 = (bytes) => latin1.decode(bytes);

function concat(...parts) {
  const writer = new Writer();
  for (const part of parts) writer.push(part);
  return writer.bytes;
}

const u8 = (value) => Uint8Array.of(value);
const u16 = (value) => Uint8Array.of(value >>> 8, value);
const u32 = (value) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
const u64 = (value) => concat(u32(Math.floor(value / 2 ** 32)), u32(value % 2 ** 32));

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Compares without stopping at the first difference, for tags. */
function equal(a, b) {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i];
  return difference === 0;
}

/** Orders texts by their bytes in UTF-8, which is the order of their characters. */
function compare(a, b) {
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

const encodedLength = (bytes) => Math.ceil((bytes * 4) / 3);

/** Encodes as base64url without padding. */
function toBase64url(bytes) {
  const text = new Uint8Array(encodedLength(bytes.length));
  let at = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const bits = (bytes[i] << 16) | (bytes[i + 1] << 8) | bytes[i + 2];
    // What the last bytes do not fill is beyond the end of the text.
    text[at++] = ALPHABET[bits >> 18];
    text[at++] = ALPHABET[(bits >> 12) & 63];
    text[at++] = ALPHABET[(bits >> 6) & 63];
    text[at++] = ALPHABET[bits & 63];
  }
  return fromLatin1(text);
}

/** Decodes the only valid spelling of some bytes, or returns null (§ 7.2). */
function fromBase64url(text) {
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

const BLANK = " \t";
const SPACE = " \t\n\f\r";

/** Removes these characters from both ends. A regular expression would take quadratic time for those inside. */
function trim(text, characters) {
  let [start, end] = [0, text.length];
  while (start < end && characters.includes(text[start])) start += 1;
  while (end > start && characters.includes(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

// Plain data, which is what an application stores and is given.

const PLAIN = [Object.prototype, Array.prototype, Map.prototype, null];

/** An object, a list or a `Map`, and no instance of another class. */
const isPlain = (value) => PLAIN.includes(Object.getPrototypeOf(value));

/**
 * Makes plain data unchangeable, at any depth. Returns true if all of it is now: bytes and instances of classes stay as they
 * are.
 */
function freeze(value) {
  if (Object.isFrozen(value)) return true;
  if (!isPlain(value)) return false;
  const isMap = value instanceof Map;
  // Freezing a `Map` leaves its entries open.
  if (isMap) for (const name of ["set", "delete", "clear"]) Object.defineProperty(value, name, { value: refuse$2 });
  Object.freeze(value);
  const parts = isMap ? [...value].flat() : Object.values(value);
  return !parts.map(freeze).includes(false);
}

function refuse$2() {
  throw new TypeError("read-only; use `update`");
}

// Values of a dictionary: MessagePack (SPEC.md § 5.4).


const DEEPEST = 64;

/** Reads one value that stands at this depth (§ 5.4.5). A map with keys that are no texts becomes a `Map`. */
function readValue(reader, depth) {
  const type = reader.byte();
  // Of byte strings and integers.
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

/** Reads a list or a map of so many values or entries. No key stands twice (§ 5.4.5 h). */
function readMany(reader, count, depth, isMap) {
  if (depth > DEEPEST) throw INVALID;
  const read = [];
  for (let i = 0; i < count; i++) {
    const start = reader.at;
    const first = isMap ? readKey(reader, depth + 1) : readValue(reader, depth + 1);
    const end = reader.at;
    read.push(isMap ? [first, readValue(reader, depth + 1), start, end] : first);
  }
  if (!isMap) return read;
  const isObject = read.every(([key]) => typeof key === "string");
  const made = isObject ? objectOf(read) : new Map(read);
  // 1 and 1.0 are two keys.
  const isTwice = isObject ? Object.keys(made).length < count : hasTwice(read.map(([, , start, end]) => reader.bytes.subarray(start, end)));
  if (isTwice) throw INVALID;
  return made;
}

const hasTwice = (keys) => new Set(keys.map(hex)).size < keys.length;

/** Reads a key. Integers, texts and byte strings have several forms, and as keys one (§ 5.4.5 c, h). */
function readKey(reader, depth) {
  const start = reader.at;
  const key = readValue(reader, depth);
  const type = reader.bytes[start];
  const hasForms = type > 0xc3 && type < 0xdc && type !== 0xca && type !== 0xcb;
  if (hasForms && !equal(encodeValue(key), reader.bytes.subarray(start, reader.at))) throw INVALID;
  return key;
}

/** An object with these entries of its own, also for `__proto__`. */
function objectOf(entries) {
  const object = {};
  for (const [key, value] of entries) {
    // Slower, and right for every key.
    if (key === "__proto__") return Object.fromEntries(entries);
    object[key] = value;
  }
  return object;
}

/**
 * Writes the shortest head of a text, a byte string, a list or a map of this length (§ 5.4.2, § 5.4.3): below `below` in the
 * first byte, else in 1, 2 or 4 bytes behind `wide`; lists and maps have no form of 1.
 */
function writeHead(writer, length, fix, below, wide) {
  if (length < below) return writer.byte(fix | length);
  const i = length > 0xffff ? 2 : length > 0xff || below === 16 ? 1 : 0;
  writer.byte(wide + i);
  writer.uint(length, 1 << i);
}

const writeMapHead = (writer, count) => writeHead(writer, count, 0x80, 16, 0xdd);

function refuse$1(what, instead) {
  throw new SessionError("value", `${what} cannot be stored; store ${instead}`);
}

function writeText(writer, text) {
  if (!isText(text)) refuse$1("a text that is not well-formed", "a well-formed string");
  // Encoding many short texts one by one is slow.
  const bytes = isAscii(text) ? text : toUtf8(text);
  writeHead(writer, bytes.length, 0xa0, 32, 0xd9);
  writer.push(bytes);
}

/** Writes a value that stands at this depth (§ 5.4.3). */
function writeValue(writer, value, depth) {
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
  // One that a number can hold would be read as a number.
  if (isBig && (i > 3 || Number.isSafeInteger(Number(value)))) refuse$1("this BigInt", "a number or a text");
  if (isInteger && value >= -32 && value < 128) return writer.byte(value);
  const view = new DataView(new ArrayBuffer(8));
  if (isInteger) view.setBigInt64(0, BigInt(value));
  else view.setFloat64(0, value);
  writer.byte(isInteger ? (value < 0 ? 0xd0 : 0xcc) + i : 0xcb);
  writer.push(new Uint8Array(view.buffer, 8 - (1 << i)));
}

function writeObject(writer, value, depth) {
  if (value instanceof Uint8Array) {
    writeHead(writer, value.length, 0, 0, 0xc4);
    return writer.push(value);
  }
  if (depth > DEEPEST) refuse$1("a value more than 64 deep", "a text");
  if (Array.isArray(value)) {
    writeHead(writer, value.length, 0x90, 16, 0xdb);
    for (const element of value) writeValue(writer, element, depth + 1);
    return;
  }
  if (value === undefined || !isPlain(value)) refuse$1(`a value of type ${value?.constructor?.name}`, "null, a text or an object");
  const isMap = value instanceof Map;
  const keys = isMap ? [...value.keys()] : Object.keys(value);
  // A `Map` of texts would be read as an object.
  if (isMap && (keys.every((key) => typeof key === "string") || hasTwice(keys.map((key) => encodeValue(key))))) {
    refuse$1("a Map with text keys or equal keys", "an object");
  }
  writeMapHead(writer, keys.length);
  for (const key of keys) {
    writeValue(writer, key, depth + 1);
    writeValue(writer, isMap ? value.get(key) : value[key], depth + 1);
  }
}

/** The bytes of a value that stands at this depth. */
function encodeValue(value, depth = 0) {
  const writer = new Writer();
  writeValue(writer, value, depth);
  return writer.bytes;
}

// Reading bytes: numbers, texts, varints (SPEC.md § 5.2, § 5.3).


/** Reads some bytes. Throws `INVALID` where they end early. */
class Reader {
  #latin1;

  at = 0;

  constructor(bytes) {
    this.bytes = bytes;
  }

  /** A view of a copy of some bytes. */
  view(length) {
    return new DataView(new Uint8Array(this.take(length)).buffer);
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
    if (width === 8) return narrow(this.view(8).getBigUint64(0));
    const at = this.skip(width);
    let value = 0;
    for (let i = at; i < at + width; i++) value = value * 256 + this.bytes[i];
    return value;
  }

  int(width) {
    return narrow(BigInt.asIntN(8 * width, BigInt(this.uint(width))));
  }

  text(length) {
    const at = this.skip(length);
    // Decoding many short texts one by one is slow.
    this.#latin1 ??= fromLatin1(this.bytes);
    const text = this.#latin1.slice(at, this.at);
    return isAscii(text) ? text : fromUtf8(this.bytes.subarray(at, this.at));
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

/** A safe integer is a number, any other a BigInt. */
function narrow(value) {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

// The payload of a dictionary (SPEC.md § 5.4): a map whose values are kept as bytes.


/** Encodes an entry, its key and value. Throws a `SessionError` where they have no form. */
function entryOf(key, value) {
  const writer = new Writer();
  writeText(writer, key);
  writeValue(writer, value, 2);
  return { bytes: writer.bytes };
}

/** Bytes of the head of a map. No session has room for more than 65,535 entries. */
const headLength = (count) => (count > 15 ? 3 : Math.min(count, 1));

/** Entries by their keys, as bytes that are never changed. */
class Dictionary {
  /** A payload has schema 0 when it is a dictionary. */
  schema = 0;
  #entries = new Map();
  /** Bytes of the payload. */
  length = 0;
  /** The payload, while it is known. */
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

  /** In the order of their bytes. */
  keys() {
    return [...this.#sorted().keys()];
  }

  has(key) {
    return this.#entries.has(key);
  }

  /** A value that cannot be changed; of bytes, a copy. */
  get(key) {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    const value = entry.value ?? this.copy(key);
    entry.value = freeze(value) ? value : null;
    return value;
  }

  /** A value that may be changed. */
  copy(key) {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    const reader = new Reader(entry.bytes);
    readKey(reader);
    return readValue(reader, 2);
  }

  /** Puts an entry, or removes it with null. `check` gets the new length, and may throw. */
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

  /** The entries, in the order of the payload. */
  #sorted() {
    this.#entries = new Map([...this.#entries].sort(([a], [b]) => compare(a, b)));
    return this.#entries;
  }
}

/** The type of a session that has no other. */
const DICTIONARY = {
  empty: () => new Dictionary(),
  read(schema, bytes) {
    if (schema !== 0) throw INVALID;
    return Dictionary.read(bytes);
  },
};

/** Reads a payload of schema 0 as an object, for the `convert` of a type. Throws where it is no dictionary. */
function decodeDictionary(payload) {
  try {
    const dictionary = Dictionary.read(payload);
    return objectOf(dictionary.keys().map((key) => [key, dictionary.copy(key)]));
  } catch {
    throw new TypeError("the payload is no dictionary");
  }
}

// Times (SPEC.md § 7.7, § 8).


/** The Unix seconds of a `Date` or of milliseconds. Refuses a moment that is no number, at which nothing would expire. */
function secondsOf(name, moment, round = Math.floor) {
  const milliseconds = moment instanceof Date ? moment.getTime() : moment;
  mustBe(Number.isFinite(milliseconds), name, "a Date or milliseconds");
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

const lastActiveOf = ({ issued, age }) => issued + age;

/** The second at which the session is idle, if ever. */
function idleAt(metadata, policy) {
  const applies = policy.idle !== null && !isRememberedNow(metadata, policy);
  return applies ? lastActiveOf(metadata) + policy.idle : Infinity;
}

/** The second at which the session ends without another request. */
const endOf = (metadata, policy) => Math.min(deadlineOf(metadata, policy), idleAt(metadata, policy));

/** Tests the dates of a session (§ 7.7) and those of the revocation (§ 7.8). Returns a Reason, or null. */
function checkTimes(metadata, now, policy, notBefore) {
  if (lastActiveOf(metadata) > now + policy.skew) return "NotYetValid";
  if (now >= deadlineOf(metadata, policy)) return "Expired";
  if (now >= idleAt(metadata, policy)) return "Idle";
  return metadata.issued < notBefore ? "Revoked" : null;
}

/** § 8.8. */
function isRefreshDue(metadata, now, policy) {
  const { refreshAfter } = policy;
  if (refreshAfter === "validated") return true;
  if (isRememberedNow(metadata, policy)) return false;
  if (typeof refreshAfter === "number") return now >= lastActiveOf(metadata) + refreshAfter;
  return refreshAfter === "always";
}

/** The age of an activity (§ 8.6). */
const activeAge = ({ issued, age }, now) => Math.max(age, now - issued, 0);

// The settings of a carrier (SPEC.md § 8, docs/spec/writer.md).


function positive(name, value, unit = "seconds") {
  mustBe(isWhole(value, 1), name, `a whole number of ${unit} above 0`);
  return value;
}

function yesOrNo(name, value = false) {
  mustBe(typeof value === "boolean", name, "true or false");
  return value;
}

/** Refuses what is not made by a function for this option, whose code is in the program of those alone who call it. */
function madeBy(maker, name, value, method) {
  mustBe(typeof value?.[method] === "function", name, `what ${maker} returns`);
  return value;
}

/** The rules of a session. */
function policyOf({
  idleTimeout, absoluteTimeout = 43_200, rememberUpTo = null, refreshAfter, revalidateAfter = null, clockSkew = 60,
  notBefore = null, revokedIf = null, saveOnServerError, type = null, ...unknown
}) {
  refuseUnknown(unknown, "; see `idleTimeout` and `attributes`");
  const idle = idleTimeout === null ? null : positive("idleTimeout", idleTimeout ?? 1800);
  const absolute = positive("absoluteTimeout", absoluteTimeout);
  mustBe(idleTimeout === undefined || idle <= absolute, "idleTimeout", "at most `absoluteTimeout`");
  mustBe(isWhole(clockSkew, 0, 300), "clockSkew", "0 to 300 seconds");
  return {
    idle,
    absolute,
    rememberUpTo: rememberUpTo === null ? null : positive("rememberUpTo", rememberUpTo),
    refreshAfter:
      revalidateAfter === null
        ? refreshOf(refreshAfter, idle)
        : madeBy("`revalidation`", "revalidateAfter", revalidateAfter, "prepare").prepare(refreshAfter, idle),
    revalidateAfter,
    skew: clockSkew,
    notBefore: notBefore === null ? 0 : notBeforeOf(notBefore),
    revokedIf: revokedIf === null ? null : madeBy("`revocation`", "revokedIf", revokedIf, "ask"),
    saveOnServerError: yesOrNo("saveOnServerError", saveOnServerError),
    type: type === null ? DICTIONARY : madeBy("`sessionType`", "type", type, "read"),
  };
}

function notBeforeOf(moment) {
  const seconds = secondsOf("notBefore", moment, Math.ceil);
  mustBe(seconds >= EPOCH, "notBefore", "from 2026 on; a number counts milliseconds");
  return seconds;
}

function refreshOf(refreshAfter, idle) {
  if (refreshAfter === undefined) return idle === null ? "on-change" : Math.floor(idle / 4);
  const isWord = ["never", "on-change", "always"].includes(refreshAfter);
  const longest = idle === null ? Infinity : Math.floor(idle / 2);
  mustBe(
    isWord || isWhole(refreshAfter, 0, longest),
    "refreshAfter",
    "never, on-change, always or at most half of `idleTimeout`",
  );
  return refreshAfter;
}

// The name and attributes of a cookie that are not the default (docs/spec/carriers.md § 9.1.1, § 9.1.2), and those that it had.


const LONGEST_NAME = 128;
const LONGEST_PATH = 1024;

/**
 * The option `cookie`. `formerly`: attributes that the cookie had, one or a list: it is dropped there whenever it is sent or
 * ended. Throws a `ConfigError`.
 */
function attributes({ name, path, domain, sameSite, partitioned, dangerAllowHttp, formerly = [], ...unknown } = {}) {
  refuseUnknown(unknown, " of a cookie; it is `Secure` and `HttpOnly` unless you set `dangerAllowHttp`");
  const present = { path, domain, sameSite, partitioned, secure: !yesOrNo("dangerAllowHttp", dangerAllowHttp) };
  const template = templateOf({ ...present, name: name ?? defaultName(present) });
  const former = [formerly].flat().map((changes) => formerOf(changes, present, template));
  return new Chosen(template.name, template.options, former);
}

/** A cookie whose attributes were chosen, and that may have had others. */
class Chosen extends Template {
  #former;

  constructor(name, options, former) {
    super(name, options);
    this.#former = former;
  }

  /** What another host of the site plants, and this package cannot verify, would make a session unwritable. */
  checkRing({ skipXChaCha }) {
    mustBe(this.isHostOnly || !skipXChaCha, "skipXChaCha", "false, unless the cookie's name begins with `__Host-`");
  }

  /** Parts that another path has do not come with this request, so all of them are expired that there may be. */
  expireFormer(carried, cookies) {
    const own = Array.from({ length: cookies - 1 }, (_, i) => i + 1);
    const parts = new Set([...carried, ...own]);
    return this.#former.flatMap((template) => template.expireAll(parts));
  }
}

/** The name with the safest prefix that the attributes allow. */
function defaultName({ path = "/", domain = null, secure }) {
  if (!secure) return "session";
  return domain !== null || path !== "/" ? "__Secure-session" : "__Host-session";
}

/** Checks a name and attributes. */
function templateOf({ name, path = "/", domain = null, secure = true, sameSite = "Lax", partitioned = false }) {
  const check = (isRight, attribute, expected) => mustBe(isRight, attribute, expected, "cookie");
  const isName = typeof name === "string" && TOKEN_CHARACTERS.test(name) && name.length <= LONGEST_NAME;
  check(isName && !/\.\d+$/.test(name), "name", "the name of a cookie, without a dot and digits at its end");
  check(typeof secure === "boolean", "secure", "true or false");
  check(typeof partitioned === "boolean", "partitioned", "true or false");
  check(/^\/[!-+\--:<-~]*$/.test(path) && path.length <= LONGEST_PATH, "path", "`/` and visible ASCII characters");
  check(domain === null || (typeof domain === "string" && isDomain(domain)), "domain", "a host name");
  check([null, "Strict", "Lax", "None"].includes(sameSite), "sameSite", "Strict, Lax, None or null");
  const needsSecure = sameSite === "None" || partitioned || /^__(secure|http|host)-/i.test(name);
  check(secure || !needsSecure, "dangerAllowHttp", "false with SameSite=None, Partitioned or this name");
  const isAnywhere = domain === null && path === "/";
  check(isAnywhere || !isHostName(name), "name", "one with `__Secure-`, not `__Host-`, beside a domain or a path");
  const options = { path, domain, secure, httpOnly: true, sameSite: sameSite?.toLowerCase(), partitioned };
  return new Template(name, Object.fromEntries(Object.entries(options).filter(([, value]) => value)));
}

function isDomain(domain) {
  const labels = domain.split(".");
  const isLabel = (label) => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label);
  return domain.length <= 253 && labels.every(isLabel) && !/^[0-9.]*$/.test(domain);
}

/** The cookie as it was with earlier attributes: those of `changes`, and else the present ones. */
function formerOf(changes, present, template) {
  const { path, domain, partitioned, ...unknown } = Object(changes);
  const isRight = Object(changes) === changes && Object.keys(unknown).length === 0;
  mustBe(isRight, "formerly", "objects with `path`, `domain` and `partitioned`");
  const { name } = template;
  const former = templateOf({ ...present, ...changes, name });
  const isOther = toSetCookie(former.expire(name)) !== toSetCookie(template.expire(name));
  mustBe(isOther, "formerly", "other attributes than those of now");
  return former;
}

// The fields of a response that caches read (docs/spec/carriers.md § 9.8).


const isTargeted = (name) => name.endsWith("-cache-control") || name === "surrogate-control" || name === "edge-control";

/** The directives of a field, in lower case. A field with a line in which a quoted string does not end has none. */
function directivesOf(lines) {
  const quoted = /"(?:[^"\\]|\\[^])*"/g;
  // Nothing in a quoted string is a directive, nor is a directive that has one.
  const unquoted = lines.map((line) => line.replace(quoted, '""'));
  return unquoted.some((line) => line.replaceAll('""', "").includes('"')) ? [] : listOf$1(unquoted);
}

/** The items of a field, in lower case. */
const listOf$1 = (lines) => lines.flatMap((line) => line.toLowerCase().split(",")).map((item) => trim(item, BLANK));

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
  const vary = linesOf(fields, "vary");
  const names = listOf$1(vary);
  if (!names.includes("*") && !names.includes(by.toLowerCase())) changes.push(["vary", [...vary.filter(Boolean), by].join(", ")]);
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

const SUBRESOURCE = /^(image|script|style|font|audio|video|track|worker)$/;

/** Returns true if `Sec-Fetch-Dest` names an image, a script or another part of a page. */
const isSubresource = (destination = "") => SUBRESOURCE.test(trim(destination, BLANK));

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

/** The cipher XAES-256-GCM under a key (§ 2.4). */
async function xaes(bytes) {
  const key = await subtle.importKey("raw", bytes, "AES-CBC", false, ["encrypt"]);
  // AES of one block is the first block of CBC without an initial vector.
  const aes = (block) => subtle.encrypt(FIRST_BLOCK, key, block);
  const l = new Uint8Array(await aes(ZEROS), 0, 16);
  const k1 = l.map((byte, i) => (byte << 1) | (l[i + 1] >> 7));
  if (l[0] & 0x80) k1[15] ^= 0x87;

  const half = (number, nonce) => {
    const block = k1.slice();
    block[1] ^= number;
    block[2] ^= 0x58;
    for (let i = 0; i < 12; i++) block[4 + i] ^= nonce[i];
    return aes(block);
  };
  /** Encrypts or decrypts under the subkey of a nonce. */
  const run = async (use, nonce, aad, text) => {
    const [first, second] = await Promise.all([half(1, nonce), half(2, nonce)]);
    const subkey = concat(new Uint8Array(first, 0, 16), new Uint8Array(second, 0, 16));
    const algorithm = { name: "AES-GCM", iv: nonce.subarray(12), additionalData: aad };
    return new Uint8Array(await subtle[use](algorithm, await subtle.importKey("raw", subkey, "AES-GCM", false, [use]), text));
  };
  return {
    seal: (nonce, aad, text) => run("encrypt", nonce, aad, text),
    /** Returns null where the tag is wrong. */
    open: (nonce, aad, sealed) => run("decrypt", nonce, aad, sealed).catch(() => null),
  };
}

// The body of a token (SPEC.md § 5).


/** Flags of the fields that are there (§ 5.1.1). */
const LIMIT = 0x01;
const SID = 0x02;
const PADDING = 0x04;
const BOUND = 0x08;
const FLASH = 0x10;
const SCHEMA = 0x20;
const REMEMBERED = 0x40;
const RESERVED = 0x80;

/** Bytes of flags and metadata, each field at its longest (docs/spec/writer.md § 9.6). */
const LONGEST_METADATA = 33;
/** Bytes of the field of a device, which has a reserve of its own. */
const DEVICE = 16;

/** Reads a body: metadata, flash and payload. Throws `INVALID` (§ 5.1.5). */
function readBody(body) {
  const reader = new Reader(body);
  const flags = reader.byte();
  if (flags & RESERVED) throw INVALID;
  const has = (flag) => (flags & flag) !== 0;
  const metadata = {
    issued: EPOCH + reader.uint(4),
    age: reader.varint(),
    limit: has(LIMIT) ? reader.varint() : null,
    remembered: has(REMEMBERED) ? reader.varint() : null,
    sid: has(SID) ? reader.take(8).slice() : null,
    device: has(BOUND) ? reader.take(DEVICE).slice() : null,
    schema: has(SCHEMA) ? reader.varint() : 0,
  };
  if (has(SCHEMA) && metadata.schema === 0) throw INVALID;
  const flash = has(FLASH) ? readFlash(reader) : [];
  let end = body.length;
  if (has(PADDING)) {
    do end--;
    while (end >= reader.at && body[end] === 0);
    if (end < reader.at || body[end] !== 0x80) throw INVALID;
  }
  return { metadata, flash, payload: body.subarray(reader.at, end) };
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
  const writer = new Writer();
  if (messages.length > 0) writer.varint(messages.length);
  for (const text of messages.flat()) {
    const bytes = toUtf8(text);
    writer.varint(bytes.length);
    writer.push(bytes);
  }
  return writer.bytes;
}

/** Writes a body, without padding. */
function writeBody({ issued, age, limit, remembered, sid, device, schema }, flash, payload) {
  const writer = new Writer();
  const has = (flag, value) => (value === null ? 0 : flag);
  const others = has(SCHEMA, schema || null) | has(FLASH, flash.length || null);
  writer.byte(has(LIMIT, limit) | has(REMEMBERED, remembered) | has(SID, sid) | has(BOUND, device) | others);
  writer.uint(issued - EPOCH, 4);
  writer.varint(age);
  if (limit !== null) writer.varint(limit);
  if (remembered !== null) writer.varint(remembered);
  if (sid) writer.push(sid);
  if (device) writer.push(device);
  if (schema) writer.varint(schema);
  writer.push(flash);
  writer.push(payload);
  return writer.bytes;
}

// A session during one request, as plain data, and the rules about it (docs/spec/writer.md): opened by `open`, changed by
// `change`, judged by `decide`.


class State {
  /** The carrier that loaded the session, and the numbers of the parts that the request carried. */
  loadedBy = null;
  carried = [];
  /** What came of reading. For logs. */
  outcome = { kind: "absent" };
  /** The request carried a value or a part of it. */
  hasToken = false;
  /** The body as it opened, or null. */
  arrived = null;
  /** The metadata of the session that opened, whatever became of it. */
  opened = null;
  /** Why the application does not get the session that opened, as a code and a sentence; or null. */
  withheld = null;
  /** `cleared` or `invalidated`, in this request. */
  ended = null;
  isRenewed = false;
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
  limitedUntil = null;
  /** It opened under a key that a newer one has replaced. */
  #isUnderEarlier = false;
  becameBound = false;
  /** The field of `flash`. */
  #messages;

  constructor(policy, now) {
    this.policy = policy;
    this.now = now;
    this.begin();
  }

  /** Becomes a new session, in place of one that arrived. */
  begin() {
    this.arrived = null;
    this.metadata = { issued: this.now, age: 0, limit: null, remembered: null, sid: null, device: null };
    this.#empty();
  }

  #empty() {
    this.payload = this.policy.type.empty();
    this.#setMessages([]);
  }

  #setMessages(flash) {
    this.flash = flash;
    this.#messages = flashBytes(flash);
  }

  // Opening

  /** Becomes the session of a body that has opened (SPEC.md § 7.9). */
  open({ keyId, bytes, body: { metadata, payload, flash }, place, tokenLength, cookies }) {
    this.opened = metadata;
    if (!this.become(metadata, payload, flash)) return this.refuse({ reason: "Payload", keyId, isForOthers: true });
    this.arrived.body = bytes;
    this.arrived.allowed = this.policy.budget.asArrived(tokenLength, cookies, metadata.remembered !== null);
    this.#isUnderEarlier = place < 0;
    this.outcome = { kind: place === 0 ? "opened" : "openedUnderAcceptedKey", keyId };
  }

  /** Notes why the request's token did not open. */
  refuse({ reason, keyId, isForOthers, cause }) {
    this.outcome = { kind: "rejected", reason, keyId, ...(cause && { cause }) };
    // Other instances can open it, so it is not replaced.
    if (isForOthers) this.withheld = { code: "unreadable", sentence: "session cannot be read here" };
  }

  /** Becomes a session with this content. Returns false where the payload cannot be read. */
  become(metadata, payload, flash) {
    const read = readPayload(this.policy.type, metadata, payload);
    if (!read) return false;
    this.payload = read;
    this.metadata = metadata;
    this.#setMessages(flash);
    this.arrived = { metadata, schema: read.schema, payload, flash: this.#messages, allowed: null };
    return true;
  }

  // Acting

  /** The session exists in this request only. */
  get isNew() {
    return this.arrived === null;
  }

  /** Marks the session as used, and returns it. */
  touch() {
    this.isTouched = true;
    return this;
  }

  /** Marks the session as used, and returns it to be changed. Throws a `SessionError` where changes are refused. */
  change(evenWithheld = false) {
    this.isTouched = true;
    if (this.isClosed) throw new SessionError("after-head", "session is saved already");
    if (this.withheld && !evenWithheld) throw new SessionError(this.withheld.code, this.withheld.sentence);
    return this;
  }

  /** Stores an entry of a dictionary, or removes it with null. */
  setEntry(key, entry) {
    this.payload.put(key, entry, (length) => this.checkSize(length + this.#messages.length));
  }

  setFlash(flash) {
    this.checkSize(this.payload.length + flashBytes(flash).length);
    this.#setMessages(flash);
  }

  setMetadata(changes) {
    const metadata = { ...this.metadata, ...changes };
    this.checkSize(this.contentLength, metadata);
    this.metadata = metadata;
  }

  /** A new id, issued now. */
  renew() {
    const { issued, remembered } = this.metadata;
    const until = (end) => (end === null ? null : span(end - this.now));
    this.setMetadata({
      issued: this.now,
      age: 0,
      limit: until(this.limitedUntil),
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
    this.setMetadata({ limit: Math.min(limit ?? Infinity, wanted) });
    this.limitedUntil = Math.min(this.limitedUntil ?? Infinity, this.now + seconds);
  }

  clear() {
    this.#empty();
    this.metadata = { ...this.metadata, sid: null };
    this.ended ??= "cleared";
  }

  /** Returns the id of the session that has ended, or null. */
  invalidate() {
    const isTold = this.outcome.reason !== "Stale" && this.ended !== "invalidated";
    const id = isTold && this.opened ? idOf(this.opened) : null;
    this.begin();
    this.withheld = null;
    this.isRenewed = false;
    this.limitedUntil = null;
    this.ended = "invalidated";
    return id;
  }

  // Sizes

  get contentLength() {
    return this.payload.length + this.#messages.length;
  }

  checkSize(content = this.contentLength, metadata = this.metadata) {
    const { budget } = this.policy;
    if (content <= budget.room) return;
    const mayShrink = this.arrived && content <= this.contentLength;
    if (mayShrink && this.#allowedFor(content, metadata, this.#ageToWrite(content, metadata))) return;
    throw new SessionError("size", `session has room for ${budget.room} bytes of content, found ${content}`);
  }

  /** The size under which a session may be sent, if any (§ 9.5.3). */
  #allowedFor(content, metadata, age) {
    const { budget } = this.policy;
    if (content <= budget.room) return budget.allowed;
    const { length } = writeBody(this.#stored(metadata, age), [], []);
    return this.#allowedForBody(length + content, content, metadata);
  }

  #allowedForBody(length, content, { remembered }) {
    const { budget } = this.policy;
    const sizes = [budget.allowed, content > budget.room && this.arrived?.allowed];
    return sizes.find((allowed) => allowed && budget.allows(allowed, length, remembered !== null));
  }

  #stored(metadata, age) {
    return { ...metadata, age, schema: this.payload.schema };
  }

  #ageToWrite(content, metadata) {
    const age = this.policy.refreshAfter === "never" ? metadata.age : activeAge(metadata, this.now);
    return this.#allowedFor(content, metadata, age) ? age : metadata.age;
  }

  // Finishing

  /**
   * Decides what the client's token becomes (§ 8.12). `change` is `keep`, `drop`, or `store` with what is to be sealed and
   * sent; `touch` says how the response depends on the session.
   */
  decide(response = {}) {
    if (!this.isTouched) return { change: "keep", touch: "untouched" };
    const keep = { change: "keep", touch: "touched" };
    if (this.withheld || this.isClosed) return keep;
    const { status = 200, isShareable, isSubresource = this.isSubresource } = response;
    const isDiscarded = this.wish === "discard";
    const isSilenced = status >= 500 && !this.policy.saveOnServerError && this.wish !== "force";
    const drop = this.hasToken ? { change: "drop", touch: "written" } : keep;
    if (this.#isOver(isDiscarded, isSilenced)) return drop;
    if (isDiscarded || isSilenced) return keep;
    if (this.hasChanged() || (this.wish === "force" && this.arrived)) {
      if (this.now >= deadlineOf(this.metadata, this.policy)) return drop;
      if (!this.#canSeal()) throw new SessionError("clock", "clock must be from 2026 to 2162");
      return { ...this.#store(this.#ageToWrite(this.contentLength, this.metadata)), touch: "written" };
    }
    if (!this.arrived || isSubresource || isShareable || status >= 400 || !this.#canSeal()) return keep;
    const stored = this.#refreshed() || this.#resealed();
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
    return isRefreshDue(this.metadata, this.now, this.policy) && this.#storeIfAllowed(activeAge(this.metadata, this.now));
  }

  /** What a re-seal stores, if one is due and fits (§ 8.9): the body as it arrived, or with its device. */
  #resealed() {
    if (this.becameBound) return this.#storeIfAllowed(this.metadata.age);
    if (!this.#isUnderEarlier) return null;
    const { body } = this.arrived;
    const allowed = this.#allowedForBody(body.length, this.contentLength, this.metadata);
    return allowed && this.#sent(body, allowed);
  }

  #storeIfAllowed(age) {
    return this.#allowedFor(this.contentLength, this.metadata, age) && this.#store(age);
  }

  /** No entry, no flash, no id. */
  #isEmpty() {
    return this.payload.isEmpty && this.flash.length === 0 && this.metadata.sid === null;
  }

  /** Age alone is no change. */
  hasChanged() {
    const { arrived } = this;
    if (!arrived) return !this.#isEmpty() || this.metadata.remembered !== null;
    return (
      this.isTakenOver ||
      JSON.stringify({ ...this.metadata, age: 0 }) !== JSON.stringify({ ...arrived.metadata, age: 0 }) ||
      this.payload.schema !== arrived.schema ||
      !equal(this.payload.bytes, arrived.payload) ||
      !equal(this.#messages, arrived.flash)
    );
  }

  /** SPEC.md § 6.4. */
  #canSeal() {
    return this.now >= EPOCH && this.now - EPOCH <= U32;
  }

  #store(age) {
    const { budget } = this.policy;
    const content = this.contentLength;
    const body = writeBody(this.#stored(this.metadata, age), this.#messages, this.payload.bytes);
    return this.#sent(budget.padded(body, content), this.#allowedFor(content, this.metadata, age) ?? budget.allowed);
  }

  #sent(body, allowed) {
    const isRemembered = isRememberedNow(this.metadata, this.policy);
    const maxAge = isRemembered ? Math.max(0, deadlineOf(this.metadata, this.policy) - this.now) : null;
    return { change: "store", body, allowed, maxAge };
  }
}

/** Reads a payload, that of a dictionary where no schema is named. Undefined: it cannot be read here. */
function readPayload(type, { schema = 0 }, payload) {
  try {
    return type.read(schema, payload);
  } catch {
    return undefined;
  }
}

const bindingOf = ({ device }) => (device ? "bound" : "unbound");

/** The id that an application sees, or null. */
const idOf = ({ sid }) => sid && hex(sid);

// The handle of a session that an application gets.


/** Returns the state behind a handle, for the carriers. */
let stateOf;

/** Marks a session as used, and returns its state. */
const touch = (session) => stateOf(session).touch();

/** Marks a session as used, and returns its state to be changed. */
const change = (session, evenWithheld) => stateOf(session).change(evenWithheld);

/** A visitor's session during one request. The carrier that loaded it saves its changes. */
class BaseSession {
  static {
    stateOf = (session) => {
      if (!session) throw new TypeError("call it on the session");
      return session.#state;
    };
  }

  #state;

  /** Only carriers make sessions, by `load`. */
  constructor(state) {
    this.#state = state;
    // `session.user = …` throws, because it would be lost.
    Object.preventExtensions(this);
  }

  // The result of reading

  /** `{kind, reason, keyId}`, for logs. A response must not depend on it. */
  get outcome() {
    return { ...stateOf(this).outcome };
  }

  /** The session's standing with the visitor's device: `unbound`, `bound` or `stale`. */
  get binding() {
    const { withheld, metadata } = touch(this);
    if (withheld?.code === "stale") return "stale";
    return bindingOf(metadata);
  }

  /** After the session was saved: the value of the response's field `Secure-Session-Registration`, or null. */
  get registration() {
    return stateOf(this).registration;
  }

  /** The session exists in this request only. */
  get isNew() {
    return touch(this).isNew;
  }

  /** 16 hexadecimal digits, or null. */
  get id() {
    return idOf(touch(this).metadata);
  }

  get createdAt() {
    return dateIn(this, ({ issued }) => issued);
  }

  get lastActiveAt() {
    return dateIn(this, lastActiveOf);
  }

  get expiresAt() {
    return dateIn(this, endOf);
  }

  /** Bytes by which the content may still grow. */
  get remainingBytes() {
    const { policy, contentLength } = stateOf(this);
    return Math.max(0, policy.budget.room - contentLength);
  }

  /** Returns true if the sign-in is less than so many seconds ago. A new session has had none. */
  isRecent(seconds) {
    checkSpan(seconds);
    const { isNew, isRenewed, metadata, now } = touch(this);
    return (!isNew || isRenewed) && now < metadata.issued + seconds;
  }

  // Messages for the next page

  flash(queue, message) {
    const state = change(this);
    // As keys, which have to be texts.
    for (const text of [queue, message]) entryOf(text, text);
    state.setFlash([...state.flash, [queue, message]]);
  }

  /** The messages of a queue, left in place. */
  flashes(queue) {
    return touch(this).flash.filter(([of]) => of === queue).map(([, message]) => message);
  }

  takeFlashes(queue) {
    const taken = this.flashes(queue);
    // Where there is none, this is reading.
    if (taken.length > 0) change(this).setFlash(touch(this).flash.filter(([of]) => of !== queue));
    return taken;
  }

  // Its life

  /** Returns the id, and makes one if there is none. */
  ensureId() {
    if (this.id === null) this.renewId();
    return this.id;
  }

  /** A new id, and the same data and dates. */
  renewId() {
    change(this).setMetadata({ sid: random(8) });
  }

  /** Begins the session of whoever has just signed in: invalidates, and renews what is left. Returns as `invalidate`. */
  signIn() {
    const ended = this.invalidate();
    this.renew();
    return ended;
  }

  /** After the password was asked once more: a new id, issued now, the same data. */
  renew() {
    change(this, true).renew();
  }

  /** Ends the session at the latest so many seconds from now. */
  limitTo(seconds) {
    checkSpan(seconds);
    change(this).limitTo(seconds);
  }

  /** Keeps the session after the browser is closed, for so many seconds from now. */
  rememberFor(seconds) {
    checkSpan(seconds);
    const { policy, now, metadata } = change(this);
    if (policy.rememberUpTo === null) throw new SessionError("not-remembering", "session cannot be remembered; set `rememberUpTo`");
    stateOf(this).setMetadata({ remembered: span(now + seconds - metadata.issued) });
  }

  forget() {
    change(this).setMetadata({ remembered: null });
  }

  /** Drops the data, the messages and the id. */
  clear() {
    change(this).clear();
  }

  /** Signs out: drops everything, and the browser's cookie. Returns the id of the session that has ended, or null. */
  invalidate() {
    return change(this, true).invalidate();
  }

  /** Saves none of this request's changes, unless `save` is called later. */
  discard() {
    change(this, true).wish = "discard";
  }

  /** Writes the session with this response even if it did not change. */
  save() {
    const state = change(this);
    state.checkSize();
    state.wish = "force";
  }
}

/** A session that is a dictionary. */
class Session extends BaseSession {
  get(key) {
    return touch(this).payload.get(String(key));
  }

  has(key) {
    return touch(this).payload.has(String(key));
  }

  /** In the order of their bytes. */
  keys() {
    return touch(this).payload.keys();
  }

  entries() {
    return this.keys().map((key) => [key, this.get(key)]);
  }

  get size() {
    return touch(this).payload.size;
  }

  /** Stores plain data: null, booleans, numbers, BigInts of 64 bits, texts, `Uint8Array`s, arrays, objects and maps. */
  set(key, value) {
    change(this).setEntry(String(key), entryOf(String(key), value));
    return this;
  }

  /** Returns true if there was such a key. */
  delete(key) {
    const isThere = this.has(key);
    change(this).setEntry(String(key), null);
    return isThere;
  }

  /** Stores what `make` makes of a copy of the value: what it returns, or the copy changed in place. */
  update(key, make) {
    const copy = touch(this).payload.copy(String(key));
    const made = make(copy);
    return this.set(key, made === undefined && copy instanceof Object ? copy : made);
  }

  get value() {
    return refuseValue();
  }

  set value(_) {
    refuseValue();
  }
}

function refuseValue() {
  throw new TypeError("session is a dictionary; use `get` and `set`");
}

/** A date of a session that a client has, or null. */
function dateIn(session, of) {
  const { isNew, metadata, policy } = touch(session);
  return isNew ? null : dateOf(of(metadata, policy));
}

function checkSpan(seconds) {
  if (!isWhole(seconds)) throw new SessionError("seconds", "seconds must be a whole number");
}

// What every carrier of sessions has: cookies and header fields.


/** Returns the sealer of a carrier. */
let sealerOf;

class Carrier {
  static {
    sealerOf = (carrier) => carrier.#sealer;
  }

  #sealer;

  /** `sealer`: a `SessionSealer`. Carriers are made by `encrypted` and `unencryptedButSigned`. */
  constructor(sealer) {
    this.#sealer = sealer;
    sealer.policy.revalidateAfter?.guard(this);
    sealer.tokens.ring.guard?.(this);
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

/** Says what is missing where `await` was forgotten. */
const withAdvice = (promise) =>
  Object.assign(promise, {
    load() {
      throw new TypeError("await `encrypted` first");
    },
  });

/** Makes a new session, which `carrier` alone may save. */
function newSession(carrier, source, now) {
  const state = new State(sealerOf(carrier).policy, now);
  state.loadedBy = carrier;
  state.isSubresource = isSubresource(fieldsOf(source, "sec-fetch-dest", false)[0]);
  const { Handle = Session } = state.policy.type;
  return { state, session: new Handle(state) };
}

/** Ends a request. Returns the decision and the state, with a token where one is stored (docs/spec/writer.md § 8.12, § 8.14). */
async function finish(carrier, session, response) {
  const state = stateOf(session);
  if (state.loadedBy !== carrier) throw new TypeError("session is of another carrier");
  const decision = { ...state.decide(response), state };
  state.isClosed = true;
  const { tokens } = sealerOf(carrier);
  if (decision.change !== "store") return decision;
  if (decision.isOptional && !tokens.canSeal(state.now)) return { ...decision, change: "keep" };
  return { ...decision, token: await tokens.seal(decision.body, state.now) };
}

/**
 * Returns the values of the field `name` in a request: a `Request`, a request of Node, their headers, or the values
 * themselves, unless `areValues` is false.
 */
function fieldsOf(source, name, areValues = true) {
  if (source === null || source === undefined) return [];
  if (typeof source === "string") return areValues ? [source] : [];
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

// Suites and modes (SPEC.md § 2), and the sizes of a blob (§ 4.4).

const suite = (name, fmt, mode) => ({ name, fmt, mode });
const [XAES, XCHA, SIGN] = [suite("xaes", 0x78, "encrypted"), suite("xcha", 0x79, "encrypted"), suite("sign", 0xb0, "signed")];
const SUITES = [XAES, XCHA, SIGN];

const NONCE = 24;
const TAG = 16;
const HEAD = 5;

/** Bytes of a blob beside its body. */
const overheadOf = (mode) => (mode === "encrypted" ? HEAD + NONCE + TAG : HEAD + TAG);

// Tokens that show that a request comes from a page of the session (SPEC.md § 13).


/** Returns a token of a session, for a form or for the header `x-csrf-token`. Makes an id if the session has none. */
async function csrfToken(session) {
  const state = stateOf(session).touch();
  // Of one that waits a token may pass, and none is rendered: to ask for an id is refused, too.
  if (nameOf(state) === null || state.withheld?.code === "unvalidated") session.renewId();
  return renderToken(sealerOf(state.loadedBy).tokens, nameOf(state), state.now);
}

/** Returns true if a token was made for this session. Await it: a promise is true in every condition. */
async function verifyCsrf(session, token) {
  const state = stateOf(session).touch();
  return isTokenOf(sealerOf(state.loadedBy).tokens, nameOf(state), state.now, token);
}

/** The name of a session in its tokens, or null. */
function nameOf({ withheld, opened, metadata }) {
  // A stale session has its own, so that its visitor can sign in by a form; a thief gets no token of the bound one.
  const isStale = withheld?.code === "stale";
  const isKnown = isStale || withheld?.code === "unvalidated";
  const { sid, issued } = (isKnown && opened) || metadata;
  return sid && concat(isStale ? sid.map((byte) => ~byte) : sid, u32(issued - EPOCH));
}

/** `sealer`: a `Sealer`. `mask`: only tests give it. */
async function renderToken(sealer, name, now, mask = random(TAG)) {
  const secret = await secretOf(sealer, sealer.sealing(now), name);
  return toBase64url(concat(mask, mask.map((byte, i) => byte ^ secret[i])));
}

async function isTokenOf(sealer, name, now, token) {
  if (typeof token !== "string" || token.length !== 43 || name === null) return false;
  const bytes = fromBase64url(token);
  if (!bytes) return false;
  const given = bytes.subarray(TAG).map((byte, i) => byte ^ bytes[i]);
  let passes = false;
  for (const keys of sealer.keys.filter(({ key }) => !key.isRetired(now))) {
    if (equal(given, await secretOf(sealer, keys, name))) passes = true;
  }
  return passes;
}

async function secretOf({ purpose, context }, keys, name) {
  keys.csrf ??= keys.key.derive("csrf", purpose).then(hmacKey);
  return (await hmac(await keys.csrf, concat(context, name))).subarray(0, TAG);
}

// Purpose and context (SPEC.md § 3.2, § 4.2).


/** What keys are derived for: a name, an application and a type, each with its length. Throws a `ConfigError` (§ 14.4). */
function purposeBytes(name, application, typeLabel) {
  const purpose = sized("purpose", name, 65_535);
  mustBe(application !== "", "application", "a name");
  return concat(purpose, sized("application", application ?? ""), sized("type", typeLabel ?? ""));
}

/** Encodes the pairs of label and value that a token is bound to, behind their length. Throws a `ConfigError` (§ 14.4). */
function contextBytes(pairs) {
  const isPair = (pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isText);
  mustBe(Array.isArray(pairs) && pairs.every(isPair), "context", "pairs of a label and a value, well-formed strings");
  const bytes = concat(...pairs.flatMap(([label, value]) => [sized("label", label), sized("value", value, 65_535)]));
  return concat(u32(bytes.length), bytes);
}

/** A text behind its length. */
function sized(code, text, most = 255) {
  mustBe(isText(text), code, "a well-formed string");
  const bytes = toUtf8(text);
  mustBe(bytes.length <= most, code, `at most ${most} bytes, found ${bytes.length}`);
  return concat(most > 255 ? u16(bytes.length) : u8(bytes.length), bytes);
}

// Keys (SPEC.md § 3.1 to § 3.3).


const LABEL = toUtf8("hardtack/v1");
const KEY_PREFIX = "hardtack_key_v1_";

/** Generates the text of a new key, as `hardtack keygen` does. */
async function generateKey({ mode = "encrypted" } = {}) {
  const type = { encrypted: "xaes", signed: "sign" }[mode];
  mustBe(type, "mode", "encrypted or signed");
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
    ensure(trimmed.startsWith(KEY_PREFIX), "prefix", `key must begin with ${KEY_PREFIX}, without quotes`);
    const [word, ...others] = trimmed.slice(KEY_PREFIX.length).split("_");
    const suite = SUITES.find(({ name }) => name === word);
    ensure(suite && others.length > 0, "type", "key must be of type xaes, xcha or sign");
    const rest = others.join("_");
    const { length } = toUtf8(rest);
    ensure(length === 48, "length", `key must end in 48 bytes, found ${length}`);
    const bytes = fromBase64url(rest);
    ensure(bytes, "encoding", "key must be base64url");
    const secret = bytes.slice(0, 32);
    const isIntact = equal(await checksum(word, secret), bytes.slice(32));
    ensure(isIntact, "checksum", "key was cut off or mistyped");
    ensure(new Set(secret).size > 7, "weak", "key must be random");
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

// The text of key rings (SPEC.md § 3.4, § 3.5).


const WITHOUT_XCHACHA = "WebCrypto lacks XChaCha20-Poly1305; use an xaes key, or `skipXChaCha`";
const REMEDY = "`npx hardtack-session keygen` makes a key";

/** Returns what a ring has, for those who derive from its keys. */
let contentOf;

/** What rings have in common that are made by programs, and by carriers of texts. */
class Ring {
  static {
    contentOf = (ring) => ring.#content;
  }

  #content;

  /** `content`: of `parseRing`. */
  constructor(content) {
    this.#content = content;
  }
}

/** Parses the text of a ring (§ 3.5), or several texts (§ 3.5.7). Returns its mode, its keys in order, `notBefore`, and `skipXChaCha`. */
async function parseRing(texts, { mode = "encrypted", skipXChaCha = false } = {}) {
  const ring = { mode, skipXChaCha, keys: [], notBefore: null };
  for (const text of [texts].flat()) {
    ensure(typeof text === "string", "ring", `key ring must be a string; is its variable set? ${REMEDY}`);
    const { keys, notBefore } = await parseText(text, mode);
    ring.keys.push(...keys);
    if (notBefore !== null) ring.notBefore = Math.max(notBefore, ring.notBefore ?? 0);
  }
  ring.keys = inOrder(ring.keys);
  checkRing(ring.keys);
  ensure(skipXChaCha || ring.keys.every((key) => key.suite !== XCHA), "suite", WITHOUT_XCHACHA);
  return ring;
}

/** Returns the position of the key that seals at `now` (§ 3.4.3). */
function sealingAt(keys, now) {
  const passed = keys.findLastIndex((key) => key.sealFrom === null || now >= key.sealFrom);
  return Math.max(passed, 0);
}

/** Finds a key that retires while sessions that live for `longest` seconds may still need it (§ 3.4.8). */
function findEarly(keys, longest) {
  return keys.find(({ acceptUntil }, i) => {
    const from = keys[i + 1]?.sealFrom ?? null;
    return acceptUntil !== null && from !== null && acceptUntil - from < longest;
  });
}

/**
 * Returns the keys of one text in their listing, and its `not_before` (§ 14.3). An error counts entries, from the first line that
 * is not blank.
 */
async function parseText(text, mode) {
  const body = trim(text, SPACE);
  const lines = body.split(/\r?\n/);
  const hasCommas = lines.some((line) => line.includes(",") && !/^[ \t]*#/.test(line));
  const ring = { keys: [], notBefore: null };
  for (const [i, entry] of (hasCommas ? body.split(",") : lines).entries()) {
    try {
      await readEntry(ring, trim(entry, BLANK), mode, hasCommas);
    } catch ({ code, message }) {
      throw new ConfigError(code, `key ring, entry ${i + 1}: ${message}`);
    }
  }
  return ring;
}

async function readEntry(ring, entry, mode, hasCommas) {
  if (entry === "" || entry.startsWith("#")) {
    return ensure(!hasCommas, "blank", "expected a key between commas");
  }
  const [first, ...words] = entry.split(/[ \t]+/);
  if (first.startsWith("not_before=")) {
    ensure(words.length === 0, "attribute", "`not_before` must stand alone");
    return setTime(ring, "notBefore", first);
  }
  const key = await parseKey(first, mode);
  for (const word of words) {
    const [, name] = /^(seal_from|accept_until)=/.exec(word) ?? [];
    ensure(name, "attribute", "expected `seal_from=` or `accept_until=`; each key has a line");
    setTime(key, name === "seal_from" ? "sealFrom" : "acceptUntil", word);
  }
  ring.keys.push(key);
}

/** Sets the field of an attribute, `name=time`, which stands once. */
function setTime(target, field, attribute) {
  const time = parseTime(attribute.slice(attribute.indexOf("=") + 1));
  ensure(target[field] === null, "attribute", `\`${attribute}\` must stand once`);
  target[field] = time;
}

async function parseKey(text, mode) {
  // Only SP and HTAB are white space inside an entry.
  ensure(text === trim(text, SPACE), "key", "expected no line end in a key");
  let key;
  try {
    key = await Key.parse(text);
  } catch (error) {
    throw new ConfigError("key", error.message);
  }
  ensure(key.suite.mode === mode, "mixed", `key must be for ${mode} sessions`);
  return key;
}

/** Parses `YYYY-MM-DDThh:mm:ssZ`, not before 2026 (§ 3.5.5). */
function parseTime(text) {
  const seconds = Date.parse(text) / 1000;
  // `Date` reads other forms too, and writes one.
  const isDate = seconds >= EPOCH && text.length === 20 && dateOf(seconds).toISOString() === text.replace("Z", ".000Z");
  ensure(isDate, "time", "time must be like 2027-03-01T06:00:00Z, from 2026 on");
  return seconds;
}

/** Sorts by `seal_from`; of equals the first listed counts as the latest (§ 3.4.2). */
function inOrder(keys) {
  return keys.toReversed().toSorted((a, b) => (a.sealFrom ?? -1) - (b.sealFrom ?? -1));
}

/** § 3.4.7. */
function checkRing(keys) {
  ensure(keys.length > 0, "empty", `key ring must have a key; ${REMEDY}`);
  for (const [i, { id }] of keys.entries()) {
    ensure(keys.findIndex((key) => key.id === id) === i, "duplicate", `key ring must not have key ${id} twice`);
  }
  ensure(keys.at(-1).acceptUntil === null, "last-retires", `key ${keys.at(-1).id} seals last, and must have no \`accept_until\``);
  for (const [i, { sealFrom, id: next }] of keys.slice(1).entries()) {
    const { acceptUntil, id } = keys[i];
    const isInTime = acceptUntil === null || acceptUntil > (sealFrom ?? 0);
    ensure(isInTime, "retires-too-early", `key ${id} must not retire before key ${next} seals`);
  }
}

// Tokens: sealing and opening (SPEC.md § 4, § 6, and § 7 up to the body).


const LONGEST_TOKEN = 32_768;
/** Bytes (§ 6.5). */
const LONGEST_BLOB = 24_576;
const SMALLEST_BODY = 6;

/** The keys of a ring, derived for one purpose, and the context. */
class Sealer {
  /**
   * `ring`: of `parseRing`. `purpose`: `purposeBytes`. `context`: `contextBytes`. `overlap`: seconds for which its tokens need a
   * key after the next one seals.
   */
  static async of(ring, purpose, context, overlap) {
    const sealer = changed(Sealer.prototype, { ring, purpose, context, keys: await keysFor(ring, purpose) });
    await ring.serve?.(sealer, overlap);
    return sealer;
  }

  /** The keys that seal. */
  sealing(now) {
    return this.keys[sealingAt(this.ring.keys, now)];
  }

  /** A key of XChaCha20-Poly1305 cannot, because WebCrypto lacks it. */
  canSeal(now) {
    return this.sealing(now).seal !== undefined;
  }

  /** `entropy`: only tests give it. */
  async seal(body, now, entropy = random(NONCE)) {
    const { key, head, seal } = this.sealing(now);
    if (body.length > LONGEST_BLOB - overheadOf(key.suite.mode)) throw new SessionError("size", "session is too long for a token");
    if (!seal) throw new SessionError("suite", `key ${key.id} cannot seal here`);
    return toBase64url(concat(head, ...(await seal(body, concat(head, this.context), entropy))));
  }

  /** Returns the key's id, its place behind the key that seals (0: it seals itself), and the body. Throws a `Refusal`. */
  async open(token, now) {
    if (token.length > LONGEST_TOKEN) throw new Refusal("TooLong");
    const blob = fromBase64url(token);
    if (!blob) throw new Refusal("Encoding");
    if (blob.length < HEAD) throw new Refusal("TooShort");
    const suite = SUITES.find(({ fmt }) => fmt === blob[0]);
    if (!suite) throw new Refusal("UnknownFormat");
    if (suite.mode !== this.ring.mode) throw new Refusal("WrongMode");
    const keyId = hex(blob.subarray(1, HEAD));
    const at = this.keys.findIndex(({ key }) => key.id === keyId);
    const known = this.keys[at];
    if (!known || known.key.suite !== suite) throw new Refusal("UnknownKey", keyId);
    if (known.key.isRetired(now)) throw new Refusal("RetiredKey", keyId);
    if (blob.length < overheadOf(suite.mode) + SMALLEST_BODY) throw new Refusal("TooShort", keyId);
    if (!known.open) throw new Refusal("UnknownKey", keyId, true);
    const place = at - sealingAt(this.ring.keys, now);
    const body = await known.open(blob.subarray(HEAD), concat(known.head, this.context));
    if (!body) throw new Refusal("Auth", keyId);
    return { keyId, place, body };
  }
}

/** The same object but for the changes: it sees those that are made in it later. */
const changed = (object, changes) => Object.assign(Object.create(object), changes);

/** Derives the keys of a ring for one purpose. */
const keysFor = (ring, purpose) => Promise.all(ring.keys.map((key) => deriveKeys(key, purpose)));

/**
 * Derives from one key. `seal` returns the parts of a blob behind its head; `open` takes them, and returns the
 * body, or null where the tag is wrong. WebCrypto has neither for XChaCha20-Poly1305.
 */
async function deriveKeys(key, purpose) {
  const head = concat(u8(key.suite.fmt), key.kid);
  const k = await key.derive("key", purpose);
  if (key.suite === XCHA) return { key, head };
  if (key.suite === SIGN) return { key, head, ...signing(await hmacKey(k)) };
  return { key, head, ...encrypting(await xaes(k), await hmacKey(await key.derive("nonce", purpose))) };
}

function encrypting(cipher, nonceKey) {
  return {
    async seal(body, aad, entropy) {
      // The nonce depends on the content too, so that a repeated `entropy` does no harm (§ 6.2).
      const n = (await hmac(nonceKey, concat(entropy, aad, body))).subarray(0, NONCE);
      return [n, await cipher.seal(n, aad, body)];
    },
    open: (sealed, aad) => cipher.open(sealed.subarray(0, NONCE), aad, sealed.subarray(NONCE)),
  };
}

function signing(mac) {
  const tagOf = async (body, aad) => (await hmac(mac, concat(aad, body))).subarray(0, TAG);
  return {
    seal: async (body, aad) => [body, await tagOf(body, aad)],
    async open(sealed, aad) {
      const body = sealed.subarray(0, -TAG);
      return equal(await tagOf(body, aad), sealed.subarray(-TAG)) ? body.slice() : null;
    },
  };
}

// The keys of one purpose, and the rules of the sessions under them: tokens to bodies, bodies to tokens.


class SessionSealer {
  /** `options`: those that all carriers have. */
  static async build(mode, ring, purpose, { skipXChaCha, dangerRetireEarly, application, context = [], ...rules }) {
    const policy = policyOf(rules);
    const options = { mode, skipXChaCha: yesOrNo("skipXChaCha", skipXChaCha) };
    const parsed = ring instanceof Ring ? contentOf(ring) : await parseRing(ring, options);
    ensure(parsed.mode === mode, "mixed", `key must be for ${mode} sessions`);
    const overlap = yesOrNo("dangerRetireEarly", dangerRetireEarly) ? 0 : Math.max(policy.absolute, policy.rememberUpTo ?? 0);
    checkOverlap(parsed.keys, overlap);
    const bound = contextBytes(context);
    const derive = (purpose) => Sealer.of(parsed, purposeBytes(purpose, application, policy.type.label), bound, overlap);
    return new SessionSealer(mode, await derive(purpose), policy, derive);
  }

  /** `derive`: a `Sealer` for another purpose of the same ring, application, type and context. */
  constructor(mode, tokens, policy, derive) {
    this.mode = mode;
    this.tokens = tokens;
    this.policy = policy;
    this.derive = derive;
  }

  /** The same keys and rules, for the sessions of another context. */
  inContext(pairs) {
    return changed(this, { tokens: changed(this.tokens, { context: contextBytes(pairs) }) });
  }

  set budget(budget) {
    this.policy.type.checkRoom?.(budget.room);
    this.policy.budget = budget;
  }

  raiseNotBefore(moment) {
    this.policy.notBefore = Math.max(this.policy.notBefore, notBeforeOf(moment));
  }

  /** Takes the steps of § 7.1 (c) to § 7.8 for a token that came in so many cookies. Throws a `Refusal`. */
  async verify(token, cookies, now) {
    const { keyId, place, body: bytes } = await this.tokens.open(token, now);
    let body;
    try {
      body = readBody(bytes);
    } catch {
      throw new Refusal("Malformed", keyId);
    }
    if (body.metadata.device && !this.policy.devices) throw new Refusal("Malformed", keyId);
    const refusal = await this.check(body.metadata, body.payload, now, keyId);
    if (refusal) throw refusal;
    return { keyId, bytes, body, place, tokenLength: token.length, cookies };
  }

  /** Tests the dates of a session, and asks the application whether it is revoked. Returns a `Refusal`, or null. */
  async check(metadata, payload, now, keyId = null) {
    const { policy, tokens } = this;
    const reason = checkTimes(metadata, now, policy, Math.max(policy.notBefore, tokens.ring.notBefore ?? 0));
    if (reason) return new Refusal(reason, keyId);
    return policy.revokedIf?.ask(policy.type, metadata, payload, keyId) ?? null;
  }
}

/** Refuses a ring in which a key retires while sessions that live for so many seconds may need it. */
function checkOverlap(keys, seconds) {
  const early = findEarly(keys, seconds);
  ensure(!early, "dangerRetireEarly", `key ${early?.id} must not retire before the next one has sealed for ${seconds} seconds`);
}

/** Chooses among several values (§ 7.0). Returns what `verify` gave for one of them, or a `Refusal`. */
function choose(results, isHostOnly) {
  const good = results.filter((result) => !(result instanceof Refusal));
  if (good.length === 0) {
    const [first] = results;
    first.isForOthers = results.some(({ isForOthers }) => isForOthers);
    return first;
  }
  const [id, ...others] = good.map(({ body }) => idOf(body.metadata));
  const isOneSession = () => id !== null && others.every((other) => other === id);
  if (good.length > 1 && !isHostOnly && !isOneSession()) return new Refusal("Duplicate");
  return good.reduce((best, next) => (isLater(next.body.metadata, best.body.metadata) ? next : best));
}

const isLater = (a, b) => (a.issued - b.issued || lastActiveOf(a) - lastActiveOf(b)) > 0;

// A key ring that follows its source while the program runs. Its content is replaced in place, and with it the keys that carriers
// have derived from it.


const MOST_SECONDS = 86_400;

/** Reads the content of a ring, and follows it. Throws a `ConfigError`, or what `source` fails with. */
async function follow(source, { every = 60, onError = tell, mode, skipXChaCha, ...unknown } = {}) {
  refuseUnknown(unknown);
  mustBe(typeof source === "function", "source", "a function that returns the text of a ring");
  mustBe(isWhole(every, 1, MOST_SECONDS), "every", "1 to 86,400 seconds");
  mustBe(typeof onError === "function", "onError", "a function");
  const asked = Date.now();
  const options = { mode, skipXChaCha };
  const texts = await source();
  return new FollowedRing({ source, every: every * 1000, onError, options }, asked, await digestOf(texts), await parseRing(texts, options));
}

class FollowedRing {
  #settings;
  /** When the source was asked last, in milliseconds. */
  #asked;
  /** Numbers of questions: of the last one, and of the last that was answered. */
  #turns = 0;
  #heard = 0;
  /** The digest of the texts in use, and what was refused last, and told, since then. */
  #used;
  #refused = null;
  /** The sealers of carriers, with the life of their sessions. */
  #served = [];

  constructor(settings, asked, used, content) {
    this.#settings = settings;
    this.#asked = asked;
    this.#used = used;
    Object.assign(this, content);
  }

  /** Replaces the keys of a sealer, too, whose sessions need a key for so many seconds after the next one seals. */
  async serve(sealer, overlap) {
    const isPresent = () => sealer.keys.length === this.keys.length && sealer.keys.every(({ key }, i) => key === this.keys[i]);
    // The ring may be replaced meanwhile.
    while (!isPresent()) sealer.keys = await keysFor(this, sealer.purpose);
    checkOverlap(this.keys, overlap);
    this.#served.push({ reference: new Reference(sealer), overlap });
  }

  /** Makes the `load` of a carrier ask the source, where that is due. */
  guard(carrier) {
    const { load } = carrier;
    carrier.load = async (...given) => {
      const [, now = Date.now()] = given;
      if (this.#isDue(+now)) await this.#ask(+now);
      return load.apply(carrier, given);
    };
  }

  /** A clock that was set back does not put the question off. */
  #isDue(now) {
    return Math.abs(now - this.#asked) >= this.#settings.every;
  }

  /** Others go on meanwhile with the ring that is there: a worker's request cannot wait for what another one began. */
  async #ask(now) {
    this.#asked = now;
    const turn = ++this.#turns;
    let seen;
    try {
      const texts = await this.#settings.source();
      seen = await digestOf(texts);
      if (turn < this.#heard) return;
      this.#heard = turn;
      if (seen !== this.#used) await this.#replace(await parseRing(texts, this.#settings.options), seen, turn);
      this.#refused = null;
    } catch (error) {
      this.#refuse(error, seen ?? String(error));
    }
  }

  /** Derives all keys first, then changes over in one step. */
  async #replace(content, seen, turn) {
    this.#served = this.#served.filter(({ reference }) => reference.deref());
    const derived = new Map();
    // Those that are served meanwhile come last.
    for (const { reference } of this.#served) {
      const sealer = reference.deref();
      if (sealer) derived.set(sealer, await keysFor(content, sealer.purpose));
    }
    // A later question was answered meanwhile.
    if (turn !== this.#heard) return;
    checkOverlap(content.keys, Math.max(0, ...this.#served.map(({ overlap }) => overlap)));
    this.#used = seen;
    Object.assign(this, content);
    for (const [sealer, keys] of derived) sealer.keys = keys;
  }

  /** Tells about the same mistake once. */
  #refuse(error, seen) {
    if (seen === this.#refused) return;
    this.#refused = seen;
    try {
      this.#settings.onError(error);
    } catch {
      // A request does not fail by a log.
    }
  }
}

/** Keeps no key. */
const digestOf = async (texts) => hex(await sha256(toUtf8(JSON.stringify([texts].flat()))));

const tell = (error) => console.error("key ring is refused, and the earlier one stays in use:", error);

/** Some workers have no `WeakRef`. There, carriers stay as long as their ring. */
const Reference =
  globalThis.WeakRef ??
  class {
    constructor(sealer) {
      this.deref = () => sealer;
    }
  };

// Key rings that programs make, and ask about their keys (SPEC.md § 3.4 to § 3.6).


/** One or more keys, of which one seals at any time. */
class KeyRing extends Ring {
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
  static async parse(texts, options) {
    return new KeyRing(await parseRing(texts, options));
  }

  /**
   * Reads a ring, and follows it: carriers that are built with it ask `source` again when they load a session, at most once in
   * `every` seconds. What cannot be read, or is no such ring, is told to `onError`, and the ring stays as it is.
   */
  static async follow(source, options) {
    return new KeyRing(await follow(source, options));
  }

  get mode() {
    return contentOf(this).mode;
  }

  /** The public facts of the keys, in their order (§ 3.4.2). */
  get keys() {
    return contentOf(this).keys.map(({ id, sealFrom, acceptUntil }) => ({ id, sealFrom, acceptUntil }));
  }

  /** In Unix seconds, or null. */
  get notBefore() {
    return contentOf(this).notBefore;
  }

  /** Returns the fingerprint, to compare instances (§ 3.6). */
  async fingerprint() {
    const { keys, notBefore } = contentOf(this);
    const fields = keys.map((key) => concat(key.kid, u64(key.sealFrom ?? 0), u64(key.acceptUntil ?? 0)));
    return hex((await sha256(concat(...fields, u64(notBefore ?? 0)))).subarray(0, 8));
  }
}

// Padding, which hides a part of the length of a session (SPEC.md § 5.6).


/** The option `padding`. */
const padme = {
  /** The most bytes of content with which a body of at most `longest` bytes has room for the padding. */
  roomIn(longest, metadata) {
    let room = longest - metadata;
    while (room >= 0 && padded(metadata + room + 1) > longest) room--;
    return room;
  },
  /** Pads a body. */
  pad(body) {
    const bytes = new Uint8Array(padded(body.length + 1));
    bytes.set(body);
    bytes[0] |= PADDING;
    bytes[body.length] = 0x80;
    return bytes;
  },
};

/** The padded length of `n` bytes, the mark included (§ 5.6.2). */
function padded(n) {
  const e = Math.floor(Math.log2(n));
  const low = 2 ** (e - (Math.floor(Math.log2(e)) + 1));
  return Math.ceil(n / low) * low;
}

// Asking the application about each session whether it is revoked (SPEC.md § 7.8).


/**
 * The option `revokedIf`. `judge(session)` is asked about each session in every request, and says true or false. A session for
 * which it does not say false is refused; `outcome.cause` is then its error, or what else it said. Throws a `ConfigError`.
 */
function revocation(judge) {
  mustBe(typeof judge === "function", "revokedIf", "a function that says true or false");
  return new Revocation(judge);
}

class Revocation {
  constructor(judge) {
    this.judge = judge;
  }

  /** Returns a `Refusal`, or null. */
  async ask(type, metadata, payload, keyId) {
    const { answer, cause } = await ask("revokedIf", this.judge, shown(type, metadata, payload, keyId));
    return answer === false ? null : new Refusal("Revoked", keyId, false, cause);
  }
}

/** Returns the `answer` of the application about a session, or the `cause` why there is none. */
async function ask(name, question, session) {
  try {
    const answer = await question(session);
    return typeof answer === "boolean" ? { answer } : { cause: new TypeError(`\`${name}\` said ${typeof answer}, not true or false`) };
  } catch (cause) {
    return { cause };
  }
}

/**
 * The facts about a session and its content, which stays as it is whatever is done with this: entries, or a `value`. Nothing is
 * found in one that cannot be read.
 */
function shown(type, metadata, payload, keyId) {
  const { issued, limit, remembered } = metadata;
  const content = readPayload(type, metadata, payload);
  return {
    id: idOf(metadata),
    createdAt: dateOf(issued),
    lastActiveAt: dateOf(lastActiveOf(metadata)),
    limit,
    remembered,
    keyId,
    binding: bindingOf(metadata),
    value: content?.value,
    get: (key) => content?.get(String(key)),
    has: (key) => !!content?.has(String(key)),
  };
}

// Asking the application again, once in a span, whether a session goes on (docs/spec/writer.md § 8.16).


const WITHHELD = {
  code: "unvalidated",
  sentence: "`validate` did not say that the session goes on, so it is not changed; `invalidate` begins a new one",
};

/**
 * The option `revalidateAfter`. `validate(session)` is asked, once in so many `seconds` for each session, whether it goes on:
 * true, or false where it has ended. Anything else, and an error, is no answer. `load` fails then, unless the last answer is
 * younger than `unvalidatedUpTo` seconds. Throws a `ConfigError`.
 */
function revalidation({ seconds, validate, unvalidatedUpTo = null, ...unknown } = {}) {
  refuseUnknown(unknown, " of `revalidation`");
  mustBe(isWhole(seconds, 1), "seconds", "a whole number above 0", "revalidateAfter");
  mustBe(typeof validate === "function", "validate", "a function that says true or false", "revalidateAfter");
  const isLonger = unvalidatedUpTo === null || isWhole(unvalidatedUpTo, seconds + 1);
  mustBe(isLonger, "unvalidatedUpTo", "null, or a whole number of seconds above `seconds`");
  return new Revalidation(seconds, validate, unvalidatedUpTo ?? 0);
}

class Revalidation {
  constructor(seconds, validate, unvalidatedUpTo) {
    this.seconds = seconds;
    this.validate = validate;
    this.unvalidatedUpTo = unvalidatedUpTo;
  }

  /** Checks the settings beside it, and returns the `refreshAfter` of a session that was not validated. */
  prepare(refreshAfter, idle) {
    mustBe(refreshAfter === undefined, "refreshAfter", "left out beside `revalidateAfter`: a session is written when it was validated");
    mustBe(idle === null || this.seconds <= Math.floor(idle / 2), "seconds", "at most half of `idleTimeout`", "revalidateAfter");
    return "never";
  }

  /** Makes the `load` of a carrier ask. */
  guard(carrier) {
    const { load } = carrier;
    carrier.load = async (...given) => {
      const session = await load.apply(carrier, given);
      if (this.#isDue(stateOf(session))) await this.#judge(session);
      return session;
    };
  }

  #isDue({ arrived, isTakenOver, metadata, now }) {
    return arrived !== null && (isTakenOver || now >= lastActiveOf(metadata) + this.seconds);
  }

  /** Asks about a session. Throws a `SessionError` where there is no answer. */
  async #judge(session) {
    const state = stateOf(session).touch();
    const { policy, metadata, arrived, outcome } = state;
    const asked = shown(policy.type, metadata, arrived.payload, outcome.keyId ?? null);
    const { answer, cause } = await ask("validate", this.validate, asked);
    if (answer === true) state.policy = { ...state.policy, refreshAfter: "validated" };
    else if (answer === false) refuse(state, "Revoked");
    else if (!this.#isTolerated(state)) {
      refuse(state, "Unvalidated");
      state.withheld = WITHHELD;
      throw new Unvalidated(cause, session);
    }
  }

  /** Returns true if a session goes on for a while without an answer. */
  #isTolerated({ isTakenOver, metadata, now }) {
    return !isTakenOver && now < lastActiveOf(metadata) + this.unvalidatedUpTo;
  }
}

/** The error of `load` where the application cannot answer. Adapters respond with its status and its message. */
class Unvalidated extends SessionError {
  status = 503;

  /** `session`: for those who end it all the same. */
  constructor(cause, session) {
    super("unvalidated", "session cannot be validated now; try again later");
    this.cause = cause;
    this.session = session;
  }
}

/** Puts a new session in the place of one that opened. */
function refuse(state, reason) {
  const { kind, keyId } = state.outcome;
  state.begin();
  state.outcome = kind === "migrated" ? { kind: "notMigrated", reason } : { kind: "rejected", reason, keyId };
}

// Sizes (docs/spec/writer.md § 9.5, § 9.6).


/** The longest cookie that browsers store. */
const BROWSER = 4096;
const MOST_COOKIES = 4;

function sizeOf(size) {
  if (size === "anywhere") return { field: 3072, cookies: 1 };
  if (size === "browser") return { field: BROWSER, cookies: 1 };
  const [, count] = /^split:([2-4])$/.exec(size) ?? [];
  mustBe(count, "size", "anywhere, browser, or split:2 to split:4");
  return { field: BROWSER, cookies: Number(count) };
}

class Budget {
  #fixed;
  #overhead;
  #padding;

  /** `fixed`: the bytes of a field without its token, without a Max-Age and with the longest; 0 beside a cookie. */
  constructor({ field, cookies }, fixed, overhead, padding = null, isBound = false) {
    mustBe(padding === null || typeof padding?.pad === "function", "padding", "the value `padme`, or null");
    this.allowed = { field, cookies, total: field * cookies };
    this.#fixed = fixed;
    this.#overhead = overhead;
    this.#padding = padding;
    const perField = field - this.#perField(cookies, true);
    const longest = Math.floor((cookies * perField * 3) / 4) - overhead;
    const metadata = LONGEST_METADATA + (isBound ? DEVICE : 0);
    this.room = padding ? padding.roomIn(longest, metadata) : longest - metadata;
    ensure(this.room >= 0, "size", "no room for a session; shorten the name and attributes");
  }

  #perField(cookies, isPersistent) {
    const fixed = this.#fixed[Number(isPersistent)];
    return fixed + (cookies > 1 && fixed > 0 ? 2 : 0);
  }

  /** The characters of a part, where each field has `fixed` bytes beside it. */
  partLength(allowed, tokenLength, fixed) {
    if (allowed.cookies === 1 || fixed + tokenLength <= allowed.field) return tokenLength;
    return Math.max(1, allowed.field - fixed - 2);
  }

  /** Pads a body, if it is to be and has room. */
  padded(body, content) {
    return this.#padding && content <= this.room ? this.#padding.pad(body) : body;
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
    if (cookies > MOST_COOKIES) return { cookies: MOST_COOKIES, field: BROWSER, total };
    return { cookies, field: Math.max(Math.ceil(tokenLength / cookies) + perField, BROWSER), total };
  }
}

// Values in `Cookie` fields (docs/spec/carriers.md § 9.1, § 9.2).


const MOST_VALUES = 4;

/** Calls `found(rest, value)` for each pair whose name begins with `name`, in order; `rest` is what follows in its name. */
function eachPair(fields, name, found) {
  for (const pair of fields.flatMap((field) => field.split(";"))) {
    const [of, ...value] = trim(pair, BLANK).split("=");
    if (of.startsWith(name) && value.length > 0) found(of.slice(name.length), value.join("="));
  }
}

/** The value of a pair without blanks and one pair of quotes, cut to one character more than a token may have (§ 9.1.4). */
function plain(value) {
  const text = trim(value, BLANK);
  const isQuoted = text.length >= 2 && text.startsWith('"') && text.endsWith('"');
  return (isQuoted ? text.slice(1, -1) : text).slice(0, LONGEST_TOKEN + 1);
}

/** The values of a cookie, as number 0, and those of the parts beside it by their numbers. */
function findCookie(fields, name) {
  const found = [[]];
  eachPair(fields, name, (rest, value) => {
    if (rest === "") addDistinct(found[0], plain(value), MOST_VALUES);
    else if (/^\.[1-7]$/.test(rest)) addDistinct((found[rest[1]] ??= []), plain(value), 2);
  });
  return found;
}

function addDistinct(values, value, most) {
  if (values.length < most && !values.includes(value)) values.push(value);
}

/** Puts a value together with its parts, of `findCookie` (§ 9.2). Throws a `Refusal`. */
function assemble(value, found) {
  if (value.length > LONGEST_TOKEN) throw new Refusal("TooLong");
  const dot = value.indexOf(".");
  if (dot < 0) return { token: value, cookies: 1 };
  const count = value.slice(0, dot);
  if (!/^[2-8]$/.test(count)) throw new Refusal("Incomplete");
  const cookies = Number(count);
  let token = value.slice(dot + 1);
  for (let number = 1; number < cookies; number++) {
    const part = found[number];
    if (part?.length !== 1) throw new Refusal(part ? "Duplicate" : "Incomplete");
    token += part[0];
  }
  return { token, cookies };
}

/**
 * Ends a request, and returns the changes to the head of its response: `[name, value]`, of which `set-cookie` is to be
 * appended and every other to be set. `fields`: those of the response, with names in lower case.
 */
let headChanges;

/** Sessions in cookies. */
class SessionCookie extends Carrier {
  static {
    headChanges = async (cookies, fields, session, response) => {
      const { mayShare } = cookies.#settings;
      const finished = await finish(cookies, session, { ...response, isShareable: !mayShare && isShareable(fields) });
      const set = (await cookies.#cookiesOf(finished)).map((cookie) => ["set-cookie", toSetCookie(cookie)]);
      const { touch, state } = finished;
      const offer = state.policy.devices?.offerIn(finished) ?? [];
      return [...cacheChanges(fields, touch, "Cookie", mayShare), ...set, ...offer];
    };
  }

  /** Encrypted sessions. `ring`: a `KeyRing`, or its text. */
  static encrypted(ring, options = {}) {
    return withAdvice(SessionCookie.#build("encrypted", ring, options));
  }

  /** Signed sessions, whose content everyone can read who holds the cookie. */
  static unencryptedButSigned(ring, options = {}) {
    return withAdvice(SessionCookie.#build("signed", ring, options));
  }

  static async #build(mode, ring, options) {
    const {
      cookie: template = DEFAULT, size = "anywhere", padding, migrateFrom = [], deviceBound, dangerAllowSharedCaching, ...common
    } = options;
    mustBe(template instanceof Template, "cookie", "what `attributes` returns");
    const mayShare = yesOrNo("dangerAllowSharedCaching", dangerAllowSharedCaching);
    const olds = [migrateFrom].flat().map((old) => madeBy("`oldCookie`", "migrateFrom", old, "together"));
    const old = olds[0]?.together(olds, template.name);
    const sealer = await SessionSealer.build(mode, ring, template.name, common);
    template.checkRing?.(sealer.tokens.ring);
    const fixed = [null, LONGEST_MAX_AGE].map((maxAge) => template.lengthWith(maxAge));
    const bound = deviceBound && madeBy("`deviceBound`", "deviceBound", deviceBound, "prepare");
    sealer.policy.devices = await bound?.prepare(sealer, template);
    sealer.budget = new Budget(sizeOf(size), fixed, overheadOf(mode), padding, bound);
    return new SessionCookie(sealer, { template, mayShare, old });
  }

  /** `template`; `mayShare`; and `old`, the cookies of other libraries, if any. */
  #settings;

  constructor(sealer, settings) {
    super(sealer);
    this.#settings = settings;
  }

  get name() {
    return this.#settings.template.name;
  }

  /** Returns the same cookie for the sessions of another context, such as the tenant of a request. Derives no key. */
  inContext(context) {
    return new SessionCookie(sealerOf(this).inContext(context), this.#settings);
  }

  /**
   * Loads the session of a request: a `Request`, a request of Node, their headers, or the values of its `Cookie` fields.
   * A cookie that does not open is a new session.
   */
  async load(source, now = Date.now()) {
    const { state, session } = newSession(this, source, secondsOf("now", now));
    const fields = fieldsOf(source, "cookie");
    const found = findCookie(fields, this.name);
    const [values] = found;
    state.carried = Object.keys(found).slice(1).map(Number);
    state.hasToken = values.length > 0 || state.carried.length > 0;
    if (values.length === 0) {
      if (!state.hasToken) await this.#settings.old?.takeOver(fields, state, sealerOf(this));
      return session;
    }
    const results = await Promise.all(values.map((value) => this.#read(value, found, state.now)));
    const chosen = choose(results, this.#settings.template.isHostOnly);
    const { devices } = state.policy;
    if (chosen instanceof Refusal) state.refuse(chosen);
    else if (devices) await devices.admit(chosen, fields, state);
    else state.open(chosen);
    return session;
  }

  async #read(value, found, now) {
    try {
      const { token, cookies } = assemble(value, found);
      return await sealerOf(this).verify(token, cookies, now);
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
    return this.#cookiesOf(await finish(this, session, response));
  }

  async #cookiesOf({ change, token, allowed, maxAge, state }) {
    const { carried, policy } = state;
    const { template, old } = this.#settings;
    if (change === "keep") return [];
    const earlier = [...template.expireFormer(carried, policy.budget.allowed.cookies), ...(old?.expire(state.now) ?? [])];
    const beside = (await policy.devices?.depart(state, change === "drop")) ?? [];
    if (change === "drop") return [...earlier, ...template.expireAll(carried), ...beside];
    const length = policy.budget.partLength(allowed, token.length, template.lengthWith(maxAge));
    const cookies = template.split(token, length, maxAge);
    return [...earlier, ...cookies, ...template.expireParts(carried, cookies.length), ...beside];
  }

  /**
   * Ends the request, and saves the session into the `Headers` of its response: `Set-Cookie`, `Vary` and
   * `Cache-Control`. Whether others may store the response is read from them.
   */
  async saveTo(headers, session, response = {}) {
    // Headers that cannot be changed say so here, before the session is closed.
    headers.delete("x-hardtack-none");
    apply(await headChanges(this, [...headers], session, response), headers);
  }

  /**
   * Ends the request, and returns its response with the session saved: the same one, or a copy where its headers cannot
   * be changed, as those of `Response.redirect()` and of `fetch()`.
   */
  async saveToResponse(response, session) {
    const changes = await headChanges(this, [...response.headers], session, { status: response.status });
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
}

function apply(changes, headers) {
  for (const [name, value] of changes) {
    if (name === "set-cookie") headers.append(name, value);
    else headers.set(name, value);
  }
}

const LONGEST = 16_384;

/** Sessions in bare tokens: for links, messages and jobs. A token opens for the purpose alone that it was sealed for. */
class SessionToken extends Carrier {
  /** Encrypted sessions. `purpose`: a name. `ring`: a `KeyRing`, or its text. */
  static encrypted(purpose, ring, options = {}) {
    return withAdvice(SessionToken.#build(this, "encrypted", purpose, ring, options));
  }

  /** Signed sessions, whose content everyone can read who holds the token. */
  static unencryptedButSigned(purpose, ring, options = {}) {
    return withAdvice(SessionToken.#build(this, "signed", purpose, ring, options));
  }

  /** `kind`: this class, or one whose tokens travel in another way. */
  static async #build(kind, mode, name, ring, { maxTokenLength = 3072, padding, ...common }) {
    const purpose = kind.purposeOf(name);
    mustBe(positive("maxTokenLength", maxTokenLength, "characters") <= LONGEST, "maxTokenLength", "at most 16,384 characters");
    const sealer = await SessionSealer.build(mode, ring, purpose, common);
    sealer.budget = new Budget({ field: maxTokenLength, cookies: 1 }, [0, 0], overheadOf(mode), padding);
    return new kind(sealer, name);
  }

  /** The purpose of § 3.2. */
  static purposeOf(name) {
    mustBe(typeof name === "string" && name !== "", "purpose", "a name");
    return `token:${name}`;
  }

  #name;

  constructor(sealer, name) {
    super(sealer);
    this.#name = name;
  }

  /** As it was given. */
  get name() {
    return this.#name;
  }

  /** Returns the same tokens for the sessions of another context. Derives no key. */
  inContext(context) {
    return new this.constructor(sealerOf(this).inContext(context), this.#name);
  }

  /** Loads the session of a token; a new one without a token, or with one that does not open. */
  async load(token, now = Date.now()) {
    if (token === null || token === undefined) return loadFrom(this, null, [], now);
    // What a framework makes of a parameter that came twice is no token.
    return loadFrom(this, null, [typeof token === "string" ? token : "."], now);
  }

  /** Ends the use of a session. Returns its token, `""` if it has ended, or null if the token that came stays. */
  async save(session, response = {}) {
    const { change, token } = await finish(this, session, response);
    return { keep: null, drop: "", store: token }[change];
  }
}

/** Loads the session of a request that brought these tokens. */
async function loadFrom(carrier, source, tokens, now) {
  const { state, session } = newSession(carrier, source, secondsOf("now", now));
  const distinct = new Set(tokens);
  if (distinct.size === 0) return session;
  state.hasToken = true;
  try {
    if (distinct.size > 1) throw new Refusal("Duplicate");
    const [token] = distinct;
    state.open(await sealerOf(carrier).verify(token, 1, state.now));
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    state.refuse(refusal);
  }
  return session;
}

/** Sessions in a header field (docs/spec/carriers.md § 9.7). The name of the field is that of the request. */
class SessionHeader extends SessionToken {
  static purposeOf(name) {
    mustBe(typeof name === "string" && TOKEN_CHARACTERS.test(name), "name", "the name of a header field");
    return `header:${name.toLowerCase()}`;
  }

  /** In lower case. */
  get name() {
    return super.name.toLowerCase();
  }

  /** Loads the session of a request: the request, its headers, or the values of the field, none of them joined. */
  async load(source, now = Date.now()) {
    const tokens = fieldsOf(source, this.name).map((value) => tokenOf(value, this.name));
    return loadFrom(this, source, tokens, now);
  }
}

/** The token in a value of the field (§ 9.7.2). */
function tokenOf(value, field) {
  const trimmed = trim(value, SPACE);
  const isBearer = field === "authorization" && /^bearer /i.test(trimmed);
  return (isBearer ? trimmed.slice(7) : trimmed).slice(0, LONGEST_TOKEN + 1);
}

// Typed sessions, which hold one value (SPEC.md § 5.5).


/**
 * The type of a session, for the option `type`. `label` and `schema` are `SessionData::LABEL` and `SCHEMA` of the type in
 * Rust. `shape` is a description, or a codec of your own: an object with `encode(value)` and `decode(bytes)`. `empty` is the
 * value of a new session: by default that of Rust's `Default`. `convert(schema, bytes)` reads a payload of another schema,
 * 0 for a dictionary, and returns undefined where it cannot.
 */
function sessionType(type) {
  const refuse = (sentence) => {
    throw new ConfigError("type", sentence);
  };
  const { label, schema, shape } = type;
  if (typeof label !== "string") refuse("`label` is a text, which keeps the sessions of two types apart");
  if (!Number.isInteger(schema) || schema < 1 || schema > U32) refuse("`schema` is a whole number from 1 to 4,294,967,295");
  if (typeof shape?.encode !== "function" || typeof shape.decode !== "function") {
    refuse("`shape` is a description, or an object with the functions `encode` and `decode`");
  }
  if (!("empty" in type) && typeof shape.empty !== "function") refuse("`empty` is the value of a new session");
  try {
    return new SessionType(type);
  } catch (error) {
    return refuse(`\`shape\` does not decode what it encodes of \`empty\`: ${error.message ?? "it gave no value"}`);
  }
}

/** A session of one value. */
class TypedSession extends BaseSession {
  /** It cannot be changed; call `update`, or store another. */
  get value() {
    return stateOf(this).touch().payload.value;
  }

  set value(value) {
    const state = stateOf(this).change();
    const { payload, contentLength } = state;
    const next = payload.with(value);
    const isSame = next.schema === payload.schema && equal(next.bytes, payload.bytes);
    if (!isSame) state.checkSize(contentLength - payload.length + next.length);
    state.payload = next;
  }

  /** Changes a copy of the value in place, or stores what `change` returns. */
  update(change) {
    const copy = stateOf(this).touch().payload.copy();
    const changed = change(copy);
    this.value = changed === undefined ? copy : changed;
    return this;
  }

  // What a dictionary has

  get get() {
    return refuseEntries();
  }

  get has() {
    return refuseEntries();
  }

  get keys() {
    return refuseEntries();
  }

  get entries() {
    return refuseEntries();
  }

  get size() {
    return refuseEntries();
  }

  get set() {
    return refuseEntries();
  }

  get delete() {
    return refuseEntries();
  }
}

function refuseEntries() {
  throw new TypeError("session has a type, without entries; use `value`");
}

/** A codec. Copies the bytes that it gives and gets, so the shape may keep or reuse them. */
class SessionType {
  Handle = TypedSession;
  #shape;
  #convert;
  #empty;

  constructor({ label, schema, shape, empty = shape.empty(), convert }) {
    this.label = label;
    this.schema = schema;
    this.#shape = shape;
    this.#convert = convert;
    this.#empty = this.encode(empty);
    this.decode(this.#empty);
  }

  checkRoom(room) {
    ensure(this.#empty.length <= room, "size", "no room for the `empty` value of the type; use a larger `size`");
  }

  /** The payload of a new session. */
  empty() {
    return new TypedValue(this, this.schema, this.#empty);
  }

  /** Reads a payload. Throws where it cannot be read. */
  read(schema, bytes) {
    const form = this.#formOf(schema, bytes);
    return new TypedValue(this, schema, bytes, form, this.decode(form));
  }

  /** The bytes of a payload's value in the schema of now. */
  #formOf(schema, bytes) {
    if (schema === this.schema) return bytes;
    if (schema === 0 && bytes.length === 0) return this.#empty;
    return this.encode(aValue(this.#convert?.(schema, new Uint8Array(bytes)) ?? undefined));
  }

  isEmpty({ schema, bytes }) {
    return schema === this.schema && equal(bytes, this.#empty);
  }

  encode(value) {
    const bytes = this.#shape.encode(value);
    if (!(bytes instanceof Uint8Array)) throw new SessionError("value", "`encode` gave no Uint8Array");
    return new Uint8Array(bytes);
  }

  decode(bytes) {
    return aValue(this.#shape.decode(new Uint8Array(bytes)));
  }
}

/** A codec cannot be asynchronous. */
function aValue(value) {
  if (value === undefined || typeof value?.then === "function") throw INVALID;
  return value;
}

/** The value of a typed session: its bytes, and the schema that they have. `form`: its bytes in the schema of now. */
class TypedValue {
  #type;
  #form;
  /** The value, where it is known. */
  #value;

  constructor(type, schema, bytes, form = bytes, value = null) {
    this.#type = type;
    this.schema = schema;
    this.bytes = bytes;
    this.#form = form;
    this.#value = value;
  }

  get length() {
    return this.bytes.length;
  }

  get isEmpty() {
    return this.#type.isEmpty(this);
  }

  /** The payload with another value in place of this one. */
  with(value) {
    return new TypedValue(this.#type, this.#type.schema, this.#type.encode(value));
  }

  /** A value that cannot be changed; of bytes and instances of classes, a copy. */
  get value() {
    const value = this.#value ?? this.copy();
    this.#value = freeze(value) ? value : null;
    return value;
  }

  /** A value that may be changed. */
  copy() {
    return this.#type.decode(this.#form);
  }
}

export { ConfigError, KeyRing, Session, SessionCookie, SessionError, SessionHeader, SessionToken, attributes, csrfToken, decodeDictionary, generateKey, padme, revalidation, revocation, sessionType, verifyCsrf };
