// Sessions in one sealed cookie, for JavaScript edges: the format of SPEC.md, on WebCrypto alone.
//
// One file of plain ES modules without dependencies. It runs in workers, Deno, Node 20 and browsers. Suites: XAES-256-GCM
// and the signed mode. XChaCha20-Poly1305 is left out, because WebCrypto has no ChaCha20.
//
// Section numbers are those of SPEC.md, docs/spec/carriers.md and docs/spec/writer.md.

const { subtle } = globalThis.crypto;
const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

// ---------------------------------------------------------------------------------------------------------------------
// Bytes (§ 1, § 4.5)

const EPOCH = 1_767_225_600;
const U32 = 0xffff_ffff;

const concat = (...parts) => joined(parts);

/** Of any number of parts; a call has room for some ten thousand. */
function joined(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const u16 = (value) => Uint8Array.of(value >>> 8, value);
const u32 = (value) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
const u64 = (value) => concat(u32(Math.floor(value / 2 ** 32)), u32(value % 2 ** 32));
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const equal = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** Compares tags: the loop does not end at the first difference. */
function equalTags(a, b) {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i];
  return difference === 0;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const SEXTETS = new Int8Array(128).fill(-1);
for (let i = 0; i < 64; i++) SEXTETS[ALPHABET.charCodeAt(i)] = i;

/** Encodes without padding. */
function toBase64url(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i], bytes[i + 1], bytes[i + 2]];
    text += ALPHABET[a >> 2] + ALPHABET[((a & 3) << 4) | (b >> 4)];
    if (i + 1 < bytes.length) text += ALPHABET[((b & 15) << 2) | (c >> 6)];
    if (i + 2 < bytes.length) text += ALPHABET[c & 63];
  }
  return text;
}

/** Decodes the one spelling of some bytes, or returns null (§ 7.2). */
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

const encodedLength = (bytes) => Math.ceil((bytes * 4) / 3);

/** A mistake in a key, a ring, a context or a setting. `code` is the word of § 14, where there is one. */
export class ConfigError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "ConfigError";
    this.code = code;
  }
}

/** A change that was refused. The session is as it was. */
export class SessionError extends Error {
  constructor(code, message) {
    super(message);
    this.name = "SessionError";
    /** `value`, `size`, `unreadable`, `not-remembering`, `clock` or `after-head`. */
    this.code = code;
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Algorithms (§ 1, § 2), as WebCrypto has them

async function hmac(key, message) {
  return new Uint8Array(await subtle.sign("HMAC", key, message));
}

function hmacKey(bytes) {
  return subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

async function sha256(bytes) {
  return new Uint8Array(await subtle.digest("SHA-256", bytes));
}

const ZEROS = new Uint8Array(16);

/** AES of one block: the first block of CBC without an initial vector. */
async function aesBlock(key, block) {
  const sealed = await subtle.encrypt({ name: "AES-CBC", iv: ZEROS }, key, block);
  return new Uint8Array(sealed, 0, 16);
}

/** XAES-256-GCM (§ 2.4). */
class Xaes {
  static async of(bytes) {
    const key = await subtle.importKey("raw", bytes, "AES-CBC", false, ["encrypt"]);
    const l = await aesBlock(key, ZEROS);
    const k1 = l.map((byte, i) => (byte << 1) | (i < 15 ? l[i + 1] >> 7 : 0));
    if (l[0] & 0x80) k1[15] ^= 0x87;
    return new Xaes(key, k1);
  }

  constructor(key, k1) {
    this.key = key;
    this.k1 = k1;
  }

  async subkey(nonce) {
    const half = (number) => {
      const block = concat(Uint8Array.of(0, number, 0x58, 0), nonce.subarray(0, 12));
      return aesBlock(this.key, block.map((byte, i) => byte ^ this.k1[i]));
    };
    const bytes = concat(...(await Promise.all([half(1), half(2)])));
    return subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  }

  async seal(nonce, aad, text) {
    const algorithm = { name: "AES-GCM", iv: nonce.subarray(12), additionalData: aad };
    return new Uint8Array(await subtle.encrypt(algorithm, await this.subkey(nonce), text));
  }

  /** Returns null where the tag is wrong. */
  async open(nonce, aad, sealed) {
    const algorithm = { name: "AES-GCM", iv: nonce.subarray(12), additionalData: aad };
    const key = await this.subkey(nonce);
    try {
      return new Uint8Array(await subtle.decrypt(algorithm, key, sealed));
    } catch {
      return null;
    }
  }
}

const SUITES = {
  xaes: { name: "xaes", fmt: 0x78, mode: "encrypted" },
  xcha: { name: "xcha", fmt: 0x79, mode: "encrypted" },
  sign: { name: "sign", fmt: 0xb0, mode: "signed" },
};
const suiteOf = (fmt) => Object.values(SUITES).find((suite) => suite.fmt === fmt);

const NONCE = 24;
const TAG = 16;
const HEAD = 5;
const overheadOf = (mode) => (mode === "encrypted" ? HEAD + NONCE + TAG : HEAD + TAG);

// ---------------------------------------------------------------------------------------------------------------------
// Keys and rings (§ 3)

const BLANK = " \t";
const SPACE = " \t\n\f\r";

/** Without these characters at both ends. A regular expression takes quadratic time for those inside. */
function trim(text, characters) {
  let [start, end] = [0, text.length];
  while (start < end && characters.includes(text[start])) start += 1;
  while (end > start && characters.includes(text[end - 1])) end -= 1;
  return text.slice(start, end);
}

const LABEL = utf8.encode("hardtack/v1");
const KEY_PREFIX = "hardtack_key_v1_";

class Key {
  /** Parses the text of a key (§ 3.3, § 14.2). */
  static async parse(text) {
    const trimmed = trim(text, SPACE);
    if (!trimmed.startsWith(KEY_PREFIX)) {
      throw new ConfigError("prefix", `key does not begin with ${KEY_PREFIX}`);
    }
    const after = trimmed.slice(KEY_PREFIX.length);
    const at = after.indexOf("_");
    const suite = Object.hasOwn(SUITES, after.slice(0, at)) && at >= 0 ? SUITES[after.slice(0, at)] : null;
    if (!suite) throw new ConfigError("type", "key has an unknown type, expected xaes, xcha or sign");
    const rest = after.slice(at + 1);
    const length = utf8.encode(rest).length;
    if (length !== 48) throw new ConfigError("length", `key ends in ${length} bytes, expected 48`);
    const bytes = fromBase64url(rest);
    if (!bytes) throw new ConfigError("encoding", "key is not base64url");
    const [secret, checksum] = [bytes.slice(0, 32), bytes.slice(32)];
    const checked = await sha256(concat(utf8.encode(`${KEY_PREFIX}${suite.name}_`), secret));
    if (!equal(checked.subarray(0, 4), checksum)) {
      throw new ConfigError("checksum", "key has a wrong checksum: it was cut off or mistyped");
    }
    if (new Set(secret).size <= 7) throw new ConfigError("weak", "key is a placeholder, not a random one");
    const salt = await hmacKey(LABEL);
    const key = new Key(suite, await hmacKey(await hmac(salt, secret)));
    key.kid = (await key.derive("kid", purposeBytes("", null, ""))).slice(0, 4);
    return key;
  }

  constructor(suite, prk) {
    this.suite = suite;
    this.prk = prk;
    this.sealFrom = null;
    this.acceptUntil = null;
  }

  get id() {
    return hex(this.kid);
  }

  /** HKDF-Expand to one block of 32 bytes (§ 3.1.2). `purpose`: `purposeBytes`. */
  derive(word, purpose) {
    const w = utf8.encode(word);
    const info = concat(Uint8Array.of(LABEL.length), LABEL, Uint8Array.of(w.length), w);
    return hmac(this.prk, concat(info, Uint8Array.of(this.suite.fmt), purpose, Uint8Array.of(1)));
  }

  isRetired(now) {
    return this.acceptUntil !== null && now >= this.acceptUntil;
  }
}

/** One or more keys, of which one seals at any time. */
export class KeyRing {
  #keys;
  #notBefore;
  #mode;

  /**
   * Parses the text of a ring (§ 3.5), or several texts (§ 3.5.7).
   *
   * A ring with a key of XChaCha20-Poly1305 is refused, unless `skipXChaCha` says that sessions under it, which this file
   * cannot open, are to be left alone.
   */
  static async parse(texts, { mode = "encrypted", skipXChaCha = false } = {}) {
    const ring = new KeyRing();
    ring.#mode = mode;
    ring.#notBefore = null;
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
    check(ring.#keys);
    if (!skipXChaCha && keys.some((key) => key.suite === SUITES.xcha)) {
      throw new ConfigError(
        "suite",
        "the ring has a key of XChaCha20-Poly1305, which WebCrypto lacks; seal with an xaes key, or set `skipXChaCha` " +
          "to leave sessions under that key alone",
      );
    }
    return ring;
  }

  get mode() {
    return this.#mode;
  }

  /** The keys in their order (§ 3.4.2). */
  get keys() {
    return this.#keys;
  }

  /** In Unix seconds, or null. */
  get notBefore() {
    return this.#notBefore;
  }

  /** The position of the key that seals at `now` (§ 3.4.3). */
  sealingAt(now) {
    const passed = this.#keys.findLastIndex((key) => key.sealFrom === null || now >= key.sealFrom);
    return Math.max(passed, 0);
  }

  /** The fingerprint, to compare instances (§ 3.6). */
  async fingerprint() {
    const fields = this.#keys.map((key) => concat(key.kid, u64(key.sealFrom ?? 0), u64(key.acceptUntil ?? 0)));
    return hex((await sha256(concat(...fields, u64(this.#notBefore ?? 0)))).subarray(0, 8));
  }
}

/** The keys of one text in their listing, and its `not_before` (§ 14.3). */
async function parseItems(text, mode) {
  const body = trim(text, SPACE);
  const lines = body.split(/\r?\n/);
  const isComment = (line) => /^[ \t]*#/.test(line);
  const hasCommas = lines.some((line) => line.includes(",") && !isComment(line));
  const items = hasCommas ? body.split(",") : lines;
  const found = [];
  let notBefore = null;
  for (const raw of items) {
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
    readAttributes(key, words);
    found.push(key);
  }
  return { found, notBefore };
}

function readAttributes(key, words) {
  for (const word of words) {
    const [, name, time] = /^(seal_from|accept_until)=([^]*)$/.exec(word) ?? [];
    if (!name) throw new ConfigError("attribute", "a key is followed by `seal_from=` or `accept_until=`");
    const seconds = parseTime(time);
    const field = name === "seal_from" ? "sealFrom" : "acceptUntil";
    if (key[field] !== null) throw new ConfigError("attribute", `\`${name}\` is given twice`);
    key[field] = seconds;
  }
}

/** `YYYY-MM-DDThh:mm:ssZ`, not before 2026 (§ 3.5.5). */
function parseTime(text) {
  const refused = new ConfigError("time", "expected a time like 2027-03-01T06:00:00Z, not before 2026");
  if (!/^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/.test(text)) throw refused;
  const time = new Date(text);
  const isDate = !Number.isNaN(time.getTime()) && time.toISOString() === text.replace("Z", ".000Z");
  const seconds = time.getTime() / 1000;
  if (!isDate || seconds < EPOCH) throw refused;
  return seconds;
}

/** By `seal_from`; of equals the first listed counts as the latest (§ 3.4.2). */
function inOrder(keys) {
  return keys.toReversed().toSorted((a, b) => (a.sealFrom ?? -1) - (b.sealFrom ?? -1));
}

/** § 3.4.7. */
function check(keys) {
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

// ---------------------------------------------------------------------------------------------------------------------
// Purpose (§ 3.2) and context (§ 4.2)

function textBytes(code, text) {
  // Else `undefined` and "undefined", or two halves of surrogate pairs, would be one tenant.
  if (typeof text !== "string" || !text.isWellFormed()) {
    throw new ConfigError(code, `\`${code}\` has a text that is not a well-formed string`);
  }
  return utf8.encode(text);
}

/** What keys are derived for: a name, an application and a type, each with its length. */
function purposeBytes(name, application, typeLabel) {
  const [p, a, t] = [utf8.encode(name), textBytes("application", application ?? ""), textBytes("type", typeLabel ?? "")];
  if (a.length > 255 || application === "") {
    throw new ConfigError("application", `\`application\` has ${a.length} bytes, expected 1 to 255`);
  }
  if (t.length > 255) throw new ConfigError("type", "the label of the type is longer than 255 bytes");
  return concat(u16(p.length), p, Uint8Array.of(a.length), a, Uint8Array.of(t.length), t);
}

function contextBytes(pairs) {
  if (!Array.isArray(pairs) || !pairs.every((pair) => Array.isArray(pair) && pair.length === 2)) {
    throw new ConfigError("context", "`context` is a list of pairs of label and value");
  }
  const encoded = pairs.map(([label, value]) => {
    const [l, v] = [textBytes("context", label), textBytes("context", value)];
    if (l.length > 255) throw new ConfigError("label", "a label of the context is longer than 255 bytes");
    if (v.length > 65_535) throw new ConfigError("value", "a value of the context is longer than 65,535 bytes");
    return concat(Uint8Array.of(l.length), l, u16(v.length), v);
  });
  return joined(encoded);
}

// ---------------------------------------------------------------------------------------------------------------------
// Dictionary (§ 5.4): MessagePack, of which values are kept as bytes

const REFUSED = Symbol("refused");

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = 0;
  }

  take(length) {
    if (length > this.bytes.length - this.at) throw REFUSED;
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  uint(width) {
    const at = this.at;
    this.take(width);
    if (width === 1) return this.view.getUint8(at);
    if (width === 2) return this.view.getUint16(at);
    if (width === 4) return this.view.getUint32(at);
    return narrow(this.view.getBigUint64(at));
  }

  int(width) {
    const at = this.at;
    this.take(width);
    if (width === 1) return this.view.getInt8(at);
    if (width === 2) return this.view.getInt16(at);
    if (width === 4) return this.view.getInt32(at);
    return narrow(this.view.getBigInt64(at));
  }

  text(length) {
    try {
      return strictUtf8.decode(this.take(length));
    } catch {
      throw REFUSED;
    }
  }

  /** One value. A map with keys that are no texts becomes a `Map`. */
  value(depth) {
    const type = this.uint(1);
    if (type < 0x80) return type;
    if (type < 0x90) return this.map(type & 0x0f, depth);
    if (type < 0xa0) return this.list(type & 0x0f, depth);
    if (type < 0xc0) return this.text(type & 0x1f);
    if (type >= 0xe0) return type - 256;
    switch (type) {
      case 0xc0:
        return null;
      case 0xc2:
      case 0xc3:
        return type === 0xc3;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.take(this.uint(1 << (type - 0xc4))).slice();
      case 0xca:
        return this.view.getFloat32(this.take(4).byteOffset - this.view.byteOffset);
      case 0xcb:
        return this.view.getFloat64(this.take(8).byteOffset - this.view.byteOffset);
      case 0xcc:
      case 0xcd:
      case 0xce:
      case 0xcf:
        return this.uint(1 << (type - 0xcc));
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3:
        return this.int(1 << (type - 0xd0));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.text(this.uint(1 << (type - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.list(this.uint(2 << (type - 0xdc)), depth);
      case 0xde:
      case 0xdf:
        return this.map(this.uint(2 << (type - 0xde)), depth);
      default: // c1, c7 to c9, d4 to d8
        throw REFUSED;
    }
  }

  list(count, depth) {
    if (depth > DEEPEST) throw REFUSED;
    const values = [];
    for (let i = 0; i < count; i++) values.push(this.value(depth + 1));
    return values;
  }

  map(count, depth) {
    if (depth > DEEPEST) throw REFUSED;
    const [entries, seen] = [[], new Set()];
    for (let i = 0; i < count; i++) {
      const start = this.at;
      const key = this.value(depth + 1);
      const spelled = this.bytes.subarray(start, this.at);
      if (!isCanonicalKey(spelled, key)) throw REFUSED;
      const name = hex(spelled);
      if (seen.has(name)) throw REFUSED;
      seen.add(name);
      entries.push([key, this.value(depth + 1)]);
    }
    const isObject = entries.every(([key]) => typeof key === "string");
    if (!isObject) return new Map(entries);
    const object = {};
    // Also for `__proto__`.
    for (const [key, value] of entries) {
      Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
    }
    return object;
  }
}

const DEEPEST = 64;

/** A safe integer is a number, any other a BigInt. */
function narrow(value) {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Integers, texts and byte strings as keys have one form (§ 5.4.5 h). */
function isCanonicalKey(spelled, key) {
  const type = spelled[0];
  const isInteger = type < 0x80 || type >= 0xe0 || (type >= 0xcc && type <= 0xd3);
  const isText = (type >= 0xa0 && type < 0xc0) || (type >= 0xd9 && type <= 0xdb);
  const isBinary = type >= 0xc4 && type <= 0xc6;
  return !(isInteger || isText || isBinary) || equal(spelled, encodeValue(key, 0));
}

function encodeLength(length, short, types) {
  if (short && length < short[1]) return Uint8Array.of(short[0] | length);
  for (const [type, width] of types) {
    if (length < 2 ** (8 * width)) return concat(Uint8Array.of(type), [null, (n) => Uint8Array.of(n), u16, null, u32][width](length));
  }
  throw new SessionError("value", "a value is too long");
}

function encodeInteger(value) {
  const wide = BigInt(value);
  if (wide >= 0n) {
    if (wide < 128n) return Uint8Array.of(Number(wide));
    if (wide < 1n << 8n) return Uint8Array.of(0xcc, Number(wide));
    if (wide < 1n << 16n) return concat(Uint8Array.of(0xcd), u16(Number(wide)));
    if (wide < 1n << 32n) return concat(Uint8Array.of(0xce), u32(Number(wide)));
    if (wide < 1n << 64n) return bigInteger(0xcf, wide);
  } else {
    if (wide >= -32n) return Uint8Array.of(Number(wide) & 0xff);
    if (wide >= -128n) return Uint8Array.of(0xd0, Number(wide) & 0xff);
    if (wide >= -32_768n) return concat(Uint8Array.of(0xd1), u16(Number(wide) & 0xffff));
    if (wide >= -(1n << 31n)) return concat(Uint8Array.of(0xd2), u32(Number(wide) >>> 0));
    if (wide >= -(1n << 63n)) return bigInteger(0xd3, BigInt.asUintN(64, wide));
  }
  throw new SessionError("value", "an integer has more than 64 bits");
}

function bigInteger(type, value) {
  const bytes = new Uint8Array(9);
  bytes[0] = type;
  new DataView(bytes.buffer).setBigUint64(1, value);
  return bytes;
}

function encodeText(text) {
  if (!text.isWellFormed()) throw new SessionError("value", "a text has half of a surrogate pair");
  const bytes = utf8.encode(text);
  return concat(encodeLength(bytes.length, [0xa0, 32], [[0xd9, 1], [0xda, 2], [0xdb, 4]]), bytes);
}

/** Encodes a value that stands at this depth (§ 5.4.3). */
function encodeValue(value, depth) {
  if (value === null || value === undefined) return Uint8Array.of(0xc0);
  switch (typeof value) {
    case "boolean":
      return Uint8Array.of(value ? 0xc3 : 0xc2);
    case "bigint":
      return encodeInteger(value);
    case "string":
      return encodeText(value);
    case "number": {
      // -0 has no form among the integers.
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) return encodeInteger(value);
      const bytes = new Uint8Array(9);
      bytes[0] = 0xcb;
      new DataView(bytes.buffer).setFloat64(1, value);
      return bytes;
    }
    case "object":
      return encodeObject(value, depth);
    default:
      throw new SessionError("value", `a ${typeof value} cannot be stored`);
  }
}

function encodeObject(value, depth) {
  if (value instanceof Uint8Array) {
    return concat(encodeLength(value.length, null, [[0xc4, 1], [0xc5, 2], [0xc6, 4]]), value);
  }
  if (depth > DEEPEST) throw new SessionError("value", `a value is nested more than ${DEEPEST} deep`);
  if (Array.isArray(value)) {
    const head = encodeLength(value.length, [0x90, 16], [[0xdc, 2], [0xdd, 4]]);
    return joined([head, ...value.map((element) => encodeValue(element, depth + 1))]);
  }
  const isPlain = [Object.prototype, null].includes(Object.getPrototypeOf(value));
  if (!(value instanceof Map) && !isPlain) {
    throw new SessionError("value", `a ${value.constructor?.name ?? "value"} cannot be stored; store plain data`);
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const keys = entries.map(([key]) => encodeValue(key, depth + 1));
  if (new Set(keys.map(hex)).size < keys.length) throw new SessionError("value", "a map has a key twice");
  const head = encodeLength(entries.length, [0x80, 16], [[0xde, 2], [0xdf, 4]]);
  return joined([head, ...entries.flatMap(([, element], i) => [keys[i], encodeValue(element, depth + 1)])]);
}

/** The values of a dictionary as bytes, by their keys. Throws `REFUSED` (§ 5.4.5). */
function readDictionary(payload) {
  const entries = new Map();
  if (payload.length === 0) return entries;
  const reader = new Reader(payload);
  const type = reader.uint(1);
  let count;
  if (type > 0x80 && type < 0x90) count = type & 0x0f;
  else if (type === 0xde) count = reader.uint(2);
  else if (type === 0xdf) count = reader.uint(4);
  else throw REFUSED;
  if ((type === 0xde && count < 16) || (type === 0xdf && count < 65_536)) throw REFUSED;
  let before = null;
  for (let i = 0; i < count; i++) {
    const start = reader.at;
    const key = reader.value(2);
    if (typeof key !== "string" || !equal(payload.subarray(start, reader.at), encodeText(key))) throw REFUSED;
    const name = utf8.encode(key);
    if (before !== null && compare(before, name) >= 0) throw REFUSED;
    before = name;
    const at = reader.at;
    reader.value(2);
    entries.set(key, payload.slice(at, reader.at));
  }
  if (reader.at !== payload.length) throw REFUSED;
  return entries;
}

function writeDictionary(entries) {
  if (entries.size === 0) return new Uint8Array();
  const keys = [...entries.keys()].toSorted((a, b) => compare(utf8.encode(a), utf8.encode(b)));
  const head = encodeLength(keys.length, [0x80, 16], [[0xde, 2], [0xdf, 4]]);
  return joined([head, ...keys.flatMap((key) => [encodeText(key), entries.get(key)])]);
}

/** Orders texts by their bytes. */
function compare(a, b) {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

// ---------------------------------------------------------------------------------------------------------------------
// Body (§ 5)

const FLAG = { limit: 0x01, sid: 0x02, pad: 0x04, flash: 0x10, schema: 0x20, remembered: 0x40 };
const KNOWN = Object.values(FLAG).reduce((all, flag) => all | flag, 0);
const LONGEST_METADATA = 33;

function varint(value) {
  const bytes = [];
  while (value > 0x7f) {
    bytes.push((value % 128) | 0x80);
    value = Math.floor(value / 128);
  }
  bytes.push(value);
  return Uint8Array.from(bytes);
}

function readVarint(reader) {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = reader.uint(1);
    value += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) {
      if (value > U32 || (byte === 0 && i > 0)) throw REFUSED;
      return value;
    }
  }
  throw REFUSED;
}

/** Reads a body. Throws `REFUSED` (§ 5.1.5). */
function readBody(body) {
  const reader = new Reader(body);
  const flags = reader.uint(1);
  if (flags & ~KNOWN) throw REFUSED;
  const has = (flag) => (flags & flag) !== 0;
  const issued = EPOCH + reader.uint(4);
  const age = readVarint(reader);
  const limit = has(FLAG.limit) ? readVarint(reader) : null;
  const remembered = has(FLAG.remembered) ? readVarint(reader) : null;
  const sid = has(FLAG.sid) ? reader.take(8).slice() : null;
  const schema = has(FLAG.schema) ? readVarint(reader) : 0;
  if (has(FLAG.schema) && schema === 0) throw REFUSED;
  const flash = has(FLAG.flash) ? readFlash(reader) : [];
  let end = body.length;
  if (has(FLAG.pad)) {
    do end--;
    while (end >= reader.at && body[end] === 0);
    if (end < reader.at || body[end] !== 0x80) throw REFUSED;
  }
  return { issued, age, limit, remembered, sid, schema, flash, payload: body.slice(reader.at, end) };
}

function readFlash(reader) {
  const count = readVarint(reader);
  if (count === 0) throw REFUSED;
  const messages = [];
  for (let i = 0; i < count; i++) {
    messages.push([reader.text(readVarint(reader)), reader.text(readVarint(reader))]);
  }
  return messages;
}

function flashBytes(messages) {
  if (messages.length === 0) return new Uint8Array();
  const strings = messages.flat().flatMap((text) => {
    const bytes = utf8.encode(text);
    return [varint(bytes.length), bytes];
  });
  return concat(varint(messages.length), ...strings);
}

function metadataBytes(session) {
  const { issued, age, limit, remembered, sid, schema } = session;
  const spans = [limit, remembered].filter((span) => span !== null).map(varint);
  return concat(u32(issued - EPOCH), varint(age), ...spans, sid ?? [], schema ? varint(schema) : []);
}

/** Writes a body, padded to `length` bytes if it has fewer. */
function writeBody(session, flash, payload, length) {
  const fields = concat(metadataBytes(session), flash, payload);
  const padding = Math.max(0, length - 1 - fields.length);
  let flags = 0;
  if (session.limit !== null) flags |= FLAG.limit;
  if (session.remembered !== null) flags |= FLAG.remembered;
  if (session.sid !== null) flags |= FLAG.sid;
  if (session.schema !== 0) flags |= FLAG.schema;
  if (flash.length > 0) flags |= FLAG.flash;
  if (padding > 0) flags |= FLAG.pad;
  const zeros = new Uint8Array(padding);
  if (padding > 0) zeros[0] = 0x80;
  return concat(Uint8Array.of(flags), fields, zeros);
}

/** The padded length of `n` bytes, the mark included (§ 5.6.2). */
function padme(n) {
  const e = Math.floor(Math.log2(n));
  const low = 2 ** (e - (Math.floor(Math.log2(e)) + 1));
  return Math.ceil(n / low) * low;
}

// ---------------------------------------------------------------------------------------------------------------------
// Tokens (§ 4, § 6, and § 7 up to the body)

const LONGEST_TOKEN = 32_768;

/** A failed step of § 7. */
class Refused {
  /** `isForOthers`: this file cannot open it, and other instances can. */
  constructor(reason, keyId = null, isForOthers = false) {
    this.reason = reason;
    this.keyId = keyId;
    this.isForOthers = isForOthers;
  }
}

/** The keys of a ring, derived for one purpose, and the context. */
class Sealer {
  /** `purpose`: `purposeBytes`. `context`: `contextBytes`. */
  static async of(ring, purpose, context) {
    const keys = new Map();
    for (const key of ring.keys) {
      const [k, nonce, csrf] = await Promise.all(["key", "nonce", "csrf"].map((word) => key.derive(word, purpose)));
      const derived = { key, csrf: await hmacKey(csrf) };
      if (key.suite === SUITES.xaes) Object.assign(derived, { cipher: await Xaes.of(k), nonce: await hmacKey(nonce) });
      if (key.suite === SUITES.sign) derived.mac = await hmacKey(k);
      keys.set(key.id, derived);
    }
    return new Sealer(ring, keys, context);
  }

  constructor(ring, keys, context) {
    this.ring = ring;
    this.keys = keys;
    this.context = context;
  }

  aad(head) {
    return concat(head, u32(this.context.length), this.context);
  }

  /** A key of XChaCha20-Poly1305 cannot, because WebCrypto lacks it. */
  canSeal(now) {
    const { mac, cipher } = this.sealing(now);
    return Boolean(mac ?? cipher);
  }

  sealing(now) {
    return this.keys.get(this.ring.keys[this.ring.sealingAt(now)].id);
  }

  /** `random`: only tests give it. */
  async seal(body, now, random = crypto.getRandomValues(new Uint8Array(NONCE))) {
    const { key, cipher, nonce, mac } = this.sealing(now);
    const head = concat(Uint8Array.of(key.suite.fmt), key.kid);
    const aad = this.aad(head);
    if (mac) return toBase64url(concat(head, body, (await hmac(mac, concat(aad, body))).subarray(0, TAG)));
    if (!cipher) throw new SessionError("suite", `key ${key.id} seals by XChaCha20-Poly1305, which WebCrypto lacks`);
    // The nonce depends on the content too, so that a repeated `random` does no harm (§ 6.2).
    const n = (await hmac(nonce, concat(random, aad, body))).subarray(0, NONCE);
    return toBase64url(concat(head, n, await cipher.seal(n, aad, body)));
  }

  /** Returns the key's id and the body, or throws `Refused`. */
  async open(token, now) {
    if (token.length > LONGEST_TOKEN) throw new Refused("TooLong");
    const blob = fromBase64url(token);
    if (!blob) throw new Refused("Encoding");
    if (blob.length < HEAD) throw new Refused("TooShort");
    const suite = suiteOf(blob[0]);
    if (!suite) throw new Refused("UnknownFormat");
    if (suite.mode !== this.ring.mode) throw new Refused("WrongMode");
    const keyId = hex(blob.subarray(1, HEAD));
    const refused = (reason) => new Refused(reason, keyId);
    const known = this.keys.get(keyId);
    if (!known || known.key.suite !== suite) throw refused("UnknownKey");
    if (known.key.isRetired(now)) throw refused("RetiredKey");
    if (blob.length < overheadOf(suite.mode) + 6) throw refused("TooShort");
    if (known.key.suite === SUITES.xcha) throw new Refused("UnknownKey", keyId, true);
    const aad = this.aad(blob.subarray(0, HEAD));
    const sealed = blob.subarray(HEAD);
    const body = known.mac ? await opened(known.mac, aad, sealed) : await known.cipher.open(sealed.subarray(0, NONCE), aad, sealed.subarray(NONCE));
    if (!body) throw refused("Auth");
    return { keyId, body };
  }

  /** The order of a key against the one that seals: `sealing`, `earlier` or `later`. */
  place(keyId, now) {
    const at = this.ring.keys.findIndex((key) => key.id === keyId);
    const sealing = this.ring.sealingAt(now);
    return at === sealing ? "sealing" : at < sealing ? "earlier" : "later";
  }
}

async function opened(mac, aad, sealed) {
  const body = sealed.subarray(0, sealed.length - TAG);
  const tag = (await hmac(mac, concat(aad, body))).subarray(0, TAG);
  return equalTags(tag, sealed.subarray(sealed.length - TAG)) ? body.slice() : null;
}

// ---------------------------------------------------------------------------------------------------------------------
// Cookie syntax (docs/spec/carriers.md § 9.1 to § 9.4)

const MOST_VALUES = 4;

/** The distinct values of one name in `Cookie` fields, at most `most` (§ 9.1.3, § 9.1.4). */
function findValues(fields, name, most = MOST_VALUES) {
  const values = [];
  for (const field of fields) {
    for (const pair of field.split(";")) {
      const start = trim(pair, BLANK);
      if (!start.startsWith(`${name}=`)) continue;
      let value = trim(start.slice(name.length + 1), BLANK);
      if (value.length >= 2 && value.startsWith('"') && value.endsWith('"')) value = value.slice(1, -1);
      value = value.slice(0, LONGEST_TOKEN + 1);
      if (values.length < most && !values.includes(value)) values.push(value);
    }
  }
  return values;
}

/** The values of a cookie, and the parts beside them. */
function findCookie(fields, name) {
  const parts = new Map();
  for (let number = 1; number <= 7; number++) {
    const found = findValues(fields, `${name}.${number}`, 2);
    if (found.length > 0) parts.set(number, found);
  }
  return { values: findValues(fields, name), parts };
}

/** Puts a value together with its parts (§ 9.2). */
function assemble(value, parts) {
  if (value.length > LONGEST_TOKEN) throw new Refused("TooLong");
  const dot = value.indexOf(".");
  if (dot < 0) return { token: value, cookies: 1 };
  if (!/^[2-8]$/.test(value.slice(0, dot))) throw new Refused("Incomplete");
  const cookies = Number(value.slice(0, dot));
  let token = value.slice(dot + 1);
  for (let number = 1; number < cookies; number++) {
    const found = parts.get(number) ?? [];
    if (found.length === 0) throw new Refused("Incomplete");
    if (found.length > 1) throw new Refused("Duplicate");
    token += found[0];
  }
  return { token, cookies };
}

const TOKEN_CHARACTERS = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const MAX_AGE = 34_560_000;
const EXPIRED = "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";

/** A name and the attributes of a cookie, checked (§ 9.1.1, § 9.1.2). */
class Template {
  constructor({ name, path = "/", domain = null, secure = true, sameSite = "Lax", partitioned = false }) {
    const refuse = (sentence) => {
      throw new ConfigError("cookie", sentence);
    };
    if (typeof secure !== "boolean" || typeof partitioned !== "boolean") refuse("`secure` and `partitioned` are true or false");
    if (typeof name !== "string" || !TOKEN_CHARACTERS.test(name) || name.length > 128) refuse("`name` is not the name of a cookie");
    if (/\.\d+$/.test(name)) refuse("`name` ends in a dot and digits, which are the names of parts");
    if (!/^\/[!-+\--:<-~]*$/.test(path) || path.length > 1024) refuse("`path` begins with `/` and has visible ASCII characters");
    if (domain !== null && (typeof domain !== "string" || !isDomain(domain))) refuse("`domain` is not a host name");
    if (![null, "Strict", "Lax", "None"].includes(sameSite)) refuse("`sameSite` is Strict, Lax, None or null");
    if (!secure && (sameSite === "None" || partitioned)) refuse("SameSite=None and Partitioned need `secure`");
    const prefix = name.toLowerCase();
    if (!secure && /^__(secure|http|host)-/.test(prefix)) refuse("the prefix of the name needs `secure`");
    if (prefix.startsWith("__host-") && (domain !== null || path !== "/")) refuse("`__Host-` needs the path `/` and no domain");
    this.name = name;
    this.end = `; Path=${path}`;
    if (domain !== null) this.end += `; Domain=${domain}`;
    if (secure) this.end += "; Secure";
    this.end += "; HttpOnly";
    if (sameSite !== null) this.end += `; SameSite=${sameSite}`;
    if (partitioned) this.end += "; Partitioned";
  }

  get isHostOnly() {
    return this.name.toLowerCase().startsWith("__host-");
  }

  /** Bytes of a field without its value and Max-Age. */
  get length() {
    return this.name.length + 1 + this.end.length;
  }

  set(name, value, maxAge) {
    return `${name}=${value}${this.end}${maxAgeText(maxAge)}`;
  }

  expire(name) {
    return `${name}=${this.end}${EXPIRED}`;
  }

  /** The fields that set a token in parts of at most `partLength` characters (§ 9.2.6). */
  fields(token, partLength, maxAge) {
    if (token.length <= partLength) return [this.set(this.name, token, maxAge)];
    const count = Math.ceil(token.length / partLength);
    return Array.from({ length: count }, (_, i) => {
      const part = token.slice(i * partLength, (i + 1) * partLength);
      return i === 0 ? this.set(this.name, `${count}.${part}`, maxAge) : this.set(`${this.name}.${i}`, part, maxAge);
    });
  }

  /** Expires the parts that were carried and are not among `cookies` (§ 9.2.7). */
  expireParts(carried, cookies) {
    const unused = [...carried].filter((number) => number >= cookies).toSorted((a, b) => a - b);
    return unused.map((number) => this.expire(`${this.name}.${number}`));
  }
}

const maxAgeText = (maxAge) => (maxAge === null ? "" : `; Max-Age=${Math.min(MAX_AGE, maxAge)}`);

function isDomain(domain) {
  const labels = domain.split(".");
  const isLabel = (label) => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label);
  return domain.length <= 253 && labels.every(isLabel) && !/^[0-9.]*$/.test(domain);
}

// ---------------------------------------------------------------------------------------------------------------------
// Sizes (docs/spec/writer.md § 9.5, § 9.6)

const BROWSER = 4096;
const MOST_COOKIES = 4;
const LONGEST_MAX_AGE = maxAgeText(MAX_AGE).length;

function sizeOf(size) {
  if (size === "anywhere") return { field: 3072, cookies: 1 };
  if (size === "browser") return { field: BROWSER, cookies: 1 };
  const [, count] = /^split:([2-4])$/.exec(size) ?? [];
  if (!count) throw new ConfigError("size", "`size` is anywhere, browser, split:2, split:3 or split:4");
  return { field: BROWSER, cookies: Number(count) };
}

class Budget {
  /** `fixed`: bytes of a field without token and Max-Age; null for a token without a cookie. */
  constructor({ field, cookies }, fixed, overhead, padding) {
    this.limit = { field, cookies, total: field * cookies };
    this.fixed = fixed;
    this.overhead = overhead;
    this.padding = padding;
    const perField = field - this.perField(cookies, true);
    const longest = Math.floor((cookies * perField * 3) / 4) - overhead;
    this.room = longest - LONGEST_METADATA;
    if (padding === "padme") {
      while (this.room >= 0 && padme(LONGEST_METADATA + this.room + 1) > longest) this.room--;
    }
    if (this.room < 0) throw new ConfigError("size", "there is no room for a session; shorten the name and attributes");
  }

  perField(cookies, isPersistent) {
    if (this.fixed === null) return 0;
    return this.fixed + (isPersistent ? LONGEST_MAX_AGE : 0) + (cookies > 1 ? 2 : 0);
  }

  partLength(limit, tokenLength, perField) {
    if (limit.cookies === 1 || perField(1) + tokenLength <= limit.field) return tokenLength;
    return Math.max(1, limit.field - perField(2));
  }

  bodyLength(length, content) {
    return this.padding === "padme" && content <= this.room ? padme(length + 1) : length;
  }

  sent(limit, bodyLength, isPersistent) {
    const tokenLength = encodedLength(this.overhead + bodyLength);
    const perField = (cookies) => this.perField(cookies, isPersistent);
    const cookies = Math.ceil(tokenLength / this.partLength(limit, tokenLength, perField));
    return { cookies, total: tokenLength + cookies * perField(cookies) };
  }

  /** The limit for a session that arrived, whatever the profile's is now (§ 9.5.3). */
  asArrived(tokenLength, cookies, isPersistent) {
    const perField = this.perField(cookies, isPersistent);
    const total = tokenLength + cookies * perField;
    if (cookies === 1) return { cookies, field: total, total };
    const field = cookies <= MOST_COOKIES ? Math.max(Math.ceil(tokenLength / cookies) + perField, BROWSER) : BROWSER;
    const most = Math.min(cookies, MOST_COOKIES);
    return { cookies: most, field, total: Math.min(total, most * field) };
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// A session during one request (§ 7.9, § 8)

/** The Unix seconds of a `Date` or of milliseconds. Nothing expires at a moment that is no number. */
function secondsOf(name, moment, round = Math.floor) {
  const milliseconds = moment instanceof Date ? moment.getTime() : moment;
  if (!Number.isFinite(milliseconds)) throw new ConfigError(name, `\`${name}\` is neither a valid Date nor milliseconds`);
  return round(milliseconds / 1000);
}

const dateOf = (time) => new Date(time * 1000);
const span = (value) => Math.min(U32, Math.max(0, value));

function checkSpan(seconds) {
  if (Number.isInteger(seconds) && seconds >= 0) return;
  throw new SessionError("seconds", "expected a whole number of seconds, 0 or more");
}

/** A visitor's session during one request. Changes are saved with `save` of what loaded it. */
export class Session {
  #policy;
  #now;
  #outcome = { kind: "absent" };
  #hasToken = false;
  #arrived = null;
  #withheld = null;
  #fields;
  #isNew = true;
  #renewed = false;
  #limitedUntil = null;
  #ending = null;
  #force = false;
  #isTouched = false;
  #isClosed = false;
  #isWritten = false;
  #content;

  /** Made by `load` alone. */
  constructor(policy, now) {
    this.#policy = policy;
    this.#now = now;
    this.#begin();
  }

  /** One of its own, because the application may change it in place. */
  #emptyValue() {
    return this.#policy.type?.decode(this.#policy.emptyPayload);
  }

  #begin() {
    this.#content = { entries: new Map(), value: this.#emptyValue(), payload: this.#policy.emptyPayload, flash: [] };
    this.#fields = { issued: this.#now, age: 0, limit: null, remembered: null, sid: null };
  }

  // What came of reading

  /** `{kind: "absent" | "opened" | "openedUnderAcceptedKey" | "rejected", keyId, reason}`. For logs. */
  get outcome() {
    return { ...this.#outcome };
  }

  /** The session exists in this request only. */
  get isNew() {
    return this.#touch().#isNew;
  }

  /** 16 hexadecimal digits, or null. */
  get id() {
    const { sid } = this.#touch().#fields;
    return sid && hex(sid);
  }

  get createdAt() {
    return this.#touch().#isNew ? null : dateOf(this.#fields.issued);
  }

  get lastActiveAt() {
    return this.#touch().#isNew ? null : dateOf(this.#fields.issued + this.#fields.age);
  }

  get expiresAt() {
    if (this.#touch().#isNew) return null;
    const [end, idle] = [this.#deadline(), this.#policy.idle];
    const applies = idle !== null && !this.#isRememberedNow();
    return dateOf(applies ? Math.min(end, this.#fields.issued + this.#fields.age + idle) : end);
  }

  /** Bytes by which the content may still grow. */
  get remainingBytes() {
    return Math.max(0, this.#policy.budget.room - this.#contentLength());
  }

  // The dictionary

  get(key) {
    const bytes = this.#touch().#entries().get(String(key));
    return bytes === undefined ? undefined : new Reader(bytes).value(2);
  }

  has(key) {
    return this.#touch().#entries().has(String(key));
  }

  /** In the order of their bytes. */
  keys() {
    const keys = [...this.#touch().#entries().keys()];
    return keys.toSorted((a, b) => compare(utf8.encode(a), utf8.encode(b)));
  }

  entries() {
    return this.keys().map((key) => [key, this.get(key)]);
  }

  get size() {
    return this.#touch().#entries().size;
  }

  /** Stores plain data: null, booleans, numbers, BigInts of 64 bits, texts, `Uint8Array`s, arrays, objects and maps. */
  set(key, value) {
    this.#change(() => {
      encodeText(String(key));
      this.#setEntries(new Map(this.#entries()).set(String(key), encodeValue(value, 2)));
    });
    return this;
  }

  /** Returns true if there was such a key. */
  delete(key) {
    return this.#change(() => {
      const entries = new Map(this.#entries());
      const existed = entries.delete(String(key));
      if (existed) this.#setEntries(entries);
      return existed;
    });
  }

  // A typed session

  /** The value of a typed session. */
  get value() {
    return this.#touch().#content.value;
  }

  set value(value) {
    this.#change(() => {
      this.#setContent({ ...this.#content, value, payload: this.#policy.type.encode(value) });
    });
  }

  // Messages for the next page

  flash(queue, message) {
    this.#change(() => {
      encodeText(message);
      encodeText(queue);
      this.#setContent({ ...this.#content, flash: [...this.#content.flash, [queue, message]] });
    });
  }

  /** The messages of a queue, left in place. */
  flashes(queue) {
    return this.#touch().#content.flash.filter(([of]) => of === queue).map(([, message]) => message);
  }

  takeFlashes(queue) {
    return this.#change(() => {
      const taken = this.flashes(queue);
      const flash = this.#content.flash.filter(([of]) => of !== queue);
      if (taken.length > 0) this.#setContent({ ...this.#content, flash });
      return taken;
    });
  }

  // Its life

  /** Returns the id, and makes one if there is none. */
  ensureId() {
    if (this.#touch().#fields.sid === null) this.renewId();
    return this.id;
  }

  /** A new id, and the same data and dates. */
  renewId() {
    this.#change(() => this.#setFields({ sid: newId() }));
  }

  /** After a sign-in: a new id, issued now, the same data. */
  renew() {
    this.#changeAny(() => {
      const { issued, remembered } = this.#fields;
      const until = (end) => (end === null ? null : span(end - this.#now));
      this.#setFields({
        issued: this.#now,
        age: 0,
        limit: until(this.#limitedUntil),
        remembered: remembered === null ? null : span(issued + remembered - this.#now),
        sid: newId(),
      });
      this.#withheld = null;
      this.#renewed = true;
    });
  }

  /** Ends the session at the latest so many seconds from now. */
  limitTo(seconds) {
    checkSpan(seconds);
    this.#change(() => {
      const { issued, limit } = this.#fields;
      const wanted = span(this.#now + seconds - issued);
      this.#setFields({ limit: limit === null ? wanted : Math.min(limit, wanted) });
      this.#limitedUntil = Math.min(this.#limitedUntil ?? Infinity, this.#now + seconds);
    });
  }

  /** Keeps the session after the browser is closed, for so many seconds from now. */
  rememberFor(seconds) {
    checkSpan(seconds);
    this.#change(() => {
      if (this.#policy.rememberUpTo === null) {
        throw new SessionError("not-remembering", "set `rememberUpTo` to remember sessions");
      }
      this.#setFields({ remembered: span(this.#now + seconds - this.#fields.issued) });
    });
  }

  forget() {
    this.#change(() => this.#setFields({ remembered: null }));
  }

  /** Drops the data, the messages and the id. */
  clear() {
    this.#change(() => {
      this.#drop();
      this.#fields.sid = null;
      this.#ending ??= "cleared";
    });
  }

  /** Signs out: drops everything, and the browser's cookie. Returns the id of the session that has ended, or null. */
  invalidate() {
    return this.#changeAny(() => {
      const ended = this.#arrived ?? this.#withheld;
      this.#begin();
      this.#arrived = null;
      this.#withheld = null;
      this.#isNew = true;
      this.#renewed = false;
      this.#limitedUntil = null;
      this.#ending = "invalidated";
      return ended?.sid ? hex(ended.sid) : null;
    });
  }

  /** Writes the session with this response even if it did not change. */
  save() {
    this.#change(() => {
      this.#checkSize(this.#contentLength(), this.#fields);
      this.#force = true;
    });
  }

  // For `load` and `save`

  /** Becomes the session of a body that has opened. */
  _resume({ keyId, body, place, tokenLength, cookies }) {
    this.#hasToken = true;
    const { issued, age, limit, remembered, sid, schema, flash, payload } = body;
    const fields = { issued, age, limit, remembered, sid };
    let content;
    try {
      content = this.#readContent(schema, payload);
    } catch {
      this.#outcome = { kind: "rejected", reason: "Payload", keyId };
      this.#withheld = fields;
      return;
    }
    this.#fields = fields;
    this.#content = { ...content, flash };
    this.#isNew = false;
    const { budget } = this.#policy;
    this.#arrived = {
      ...fields,
      schema,
      place,
      payload,
      flash: flashBytes(flash),
      limit: budget.asArrived(tokenLength, cookies, remembered !== null),
      cap: limit,
    };
    this.#outcome = { kind: place === "sealing" ? "opened" : "openedUnderAcceptedKey", keyId };
  }

  /** Notes why the request's token did not open. */
  _refuse({ reason, keyId, isForOthers }) {
    this.#hasToken = true;
    this.#outcome = { kind: "rejected", reason, keyId };
    // Other instances can open it, so it is not replaced.
    if (isForOthers) this.#withheld = { sid: null };
  }

  /** Notes that the request carried a part of a token. */
  _brought() {
    this.#hasToken = true;
  }

  /** Closes the session, and returns what happens to it: null, `"expire"`, or a body to seal (§ 8.12). */
  _end({ status = 200, isShareable = false, isSubresource = false } = {}) {
    if (!Number.isInteger(status)) throw new TypeError("`status` is the status of the response, a whole number");
    const wasClosed = this.#isClosed;
    this.#isClosed = true;
    if (!this.#isTouched || wasClosed) return null;
    const isSilenced = status >= 500 && !this.#force;
    const expire = () => {
      this.#isWritten = this.#hasToken;
      return this.#hasToken ? "expire" : null;
    };
    const isEmpty = this.#hasNothing();
    const persists = this.#fields.remembered !== null;
    if (this.#ending === "invalidated" && (isSilenced || (isEmpty && !persists))) return expire();
    if (this.#ending === "cleared" && (isSilenced || isEmpty)) return expire();
    if (this.#ending === null && isEmpty && !persists && this.#arrived && this.#hasChanged()) return expire();
    if (this.#hasChanged() || (this.#force && !(this.#isNew && isEmpty && !persists))) {
      if (isSilenced) return null;
      if (this.#now >= this.#deadline()) return expire();
      this.#isWritten = true;
      return this.#write(this.#ageToWrite(this.#contentLength(), this.#fields));
    }
    if (!this.#arrived || isSubresource || isShareable || status >= 400 || !this.#canSeal()) return null;
    const { issued, age } = this.#fields;
    const { refreshAfter } = this.#policy;
    const isDue =
      !this.#isRememberedNow() &&
      (refreshAfter === "always" || (typeof refreshAfter === "number" && this.#now >= issued + age + refreshAfter));
    const refreshed = this.#activity();
    const fits = (age) => this.#limitFor(this.#contentLength(), this.#fields, age) !== null;
    const optional = (age) => ({ ...this.#write(age), isOptional: true });
    if (isDue && fits(refreshed)) return optional(refreshed);
    if (this.#arrived.place === "earlier" && fits(age)) return optional(age);
    return null;
  }

  /** The name of the session in CSRF tokens: `sid || u32(issued)`. */
  _name() {
    const { sid, issued } = this.#fields;
    return sid && concat(sid, u32(issued - EPOCH));
  }

  get _isTouched() {
    return this.#isTouched;
  }

  /** The content was written or the session was ended. */
  get _isWritten() {
    return this.#isWritten;
  }

  get _now() {
    return this.#now;
  }

  // Rules

  #touch() {
    this.#isTouched = true;
    return this;
  }

  #changeAny(change) {
    this.#touch();
    if (this.#isClosed) throw new SessionError("after-head", "the session is saved, so nothing more can be changed");
    return change();
  }

  #change(change) {
    return this.#changeAny(() => {
      if (this.#withheld) {
        throw new SessionError("unreadable", "the session has a form that this version cannot read, and is not overwritten");
      }
      return change();
    });
  }

  #entries() {
    if (this.#policy.type) throw new TypeError("this session has a type: use `value`");
    return this.#content.entries;
  }

  #readContent(schema, payload) {
    const { type } = this.#policy;
    if (!type) {
      if (schema !== 0) throw REFUSED;
      return { entries: readDictionary(payload), payload };
    }
    if (schema === type.schema) return { value: type.decode(payload), payload };
    if (schema === 0 && payload.length === 0) return { value: this.#emptyValue(), payload };
    return { value: type.convert(schema, payload), payload };
  }

  #drop() {
    this.#content = { entries: new Map(), value: this.#emptyValue(), payload: this.#policy.emptyPayload, flash: [] };
    this.#content.isDropped = true;
  }

  #setEntries(entries) {
    this.#setContent({ ...this.#content, entries, payload: writeDictionary(entries) });
  }

  #setContent(content) {
    this.#checkSize(content.payload.length + flashBytes(content.flash).length, this.#fields);
    this.#content = content;
  }

  #setFields(changes) {
    const fields = { ...this.#fields, ...changes };
    this.#checkSize(this.#contentLength(), fields);
    this.#fields = fields;
  }

  /** The schema to write: that which arrived, while its payload is kept. */
  #schema() {
    const kept = this.#arrived && equal(this.#arrived.payload, this.#content.payload) && !this.#content.isDropped;
    return kept ? this.#arrived.schema : (this.#policy.type?.schema ?? 0);
  }

  #contentLength() {
    return this.#content.payload.length + flashBytes(this.#content.flash).length;
  }

  #hasNothing() {
    const hasPayload = !equal(this.#content.payload, this.#policy.emptyPayload) && this.#content.payload.length > 0;
    return !hasPayload && this.#content.flash.length === 0 && this.#fields.sid === null;
  }

  #hasChanged() {
    const arrived = this.#arrived;
    if (!arrived) return !this.#hasNothing() || this.#fields.remembered !== null;
    const { issued, remembered, sid, limit } = this.#fields;
    const sameId = sid === arrived.sid || (sid !== null && arrived.sid !== null && equal(sid, arrived.sid));
    return !(
      issued === arrived.issued &&
      limit === arrived.cap &&
      remembered === arrived.remembered &&
      sameId &&
      this.#schema() === arrived.schema &&
      equal(this.#content.payload, arrived.payload) &&
      equal(flashBytes(this.#content.flash), arrived.flash)
    );
  }

  #isRememberedNow(fields = this.#fields) {
    return fields.remembered !== null && this.#policy.rememberUpTo !== null;
  }

  /** The end of the session's lifetime (§ 8.1). */
  #deadline(fields = this.#fields) {
    return fields.issued + lifetimeOf(fields, this.#policy);
  }

  #activity(fields = this.#fields) {
    return Math.max(fields.age, this.#now - fields.issued, 0);
  }

  /** The age of a write: that of an activity, if it fits. */
  #ageToWrite(content, fields) {
    const age = this.#policy.refreshAfter === "never" ? fields.age : this.#activity(fields);
    return this.#limitFor(content, fields, age) !== null ? age : fields.age;
  }

  #bodyLength(content, fields, age) {
    const metadata = metadataBytes({ ...fields, age, schema: this.#schema() });
    return this.#policy.budget.bodyLength(1 + metadata.length + content, content);
  }

  /** The limit under which a session may be sent, or null. */
  #limitFor(content, fields, age) {
    const { budget } = this.#policy;
    if (content <= budget.room) return budget.limit;
    const length = this.#bodyLength(content, fields, age);
    const limits = [budget.limit, ...(this.#arrived ? [this.#arrived.limit] : [])];
    const allows = (limit) => {
      const { cookies, total } = budget.sent(limit, length, fields.remembered !== null);
      return cookies <= limit.cookies && total <= limit.total;
    };
    return limits.find(allows) ?? null;
  }

  #checkSize(content, fields) {
    const { budget } = this.#policy;
    if (content <= budget.room) return;
    const mayShrink = this.#arrived && content <= this.#contentLength();
    if (mayShrink && this.#limitFor(content, fields, this.#ageToWrite(content, fields)) !== null) return;
    throw new SessionError("size", `session needs ${content} bytes of content, there is room for ${budget.room}; store less`);
  }

  /** § 6.4. */
  #canSeal() {
    return this.#now >= EPOCH && this.#now - EPOCH <= U32;
  }

  #write(age) {
    const content = this.#contentLength();
    const { budget } = this.#policy;
    if (!this.#canSeal()) {
      throw new SessionError("clock", "the clock shows a time before 2026 or after 2162");
    }
    const fields = { ...this.#fields, age, schema: this.#schema() };
    const length = this.#bodyLength(content, this.#fields, age);
    return {
      fields,
      body: writeBody(fields, flashBytes(this.#content.flash), this.#content.payload, length),
      limit: this.#limitFor(content, this.#fields, age) ?? budget.limit,
      maxAge: this.#isRememberedNow() ? Math.max(0, this.#deadline() - this.#now) : null,
    };
  }
}

/** Seconds from `issued` to the end (§ 8.1). */
function lifetimeOf({ limit, remembered }, { absolute, rememberUpTo }) {
  const longest = remembered !== null && rememberUpTo !== null ? rememberUpTo : absolute;
  return Math.min(longest, remembered ?? Infinity, limit ?? Infinity);
}

const newId = () => crypto.getRandomValues(new Uint8Array(8));

// ---------------------------------------------------------------------------------------------------------------------
// Loading and saving

function positive(name, value, unit = "seconds") {
  if (!Number.isInteger(value) || value <= 0) throw new ConfigError(name, `\`${name}\` is a whole number of ${unit} above 0`);
  return value;
}

/** The codec of a typed session (§ 5.5). The bytes that it gets and gives are copied: it may keep them, or use them again. */
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
  if (value === undefined || typeof value?.then === "function") throw REFUSED;
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

function policyOf(options) {
  const { idleTimeout = 1800, absoluteTimeout = 43_200, rememberUpTo = null, clockSkew = 60, notBefore = null, revokedIf = null, type = null } = options;
  const idle = idleTimeout === null ? null : positive("idleTimeout", idleTimeout);
  const { refreshAfter = idle === null ? "on-change" : Math.floor(idle / 4) } = options;
  const isSpan = Number.isInteger(refreshAfter) && refreshAfter >= 0;
  if (!isSpan && !["never", "on-change", "always"].includes(refreshAfter)) {
    throw new ConfigError("refreshAfter", "`refreshAfter` is never, on-change, always or a number of seconds");
  }
  if (isSpan && idle !== null && refreshAfter > Math.floor(idle / 2)) {
    throw new ConfigError("refreshAfter", "`refreshAfter` is longer than half of `idleTimeout`");
  }
  if (!Number.isInteger(clockSkew) || clockSkew < 0 || clockSkew > 300) {
    throw new ConfigError("clockSkew", "`clockSkew` is 0 to 300 seconds");
  }
  const begin = notBefore === null ? 0 : secondsOf("notBefore", notBefore, Math.ceil);
  if (begin !== 0 && begin < EPOCH) {
    throw new ConfigError("notBefore", "`notBefore` is before 2026, when no session began; a number counts milliseconds");
  }
  if (revokedIf !== null && typeof revokedIf !== "function") throw new ConfigError("revokedIf", "`revokedIf` is a function");
  const codec = type === null ? null : new Codec(type);
  const absolute = positive("absoluteTimeout", absoluteTimeout);
  if (idle !== null && idle > absolute && options.idleTimeout !== undefined) {
    throw new ConfigError("idleTimeout", "`idleTimeout` is longer than `absoluteTimeout`, so it never applies");
  }
  return {
    idle,
    absolute,
    rememberUpTo: rememberUpTo === null ? null : positive("rememberUpTo", rememberUpTo),
    refreshAfter,
    skew: clockSkew,
    notBefore: begin,
    revokedIf,
    type: codec,
    emptyPayload: codec?.empty ?? new Uint8Array(),
  };
}

const COMMON_OPTIONS = [
  "idleTimeout", "absoluteTimeout", "rememberUpTo", "refreshAfter", "clockSkew", "notBefore", "application", "context",
  "padding", "revokedIf", "type", "skipXChaCha",
];
const COOKIE_OPTIONS = ["name", "path", "domain", "secure", "sameSite", "partitioned", "size"];

/** Reads tokens to sessions, and makes tokens of sessions. */
class Carrier {
  static async _of(mode, ring, purpose, options, names) {
    for (const name of Object.keys(options)) {
      if (![...COMMON_OPTIONS, ...names].includes(name)) throw new ConfigError("option", `there is no option \`${name}\``);
    }
    if (![undefined, true, false].includes(options.skipXChaCha)) {
      throw new ConfigError("skipXChaCha", "`skipXChaCha` is true or false");
    }
    const parsed = ring instanceof KeyRing ? ring : await KeyRing.parse(ring, { mode, ...options });
    if (parsed.mode !== mode) throw new ConfigError("mixed", `a ring that is ${parsed.mode}, for sessions that are ${mode}`);
    const policy = policyOf(options);
    const context = contextBytes(options.context === undefined ? [] : options.context);
    const sealer = await Sealer.of(parsed, purposeBytes(purpose, options.application, policy.type?.label), context);
    return { mode, sealer, policy };
  }

  constructor({ mode, sealer, policy }) {
    this.mode = mode;
    this._sealer = sealer;
    this._policy = policy;
  }

  /** A session that this alone may save. */
  _session(now) {
    const session = new Session(this._policy, now);
    loadedBy.set(session, this);
    return session;
  }

  #checkOwn(session) {
    if (loadedBy.get(session) !== this) throw new TypeError("the session was loaded by something else, which has to be asked");
  }

  /** Ends a request. Returns null, `"expire"`, or a token and the limit and age under which it is sent (§ 8.12, § 8.14). */
  async _end(session, circumstances) {
    this.#checkOwn(session);
    const end = session._end(circumstances);
    if (end === null || end === "expire") return end;
    if (end.isOptional && !this._sealer.canSeal(session._now)) return null;
    return { ...end, token: await this._sealer.seal(end.body, session._now) };
  }

  /** Takes the steps of § 7 up to the payload. */
  async _verify(token, now) {
    const { keyId, body } = await this._sealer.open(token, now);
    const refused = (reason) => new Refused(reason, keyId);
    let read;
    try {
      read = readBody(body);
    } catch {
      throw refused("Malformed");
    }
    const reason = checkTimes(read, now, this._policy, this._sealer.ring.notBefore ?? 0);
    if (reason) throw refused(reason);
    if (await this.#isRevoked(read)) throw refused("Revoked");
    return { keyId, body: read, place: this._sealer.place(keyId, now) };
  }

  async #isRevoked({ sid, issued }) {
    const { revokedIf } = this._policy;
    if (!revokedIf) return false;
    try {
      return (await revokedIf({ id: sid && hex(sid), createdAt: dateOf(issued) })) !== false;
    } catch {
      // A session of which nobody can say that it is good.
      return true;
    }
  }

  /** Returns a token for the forms of a session (§ 13). Makes an id if there is none. */
  async csrfToken(session) {
    this.#checkOwn(session);
    session.ensureId();
    return this._csrfToken(session, crypto.getRandomValues(new Uint8Array(TAG)));
  }

  async _csrfToken(session, mask) {
    const secret = await this.#csrfSecret(this._sealer.sealing(session._now), session);
    return toBase64url(concat(mask, mask.map((byte, i) => byte ^ secret[i])));
  }

  /** Returns true if a form's token was made for this session. */
  async verifyCsrf(session, token) {
    this.#checkOwn(session);
    if (typeof token !== "string" || token.length !== 43 || session.id === null) return false;
    const bytes = fromBase64url(token);
    if (!bytes) return false;
    const given = bytes.subarray(TAG).map((byte, i) => byte ^ bytes[i]);
    let passes = false;
    for (const derived of this._sealer.keys.values()) {
      if (derived.key.isRetired(session._now)) continue;
      if (equalTags(given, await this.#csrfSecret(derived, session))) passes = true;
    }
    return passes;
  }

  async #csrfSecret({ csrf }, session) {
    const { context } = this._sealer;
    return (await hmac(csrf, concat(u32(context.length), context, session._name()))).subarray(0, TAG);
  }
}

/** § 7.7 and § 7.8. Returns a Reason, or null. */
function checkTimes(body, now, policy, ringNotBefore) {
  const seen = body.issued + body.age;
  if (seen > now + policy.skew) return "NotYetValid";
  if (now >= body.issued + lifetimeOf(body, policy)) return "Expired";
  const isRemembered = body.remembered !== null && policy.rememberUpTo !== null;
  if (policy.idle !== null && !isRemembered && now >= seen + policy.idle) return "Idle";
  return body.issued < Math.max(policy.notBefore, ringNotBefore) ? "Revoked" : null;
}

/** Chooses among several values (§ 7.0). Returns the index, or throws `Refused`. */
function choose(results, isHostOnly) {
  const good = results.flatMap((result, index) => (result instanceof Refused ? [] : [{ ...result, index }]));
  if (good.length === 0) {
    const [{ reason, keyId }] = results;
    throw new Refused(reason, keyId, results.some(({ isForOthers }) => isForOthers));
  }
  const sids = good.map(({ body }) => body.sid && hex(body.sid));
  const isOneSession = sids[0] !== null && sids.every((sid) => sid === sids[0]);
  if (good.length > 1 && !isHostOnly && !isOneSession) throw new Refused("Duplicate");
  return good.reduce((best, next) => {
    const [a, b] = [best.body, next.body];
    const isLater = b.issued > a.issued || (b.issued === a.issued && b.issued + b.age > a.issued + a.age);
    return isLater ? next : best;
  });
}

/** The values of the field `name`: of `Headers`, or as they were given. */
const fieldsOf = (fields, name) => {
  if (fields === null || fields === undefined) return [];
  if (typeof fields === "string") return [fields];
  if (typeof fields.get === "function") return fieldsOf(fields.get(name), name);
  return [...fields].filter((value) => typeof value === "string");
};

/** Sessions in cookies. */
export class SessionCookie extends Carrier {
  /** `ring`: a `KeyRing`, or its text. */
  static async encrypted(ring, options = {}) {
    return new SessionCookie(await SessionCookie.#parts("encrypted", ring, options));
  }

  /** The content can be read by everyone who holds the cookie. */
  static async unencryptedButSigned(ring, options = {}) {
    return new SessionCookie(await SessionCookie.#parts("signed", ring, options));
  }

  static async #parts(mode, ring, options) {
    const template = new Template({ ...options, name: options.name ?? "__Host-session" });
    const parts = await Carrier._of(mode, ring, template.name, options, COOKIE_OPTIONS);
    const { size = "anywhere", padding = "none" } = options;
    if (!["none", "padme"].includes(padding)) throw new ConfigError("padding", "`padding` is none or padme");
    parts.policy.budget = new Budget(sizeOf(size), template.length, overheadOf(mode), padding);
    return { ...parts, template };
  }

  #template;

  constructor(parts) {
    super(parts);
    this.#template = parts.template;
  }

  get name() {
    return this.#template.name;
  }

  /**
   * Loads the session of a request: its `Headers`, the value of its `Cookie` field, or a list of several values. Never
   * fails: a cookie that does not open is a new session.
   */
  async load(fields, now = Date.now()) {
    const moment = secondsOf("now", now);
    const session = this._session(moment);
    const { values, parts } = findCookie(fieldsOf(fields, "cookie"), this.name);
    carriedBy.set(session, new Set(parts.keys()));
    if (parts.size > 0) session._brought();
    if (values.length === 0) return session;
    const results = await Promise.all(values.map((value) => this.#read(value, parts, moment)));
    try {
      session._resume(choose(results, this.#template.isHostOnly));
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      session._refuse(refused);
    }
    return session;
  }

  async #read(value, parts, now) {
    try {
      const { token, cookies } = assemble(value, parts);
      return { ...(await this._verify(token, now)), tokenLength: token.length, cookies };
    } catch (refused) {
      if (refused instanceof Refused) return refused;
      throw refused;
    }
  }

  /**
   * Ends the request, and returns the values of the response's `Set-Cookie` fields. Append each as a field of its own.
   *
   * `status`: that of the response; with 5xx no change is saved. `isShareable`: others than the visitor may store the
   * response. `isSubresource`: the request was for a part of a page.
   */
  async save(session, circumstances = {}) {
    const end = await this._end(session, circumstances);
    const [template, carried] = [this.#template, carriedBy.get(session)];
    if (end === null) return [];
    if (end === "expire") return [template.expire(template.name), ...template.expireParts(carried, 1)];
    const { token } = end;
    const maxAge = end.maxAge === null ? null : Math.min(MAX_AGE, end.maxAge);
    const fixed = template.length + maxAgeText(maxAge).length;
    const perField = (cookies) => fixed + (cookies > 1 ? 2 : 0);
    const partLength = this._policy.budget.partLength(end.limit, token.length, perField);
    const fields = template.fields(token, partLength, maxAge);
    return [...fields, ...template.expireParts(carried, fields.length)];
  }

  /**
   * Saves the session into the `Headers` of a response: `Set-Cookie`, `Vary` and `Cache-Control`. Whether others may
   * store the response is read from them.
   */
  async saveTo(headers, session, circumstances = {}) {
    // Headers that cannot be changed say so here, before the session is closed.
    headers.delete("x-hardtack-none");
    const shareable = isShareable(headers);
    const fields = await this.save(session, { ...circumstances, isShareable: shareable });
    for (const field of fields) headers.append("set-cookie", field);
    if (!session._isTouched) return;
    const vary = headers.get("vary") ?? "";
    if (!/(^|,)\s*(cookie|\*)\s*(,|$)/i.test(vary)) headers.append("vary", "Cookie");
    if (session._isWritten) forbidCaches(headers, shareable);
    else if (!headers.has("cache-control")) headers.set("cache-control", "private");
  }
}

// Caches (docs/spec/carriers.md § 9.8)

const directivesOf = (value) => value.split(",").map((directive) => directive.trim().toLowerCase());
const forbids = (directives) => directives.includes("no-store") && !directives.includes("must-understand");
const isTargeted = (name) => name.endsWith("-cache-control") || name === "surrogate-control" || name === "edge-control";

/** Returns true if others than the visitor may store the response. */
function isShareable(headers) {
  for (const [name, value] of headers) {
    if (isTargeted(name) && !forbids(directivesOf(value))) return true;
    if (name === "x-accel-expires" && !/^0+$/.test(value.trim())) return true;
  }
  const control = headers.get("cache-control");
  if (control !== null) {
    const directives = directivesOf(control);
    return !directives.includes("private") && !forbids(directives);
  }
  return isLater(headers.get("expires") ?? "");
}

/** Text that is not a date counts as one in the past, and so does a year before that of the format's epoch. */
function isLater(expires) {
  const year = expires.split(/[^0-9]/).find((digits) => digits.length === 4);
  return /^[A-Za-z]/.test(expires) && (year === undefined || year >= "2026");
}

function forbidCaches(headers, shareable) {
  if (!shareable && forbids(directivesOf(headers.get("cache-control") ?? ""))) return;
  for (const name of [...headers.keys()]) {
    if (isTargeted(name)) headers.set(name, "no-store");
    if (name === "x-accel-expires" || name === "expires") headers.set(name, "0");
  }
  headers.set("cache-control", "no-store");
}

/** The carrier that loaded a session. */
const loadedBy = new WeakMap();

/** The parts that a session's request carried. */
const carriedBy = new WeakMap();

/** Sessions in a header field. */
export class SessionHeader extends Carrier {
  static async encrypted(name, ring, options = {}) {
    return new SessionHeader(await SessionHeader.#parts("encrypted", name, ring, options));
  }

  /** The content can be read by everyone who holds the token. */
  static async unencryptedButSigned(name, ring, options = {}) {
    return new SessionHeader(await SessionHeader.#parts("signed", name, ring, options));
  }

  static async #parts(mode, name, ring, options) {
    if (typeof name !== "string" || !TOKEN_CHARACTERS.test(name)) throw new ConfigError("name", "`name` is not the name of a header field");
    const field = name.toLowerCase();
    const parts = await Carrier._of(mode, ring, `header:${field}`, options, ["maxTokenLength"]);
    const { maxTokenLength = 3072, padding = "none" } = options;
    if (positive("maxTokenLength", maxTokenLength, "characters") > 16_384) {
      throw new ConfigError("maxTokenLength", "`maxTokenLength` is at most 16,384 characters");
    }
    if (!["none", "padme"].includes(padding)) throw new ConfigError("padding", "`padding` is none or padme");
    parts.policy.budget = new Budget({ field: maxTokenLength, cookies: 1 }, null, overheadOf(mode), padding);
    return { ...parts, field };
  }

  #field;

  constructor(parts) {
    super(parts);
    this.#field = parts.field;
  }

  /** Loads the session of a request: the values of the field, none of them joined. */
  async load(values, now = Date.now()) {
    const moment = secondsOf("now", now);
    const session = this._session(moment);
    const tokens = new Set(fieldsOf(values, this.#field).map((value) => this.#token(value)));
    if (tokens.size === 0) return session;
    try {
      if (tokens.size > 1) throw new Refused("Duplicate");
      const [token] = tokens;
      session._resume({ ...(await this._verify(token, moment)), tokenLength: token.length, cookies: 1 });
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      session._refuse(refused);
    }
    return session;
  }

  /** The token of a field's value (§ 9.7.2). */
  #token(value) {
    const trimmed = trim(value, SPACE);
    const isBearer = this.#field === "authorization" && /^bearer /i.test(trimmed);
    return (isBearer ? trimmed.slice(7) : trimmed).slice(0, LONGEST_TOKEN + 1);
  }

  /** Ends the request. Returns the token for the response, `""` if the session has ended, or null. */
  async save(session, circumstances = {}) {
    const end = await this._end(session, circumstances);
    if (end === null) return null;
    return end === "expire" ? "" : end.token;
  }
}

/** For the tests of this package. */
export const internals = {
  Budget, Key, Refused, Sealer, Template, Xaes, assemble, choose, contextBytes, findCookie, findValues, flashBytes,
  fromBase64url, hex, overheadOf, padme, purposeBytes, readBody, readDictionary, sizeOf, toBase64url,
};
