// What is stored comes back as what it was, or is refused; and what is read cannot be changed by mistake.

import assert from "node:assert/strict";
import { test } from "node:test";

import { equal } from "../src/format/base/bytes.js";
import { SessionCookie, decodeDictionary, sessionType } from "../src/index.js";
import * as t from "../src/struct.js";
import { NOW, XAES_KEY, cookies, field, filled, later, random, refused } from "./visitor.js";

const roomy = await SessionCookie.encrypted(XAES_KEY, { size: "split:4" });

/** The session of the next request. */
const next = async (session, of = cookies) => of.load(field(await of.save(session)), NOW);

/** A session that was filled just now, and that of the request after it. */
async function both(fill, of = cookies) {
  const now = await of.load(null, NOW);
  fill(now);
  return [now, await of.load(await filled(fill, of), NOW)];
}

const refusedWith = (sentence) => (error) => refused("value")(error) && sentence.test(error.message);

test("what would come back as something else is refused, and the error says what to store", async () => {
  const session = await cookies.load(null, NOW);
  const [, missing] = [1, , 3];
  for (const [value, sentence] of [
    [{ user: undefined }, /type undefined cannot be stored; store null, a string or an object/],
    [[1, [undefined]], /undefined cannot be stored/],
    [missing, /undefined cannot be stored|got nothing back/],
    [[1, , 3], /undefined cannot be stored/],
    [new Map([[1, undefined]]), /undefined cannot be stored/],
    [new Map([["a", 1]]), /a Map .* cannot be stored; store an object/],
    [[new Map()], /a Map that is empty.* store an object/],
    [new Map([[[1], 1], [[1], 2]]), /equal keys, cannot be stored/],
    [7n, /this BigInt cannot be stored; store a number or a string/],
    [-(2n ** 53n) + 1n, /store a number or a string/],
    [[2n ** 53n - 1n], /store a number or a string/],
    [2n ** 64n, /store a number or a string/],
    [() => 1, /a value of type Function cannot be stored/],
    [new Date(), /a value of type Date cannot be stored; store its `toISOString\(\)`$/],
    [session, /a value of type Session cannot be stored; store null, a string or an object/],
    [new ArrayBuffer(8), /a value of type ArrayBuffer cannot be stored/],
    [new (class extends Map {})([[1, 1]]), /a value of type .* cannot be stored/],
    [new (class List extends Array {})(1, 2), /a value of type List cannot be stored/],
    ["xay".match(/a/), /a property next to the elements cannot be stored; store an object/],
    [Object.assign([1], { total: 5 }), /a property next to the elements/],
    [Object.assign([, 1], { total: 5 }), /cannot be stored/],
    [Object.assign(new Map([[1, 1]]), { total: 5 }), /a property next to the elements/],
    [{ a: 1, [Symbol("b")]: 2 }, /a property next to the elements/],
    [{ list: Object.assign([1], { [Symbol("b")]: 2 }) }, /a property next to the elements/],
    ["\ud800", /store a well-formed string/],
    [{ "\ud800": 1 }, /store a well-formed string/],
  ]) {
    assert.throws(() => session.set("key", value), refusedWith(sentence));
    assert.throws(() => session.update("key", () => value), refusedWith(sentence));
  }
  assert.throws(() => session.flash("notice", "\ud800"), refusedWith(/store a well-formed string/));
  assert.throws(() => session.flash(undefined, "text"), refused("value"));
  assert.equal(session.size, 0);
  assert.deepEqual(session.flashes("notice"), []);
});

test("every value that is accepted comes back as it was", async () => {
  const { next: chance, below, oneOf, listOf, text } = random(23);
  const keys = [text, () => below(300) - 150, () => chance(), () => null, () => chance() < 0.5, () => [below(9)], () => 2n ** 60n, () => undefined];
  const value = (depth = 0) => {
    const inner = () => (depth > 3 ? null : value(depth + 1));
    return oneOf([
      () => null,
      () => chance() < 0.5,
      () => below(300) - 150,
      () => oneOf([-1, 1]) * Math.floor(2 ** (chance() * 60)),
      () => oneOf([0.1, -0, NaN, Infinity, (chance() - 0.5) * 1e9]),
      () => BigInt(Math.floor(2 ** (chance() * 65))) * oneOf([-1n, 1n]),
      text,
      () => "x".repeat(below(300)),
      () => Uint8Array.from(listOf(300, () => below(256))),
      () => listOf(20, inner),
      () => Object.fromEntries(listOf(20, () => [oneOf([text(), `${below(20)}`, "__proto__", "length"]), inner()])),
      () => new Map(listOf(5, () => [oneOf(keys)(), inner()])),
      () => oneOf([undefined, new Date(0), Symbol("x"), [, 1]]),
    ])();
  };
  let [stored, refusals] = [0, 0];
  for (let round = 0; round < 4000; round++) {
    const one = value();
    const session = await roomy.load(null, NOW);
    try {
      session.set("value", one);
    } catch (error) {
      assert.ok(["value", "size"].includes(error.code), error);
      refusals++;
      continue;
    }
    const read = (await next(session, roomy)).get("value");
    assert.deepStrictEqual(read, one, `round ${round}`);
    assert.deepStrictEqual(session.get("value"), one, `round ${round}`);
    assert.deepStrictEqual((await roomy.load(null, NOW)).set("value", read).get("value"), one, `round ${round}`);
    stored++;
  }
  assert.ok(stored > 2000 && refusals > 300, `${stored} stored, ${refusals} refused`);
});

test("what is read cannot be changed", async () => {
  const map = new Map([[1, ["one"]], [["two"], 2]]);
  for (const session of await both((session) => session.set("cart", [{ id: 7, tags: ["new"] }]).set("map", map))) {
    const cart = session.get("cart");
    assert.throws(() => cart.push({ id: 8 }), TypeError);
    assert.throws(() => (cart[0].id = 8), TypeError);
    assert.throws(() => cart[0].tags.push("old"), TypeError);
    assert.throws(() => delete cart[0].tags, TypeError);
    for (const change of [(map) => map.set(2, []), (map) => map.delete(1), (map) => map.clear()]) {
      assert.throws(() => change(session.get("map")), { name: "TypeError", message: "read-only; use `update`" });
    }
    assert.throws(() => [...session.get("map").keys()][1].push("deux"), TypeError);
    assert.throws(() => session.entries()[0][1].push(8), TypeError);
    assert.deepEqual(session.entries(), [["cart", [{ id: 7, tags: ["new"] }]], ["map", map]]);
  }
  // What the application stored is its own.
  map.set(2, []);
});

test("a value without bytes is made once, and of bytes each look is a copy", async () => {
  const bytes = Uint8Array.of(1, 2);
  const sessions = await both((session) => session.set("plain", [{ id: 7 }]).set("bytes", [{ bytes }]));
  bytes[0] = 9;
  for (const session of sessions) {
    assert.equal(session.get("plain"), session.get("plain"));
    session.get("bytes")[0].bytes[0] = 8;
    assert.deepEqual(session.get("bytes"), [{ bytes: Uint8Array.of(1, 2) }]);
    assert.throws(() => session.get("bytes").push(1), TypeError);
    session.set("plain", [{ id: 8 }]);
    assert.deepEqual(session.get("plain"), [{ id: 8 }]);
  }
});

test("an update changes a copy in place, or stores what it returns", async () => {
  const fill = (session) => session.set("cart", [{ id: 7 }]).set("map", new Map([[1, 1]])).set("bytes", Uint8Array.of(1)).set("count", 1);
  const [session] = await both(fill);
  const read = session.get("cart");
  session.update("cart", (cart) => void cart.push({ id: 8 }));
  session.update("cart", (cart) => {
    cart[0].id = 6;
  });
  session.update("map", (map) => void map.set(2, 2));
  session.update("bytes", (bytes) => void bytes.fill(9));
  session.update("count", (count) => count + 1).update("none", (none = 0) => none + 1);
  session.update("nothing", () => null);
  const { bytes, cart, count, map, none, nothing } = Object.fromEntries((await next(session)).entries());
  assert.deepEqual([bytes, cart, map], [Uint8Array.of(9), [{ id: 6 }, { id: 8 }], new Map([[1, 1], [2, 2]])]);
  assert.deepEqual([count, none, nothing], [2, 1, null]);
  assert.deepEqual(read, [{ id: 7 }]);
});

test("an update that returns nothing where nothing can be changed in place is refused", async () => {
  const session = (await cookies.load(null, NOW)).set("count", 1).set("nothing", null);
  for (const key of ["count", "nothing", "none"]) {
    assert.throws(() => session.update(key, (value) => void (value + 1)), refusedWith(/^update of `\w+` got nothing back; return the new value$/));
  }
  assert.throws(() => session.update("cart", (cart = []) => void cart.push(7)), refusedWith(/^update of `cart` got nothing back/));
  assert.deepEqual(session.entries(), [["count", 1], ["nothing", null]]);
});

test("an update of a typed value that returns nothing where nothing can be changed in place is refused", async () => {
  const kinds = { number: t.u32, big: t.u64, word: t.text, maybe: t.option(t.list(t.u8)), nothing: t.unit };
  for (const [label, shape] of Object.entries(kinds)) {
    const session = await (await SessionCookie.encrypted(XAES_KEY, { type: t.sessionType({ label, schema: 1, shape }) })).load(null, NOW);
    const before = session.value;
    assert.throws(() => session.update((value) => void `${value}1`), refusedWith(/^update got nothing back; return the new value$/), label);
    assert.equal(session.value, before);
  }
});

test("an update is refused inside of which its value changes, since that change would be lost", async () => {
  const session = (await cookies.load(null, NOW)).set("cart", [7]).set("count", 1);
  const inside = { name: "TypeError", message: /^the value was changed inside of its own `update`/ };
  const addTo = (key) => session.update(key, (list = []) => [...list, 9]);
  assert.throws(() => session.update("cart", (cart) => (addTo("cart"), [...cart, 8])), inside);
  assert.throws(() => session.update("none", (none = []) => (addTo("none"), none)), inside);
  assert.deepEqual(session.entries(), [["cart", [7, 9]], ["count", 1], ["none", [9]]]);
  session.update("cart", (cart) => (addTo("none"), session.set("count", 2), cart.slice(1)));
  assert.deepEqual(session.entries(), [["cart", [9]], ["count", 2], ["none", [9, 9]]]);
  // What was dropped does not come back.
  assert.throws(() => session.update("cart", (cart) => (session.signIn(), cart)), inside);
  assert.deepEqual(session.entries(), []);
});

test("an update that fails leaves the value as it was", async () => {
  const session = (await cookies.load(null, NOW)).set("cart", [7]);
  const failing = (cart) => {
    cart.push(8);
    throw new Error("no more");
  };
  assert.throws(() => session.update("cart", failing), /no more/);
  assert.throws(() => session.update("cart", (cart) => void cart.push(undefined)), refused("value"));
  assert.deepEqual(session.get("cart"), [7]);
});

test("a method that was taken out of its session says where it belongs", async () => {
  const { get, id, flash } = await cookies.load(null, NOW);
  assert.equal(id, null);
  const expected = { name: "TypeError", message: "expected a session; await `load`, and have one copy of this package" };
  for (const misused of [() => get("user"), () => flash("notice", "text"), () => get.call({}, "user"), () => get.call(7, "user")]) {
    assert.throws(misused, expected);
  }
});

test("nothing that is done to a value changes what is read next", async () => {
  const values = { map: new Map([[1, ["one"]]]), list: [new Map([[1, "one"]])], object: { inner: new Map([[1, 1]]) }, bytes: Uint8Array.of(1) };
  for (const session of await both((session) => Object.entries(values).forEach(([key, value]) => session.set(key, value)))) {
    for (let round = 0; round < 2; round++) {
      for (const key of Object.keys(values)) assert.deepEqual(session.get(key), values[key], key);
      for (const map of [session.get("map"), session.get("list")[0], session.get("object").inner]) Map.prototype.clear.call(map);
      Map.prototype.set.call(session.get("map"), 2, "two");
      assert.throws(() => session.get("map").get(1).push("two"), TypeError);
      session.get("bytes").fill(9);
    }
    // Nor what is stored, of which nothing has changed.
    const { length } = await cookies.save(session);
    assert.ok(length <= 1);
  }
});

test("a dictionary that is converted may be changed", async () => {
  const bytes = Uint8Array.of(0x81, 0xa1, 0x61, 0x91, 0x01);
  const entries = decodeDictionary(bytes);
  entries.a.push(2);
  assert.deepEqual(entries, { a: [1, 2] });
});

const shape = t.struct({ roles: t.list(t.text), limits: t.map(t.text, t.u64), key: t.bytes });
const empty = { roles: [], limits: new Map(), key: new Uint8Array() };

test("the value of a typed session cannot be changed, but by an update", async () => {
  const typed = await SessionCookie.encrypted(XAES_KEY, { type: t.sessionType({ label: "login", schema: 1, shape }) });
  const given = { roles: ["editor"], limits: new Map([["a", 1n]]), key: Uint8Array.of(1) };
  const sessions = await both((session) => (session.value = given), typed);
  given.roles.push("guest");
  for (const session of sessions) {
    assert.deepEqual(session.value, { ...given, roles: ["editor"] });
    assert.throws(() => (session.value.roles = []), TypeError);
    assert.throws(() => session.value.roles.push("admin"), TypeError);
    assert.throws(() => session.value.limits.clear(), TypeError);
    session.value.key[0] = 9;
    assert.deepEqual(session.value.key, Uint8Array.of(1));
  }
  const [, session] = sessions;
  session.update((login) => void login.key.fill(7)).update((login) => ({ ...login, roles: [] }));
  assert.deepEqual((await next(session, typed)).value, { ...given, roles: [], key: Uint8Array.of(7) });
  assert.deepEqual((await typed.load(null, NOW)).value, empty);
});

test("an update of a typed value is refused inside of which it changes", async () => {
  const typed = await SessionCookie.encrypted(XAES_KEY, { type: t.sessionType({ label: "login", schema: 1, shape }) });
  const session = await typed.load(null, NOW);
  const inside = { name: "TypeError", message: /^the value was changed inside of its own `update`/ };
  const add = (role) => session.update((login) => void login.roles.push(role));
  assert.throws(() => session.update((login) => (add("editor"), { ...login, key: Uint8Array.of(1) })), inside);
  assert.deepEqual(session.value, { ...empty, roles: ["editor"] });
  assert.throws(() => session.update(() => void session.signIn()), inside);
  assert.deepEqual(session.value, empty);
});

test("a promise is no value, whatever a codec makes of it", async () => {
  const shape = { encode: (value) => new TextEncoder().encode(JSON.stringify(value)), decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) };
  const typed = await SessionCookie.encrypted(XAES_KEY, { type: t.sessionType({ label: "json", schema: 1, shape, empty: {} }) });
  const session = await typed.load(null, NOW);
  session.value = { user: 7 };
  const isPromise = refusedWith(/^a promise cannot be stored; await it first$/);
  assert.throws(() => session.update(async (value) => void (value.user = 8)), isPromise);
  assert.throws(() => (session.value = Promise.resolve({ user: 8 })), isPromise);
  assert.deepEqual(session.value, { user: 7 });
  const entries = (await cookies.load(null, NOW)).set("cart", [7]);
  assert.throws(() => entries.update("cart", async (cart) => void cart.push(8)), isPromise);
  for (const value of [Promise.resolve(8), { user: Promise.resolve(8) }, [{ then: () => {} }]]) assert.throws(() => entries.set("user", value), isPromise);
  assert.deepEqual(entries.entries(), [["cart", [7]]]);
});

test("a typed value that is null is stored", async () => {
  const type = t.sessionType({ label: "maybe", schema: 1, shape: t.option(t.text) });
  const typed = await SessionCookie.encrypted(XAES_KEY, { type });
  const session = await typed.load(await filled((session) => (session.value = "ada"), typed), NOW);
  session.update(() => null);
  assert.equal(session.value, null);
  assert.equal((await typed.save(session)).length, 1);
});

test("a codec of one's own may give a value of type a class, which is not frozen", async () => {
  class Point {
    constructor(x) {
      this.x = x;
    }
  }
  const codec = { encode: ({ x }) => Uint8Array.of(x), decode: ([x]) => new Point(x) };
  const typed = await SessionCookie.encrypted(XAES_KEY, { type: sessionType({ label: "point", schema: 1, shape: codec, empty: new Point(0) }) });
  const session = await typed.load(null, NOW);
  session.value.x = 9;
  assert.deepEqual(session.value, new Point(0));
  session.update((point) => void (point.x = 7));
  assert.deepEqual((await next(session, typed)).value, new Point(7));
});

test("a value that a codec of one's own froze at its surface cannot be changed in place either", async () => {
  const circle = Object.freeze({ list: [1] });
  circle.list.push(circle.list);
  const codec = { encode: ({ list }) => Uint8Array.of(list[0]), decode: ([first]) => Object.freeze({ list: [first], at: Object.freeze(new Date(0)) }) };
  const typed = await SessionCookie.encrypted(XAES_KEY, { type: sessionType({ label: "list", schema: 1, shape: codec, empty: circle }) });
  const empty = await typed.load(null, NOW);
  assert.throws(() => empty.value.list.push(2), TypeError);
  const session = await typed.load(await filled((session) => (session.value = { list: [7] }), typed), NOW);
  assert.throws(() => session.value.list.push(2), TypeError);
  // An instance of a class is a copy at each look.
  session.value.at.setTime(1);
  assert.deepEqual([session.value.list, session.value.at.getTime()], [[7], 0]);
});

test("what `convert` gives stays as it is", async () => {
  const constant = { roles: ["guest"] };
  const described = t.struct({ roles: t.list(t.text) });
  const type = t.sessionType({ label: "", schema: 1, shape: described, convert: () => constant });
  const typed = await SessionCookie.encrypted(XAES_KEY, { type });
  const arrived = await filled((session) => session.set("user", "ada"));
  const session = await typed.load(arrived, later(1));
  session.update((login) => void login.roles.push("editor"));
  assert.deepEqual([constant, Object.isFrozen(constant), session.value], [{ roles: ["guest"] }, false, { roles: ["guest", "editor"] }]);
  // Without bytes it is made once.
  assert.equal(session.value, session.value);
});

test("tags are compared to their last byte, wherever they differ", () => {
  const tag = Uint8Array.from({ length: 32 }, (_, i) => i);
  for (const at of [null, 0, 15, 31]) {
    const other = tag.map((byte, i) => (i === at ? byte ^ 1 : byte));
    const read = [new Set(), new Set()];
    const watched = [tag, other].map((bytes, i) =>
      new Proxy(bytes, {
        get: (target, name) => (/^\d+$/.test(String(name)) && read[i].add(name), Reflect.get(target, name, target)),
      }),
    );
    assert.deepEqual([equal(...watched), ...read.map(({ size }) => size)], [at === null, 32, 32], `${at}`);
  }
  assert.equal(equal(tag, tag.subarray(1)), false);
});
