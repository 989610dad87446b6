// The text of key rings (SPEC.md § 3.4, § 3.5).

import { BLANK, EPOCH, SPACE, trim } from "./bytes.js";
import { ConfigError } from "./errors.js";
import { Key } from "./key.js";
import { SUITES } from "./suites.js";

const WITHOUT_XCHACHA =
  "the ring has a key of XChaCha20-Poly1305, which WebCrypto lacks; seal with an xaes key, or set `skipXChaCha` to leave " +
  "sessions under that key alone";
const REMEDY = "`npx hardtack-session keygen` makes a key";

/** Returns what a ring has, for those who derive from its keys. */
export let contentOf;

/** What rings have in common that are made by programs, and by carriers of texts. */
export class Ring {
  static {
    contentOf = (ring) => ring.#content;
  }

  #content;

  /** `content`: of `parseRing`. */
  constructor(content) {
    this.#content = content;
  }
}

/** Parses the text of a ring (§ 3.5), or several texts (§ 3.5.7). Returns its mode, its keys in order, and `notBefore`. */
export async function parseRing(texts, { mode = "encrypted", skipXChaCha = false } = {}) {
  const ring = { mode, keys: [], notBefore: null };
  for (const text of [texts].flat()) {
    if (typeof text !== "string") throw new ConfigError("ring", `the key ring is no string; is the variable or the secret set? ${REMEDY}`);
    const { keys, notBefore } = await parseText(text, mode);
    ring.keys.push(...keys);
    if (notBefore !== null) ring.notBefore = Math.max(notBefore, ring.notBefore ?? 0);
  }
  ring.keys = inOrder(ring.keys);
  checkRing(ring.keys);
  if (!skipXChaCha && ring.keys.some((key) => key.suite === SUITES.xcha)) throw new ConfigError("suite", WITHOUT_XCHACHA);
  return ring;
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
async function parseText(text, mode) {
  const body = trim(text, SPACE);
  const lines = body.split(/\r?\n/);
  const hasCommas = lines.some((line) => line.includes(",") && !/^[ \t]*#/.test(line));
  const ring = { keys: [], notBefore: null };
  for (const raw of hasCommas ? body.split(",") : lines) {
    const item = trim(raw, BLANK);
    if (item === "" || item.startsWith("#")) {
      if (!hasCommas || body === "") continue;
      throw new ConfigError("blank", "key ring has an empty item between commas, or a comment");
    }
    const [first, ...words] = item.split(/[ \t]+/);
    if (first.startsWith("not_before=")) {
      if (words.length > 0) throw new ConfigError("attribute", "`not_before` stands alone");
      setTime(ring, "notBefore", first);
      continue;
    }
    const key = await parseKey(first, mode);
    for (const word of words) {
      const [, name] = /^(seal_from|accept_until)=/.exec(word) ?? [];
      if (!name) throw new ConfigError("attribute", "a key is followed by `seal_from=` or `accept_until=`");
      setTime(key, name === "seal_from" ? "sealFrom" : "acceptUntil", word);
    }
    ring.keys.push(key);
  }
  return ring;
}

/** Sets the field of an attribute, `name=time`, which stands once. */
function setTime(target, field, attribute) {
  const at = attribute.indexOf("=");
  const time = parseTime(attribute.slice(at + 1));
  if (target[field] !== null) throw new ConfigError("attribute", `\`${attribute.slice(0, at)}\` is given twice`);
  target[field] = time;
}

async function parseKey(text, mode) {
  // Only SP and HTAB are white space inside an item.
  if (/^[\n\f\r]|[\n\f\r]$/.test(text)) throw new ConfigError("key", "key has a line end in it");
  let key;
  try {
    key = await Key.parse(text);
  } catch (error) {
    throw new ConfigError("key", error.message);
  }
  if (key.suite.mode !== mode) throw new ConfigError("mixed", `key of type ${key.suite.name} in a ring that is ${mode}`);
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
  if (keys.length === 0) throw new ConfigError("empty", `key ring has no key; ${REMEDY}`);
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
