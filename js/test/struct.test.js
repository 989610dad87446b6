// Descriptions of types, against Rust types with every kind of field.

import assert from "node:assert/strict";
import { test } from "node:test";

import { SessionCookie, SessionError, decodeDictionary } from "../src/index.js";
import * as t from "../src/struct.js";
import { XAES_KEY } from "./keys.js";
import { random } from "./random.js";
import { ask } from "./rust.js";

const NOW = 1_800_000_000;

/** `Every` of js/interop. */
const Every = t.struct({
  bool: t.bool,
  small: t.tuple(t.u8, t.i8),
  numbers: t.tuple(t.u16, t.u32, t.u64, t.u128),
  signed: t.tuple(t.i16, t.i32, t.i64, t.i128),
  floats: t.tuple(t.f32, t.f64),
  char: t.char,
  text: t.text,
  bytes: t.bytes,
  option: t.option(t.u53),
  nested: t.option(t.option(t.bool)),
  list: t.list(t.text),
  array: t.tuple(t.u16, t.u16, t.u16),
  texts: t.map(t.text, t.i53),
  keyed: t.map(t.i32, t.option(t.bool)),
  unit: t.unit,
  kind: t.oneOf({ Guest: null, Member: t.struct({ since: t.u32 }), Pair: t.tuple(t.u8, t.text), Id: t.u64 }),
  inner: t.list(t.struct({ id: t.u32, name: t.option(t.text) })),
  wrapped: t.u32,
});
const EMPTY = { ...withKind("Guest") };

function withKind(kind) {
  const numbers = { numbers: [0, 0, 0n, 0n], signed: [0, 0, 0n, 0n], floats: [0, 0], small: [0, 0], array: [0, 0, 0] };
  const rest = { bool: false, char: "\0", text: "", bytes: new Uint8Array(), option: null, nested: null, list: [] };
  return { ...numbers, ...rest, texts: new Map(), keyed: new Map(), unit: null, kind, inner: [], wrapped: 0 };
}

/** Seals whatever bytes it is given, as a payload of `Every`. */
const raw = await SessionCookie.encrypted(XAES_KEY, {
  type: t.sessionType({ label: "every", schema: 1, empty: Every.encode(EMPTY), shape: { encode: (bytes) => bytes, decode: (bytes) => bytes } }),
});

/** The payload as Rust writes it again, or null where it refuses it. */
async function throughRust(payload) {
  const session = await raw.load(null, NOW * 1000);
  session.value = payload;
  session.ensureId();
  const [line] = await raw.save(session);
  const { payload: again = null } = await ask({ typed: { ring: XAES_KEY, now: NOW, cookie: line.split(";")[0] } });
  return again && Uint8Array.from(again);
}

/** The payload as JavaScript writes it again, or null. */
function throughJavaScript(payload) {
  try {
    return Every.encode(Every.decode(payload));
  } catch (error) {
    assert.ok(error instanceof SessionError || typeof error === "symbol", error);
    return null;
  }
}

function values(seed) {
  const { next, below, oneOf, listOf, text } = random(seed);
  const big = (bits) => BigInt(below(2 ** 32)) * BigInt(below(2 ** 32)) & ((1n << BigInt(bits)) - 1n);
  const edge = (least, most) => oneOf([least, most, least + (most - least) / (typeof most === "bigint" ? 3n : 1), most]);
  const whole = (least, most) => (next() < 0.4 ? edge(least, most) : least + below(most - least));
  const maybe = (make) => (next() < 0.4 ? null : make());
  return () => ({
    bool: next() < 0.5,
    small: [whole(0, 255), whole(-128, 127)],
    numbers: [whole(0, 65_535), whole(0, 2 ** 32 - 1), oneOf([0n, 2n ** 64n - 1n, big(64)]), oneOf([2n ** 128n - 1n, big(100)])],
    signed: [whole(-32_768, 32_767), whole(-(2 ** 31), 2 ** 31 - 1), oneOf([-(2n ** 63n), 2n ** 63n - 1n, -big(60)]), oneOf([-(2n ** 127n), 2n ** 127n - 1n, -big(90)])],
    floats: [Math.fround((next() - 0.5) * 1e9), oneOf([next() * 1e300, -0, Infinity, 0.1])],
    char: oneOf(["a", "å", "€", "🎉", "\0"]),
    text: text(),
    bytes: Uint8Array.from(listOf(20, () => below(256))),
    option: maybe(() => oneOf([0, 2 ** 53 - 1, below(2 ** 40)])),
    nested: maybe(() => next() < 0.5),
    list: listOf(5, text),
    array: [below(65_536), 0, 1],
    texts: new Map(listOf(5, () => [text(), oneOf([-(2 ** 53) + 1, 2 ** 53 - 1, below(1000) - 500])])),
    keyed: new Map(listOf(5, () => [below(2000) - 1000, maybe(() => next() < 0.5)])),
    unit: null,
    kind: oneOf(["Guest", { Member: { since: below(2 ** 32) } }, { Pair: [below(256), text()] }, { Id: big(64) }]),
    inner: listOf(4, () => ({ id: below(2 ** 32), name: maybe(text) })),
    wrapped: below(2 ** 32),
  });
}

test("what JavaScript encodes, Rust decodes and encodes the same", async () => {
  const make = values(3);
  for (let round = 0; round < 300; round++) {
    const value = make();
    const payload = Every.encode(value);
    assert.deepEqual(Every.decode(payload), sorted(value), `round ${round}`);
    assert.deepEqual(await throughRust(payload), payload, `round ${round}`);
  }
});

/** Maps are written in the order of their keys; Option<Option<T>> has one null here. */
function sorted(value) {
  const byBytes = ([a], [b]) => (typeof a === "number" ? a - b : Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return { ...value, texts: new Map([...value.texts].toSorted(byBytes)), keyed: new Map([...value.keyed].toSorted(byBytes)) };
}

test("bytes that are no value are refused as in Rust, and every other value is read", async () => {
  const make = values(11);
  const { next, below } = random(5);
  let [read, refused] = [0, 0];
  for (let round = 0; round < 1500; round++) {
    const payload = Every.encode(make());
    const at = below(payload.length);
    const changed =
      next() < 0.2
        ? payload.subarray(0, at)
        : next() < 0.2
          ? Uint8Array.from([...payload, below(256)])
          : next() < 0.3
            ? Uint8Array.from([...payload.subarray(0, at), payload[at] | 0x80, 0, ...payload.subarray(at + 1)])
            : payload.map((byte, i) => (i === at ? below(256) : byte));
    const [here, there] = [throughJavaScript(changed), await throughRust(changed)];
    // Numbers beyond 2^53 are for `u64`, of `Some(None)` nothing is left, and NaN has one form here.
    if (here === null && there !== null && isBeyond(changed)) continue;
    if (here !== null && (hasLostNull(changed) || Every.decode(changed).floats.some(Number.isNaN))) continue;
    assert.deepEqual(here, there, `round ${round}: ${Buffer.from(changed).toString("hex")}`);
    if (here) read++;
    else refused++;
  }
  assert.ok(read > 200 && refused > 200, `${read} read, ${refused} refused`);
});

const Wide = t.struct({ ...fieldsOf(), option: t.option(t.u64), texts: t.map(t.text, t.i64) });

function fieldsOf() {
  const kinds = { Guest: null, Member: t.struct({ since: t.u32 }), Pair: t.tuple(t.u8, t.text), Id: t.u64 };
  return {
    bool: t.bool, small: t.tuple(t.u8, t.i8), numbers: t.tuple(t.u16, t.u32, t.u64, t.u128),
    signed: t.tuple(t.i16, t.i32, t.i64, t.i128), floats: t.tuple(t.f32, t.f64), char: t.char, text: t.text, bytes: t.bytes,
    option: t.option(t.u64), nested: t.option(t.option(t.bool)), list: t.list(t.text), array: t.tuple(t.u16, t.u16, t.u16),
    texts: t.map(t.text, t.i64), keyed: t.map(t.i32, t.option(t.bool)), unit: t.unit, kind: t.oneOf(kinds),
    inner: t.list(t.struct({ id: t.u32, name: t.option(t.text) })), wrapped: t.u32,
  };
}

function isBeyond(payload) {
  const { option, texts } = Wide.decode(payload);
  return [option ?? 0n, ...texts.values()].some((number) => number > 2n ** 53n - 1n || number < -(2n ** 53n) + 1n);
}

function hasLostNull(payload) {
  const flat = t.struct({ ...fieldsOf(), nested: t.option(t.tuple(t.option(t.bool))) });
  try {
    return flat.decode(payload).nested?.[0] === null;
  } catch {
    return false;
  }
}

const LOGIN = { label: "login", schema: 1, shape: t.struct({ user: t.option(t.u53), roles: t.list(t.text) }) };
const login = t.sessionType(LOGIN);

test("a described type makes a session", async () => {
  const cookies = await SessionCookie.encrypted(XAES_KEY, { type: login });
  const session = await cookies.load(null, NOW * 1000);
  assert.deepEqual(session.value, { user: null, roles: [] });
  session.update((value) => {
    value.user = 7;
    value.roles.push("editor");
  });
  const [line] = await cookies.save(session);
  assert.deepEqual((await cookies.load(line.split(";")[0], NOW * 1000)).value, { user: 7, roles: ["editor"] });
});

test("what is not of the type is refused, with its place, and changes nothing", async () => {
  const cookies = await SessionCookie.encrypted(XAES_KEY, { type: login });
  const session = await cookies.load(null, NOW * 1000);
  const refuses = (value, sentence) =>
    assert.throws(() => (session.value = value), (error) => error instanceof SessionError && error.code === "value" && sentence.test(error.message));
  refuses({ user: 1, roles: ["a", 2] }, /^roles: \[1\]: expected a text, found number$/);
  refuses({ user: 2 ** 53, roles: [] }, /^user: expected an integer from 0/);
  refuses({ user: 1 }, /^roles: expected a list, found undefined$/);
  refuses({ user: 1, roles: [], more: 1 }, /no field `more`/);
  refuses({ user: 1, roles: ["\ud800"] }, /surrogate/);
  refuses(null, /expected an object/);
  assert.deepEqual(session.value, { user: null, roles: [] });
});

test("a list with a hole, and data of two alternatives, are refused", () => {
  assert.throws(() => t.list(t.u32).encode([1, , 3]), /^SessionError: \[1\]: expected an integer .* found undefined$/);
  const kind = t.oneOf({ guest: null, user: t.u32, admin: t.u32 });
  assert.throws(() => kind.encode({ user: 7, admin: 8 }), /expected one of guest, user, admin/);
  assert.deepEqual(kind.decode(kind.encode({ user: 7 })), { user: 7 });
});

test("a failed update leaves the value as it was", async () => {
  const cookies = await SessionCookie.encrypted(XAES_KEY, { type: login });
  const session = await cookies.load(null, NOW * 1000);
  assert.throws(() => session.update((value) => void value.roles.push(7)), SessionError);
  assert.deepEqual(session.value.roles, []);
});

test("a field named __proto__ is a field", () => {
  const shape = t.struct(Object.fromEntries([["__proto__", t.u8], ["a", t.u8]]));
  const value = shape.decode(Uint8Array.of(1, 2));
  assert.deepEqual(Object.getOwnPropertyNames(value), ["__proto__", "a"]);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  assert.deepEqual(shape.encode(value), Uint8Array.of(1, 2));
});

test("a list cannot have more values than bytes", () => {
  assert.throws(() => t.list(t.unit), { code: "type" });
  assert.throws(() => t.list(t.text).decode(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f)), SessionError);
  assert.throws(() => t.list(t.f64).decode(Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0)), SessionError);
});

test("a payload of another schema, or a dictionary, is converted", async () => {
  const before = await SessionCookie.encrypted(XAES_KEY, { type: t.sessionType({ ...LOGIN, label: "" }) });
  const plain = await SessionCookie.encrypted(XAES_KEY);
  const old = await before.load(null, NOW * 1000);
  old.value = { user: 7, roles: [] };
  const dictionary = await plain.load(null, NOW * 1000);
  dictionary.set("user", 8);
  const type = t.sessionType({
    label: "",
    schema: 2,
    shape: t.struct({ user: t.u32, language: t.text }),
    convert: (schema, payload) => {
      if (schema === 0) return { user: decodeDictionary(payload).user, language: "en" };
      return schema === 1 ? { user: login.decode(payload).user, language: "en" } : undefined;
    },
  });
  const now = await SessionCookie.encrypted(XAES_KEY, { type });
  for (const [user, session, cookies] of [[7, old, before], [8, dictionary, plain]]) {
    const [line] = await cookies.save(session);
    const read = await now.load(line.split(";")[0], NOW * 1000);
    assert.deepEqual(read.value, { user, language: "en" });
    read.flash("", "hello");
    // The payload is written in its old form until it changes.
    const [again] = await now.save(read);
    assert.equal((await cookies.load(again.split(";")[0], NOW * 1000)).isNew, false);
  }
});
