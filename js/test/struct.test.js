// Descriptions of types, against Rust types with every kind of field.

import assert from "node:assert/strict";
import { test } from "node:test";

import { SessionCookie, SessionError } from "../src/index.js";
import * as t from "../src/struct.js";
import { Every, FIELDS, emptyEvery } from "./every.js";
import { XAES_KEY, field, filled, random } from "./visitor.js";
import { ask } from "./rust.js";

const NOW = 1_800_000_000;

const EMPTY = emptyEvery();

/** Seals whatever bytes it is given, as a payload of `Every`. */
const raw = await SessionCookie.encrypted(XAES_KEY, {
  type: t.sessionType({ label: "every", schema: 1, empty: Every.encode(EMPTY), shape: { encode: (bytes) => bytes, decode: (bytes) => bytes } }),
});

/** The payload as Rust writes it again, or null where it refuses it. */
async function throughRust(payload) {
  const cookie = await filled((session) => ((session.value = payload), session.ensureId()), raw, NOW * 1000);
  const { payload: again = null } = await ask({ typed: { ring: XAES_KEY, now: NOW, cookie } });
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
    // Numbers beyond 2^53 are for `u64`, a NaN is read and not written, and of `Some(None)` nothing is left.
    if (here === null && there !== null && (isBeyond(changed) || hasNaN(changed))) continue;
    if (here !== null && hasLostNull(changed)) continue;
    assert.deepEqual(here, there, `round ${round}: ${Buffer.from(changed).toString("hex")}`);
    if (here) read++;
    else refused++;
  }
  assert.ok(read > 200 && refused > 200, `${read} read, ${refused} refused`);
});

/** The fields of `Every`, with all numbers of Rust. */
const WIDE = { ...FIELDS, option: t.option(t.u64), texts: t.map(t.text, t.i64) };
const Wide = t.struct(WIDE);

function hasNaN(payload) {
  try {
    return Every.decode(payload).floats.some(Number.isNaN);
  } catch {
    return false;
  }
}

function isBeyond(payload) {
  const { option, texts } = Wide.decode(payload);
  return [option ?? 0n, ...texts.values()].some((number) => number > 2n ** 53n - 1n || number < -(2n ** 53n) + 1n);
}

function hasLostNull(payload) {
  const flat = t.struct({ ...WIDE, nested: t.option(t.tuple(t.option(t.bool))) });
  try {
    return flat.decode(payload).nested?.[0] === null;
  } catch {
    return false;
  }
}

const LOGIN = { label: "login", schema: 1, shape: t.struct({ user: t.option(t.u53), roles: t.list(t.text) }) };
const login = t.sessionType(LOGIN);

test("what is not of the type is refused, with its place, and changes nothing", async () => {
  const cookies = await SessionCookie.encrypted(XAES_KEY, { type: login });
  const session = await cookies.load(null, NOW * 1000);
  const refuses = (value, sentence) =>
    assert.throws(() => (session.value = value), (error) => error instanceof SessionError && error.code === "value" && sentence.test(error.message));
  refuses({ user: 1, roles: ["a", 2] }, /^roles: \[1\]: expected a string, found number$/);
  refuses({ user: 2 ** 53, roles: [] }, /^user: expected an integer from 0/);
  refuses({ user: 1 }, /^roles: expected a list, found undefined$/);
  refuses({ user: 1, roles: [], more: 1 }, /no field `more`/);
  refuses({ user: 1, roles: ["\ud800"] }, /surrogate/);
  refuses(null, /expected an object/);
  assert.deepEqual(session.value, { user: null, roles: [] });
});

/** What is put in the place of a part of a value. */
const odd = () => [
  undefined, null, NaN, Infinity, 1.5, -1, 256, 2 ** 53, 1e300, 10n, -1n, 2n ** 64n, 2n ** 128n, "", "\ud800", "ab", true, Symbol("x"), () => 1,
  {}, [], [, 1], new Map(), new Map([["a", 1]]), new Map([[1, undefined]]), new Date(0), new (class Login {})(), new (class List extends Array {})(), new Uint8Array(3), new ArrayBuffer(2),
  "xay".match(/a/), Object.assign(["a"], { total: 5 }), { id: 1, name: null, [Symbol("b")]: 2 }, { id: 1, name: undefined }, Object.create({ id: 1 }), "Guest", { Guest: null }, { Id: 1n, Pair: [1, ""] },
];

/** The value with a part at random in another's place. */
function broken(value, { next, oneOf, below }) {
  const parts = value instanceof Map ? [...value] : typeof value === "object" && value !== null && !(value instanceof Uint8Array) ? Object.entries(value) : [];
  if (parts.length === 0 || next() < 0.3) return oneOf(odd());
  const at = below(parts.length);
  const changed = parts.map(([key, part], i) => [key, i === at ? broken(part, { next, oneOf, below }) : part]);
  if (value instanceof Map) return new Map(changed);
  return Array.isArray(value) ? changed.map(([, part]) => part) : Object.fromEntries(changed);
}

test("every value of a type that is accepted comes back as it was", async () => {
  const cookies = await SessionCookie.encrypted(XAES_KEY, { type: t.sessionType({ label: "every", schema: 1, shape: Every, empty: EMPTY }), size: "split:4" });
  const make = values(7);
  const chance = random(9);
  let [stored, refusals] = [0, 0];
  for (let round = 0; round < 3000; round++) {
    const value = chance.next() < 0.2 ? make() : { ...make(), ...broken(make(), chance) };
    const session = await cookies.load(null, NOW * 1000);
    try {
      if (round % 2 === 0) session.value = value;
      else session.update(() => value);
    } catch (error) {
      assert.ok(["value", "size"].includes(error.code), error);
      refusals++;
      continue;
    }
    const read = (await cookies.load(field(await cookies.save(session)), NOW * 1000)).value;
    assert.deepEqual(session.value, read, `round ${round}`);
    assert.deepStrictEqual(plain(read), plain(value), `round ${round}`);
    stored++;
  }
  assert.ok(stored > 800 && refusals > 800, `${stored} stored, ${refusals} refused`);
});

/** Without the methods by which a Map that was read refuses changes. */
function plain(value) {
  if (value instanceof Map) return new Map([...value].map(([key, part]) => [key, plain(part)]));
  if (Array.isArray(value)) return value.map(plain);
  return typeof value !== "object" || value === null || value instanceof Uint8Array ? value : Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

test("what a value has beside its parts is refused, and what would be read as something else", () => {
  const refuses = (shape, value, sentence) => assert.throws(() => shape.encode(value), (error) => error.code === "value" && sentence.test(error.message));
  const named = t.struct({ name: t.option(t.text) });
  class Named {
    name = "ada";
  }
  for (const value of [new Map([["name", "ada"]]), new Date(), new Named(), [], Object.create({ name: "ada" })]) refuses(named, value, /^expected an object/);
  refuses(named, { name: null, [Symbol("more")]: 1 }, /no field `Symbol\(more\)`/);
  for (const value of [{}, { name: undefined }]) refuses(named, value, /^name: expected null or a value, found undefined$/);
  refuses(t.list(t.option(t.text)), ["a", , "b"], /^\[1\]: expected null or a value/);
  refuses(t.list(t.text), "xay".match(/a/), /no field `index`/);
  refuses(t.tuple(t.u8), Object.assign([1], { more: 1 }), /no field `more`/);
  refuses(t.list(t.u8), new (class List extends Array {})(), /^expected a list/);
  refuses(t.list(t.u32), [1, , 3], /^\[1\]: expected an integer .* found undefined$/);
  const kind = t.oneOf({ guest: null, user: t.u32, admin: t.u32 });
  assert.deepEqual(kind.decode(kind.encode({ user: 7 })), { user: 7 });
  for (const value of [new (class User { user = 7; })(), { user: 7, admin: 8 }, 7, null, { user: 7, [Symbol("more")]: 1 }, ["guest"]]) refuses(kind, value, /^expected one of guest, user, admin/);
  refuses(t.map(t.u8, t.u8), new (class Counts extends Map {})(), /^expected a Map/);
  refuses(t.map(t.u8, t.u8), Object.assign(new Map(), { total: 1 }), /no field `total`/);
  const alike = [[t.f32, 0.1, Math.fround(0.1)], [t.bytes, Uint8Array.of(1), Uint8Array.of(1)], [t.tuple(t.u8), [1], [1]]];
  for (const [key, one, other] of alike) refuses(t.map(key, t.u8), new Map([[one, 1], [other, 2]]), /two keys with the same bytes/);
  refuses(t.f32, 1e39, /^expected a number of 32 bits/);
  for (const number of [t.f32, t.f64]) refuses(number, NaN, /^expected a number, found NaN, which is not equal to itself$/);
  for (const value of [Infinity, -0, Math.fround(3e38)]) assert.deepStrictEqual(t.f32.decode(t.f32.encode(value)), value);
});

test("the keys of a map are written in Rust's order, whatever they are", () => {
  const kind = t.oneOf({ guest: null, admin: null, user: t.u8 });
  const inOrder = [
    [t.text, ["B", "a", "\uff01", "\u{10000}"]],
    [t.i8, [-2, -1, 0, 1]],
    [t.u64, [1n, 2n, 300n]],
    [t.bool, [false, true]],
    [t.option(t.u8), [null, 1, 2]],
    [kind, ["guest", "admin", { user: 1 }, { user: 2 }]],
    [t.bytes, [[], [0], [0, 1], [1]].map((list) => Uint8Array.from(list))],
    [t.list(t.text), [["a"], ["a", "b"], ["b"]]],
    [t.tuple(kind, t.u8), [["guest", 2], ["admin", 1], ["admin", 2]]],
    [t.struct({ b: t.u8, a: t.u8 }), [{ b: 1, a: 2 }, { b: 2, a: 0 }, { b: 2, a: 1 }]],
  ];
  for (const [key, keys] of inOrder) {
    const described = t.map(key, t.u8);
    const entries = keys.map((name) => [name, 7]);
    const bytes = described.encode(new Map(entries.toReversed()));
    assert.deepEqual([...described.decode(bytes).keys()], keys);
    assert.deepEqual(described.encode(new Map(entries)), bytes);
  }
  assert.throws(() => t.map(t.list(t.u8), t.u8).encode(new Map([[undefined, 1], [7, 1]])), /^SessionError: expected a list/);
});

test("keys that are maps are written in the order of a BTreeMap, also inside of other types", () => {
  const pairs = t.map(t.text, t.u8);
  // By the first entry that differs, of which the key counts before the value, and then by the number of entries.
  const inOrder = [[], [["a", 1]], [["a", 1], ["b", 1]], [["a", 1], ["b", 2]], [["a", 1], ["c", 0]], [["a", 2]], [["b", 0]]].map((entries) => new Map(entries));
  const ofMaps = inOrder.map((one) => new Map([[one, 7]]));
  const kinds = [
    [pairs, inOrder],
    [t.map(pairs, t.u8), ofMaps],
    [t.option(pairs), [null, ...inOrder]],
    [t.list(pairs), [[], ...inOrder.map((one) => [one])]],
    [t.tuple(pairs, t.u8), inOrder.flatMap((one) => [[one, 1], [one, 2]])],
    [t.struct({ of: pairs }), inOrder.map((of) => ({ of }))],
    [t.oneOf({ none: null, some: pairs }), ["none", ...inOrder.map((some) => ({ some }))]],
    [t.map(t.u8, pairs), inOrder.map((one) => new Map([[1, one]]))],
  ];
  /** The same value, with the entries of its maps the other way round. */
  const turned = (value) => (value instanceof Map ? new Map([...value].reverse()) : value);
  for (const [key, keys] of kinds) {
    const described = t.map(key, t.u8);
    const bytes = described.encode(new Map(keys.map((name) => [name, 7])));
    assert.deepEqual([...described.decode(bytes).keys()], keys);
    assert.deepEqual(described.encode(new Map(keys.toReversed().map((name) => [turned(name), 7]))), bytes);
  }
  const two = new Map([[new Map([["b", 1]]), 1], [new Map([["a", 2]]), 2]]);
  assert.deepEqual(t.map(pairs, t.u8).encode(two), Uint8Array.of(2, 1, 1, 0x61, 2, 2, 1, 1, 0x62, 1, 1));
});

test("a part that is no description is a mistake of the type, by its name", () => {
  const sentence = (kind, part) => ({ name: "ConfigError", code: "type", message: `\`${kind}\` takes descriptions, such as \`text\`, and its part \`${part}\` is none` });
  for (const wrong of [Number, String, undefined, null, "text", {}, [t.text], t.struct]) {
    assert.throws(() => t.struct({ a: t.text, b: wrong }), sentence("struct", "b"));
    assert.throws(() => t.list(wrong), sentence("list", "item"));
    assert.throws(() => t.option(wrong), sentence("option", "inner"));
    assert.throws(() => t.tuple(t.u8, wrong), sentence("tuple", "1"));
    assert.throws(() => t.map(wrong, t.u8), sentence("map", "key"));
    assert.throws(() => t.map(t.u8, wrong), sentence("map", "value"));
    if (wrong !== null) assert.throws(() => t.oneOf({ guest: null, member: wrong }), sentence("oneOf", "member"));
  }
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
