// Typed sessions, by a codec of the application.

import assert from "node:assert/strict";
import { test } from "node:test";

import { SessionCookie, decodeDictionary, revocation, sessionType } from "../src/index.js";
import { NOW, XAES_KEY, cookies, field, filled, misconfigured, refused } from "./visitor.js";

/** A type with a codec of its own. */
const typeOf = ({ encode, decode, ...type }) => sessionType({ ...type, shape: { encode, decode } });

const json = {
  label: "json",
  schema: 1,
  empty: { user: null },
  encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
  decode: (payload) => JSON.parse(new TextDecoder().decode(payload)),
};

test("visitors without a session do not share its value", async () => {
  const typed = await SessionCookie.encrypted(XAES_KEY, { type: typeOf(json) });
  const first = await typed.load(null, NOW);
  first.update((value) => void (value.user = "ada"));
  assert.equal((await typed.save(first)).length, 1);
  assert.deepEqual((await typed.load(null, NOW)).value, { user: null });
  const second = await typed.load(await filled((session) => (session.value = { user: "eve" }), typed), NOW);
  assert.deepEqual(second.value, { user: "eve" });
  second.invalidate();
  assert.deepEqual(second.value, { user: null });
});

test("the bytes of a codec are its own", async () => {
  const scratch = new Uint8Array(2);
  // Its values are views of what it was given, and it encodes into one buffer.
  const views = {
    label: "views",
    schema: 1,
    empty: Uint8Array.of(0, 0),
    encode: (value) => (scratch.set(value), scratch),
    decode: (payload) => payload.subarray(0, 2),
  };
  const typed = await SessionCookie.encrypted(XAES_KEY, { type: typeOf(views) });
  const change = (session) => {
    const { value } = session;
    value[0] = 99;
    session.value = value;
  };
  const first = await typed.load(null, NOW);
  change(first);
  const [line] = await typed.save(first);
  assert.deepEqual([...(await typed.load(null, NOW)).value], [0, 0]);
  const second = await typed.load(field([line]), NOW);
  assert.deepEqual([...second.value], [99, 0]);
  // Bytes cannot be frozen: each look at them is a copy.
  second.value[1] = 98;
  assert.deepEqual([...second.value], [99, 0]);
  assert.equal((await typed.save(second)).length, 0);
});

test("a conversion that writes into the bytes that it is given changes no session", async () => {
  const arrived = await filled((session) => (session.value = { user: "eve" }), await SessionCookie.encrypted(XAES_KEY, { type: typeOf(json) }));
  const convert = (_, payload) => {
    const value = json.decode(payload);
    payload.fill(0);
    return value;
  };
  const later = await SessionCookie.encrypted(XAES_KEY, { type: typeOf({ ...json, schema: 2, convert }) });
  const first = await later.load(arrived, NOW);
  first.save();
  const second = await later.load(field(await later.save(first)), NOW);
  assert.deepEqual([first.value, second.value], [{ user: "eve" }, { user: "eve" }]);
});

test("a codec that gives no value reads no session", async () => {
  const typed = await SessionCookie.encrypted(XAES_KEY, { type: typeOf(json) });
  const arrived = await filled((session) => (session.value = { user: "eve" }), typed);
  for (const convert of [undefined, () => null, () => undefined, async () => ({})]) {
    const later = await SessionCookie.encrypted(XAES_KEY, { type: typeOf({ ...json, schema: 2, convert }) });
    const session = await later.load(arrived, NOW);
    assert.equal(session.outcome.reason, "Payload");
  }
  const converting = { ...json, schema: 2, convert: (_, payload) => json.decode(payload) };
  const session = await (await SessionCookie.encrypted(XAES_KEY, { type: typeOf(converting) })).load(arrived, NOW);
  assert.deepEqual(session.value, { user: "eve" });
});

test("a list that revokes is told the value, or undefined where it cannot be read", async () => {
  const told = [];
  const revokedIf = ({ value }) => (told.push(value), value && !(Object.isFrozen(value) && value.user === "eve")) ?? false;
  const arrived = await filled((session) => (session.value = { user: "eve" }), await SessionCookie.encrypted(XAES_KEY, { type: typeOf(json) }));
  const typed = await SessionCookie.encrypted(XAES_KEY, { type: typeOf(json), revokedIf: revocation(revokedIf) });
  assert.deepEqual((await typed.load(arrived, NOW)).value, { user: "eve" });
  const later = await SessionCookie.encrypted(XAES_KEY, { type: typeOf({ ...json, schema: 2 }), revokedIf: revocation(revokedIf) });
  assert.equal((await later.load(arrived, NOW)).outcome.reason, "Payload");
  assert.deepEqual(told, [{ user: "eve" }, undefined]);
  const strict = await SessionCookie.encrypted(XAES_KEY, { type: typeOf({ ...json, schema: 2 }), revokedIf: revocation(() => true) });
  assert.equal((await strict.load(arrived, NOW)).outcome.reason, "Revoked");
});

test("a codec that cannot work is refused", async () => {
  const { label: _, ...withoutLabel } = json;
  const encodings = [() => "text", () => [1], async () => new Uint8Array()].map((encode) => ({ ...json, encode }));
  const decodings = [() => undefined, async () => ({}), () => JSON.parse("")].map((decode) => ({ ...json, decode }));
  const wrong = [{}, withoutLabel, { ...json, encode: null }, ...encodings, ...decodings];
  const schemas = [undefined, NaN, 0, 1.5, -1, "1", 2 ** 33].map((schema) => ({ ...json, schema }));
  for (const type of [...wrong, ...schemas]) assert.throws(() => typeOf(type), misconfigured("type"));
  for (const type of ["", 0, false, {}, json]) {
    await assert.rejects(SessionCookie.encrypted(XAES_KEY, { type }), misconfigured("type"));
  }
});

test("a codec of one's own whose halves disagree is told where the value is stored", async () => {
  const changing = {
    encode: ({ role }) => new TextEncoder().encode(role),
    decode: (bytes) => ({ role: new TextDecoder().decode(bytes).replace("user", "admin").trim() }),
  };
  const type = (empty) => sessionType({ label: "role", schema: 1, shape: changing, empty });
  assert.throws(() => type({ role: "user" }), { name: "ConfigError", code: "type", message: /^`empty` cannot be stored: `shape` does not decode what it encodes: it returned another value$/ });
  const cookies = await SessionCookie.encrypted(XAES_KEY, { type: type({ role: "guest" }) });
  const session = await cookies.load(null, NOW);
  for (const role of ["user", "guest ", " "]) {
    const error = { name: "SessionError", code: "value", message: "`shape` does not decode what it encodes: it returned another value" };
    assert.throws(() => (session.value = { role }), error, role);
    assert.throws(() => session.update((value) => void (value.role = role)), error, role);
    assert.deepEqual(session.value, { role: "guest" });
  }
  session.value = { role: "admin" };
  assert.deepEqual(session.value, { role: "admin" });
});

test("a value that was converted is read as it is stored from then on, or not at all", async () => {
  const shape = { encode: ({ role }) => new TextEncoder().encode(role), decode: (bytes) => ({ role: new TextDecoder().decode(bytes).replace("user", "admin") }) };
  const type = (schema, convert) => sessionType({ label: "role", schema, shape, empty: { role: "" }, convert });
  const before = await SessionCookie.encrypted(XAES_KEY, { type: type(1) });
  const session = await before.load(null, NOW);
  session.value = { role: "guest" };
  const [line] = await before.save(session);
  for (const [role, reason] of [["guest", undefined], ["user", "Payload"]]) {
    const after = await SessionCookie.encrypted(XAES_KEY, { type: type(2, () => ({ role })) });
    const { outcome } = await after.load(line.split(";")[0], NOW);
    assert.equal(outcome.reason, reason, role);
  }
});

test("a typed session needs its codec", async () => {
  const encode = (value) => Uint8Array.of(value.visits);
  const decode = ([visits]) => ({ visits });
  const type = typeOf({ label: "visit", schema: 1, empty: { visits: 0 }, encode, decode });
  const typed = await SessionCookie.encrypted(XAES_KEY, { type });
  const arrived = await filled((session) => (session.value = { visits: 7 }), typed);
  const session = await typed.load(arrived, NOW);
  assert.deepEqual(session.value, { visits: 7 });
  assert.throws(() => session.get("visits"), /a session with a type/);
  assert.equal((await cookies.load(arrived, NOW)).outcome.reason, "Auth");
});

test("a map of many keys that has one twice is refused", async () => {
  const key = (name) => [0xa1, name.charCodeAt(0)];
  const names = [..."abcdefghijk", "a"];
  const map = [0x80 | names.length, ...names.flatMap((name) => [...key(name), 1])];
  const bytes = Uint8Array.from([0x81, 0xa1, 0x6d, ...map]);
  const type = typeOf({ label: "", schema: 1, empty: new Uint8Array(), encode: (value) => value, decode: (payload) => payload });
  const raw = await SessionCookie.encrypted(XAES_KEY, { type });
  const twice = await raw.load(null, NOW);
  twice.value = bytes;
  assert.throws(() => decodeDictionary(bytes));
  assert.equal(Object.keys(decodeDictionary(Uint8Array.from([...bytes.slice(0, -2), 0x7a, 1])).m).length, 12);
});

test("an entry is updated, and a dictionary has no value", async () => {
  const session = await cookies.load(null, NOW);
  session.update("visits", (visits = 0) => visits + 1).update("visits", (visits = 0) => visits + 1);
  assert.equal(session.get("visits"), 2);
  assert.throws(() => session.value, /use `get`, `set`, `has` and `delete`/);
  assert.throws(() => (session.value = 1), /use `get`, `set`, `has` and `delete`/);
});
