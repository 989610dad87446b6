// Key rings (SPEC.md § 3.4 to § 3.6).

import { BLANK, EPOCH, SPACE, concat, hex, trim, u64 } from "./bytes.js";
import { sha256 } from "./crypto.js";
import { ConfigError } from "./errors.js";
import { Key, generateKey } from "./key.js";
import { SUITES } from "./suites.js";

const WITHOUT_XCHACHA =
  "the ring has a key of XChaCha20-Poly1305, which WebCrypto lacks; seal with an xaes key, or set `skipXChaCha` to leave " +
  "sessions under that key alone";

/** Returns the keys of a ring, for those who derive from them. */
export let keysOf;

/** One or more keys, of which one seals at any time. */
export class KeyRing {
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
export function sealingAt(keys, now) {
  const passed = keys.findLastIndex((key) => key.sealFrom === null || now >= key.sealFrom);
  return Math.max(passed, 0);
}

/** Returns true if a key retires while sessions that live for `longest` seconds may still need it (§ 3.4.8). */
export function cutsShort(keys, longest) {
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
