// Values of another realm, as tests in jsdom and in Jest have them, and compilers that make properties of private fields.

import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";

import { fromSettings } from "../src/settings.js";
import { SessionCookie, sessionType } from "../src/index.js";
import * as t from "../src/struct.js";
import { NOW, XAES_KEY, cookies, field, later, refused } from "./visitor.js";

const there = runInNewContext(`({
  bytes: new Uint8Array([1, 2, 3]),
  map: new Map([[1, "one"], [2, new Uint8Array([4])]]),
  list: [1, { a: [2] }],
  record: { a: { b: 1 } },
  date: new Date(${NOW.getTime()}),
  settings: new Map([["idle_timeout", "10m"], ["keys", ${JSON.stringify(XAES_KEY)}]]),
  others: [new (class extends Map {})([[1, 1]]), new (class { get [Symbol.toStringTag]() { return "Map"; } get size() { return 0; } }), new Set([1]), new Date(), new Uint16Array(1)],
  instances: [new (class List extends Array {})(), new (class User {})()],
})`);
const here = { bytes: Uint8Array.of(1, 2, 3), map: new Map([[1, "one"], [2, Uint8Array.of(4)]]), list: [1, { a: [2] }], record: { a: { b: 1 } } };

test("values of another realm are stored as those of this one, and stay as they are", async () => {
  for (const [name, value] of Object.entries(here)) {
    const session = await cookies.load(null, NOW);
    session.set("key", there[name]);
    const next = await cookies.load(field(await cookies.save(session)), NOW);
    assert.deepEqual(next.get("key"), value, name);
    next.set("key", there[name]);
    assert.deepEqual([next.hasChanged, next.update("key", () => there[name]).get("key")], [false, value]);
  }
  // Node's own `Buffer`, where tests have another `Uint8Array`.
  const session = await cookies.load(null, NOW);
  assert.deepEqual(session.set("key", Buffer.from("hi")).get("key"), new TextEncoder().encode("hi"));
});

test("a value of another realm, or without a class, is changed in place like any other", async () => {
  const inPlace = async (decode) => {
    const shape = { encode: ({ user }) => Uint8Array.of(user), decode };
    const typed = await SessionCookie.encrypted(XAES_KEY, { type: sessionType({ label: "realm", schema: 1, shape, empty: { user: 7 } }) });
    const session = await typed.load(null, NOW);
    session.update((value) => {
      value.user = 8;
    });
    return session.value.user;
  };
  const ofRealm = runInNewContext("([user]) => ({ user })");
  assert.deepEqual([await inPlace(ofRealm), await inPlace(([user]) => Object.assign(Object.create(null), { user }))], [8, 8]);
  // As in Jest, where `Uint8Array` is that of Node, and `Object` is not.
  const session = (await cookies.load(null, NOW)).set("key", Uint8Array.of(1));
  const ofBytes = Object.getPrototypeOf(Uint8Array.prototype);
  Object.setPrototypeOf(ofBytes, Object.getPrototypeOf(there.record));
  try {
    session.update("key", (bytes) => void bytes.fill(2));
  } finally {
    Object.setPrototypeOf(ofBytes, Object.prototype);
  }
  assert.deepEqual(session.get("key"), Uint8Array.of(2));
});

test("values of other classes are refused, of whatever realm", async () => {
  const session = await cookies.load(null, NOW);
  for (const value of [...there.others, ...there.instances]) assert.throws(() => session.set("key", value), refused("value"));
  // Such as that of MobX, whose changes would be lost.
  const observable = new (class ObservableMap {
    get [Symbol.toStringTag]() {
      return "Map";
    }
  })();
  for (const value of [observable, { [Symbol.toStringTag]: "Map" }, { [Symbol.toStringTag]: "Uint8Array", length: 3 }]) {
    assert.throws(() => session.set("key", value), refused("value"));
  }
});

test("described types and codecs take values of another realm", async () => {
  const shape = t.struct({ bytes: t.bytes, map: t.map(t.u8, t.text) });
  const map = runInNewContext('new Map([[2, "two"], [1, "one"]])');
  const value = { bytes: there.bytes, map };
  assert.deepEqual(shape.decode(shape.encode(value)), { bytes: here.bytes, map: new Map([[1, "one"], [2, "two"]]) });
  const codec = { encode: () => there.bytes, decode: ([first]) => first };
  const typed = await SessionCookie.encrypted(XAES_KEY, { type: sessionType({ label: "y", schema: 1, shape: codec, empty: 1 }) });
  assert.equal((await typed.load(null, NOW)).value, 1);
  for (const other of there.others) assert.throws(() => shape.encode({ bytes: here.bytes, map: other }), refused("value"));
  const list = t.list(t.struct({ id: t.u32 }));
  assert.deepEqual(list.decode(list.encode(runInNewContext("[{ id: 7 }]"))), [{ id: 7 }]);
  for (const other of there.instances) for (const value of [other, [other]]) assert.throws(() => list.encode(value), refused("value"));
});

test("times and settings of another realm are read", async () => {
  assert.equal((await cookies.load(null, there.date)).outcome.kind, "absent");
  const raised = await SessionCookie.encrypted(XAES_KEY, { notBefore: there.date });
  const session = await raised.load(null, later(1));
  session.set("user", "ada");
  assert.equal((await raised.load(field(await raised.save(session)), later(1))).get("user"), "ada");
  assert.equal((await fromSettings(there.settings)).name, "__Host-session");
});

test("a session works where a compiler has made properties of private fields", async () => {
  const dist = fileURLToPath(new URL("../dist", import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), "hardtack-"));
  try {
    await cp(dist, folder, { recursive: true });
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    for (const file of (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".js"))) {
      const program = await readFile(join(folder, file), "utf8");
      await writeFile(join(folder, file), program.replace(/#(?=[a-z]\w*)/gi, "__private_24_"));
    }
    const { SessionCookie } = await import(pathToFileURL(join(folder, "index.js")));
    const cookies = await SessionCookie.encrypted(XAES_KEY);
    const session = await cookies.load(null, NOW);
    session.set("user", "ada").flash("notice", "Hello.");
    const next = await cookies.load(field(await cookies.save(session)), NOW);
    assert.deepEqual([next.get("user"), next.takeFlashes("notice")], ["ada", ["Hello."]]);
    assert.throws(() => next.user, { name: "TypeError" });
    await assert.rejects(cookies.save({}), { message: "expected a session; await `load`, and have one copy of this package" });
  } finally {
    await rm(folder, { recursive: true });
  }
});
