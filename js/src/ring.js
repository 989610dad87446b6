// The text of key rings (SPEC.md § 3.4, § 3.5).

import { BLANK, EPOCH, SPACE, trim } from "./bytes.js";
import { ConfigError, ensure } from "./errors.js";
import { Key } from "./key.js";
import { dateOf } from "./lifetime.js";
import { XCHA } from "./suites.js";

const WITHOUT_XCHACHA = "WebCrypto lacks XChaCha20-Poly1305; use an xaes key, or `skipXChaCha`";
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

/** Parses the text of a ring (§ 3.5), or several texts (§ 3.5.7). Returns its mode, its keys in order, `notBefore`, and `skipXChaCha`. */
export async function parseRing(texts, { mode = "encrypted", skipXChaCha = false } = {}) {
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
export function sealingAt(keys, now) {
  const passed = keys.findLastIndex((key) => key.sealFrom === null || now >= key.sealFrom);
  return Math.max(passed, 0);
}

/** Finds a key that retires while sessions that live for `longest` seconds may still need it (§ 3.4.8). */
export function findEarly(keys, longest) {
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
