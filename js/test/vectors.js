// The vectors of the format, run by `run`: in Node by vectors.test.js, in workerd by workerd.test.js. `read(file)` returns
// the text of a file in tests/vectors.

import { readBody } from "../src/body.js";
import { Budget } from "../src/budget.js";
import { hex } from "../src/bytes.js";
import { contextBytes, purposeBytes } from "../src/context.js";
import { assemble, findCookie, findValues } from "../src/cookie.js";
import { Xaes } from "../src/crypto.js";
import { Refusal } from "../src/errors.js";
import { KeyRing, SessionCookie, SessionHeader } from "../src/index.js";
import { Key } from "../src/key.js";
import { keysOf, sealingAt } from "../src/key_ring.js";
import { Session } from "../src/session.js";
import { SessionSealer, choose } from "../src/session_sealer.js";
import { Template, toSetCookie } from "../src/set_cookie.js";
import { policyOf } from "../src/settings.js";
import { State } from "../src/state.js";
import { overheadOf } from "../src/suites.js";
import { Sealer } from "../src/token.js";

/** Runs every vector, or those up to the first that fails. Returns the numbers of those that passed and were skipped, by file, and what failed. */
export async function run(read, { stopsAtFailure = false } = {}) {
  const report = { passed: {}, skipped: {}, failed: [] };
  for (const [file, runner] of Object.entries(RUNNERS)) {
    const { vectors } = parse(await read(`${file}.json`));
    report.passed[file] = 0;
    for (const vector of vectors) {
      if (isSkipped(file, vector)) {
        report.skipped[file] = (report.skipped[file] ?? 0) + 1;
        continue;
      }
      try {
        await runner(vector);
        report.passed[file]++;
      } catch (error) {
        report.failed.push(`${file}: ${vector.name}: ${error}`);
        if (stopsAtFailure) return report;
      }
    }
  }
  return report;
}

/** The number of vectors that are skipped. More of them fail the test, so that none is skipped unnoticed. */
export const SKIPPED = { primitives: 2, seal: 16, open: 65, csrf: 2 };

/** WebCrypto has neither ChaCha20 nor SHAKE128. Keys of XChaCha20-Poly1305 are read and derived all the same. */
function isSkipped(file, vector) {
  const text = JSON.stringify(vector, (_, value) => (typeof value === "bigint" ? `${value}` : value));
  const needsCipher = ["seal", "open", "csrf", "headers", "writes"].includes(file);
  return (
    ["xchacha20-poly1305", "xaes-256-gcm-accumulated"].includes(vector.kind) ||
    (needsCipher && text.includes("hardtack_key_v1_xcha_"))
  );
}

const RUNNERS = {
  primitives: runPrimitive,
  derivation: runDerivation,
  keys: runKey,
  rings: runRing,
  contexts: runContext,
  seal: runSeal,
  open: runOpen,
  csrf: runCsrf,
  cookies: runCookie,
  headers: runHeader,
  writes: runWrite,
};

/** `JSON.parse`, with integers beyond 2^53 as BigInts. */
function parse(text) {
  const marked = text.replace(/([:[,]\s*)(-?\d{16,})(?=\s*[,\]}])/g, '$1"bigint:$2"');
  const revive = (_, value) => {
    if (typeof value !== "string" || !value.startsWith("bigint:")) return value;
    const big = BigInt(value.slice(7));
    return Number.isSafeInteger(Number(big)) ? Number(big) : big;
  };
  return JSON.parse(marked, revive);
}

function equal(found, expected, what = "result") {
  const told = (value) => JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? `${inner}n` : inner));
  if (told(found) !== told(expected)) throw new Error(`${what}: found ${told(found)}, expected ${told(expected)}`);
}

async function errorOf(work) {
  try {
    await work();
  } catch (error) {
    return error.code ?? error.reason ?? `${error}`;
  }
  return null;
}

const bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const binary = (text) => Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");

function purposeOf({ purpose: { kind, name }, application, type_label }) {
  const whole = { cookie: name, header: `header:${name.toLowerCase()}`, token: `token:${name}` }[kind];
  return purposeBytes(whole, application, type_label);
}

async function runPrimitive({ kind, ...vector }) {
  if (kind === "hkdf-sha256") {
    const key = await crypto.subtle.importKey("raw", bytes(vector.ikm), "HKDF", false, ["deriveBits"]);
    const algorithm = { name: "HKDF", hash: "SHA-256", salt: bytes(vector.salt), info: bytes(vector.info) };
    equal(hex(new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, vector.length * 8))), vector.okm);
    return;
  }
  equal(kind, "xaes-256-gcm");
  const cipher = await Xaes.of(bytes(vector.key));
  const [nonce, aad] = [bytes(vector.nonce), bytes(vector.aad)];
  equal(hex(await cipher.seal(nonce, aad, bytes(vector.plaintext))), vector.sealed);
  equal(hex(await cipher.open(nonce, aad, bytes(vector.sealed))), vector.plaintext);
}

async function runDerivation(vector) {
  if (vector.error) return equal(await errorOf(() => purposeOf(vector)), vector.error);
  const key = await Key.parse(vector.key);
  const derive = async (word) => hex(await key.derive(word, purposeOf(vector)));
  equal(key.id, vector.kid);
  equal(await derive("key"), vector.key_bytes);
  if (vector.nonce_key !== null) equal(await derive("nonce"), vector.nonce_key);
  equal(await derive("csrf"), vector.csrf_key);
}

async function runKey(vector) {
  if (vector.error) return equal(await errorOf(() => Key.parse(vector.text)), vector.error);
  const key = await Key.parse(vector.text);
  equal({ suite: key.suite.name, kid: key.id }, vector.expect);
}

async function runRing(vector) {
  const texts = [vector.ring, ...(vector.joined ?? [])];
  const build = () => KeyRing.parse(texts, { mode: vector.mode, skipXChaCha: true });
  if (vector.error) return equal(await errorOf(build), vector.error);
  const ring = await build();
  equal(await ring.fingerprint(), vector.expect.fingerprint);
  equal(ring.keys.map((key) => key.id), vector.expect.order);
  equal(ring.notBefore, vector.expect.not_before);
  for (const { now, seals, accepts } of vector.expect.at) {
    equal(ring.keys[sealingAt(keysOf(ring), now)].id, seals);
    equal(keysOf(ring).filter((key) => !key.isRetired(now)).map((key) => key.id), accepts);
  }
}

async function runContext(vector) {
  if (vector.error) return equal(await errorOf(() => contextBytes(vector.context)), vector.error);
  equal(hex(contextBytes(vector.context)), vector.ctx);
}

async function runSeal(vector) {
  const mode = vector.key.includes("_sign_") ? "signed" : "encrypted";
  const ring = await KeyRing.parse(vector.key, { mode });
  const sealer = await Sealer.of(ring, purposeOf(vector), contextBytes(vector.context ?? []));
  equal(await sealer.seal(bytes(vector.body), 1_800_000_000, bytes(vector.random)), vector.token);
}

/** The type of the vectors, in postcard. */
const VISITS = {
  empty: { visits: 0, name: "" },
  encode: ({ visits, name }) => {
    const text = new TextEncoder().encode(name);
    return Uint8Array.from([...leb(visits), ...leb(text.length), ...text]);
  },
  decode: (payload) => {
    let at = 0;
    const number = (most) => {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        if (at >= payload.length || shift >= BigInt(Math.ceil(most / 7) * 7)) throw new Error("cut off");
        const byte = BigInt(payload[at++]);
        value |= (byte & 0x7fn) << shift;
        if (byte < 0x80n) break;
      }
      if (value >> BigInt(most)) throw new Error("too large");
      return Number(value);
    };
    const visits = number(32);
    const end = number(64) + at;
    if (end !== payload.length) throw new Error("bytes are missing or left");
    return { visits, name: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(payload.subarray(at)) };
  },
};

function leb(value) {
  const encoded = [];
  for (; value > 127; value = Math.floor(value / 128)) encoded.push((value % 128) | 128);
  return [...encoded, value];
}

const optionsOf = (vector, policy = {}) => ({
  idleTimeout: policy.idle,
  absoluteTimeout: policy.absolute,
  rememberUpTo: policy.remember_up_to,
  clockSkew: policy.skew,
  notBefore: policy.not_before ? new Date(policy.not_before * 1000) : null,
  refreshAfter: policy.refresh_after,
  application: vector.application,
  context: vector.context ?? [],
});

/** Removes what is undefined, which means the default. */
const given = (options) => Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** The keys and rules of the vector's purpose, which may be that of a bare token. */
async function sealerFor(vector, options = {}) {
  const ring = await KeyRing.parse(vector.ring ?? vector.key, { mode: vector.mode, skipXChaCha: true });
  const policy = policyOf(given(options));
  policy.budget = new Budget({ field: 3072, cookies: 1 }, { withMaxAge: 0, withoutMaxAge: 0 }, 45, "none");
  return new SessionSealer(vector.mode, await Sealer.of(ring, purposeOf(vector), contextBytes(vector.context ?? [])), policy);
}

function cookieOf(vector, options) {
  const make = vector.mode === "signed" ? "unencryptedButSigned" : "encrypted";
  return SessionCookie[make](vector.ring, given({ ...options, name: vector.purpose.name }));
}

async function runOpen(vector) {
  const type =
    vector.expects === "dictionary" ? null : { ...VISITS, label: vector.type_label ?? "", schema: vector.expects.schema };
  const { application: _, context: __, ...options } = optionsOf(vector, vector.policy);
  const sealer = await sealerFor(vector, { ...options, idleTimeout: null, refreshAfter: "never", type });
  // A vector may have an idle timeout above the absolute one, which a configuration may not.
  sealer.policy.idle = vector.policy.idle;
  equal(await openVector(vector, sealer), vector.expect);
}

async function openVector(vector, sealer) {
  const parts = new Map();
  for (const [number, value] of vector.parts ?? []) {
    const known = parts.get(number) ?? [];
    parts.set(number, [...new Set([...known, binary(value)])]);
  }
  const isCookie = vector.purpose.kind === "cookie";
  const results = [];
  for (const candidate of vector.candidates.slice(0, 4)) {
    try {
      const value = binary(candidate);
      const { token, cookies } = isCookie ? assemble(value, parts) : { token: value, cookies: 1 };
      results.push({ ...(await sealer.verify(token, Number(vector.now))), tokenLength: token.length, cookies });
    } catch (refused) {
      if (!(refused instanceof Refusal)) throw refused;
      results.push(refused);
    }
  }
  try {
    if (!isCookie && results.length > 1) throw new Refusal("Duplicate");
    const isHostOnly = /^__host-/i.test(vector.purpose.name);
    const chosen = choose(results, isHostOnly);
    const state = new State(sealer.policy, Number(vector.now));
    state.open(chosen);
    const session = new Session(state);
    const { outcome } = session;
    if (outcome.kind === "rejected") return { rejected: outcome.reason, key_id: outcome.keyId };
    const { body, keyId, place, index } = chosen;
    return {
      opened: {
        index,
        key_id: keyId,
        under: place,
        issued: body.metadata.issued,
        last_active: body.metadata.issued + body.metadata.age,
        limit: body.metadata.limit,
        remembered: body.metadata.remembered,
        sid: body.metadata.sid && hex(body.metadata.sid),
        schema: body.metadata.schema || null,
        flash: body.flash,
        payload: hex(body.payload),
        data: dataOf(session, vector),
      },
    };
  } catch (refused) {
    if (!(refused instanceof Refusal)) throw refused;
    return { rejected: refused.reason, key_id: refused.keyId };
  }
}

/** What the application gets, as JSON; null where JSON has no form for a part of it. */
function dataOf(session, vector) {
  if (vector.expects !== "dictionary") return session.value;
  const none = Symbol("none");
  const json = (value) => {
    if (value instanceof Map) throw none;
    if (value instanceof Uint8Array) return [...value];
    if (Array.isArray(value)) return value.map(json);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, json(inner)]));
  };
  try {
    return Object.fromEntries(session.entries().map(([key, value]) => [key, json(value)]));
  } catch (thrown) {
    if (thrown === none) return null;
    throw thrown;
  }
}

async function runCsrf({ kind, ...vector }) {
  const mode = vector.mode ?? (vector.key.includes("_sign_") ? "signed" : "encrypted");
  const type = vector.type_label ? { ...VISITS, label: vector.type_label, schema: 1 } : null;
  const sealer = await sealerFor({ ...vector, mode }, { type });
  if (kind === "render") {
    const name = bytes(vector.sid + (vector.issued - 1_767_225_600).toString(16).padStart(8, "0"));
    return equal(await sealer.csrfToken(name, vector.issued, bytes(vector.mask)), vector.token);
  }
  const cookies = await cookieOf(vector, { ...optionsOf(vector), type });
  const session = await cookies.load(`${vector.purpose.name}=${vector.session}`, vector.now * 1000);
  equal(await session.verifyCsrf(vector.token), vector.passes);
}

const RUN_COOKIE = {
  find: ({ lines, cookie, values }) => equal(findValues(lines, cookie), values),
  config: (vector) => equal(isConfig(vector), vector.accepted),
  whole: ({ lines, cookie, carried, whole }) => {
    const { values, parts } = findCookie(lines, cookie);
    equal([...parts.keys()], carried);
    const found = values.map((value) => {
      try {
        return assemble(value, parts);
      } catch (refused) {
        return { rejected: refused.reason };
      }
    });
    equal(found, whole);
  },
  set: (vector) => equal(toSetCookie(template(vector).set(vector.cookie, vector.value, vector.max_age)), vector.line),
  split: (vector) => {
    const capacity = vector.limit - template(vector).lengthWith(vector.max_age) - 2;
    equal(template(vector).split(vector.value, capacity, vector.max_age).map(toSetCookie), vector.fields);
  },
  unused: (vector) => equal(template(vector).expireParts(vector.carried, vector.cookies).map(toSetCookie), vector.fields),
  expire: (vector) => {
    const cookie = template(vector);
    const fields = [cookie.expire(vector.cookie), ...cookie.expireParts(vector.carried ?? [], 1)].map(toSetCookie);
    equal(vector.line ? fields[0] : fields, vector.line ?? vector.fields);
  },
  room: (vector) => {
    const size = { field: vector.limit, cookies: vector.parts ?? 1 };
    const fixed = { withMaxAge: template(vector).lengthWith(34_560_000), withoutMaxAge: template(vector).lengthWith(null) };
    equal(new Budget(size, fixed, overheadOf(vector.mode), vector.padding ?? "none").room, vector.payload);
  },
};

async function runCookie({ kind, ...vector }) {
  RUN_COOKIE[kind](vector);
}

const template = ({ cookie, path, domain, secure, same_site, partitioned }) =>
  new Template({ name: cookie, path, domain, secure, sameSite: same_site, partitioned });

function isConfig(vector) {
  try {
    template(vector);
    return true;
  } catch {
    return false;
  }
}

async function runHeader({ kind, ...vector }) {
  if (kind === "room") {
    const size = { field: vector.limit * (vector.parts ?? 1), cookies: 1 };
    const fixed = { withMaxAge: 0, withoutMaxAge: 0 };
    return equal(new Budget(size, fixed, overheadOf(vector.mode), vector.padding ?? "none").room, vector.payload);
  }
  const make = vector.mode === "signed" ? "unencryptedButSigned" : "encrypted";
  const header = await SessionHeader[make](vector.field, vector.ring);
  const session = await header.load(vector.lines, vector.now * 1000);
  const { kind: found, keyId, reason } = session.outcome;
  if (found === "absent") return equal({ absent: true }, vector.expect);
  if (found === "rejected") return equal({ rejected: reason, key_id: keyId }, vector.expect);
  equal({ opened: { key_id: keyId, issued: session.createdAt.getTime() / 1000 } }, vector.expect);
}

async function runWrite(vector) {
  const cookie = await cookieOf(vector, optionsOf(vector, vector.policy));
  const { name } = vector.purpose;
  const fields = vector.arrives === null ? [] : [`${name}=${vector.arrives}`];
  const session = await cookie.load(fields, vector.now * 1000);
  let found;
  try {
    for (const action of vector.actions) act(session, action);
    found = await writtenBy(vector, cookie, session);
  } catch (error) {
    if (!error.code) throw error;
    found = { refused: error.code };
  }
  equal(found, vector.expect);
}

function act(session, [action, ...given]) {
  const actions = {
    read: () => session.keys(),
    insert: (key, value) => session.set(key, value),
    remove: (key) => session.delete(key),
    flash: (queue, message) => session.flash(queue, message),
    id: () => session.ensureId(),
    "new-id": () => session.renewId(),
    renew: () => session.renew(),
    limit: (seconds) => session.limitTo(seconds),
    remember: (seconds) => session.rememberFor(seconds),
    forget: () => session.forget(),
    clear: () => session.clear(),
    invalidate: () => session.invalidate(),
  };
  actions[action](...given);
}

async function writtenBy(vector, cookie, session) {
  const before = vector.arrives === null ? null : await bodyOf(vector, vector.arrives);
  const lines = await cookie.save(session);
  if (lines.length === 0) return { nothing: true };
  equal(lines.length, 1);
  const [pair, ...attributes] = lines[0].split("; ");
  const token = pair.slice(pair.indexOf("=") + 1);
  if (token === "") return { expired: true };
  const { keyId, body } = await bodyOf(vector, token);
  const { issued, age, limit, remembered, sid } = body.metadata;
  const maxAge = attributes.find((attribute) => attribute.startsWith("Max-Age="));
  const known = before?.body.metadata.sid;
  const isKept = sid && known && hex(sid) === hex(known);
  return {
    written: {
      key_id: keyId,
      issued,
      age,
      limit,
      remembered,
      sid: sid ? (isKept ? "kept" : "new") : null,
      flash: body.flash,
      payload: hex(body.payload),
      max_age: maxAge ? Number(maxAge.slice("Max-Age=".length)) : null,
    },
  };
}

/** The body of a token, whatever its dates. */
async function bodyOf(vector, token) {
  try {
    const ring = await KeyRing.parse(vector.ring, { mode: vector.mode });
    const sealer = await Sealer.of(ring, purposeOf(vector), contextBytes(vector.context ?? []));
    const { keyId, body } = await sealer.open(token, vector.now);
    return { keyId, body: readBody(body) };
  } catch (refused) {
    if (refused instanceof Refusal) return null;
    throw refused;
  }
}
