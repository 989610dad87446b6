// Typed sessions, by a codec of the application.

import assert from "node:assert/strict";
import { test } from "node:test";

import { SessionCookie, decodeDictionary, sessionType } from "../src/index.js";
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

test("a mistyped or wrong `convert` is refused at once, and not at the first session of an earlier schema", () => {
  const convert = () => ({ user: "" });
  for (const name of ["converts", "Convert", "upgrade", "default"]) {
    const message = `there is no option \`${name}\` of a type`;
    assert.throws(() => typeOf({ ...json, [name]: convert }), { name: "ConfigError", code: "option", message });
  }
  for (const wrong of [null, false, "upgrade", {}, [convert]]) {
    assert.throws(() => typeOf({ ...json, convert: wrong }), { name: "ConfigError", code: "type", message: "`convert` must be a function" });
  }
});

test("a codec of one's own whose halves disagree is told where the value is stored", async () => {
  const changing = {
    encode: ({ role }) => new TextEncoder().encode(role),
    decode: (bytes) => (bytes.length > 9 ? assert.fail("too long") : { role: new TextDecoder().decode(bytes).replace("user", "admin").trim() }),
  };
  const type = (empty) => sessionType({ label: "role", schema: 1, shape: changing, empty });
  assert.throws(() => type({ role: "user" }), { name: "ConfigError", code: "type", message: /^`empty` cannot be stored: `shape` does not decode what it encodes: it returned another value$/ });
  const cookies = await SessionCookie.encrypted(XAES_KEY, { type: type({ role: "guest" }) });
  const session = await cookies.load(null, NOW);
  for (const [role, why] of [...["user", "guest ", " "].map((role) => [role, "it returned another value"]), ["a long role", "too long"]]) {
    const error = { name: "SessionError", code: "value", message: `\`shape\` does not decode what it encodes: ${why}` };
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
  const arrived = await filled((session) => (session.value = { role: "guest" }), await SessionCookie.encrypted(XAES_KEY, { type: type(1) }));
  for (const [role, reason] of [["guest", undefined], ["user", "Payload"]]) {
    const after = await SessionCookie.encrypted(XAES_KEY, { type: type(2, () => ({ role })) });
    const { outcome } = await after.load(arrived, NOW);
    assert.equal(outcome.reason, reason, role);
  }
});

test("a map of many keys that has one twice is refused", () => {
  const key = (name) => [0xa1, name.charCodeAt(0)];
  const names = [..."abcdefghijk", "a"];
  const map = [0x80 | names.length, ...names.flatMap((name) => [...key(name), 1])];
  const bytes = Uint8Array.from([0x81, 0xa1, 0x6d, ...map]);
  assert.throws(() => decodeDictionary(bytes));
  assert.equal(Object.keys(decodeDictionary(Uint8Array.from([...bytes.slice(0, -2), 0x7a, 1])).m).length, 12);
});
