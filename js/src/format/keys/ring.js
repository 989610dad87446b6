// The text of key rings (SPEC.md § 3.4, § 3.5).

import { BLANK, EPOCH, SPACE, trim } from "../base/bytes.js";
import { ConfigError, ensure, mustBe, yesOrNo } from "../base/errors.js";
import { timeOf } from "../base/time.js";
import { XCHA } from "../crypto/suites.js";
import { Key, NEW_KEY, lookOf } from "./key.js";

const WITHOUT_XCHACHA = "WebCrypto lacks XChaCha20-Poly1305; use an xaes key, or `skipXChaCha`";
const CUT_OFF = "restore the end of the ring, remove the time, or add a key that seals later";

/** Returns the content of a ring. Not a method, because the content includes the keys. */
export let contentOf;

/** Base of `KeyRing`. Carriers recognize a ring by this class, so that bundles without `KeyRing` do not contain its code. */
export class Ring {
  static {
    contentOf = (ring) => ring.#content;
  }

  #content;

  /** `content`: the value of `parseRing`. */
  constructor(content) {
    this.#content = content;
  }
}

/**
 * What a ring holds.
 *
 * @typedef {{ mode: string, skipXChaCha: boolean, keys: Key[], notBefore: number }} Content
 */

/**
 * Parses the text of a ring (§ 3.5), or several texts (§ 3.5.7). Returns its mode, its keys in order, `notBefore`, and
 * `skipXChaCha`. A time that is not in the text is 0, or infinite for `acceptUntil`, so that comparisons need no special case.
 *
 * @param {string | string[]} texts
 * @param {{ mode?: string, skipXChaCha?: boolean }} [options]
 */
export async function parseRing(texts, { mode = "encrypted", skipXChaCha } = {}) {
  mustBe(["encrypted", "signed"].includes(mode), "mode", "encrypted or signed");
  /** @type {Content} */
  const ring = { mode, skipXChaCha: yesOrNo("skipXChaCha", skipXChaCha), keys: [], notBefore: 0 };
  for (const text of [texts].flat()) {
    ensure(typeof text === "string", "ring", `key ring must be a string, found ${typeof text}; is its variable set? ${NEW_KEY}`);
    const { keys, notBefore } = await parseText(text, mode);
    ring.keys = ring.keys.concat(keys);
    ring.notBefore = Math.max(notBefore, ring.notBefore);
  }
  ring.keys = inOrder(ring.keys);
  checkRing(ring.keys);
  ensure(skipXChaCha || ring.keys.every((key) => key.suite !== XCHA), "suite", WITHOUT_XCHACHA);
  return ring;
}

/** Returns the position of the key that seals at `now` (§ 3.4.3). */
export function sealingAt(keys, now) {
  const passed = keys.findLastIndex(({ sealFrom }) => now >= sealFrom);
  return Math.max(passed, 0);
}

/**
 * Returns the seconds since the `sealFrom` of a later key, if a token under the key of this id was sealed at `sealedAt` although that key
 * had begun to seal, even by a clock that is behind by `skew`. Otherwise null.
 */
export function sealedLateBy(keys, id, sealedAt, skew) {
  const sealing = sealingAt(keys, sealedAt - skew);
  // Without a time, nobody knows when the key began to seal.
  const { sealFrom } = keys[sealing];
  return sealFrom > 0 && keys.slice(0, sealing).some((key) => key.id === id) ? sealedAt - sealFrom : null;
}

/**
 * Returns the keys that end while tokens under them are valid, each with the second from which it is no longer needed: `overlap`
 * seconds after the next key begins to seal (§ 3.4.8).
 */
export function earlyEnds(keys, overlap) {
  const ends = keys.map((key, i) => [key, (keys[i + 1]?.sealFrom || -Infinity) + overlap]);
  return ends.filter(([{ acceptUntil }, needed]) => acceptUntil < needed);
}

/**
 * Returns the keys of one text in the order of their lines, and its `not_before` (§ 14.3). An error names the number of the entry: that
 * of its line.
 */
async function parseText(text, mode) {
  const body = trim(text, SPACE);
  const look = lookOf(body, true);
  const lines = body.split(/\r?\n/);
  const hasCommas = lines.some((line) => line.includes(",") && !/^[ \t]*#/.test(line));
  const ring = { keys: [], notBefore: 0 };
  const first = hasCommas ? 1 : text.slice(0, text.indexOf(body)).split("\n").length;
  for (const [i, entry] of (hasCommas ? body.split(",") : lines).entries()) {
    try {
      await readEntry(ring, trim(entry, BLANK), mode, hasCommas);
    } catch ({ code, message }) {
      throw new ConfigError(code, look ? `key ring ${look}` : `key ring, entry ${i + first}: ${message}`);
    }
  }
  // Written on one line, a comment hides the keys after it.
  ensure(ring.keys.length > 0 || !look, "empty", `key ring ${look}`);
  return ring;
}

async function readEntry(ring, entry, mode, hasCommas) {
  if (entry === "" || entry.startsWith("#")) {
    return ensure(!hasCommas, "blank", "expected a key between commas");
  }
  const [first, ...words] = entry.split(/[ \t]+/);
  if (first.startsWith("not_before=")) {
    ensure(words.length === 0, "attribute", "put `not_before` on a separate line");
    return setTime(ring, "notBefore", first);
  }
  const key = await parseKey(first, mode);
  for (const word of words) {
    const [, name] = /^(seal_from|accept_until)=/.exec(word) ?? [];
    ensure(name, "attribute", "expected `seal_from=` or `accept_until=`; put each key on a separate line");
    setTime(key, name === "seal_from" ? "sealFrom" : "acceptUntil", word);
  }
  ring.keys.push(key);
}

/** Sets a field from an attribute, `name=time`. Throws if the field is set already. */
function setTime(target, field, attribute) {
  const time = parseTime(attribute.slice(attribute.indexOf("=") + 1));
  ensure([0, Infinity].includes(target[field]), "attribute", `\`${attribute}\` must occur once`);
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
  checkMode(key.suite.mode, mode);
  return key;
}

/** Throws a `ConfigError` unless keys of `mode` are for sessions of the mode `of`. */
export function checkMode(mode, of) {
  const other = mode === "signed" ? "`unencryptedButSigned`, whose sessions visitors can read" : "`encrypted`";
  ensure(mode === of, "mixed", `key must be for ${of} sessions, or choose ${other}`);
}

/** Parses `YYYY-MM-DDThh:mm:ssZ`, not before 2026 (§ 3.5.5). */
function parseTime(text) {
  const seconds = Date.parse(text) / 1000;
  // `Date.parse` accepts many forms, and differs between engines. Formatting the result again reveals all but one.
  const isDate = seconds >= EPOCH && text.length === 20 && timeOf(seconds) === text;
  ensure(isDate, "time", "time must be like 2027-03-01T06:00:00Z, from 2026 on");
  return seconds;
}

/** Sorts by `seal_from`. Among keys with the same time, the first listed comes last (§ 3.4.2). */
function inOrder(keys) {
  return keys.toReversed().toSorted((a, b) => a.sealFrom - b.sealFrom);
}

/** Throws a `ConfigError` for keys that do not make a ring (§ 3.4.7). */
function checkRing(keys) {
  ensure(keys.length > 0, "empty", `key ring must have a key; ${NEW_KEY}`);
  const ids = new Set();
  for (const { id } of keys) ensure(ids.size < ids.add(id).size, "duplicate", `key ring must not have key ${id} twice`);
  const { id, acceptUntil } = keys.at(-1);
  ensure(acceptUntil === Infinity, "last-retires", `key ${id} seals last, and must have no \`accept_until\`; ${CUT_OFF}`);
  for (const [i, { sealFrom, id: next }] of keys.slice(1).entries()) {
    const { acceptUntil, id } = keys[i];
    ensure(acceptUntil >= sealFrom, "retires-too-early", `key ${id} must not retire before key ${next} seals`);
  }
}
