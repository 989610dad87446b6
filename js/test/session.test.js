// What the vectors do not say: the interface.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ConfigError, KeyRing, Session, SessionCookie, SessionError, SessionHeader, attributes, csrfToken, decodeDictionary, generateKey,
  sessionType, verifyCsrf,
} from "../src/index.js";
import { SIGNING_KEY, XAES_KEY, XCHACHA_KEY } from "./keys.js";

const NOW = new Date("2027-01-15T08:00:00Z");
const later = (seconds) => new Date(NOW.getTime() + seconds * 1000);
const cookies = await SessionCookie.encrypted(XAES_KEY);

/** The `Cookie` field that a browser sends after these `Set-Cookie` fields. */
const field = (setCookies) => setCookies.map((line) => line.split(";")[0]).join("; ");

async function filled(change = (session) => session.set("user", "ada"), of = cookies) {
  const session = await of.load(null, NOW);
  change(session);
  return field(await of.save(session));
}

const refused = (code) => (error) => error instanceof SessionError && error.code === code;
const misconfigured = (code) => (error) => error instanceof ConfigError && error.code === code;

test("keys stand in the order of their bytes, after the session was saved too", async () => {
  const session = await cookies.load(null, NOW);
  for (const key of ["\u{1f600}", "b", "\uffee", "a"]) session.set(key, 1);
  const inOrder = ["a", "b", "\uffee", "\u{1f600}"];
  assert.deepEqual(session.keys(), inOrder);
  session.delete("b");
  session.set("b", 2);
  await cookies.save(session);
  assert.deepEqual(session.keys(), inOrder);
});

test("a value comes back as it was stored", async () => {
  const values = {
    null: null,
    yes: true,
    count: 2 ** 40,
    least: -(2n ** 63n),
    most: 2n ** 64n - 1n,
    half: 0.5,
    negativeZero: -0,
    text: "å🎉\u{feff}",
    bytes: Uint8Array.of(0, 255),
    list: [1, ["two", { three: 3 }]],
    object: { a: 1, b: { c: [] } },
    map: new Map([[1, "one"], ["two", 2]]),
  };
  const arrived = await filled((session) => Object.entries(values).forEach(([key, value]) => session.set(key, value)));
  const session = await cookies.load(arrived, NOW);
  for (const [key, value] of Object.entries(values)) assert.deepStrictEqual(session.get(key), value, key);
  assert.deepEqual(session.keys(), Object.keys(values).toSorted());
  assert.equal(session.get("none"), undefined);
});

test("a key named __proto__ is a key", async () => {
  const arrived = await filled((session) => session.set("__proto__", JSON.parse('{"__proto__": 1}')));
  const session = await cookies.load(arrived, NOW);
  assert.deepEqual(session.keys(), ["__proto__"]);
  assert.deepEqual(Object.getOwnPropertyNames(session.get("__proto__")), ["__proto__"]);
  assert.equal(Object.getPrototypeOf(session.get("__proto__")), Object.prototype);
});

test("what cannot be stored is refused, and changes nothing", async () => {
  const session = await cookies.load(null, NOW);
  const deep = (levels) => (levels === 0 ? [] : [deep(levels - 1)]);
  for (const value of [2n ** 64n, -(2n ** 63n) - 1n, () => 1, Symbol("x"), new Date(), "\ud800", deep(64)]) {
    assert.throws(() => session.set("key", value), refused("value"));
  }
  assert.throws(() => session.set("\ud800", 1), refused("value"));
  assert.equal(session.size, 0);
  session.set("key", deep(61));
});

test("what would be lost silently throws", async () => {
  const session = await cookies.load(null, NOW);
  session.set("visits", 1);
  assert.throws(() => (session.user = "ada"), TypeError);
  assert.throws(() => session.set("visits", undefined), { code: "value" });
  assert.throws(() => session.update("visits", (visits) => void (visits + 1)), { code: "value" });
  assert.equal(session.get("visits"), 1);
});

test("a change that does not fit is refused at that line", async () => {
  const session = await cookies.load(null, NOW);
  const room = session.remainingBytes;
  assert.equal(room, 2171);
  assert.throws(() => session.set("note", "x".repeat(room)), refused("size"));
  assert.equal(session.remainingBytes, room);
  session.set("note", "x".repeat(2100));
  const [line] = await cookies.save(session);
  assert.ok(line.length <= 3072);
});

test("a session that was not touched writes nothing, and one that was read neither", async () => {
  const arrived = await filled();
  assert.deepEqual(await cookies.save(await cookies.load(arrived, NOW)), []);
  const session = await cookies.load(arrived, NOW);
  assert.equal(session.get("user"), "ada");
  session.set("user", "ada");
  assert.deepEqual(await cookies.save(session), []);
});

test("nothing is changed after it was saved", async () => {
  const session = await cookies.load(null, NOW);
  session.set("user", "ada");
  await cookies.save(session);
  assert.throws(() => session.set("user", "eve"), refused("after-head"));
  assert.equal(session.get("user"), "ada");
  assert.deepEqual(await cookies.save(session), []);
});

test("a response with a 5xx status saves no change, and signs out all the same", async () => {
  const session = await cookies.load(await filled(), NOW);
  session.set("user", "eve");
  assert.deepEqual(await cookies.save(session, { status: 500 }), []);
  const ended = await cookies.load(await filled(), NOW);
  ended.invalidate();
  assert.match((await cookies.save(ended, { status: 500 }))[0], /^__Host-session=; .*Max-Age=0/);
  const emptied = await cookies.load(await filled(), NOW);
  emptied.delete("user");
  assert.match((await cookies.save(emptied, { status: 500 }))[0], /^__Host-session=; .*Max-Age=0/);
});

test("blanks inside of a header take no longer than other characters", async () => {
  const blanks = " ".repeat(1_000_000);
  for (const value of [`${blanks}x${blanks}x`, `__Host-session=${blanks}x${blanks}x`]) {
    assert.equal((await cookies.load(value, NOW)).isNew, true);
  }
  await assert.rejects(KeyRing.parse(`x${blanks}x`), ConfigError);
});

test("a moment that is no number is refused, for nothing would expire then", async () => {
  const arrived = await filled();
  for (const now of [NaN, new Date("no date"), Infinity, "2027-01-15"]) {
    await assert.rejects(cookies.load(arrived, now), misconfigured("now"));
  }
  for (const notBefore of [NaN, new Date("no date"), "yesterday"]) {
    await assert.rejects(SessionCookie.encrypted(XAES_KEY, { notBefore }), misconfigured("notBefore"));
  }
});

test("a span that is no number of seconds is refused, and changes nothing", async () => {
  const remembering = await SessionCookie.encrypted(XAES_KEY, { rememberUpTo: 86_400 });
  const session = await remembering.load(null, NOW);
  for (const span of [NaN, -1, 0.5, Infinity, "60", undefined]) {
    assert.throws(() => session.limitTo(span), refused("seconds"));
    assert.throws(() => session.rememberFor(span), refused("seconds"));
  }
  assert.deepEqual(await remembering.save(session), []);
});

test("tenants that are no text are refused, for two of them would be one", async () => {
  for (const tenant of [undefined, null, 1, "\ud800", "\udc00"]) {
    const context = [["tenant", tenant]];
    await assert.rejects(SessionCookie.encrypted(XAES_KEY, { context }), misconfigured("context"));
  }
  await assert.rejects(SessionCookie.encrypted(XAES_KEY, { application: "\ud800" }), misconfigured("application"));
});

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
  const { value } = first;
  value.user = "ada";
  first.value = value;
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
  second.value[1] = 98;
  second.value = second.value;
  assert.equal((await typed.save(second)).length, 1);
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

test("headers that cannot be changed leave the session as it is", async () => {
  const session = await cookies.load(await filled(), NOW);
  session.invalidate();
  await assert.rejects(cookies.saveTo(Response.error().headers, session), TypeError);
  const headers = new Headers();
  await cookies.saveTo(headers, session);
  assert.match(headers.get("set-cookie"), /^__Host-session=; /);
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

test("a setting of the wrong type is refused, and weakens nothing", async () => {
  const refuses = (options, code) => assert.rejects(SessionCookie.encrypted(XAES_KEY, options), misconfigured(code));
  for (const name of ["idleTimeOut", "revokeIf", "mode"]) await refuses({ [name]: 1 }, "option");
  await refuses({ skipXChaCha: "false" }, "skipXChaCha");
  assert.throws(() => attributes({ domain: 5 }), misconfigured("cookie"));
  for (const cookie of [null, "sid", { name: "sid" }]) await refuses({ cookie }, "cookie");
  await assert.rejects(SessionHeader.encrypted(5, XAES_KEY), misconfigured("name"));
  for (const dangerAllowHttp of [null, 0, "", NaN]) assert.throws(() => attributes({ dangerAllowHttp }), misconfigured("dangerAllowHttp"));
  assert.throws(() => attributes({ secure: false }), (error) => misconfigured("option")(error) && /dangerAllowHttp/.test(error.message));
  assert.throws(() => attributes({ sameSITE: "Lax" }), misconfigured("option"));
  await assert.rejects(SessionCookie.encrypted(XAES_KEY, { name: "sid" }), /there is no option `name`; those of a cookie go to `attributes`/);
  for (const context of ["", null, "tenant", {}, ["a"], [["a"]]]) await refuses({ context }, "context");
  for (const revokedIf of ["", 0, false, {}]) await refuses({ revokedIf }, "revokedIf");
  // In seconds, this would be in January 1970.
  await refuses({ notBefore: NOW.getTime() / 1000 }, "notBefore");
  for (const maxTokenLength of [0, NaN, Infinity, 16_385, "3072"]) {
    await assert.rejects(SessionHeader.encrypted("x-session", XAES_KEY, { maxTokenLength }), misconfigured("maxTokenLength"));
  }
});

test("a session is saved by what loaded it", async () => {
  const readable = await SessionCookie.unencryptedButSigned(SIGNING_KEY);
  const tenants = await Promise.all(["a", "b"].map((name) => SessionCookie.encrypted(XAES_KEY, { context: [["tenant", name]] })));
  const header = await SessionHeader.encrypted("x-session", XAES_KEY);
  for (const [from, to] of [[cookies, readable], [...tenants], [cookies, header], [header, cookies]]) {
    const session = await from.load(null, NOW);
    session.set("user", "ada");
    await assert.rejects(to.save(session), /loaded by another carrier/);
    assert.ok(await from.save(session));
  }
});

test("a session is read where the key that seals is left to others", async () => {
  const ring = `${XCHACHA_KEY}\n${XAES_KEY}`;
  const reader = await SessionCookie.encrypted(ring, { skipXChaCha: true });
  const session = await reader.load(await filled(), later(600));
  assert.equal(session.get("user"), "ada");
  assert.equal(session.outcome.kind, "openedUnderAcceptedKey");
  const headers = new Headers();
  await reader.saveTo(headers, session);
  assert.deepEqual([headers.get("set-cookie"), headers.get("vary"), headers.get("cache-control")], [null, "Cookie", "private"]);
  const changed = await reader.load(await filled(), later(600));
  changed.set("user", "eve");
  await assert.rejects(reader.save(changed), refused("suite"));
});

test("a header's session is found in the Headers of a request", async () => {
  const api = await SessionHeader.encrypted("authorization", XAES_KEY);
  const session = await api.load(null, NOW);
  session.set("user", "ada");
  const token = await api.save(session);
  assert.equal((await api.load(new Headers({ authorization: `Bearer ${token}` }), NOW)).get("user"), "ada");
  assert.equal((await api.load(new Headers({ cookie: token }), NOW)).isNew, true);
});

test("keys are texts, and a list has no greatest length but the session's", async () => {
  const session = await cookies.load([undefined, await filled()], NOW);
  session.set(5, "five");
  assert.deepEqual([session.get(5), session.has("5"), session.delete(5), session.has(5)], ["five", true, true, false]);
  assert.throws(() => session.set("list", Array(300_000).fill(1)), refused("size"));
  for (const status of ["500", NaN, null]) await assert.rejects(cookies.save(session, { status }), TypeError);
});

test("a secret that is not set is named", async () => {
  await assert.rejects(SessionCookie.encrypted(undefined), misconfigured("ring"));
});

test("a session is refreshed by a page of the visitor's own", async () => {
  const read = async (circumstances) => {
    const session = await cookies.load(await filled(), later(450));
    session.get("user");
    return cookies.save(session, circumstances);
  };
  assert.equal((await read({})).length, 1);
  for (const left of [{ isShareable: true }, { isSubresource: true }, { status: 404 }]) {
    assert.deepEqual(await read(left), []);
  }
});

test("a session ends when it is idle", async () => {
  const arrived = await filled();
  assert.equal((await cookies.load(arrived, later(1799))).isNew, false);
  const session = await cookies.load(arrived, later(1800));
  assert.deepEqual([session.isNew, session.outcome.reason], [true, "Idle"]);
});

test("headers of a response are set where the application left them out", async () => {
  const headers = async (arrived, change, before = {}) => {
    const session = await cookies.load(new Headers(arrived ? { cookie: arrived } : {}), NOW);
    change(session);
    const response = new Headers(before);
    await cookies.saveTo(response, session);
    return response;
  };
  const written = await headers(null, (session) => session.set("a", 1));
  assert.equal(written.getSetCookie().length, 1);
  assert.equal(written.get("cache-control"), "no-store");
  assert.equal(written.get("vary"), "Cookie");
  const read = await headers(await filled(), (session) => session.get("user"), { vary: "accept, cookie" });
  assert.deepEqual([read.get("cache-control"), read.get("vary")], ["private", "accept, cookie"]);
  const untouched = await headers(await filled(), () => {});
  assert.deepEqual([...untouched], []);
});

test("a public response that writes a session becomes private to its visitor", async () => {
  const before = {
    "cache-control": "public, max-age=60",
    "cdn-cache-control": "max-age=60",
    "surrogate-control": "max-age=60",
    "x-accel-expires": "60",
    expires: "Fri, 15 Jan 2100 00:00:00 GMT",
  };
  const session = await cookies.load(null, NOW);
  session.set("a", 1);
  const response = new Headers(before);
  await cookies.saveTo(response, session);
  const expected = { "cache-control": "no-store", "cdn-cache-control": "no-store", "surrogate-control": "no-store", "x-accel-expires": "0", expires: "0" };
  for (const [name, value] of Object.entries(expected)) assert.equal(response.get(name), value, name);
});

test("what makes a response shareable leaves a refresh out", async () => {
  const refreshes = async (before) => {
    const session = await cookies.load(await filled(), later(600));
    session.get("user");
    const response = new Headers(before);
    await cookies.saveTo(response, session);
    return response.getSetCookie().length === 1;
  };
  for (const before of [
    { "cache-control": "max-age=1" },
    { "cache-control": 'private="x-field"' },
    { "cache-control": "no-store, must-understand" },
    { "cache-control": "private", "cdn-cache-control": "max-age=1" },
    { "edge-control": "max-age=1" },
    { expires: "Fri, 15 Jan 2100 00:00:00 GMT" },
    { "x-accel-expires": "1" },
  ]) {
    assert.equal(await refreshes(before), false, JSON.stringify(before));
  }
  for (const before of [
    {},
    { "cache-control": "PRIVATE, max-age=1" },
    { "cache-control": "no-store" },
    { "cache-control": "private", expires: "Fri, 15 Jan 2100 00:00:00 GMT" },
    { "cdn-cache-control": "no-store" },
    { expires: "Fri, 15 Jan 2010 00:00:00 GMT" },
    { expires: "0", "x-accel-expires": "0" },
  ]) {
    assert.equal(await refreshes(before), true, JSON.stringify(before));
  }
});

test("a public response that reads a session stays as its application wants it, without a refresh", async () => {
  const session = await cookies.load(await filled(), later(600));
  session.get("user");
  const response = new Headers({ "cache-control": "public, max-age=60" });
  await cookies.saveTo(response, session);
  assert.deepEqual(response.getSetCookie(), []);
  assert.equal(response.get("cache-control"), "public, max-age=60");
});

test("a large session goes in several cookies, and they are dropped when it shrinks", async () => {
  const split = await SessionCookie.encrypted(XAES_KEY, { size: "split:3" });
  const arrived = await filled((session) => session.set("note", "x".repeat(7000)), split);
  assert.deepEqual(arrived.match(/__Host-session[.\d]*(?==)/g), ["__Host-session", "__Host-session.1", "__Host-session.2"]);
  const session = await split.load(arrived, NOW);
  assert.equal(session.get("note").length, 7000);
  session.delete("note");
  session.set("a", 1);
  const lines = await split.save(session);
  assert.deepEqual(lines.map((line) => line.includes("Max-Age=0")), [false, true, true]);
});

test("messages are taken once", async () => {
  const session = await cookies.load(await filled((made) => ["saved", "also"].forEach((text) => made.flash("", text))), NOW);
  assert.deepEqual(session.flashes(""), ["saved", "also"]);
  assert.deepEqual(session.takeFlashes(""), ["saved", "also"]);
  assert.deepEqual(session.takeFlashes(""), []);
});

test("a typed session needs its codec", async () => {
  const encode = (value) => Uint8Array.of(value.visits);
  const decode = ([visits]) => ({ visits });
  const type = typeOf({ label: "visit", schema: 1, empty: { visits: 0 }, encode, decode });
  const typed = await SessionCookie.encrypted(XAES_KEY, { type });
  const arrived = await filled((session) => (session.value = { visits: 7 }), typed);
  const session = await typed.load(arrived, NOW);
  assert.deepEqual(session.value, { visits: 7 });
  assert.throws(() => session.get("visits"), /has a type/);
  assert.equal((await cookies.load(arrived, NOW)).outcome.reason, "Auth");
});

test("forms carry a token of their session", async () => {
  const session = await cookies.load(await filled((made) => made.ensureId()), NOW);
  const token = await csrfToken(session);
  assert.notEqual(token, await csrfToken(session));
  assert.equal(await verifyCsrf(session, token), true);
  assert.equal(await verifyCsrf(session, undefined), false);
  const other = await cookies.load(await filled((made) => made.ensureId()), NOW);
  assert.equal(await verifyCsrf(other, token), false);
});

test("revocation is asked, and a failure of it counts as revoked", async () => {
  for (const [revokedIf, isNew] of [[() => false, false], [async () => true, true], [() => Promise.reject(), true]]) {
    const asking = await SessionCookie.encrypted(XAES_KEY, { revokedIf });
    assert.equal((await asking.load(await filled(), NOW)).isNew, isNew);
  }
});

test("a ring with a key of XChaCha20-Poly1305 is refused, or its sessions are left alone", async () => {
  await assert.rejects(KeyRing.parse(XCHACHA_KEY), misconfigured("suite"));
  const both = `${XAES_KEY},${XCHACHA_KEY}`;
  await assert.rejects(SessionCookie.encrypted(both), misconfigured("suite"));
  const skipping = await SessionCookie.encrypted(both, { skipXChaCha: true });
  // Sealed by another instance, under the second key.
  const theirs = "__Host-session=eSCN4DZdt1I1CvSYHyqFnT_VFess3cMb7DwQM66pUoE-PZi6xlBsJVpscCDaCITq9YV4nuDv92UtbM74hkr38Z6QFH3N";
  for (const [arrived, reason] of [[theirs, "UnknownKey"], [`__Host-session=junk; ${theirs}`, "TooShort"]]) {
    const session = await skipping.load(arrived, NOW);
    assert.deepEqual([session.outcome.kind, session.outcome.reason], ["rejected", reason]);
    assert.throws(() => session.set("a", 1), refused("unreadable"));
    assert.deepEqual(await skipping.save(session), []);
  }
});

test("mistakes in the settings are refused", async () => {
  const build = (options, ring = XAES_KEY) => SessionCookie.encrypted(ring, options);
  await assert.rejects(build({}, SIGNING_KEY), misconfigured("mixed"));
  await assert.rejects(build({ idleTimeout: 0 }), misconfigured("idleTimeout"));
  await assert.rejects(build({ idleTimeout: 86_400 }), misconfigured("idleTimeout"));
  await assert.rejects(build({ refreshAfter: 901 }), misconfigured("refreshAfter"));
  await assert.rejects(build({ clockSkew: 301 }), misconfigured("clockSkew"));
  await assert.rejects(build({ size: "split:5" }), misconfigured("size"));
  for (const padding of ["padme", "none", true, {}]) await assert.rejects(build({ padding }), misconfigured("padding"));
  await assert.rejects(build({ application: "" }), misconfigured("application"));
  assert.throws(() => attributes({ name: "__Host-a", domain: "example.com" }), misconfigured("cookie"));
  assert.throws(() => attributes({ name: "__Host-a", dangerAllowHttp: true }), misconfigured("cookie"));
});

test("in the signed mode the content can be read, and not changed", async () => {
  const signed = await SessionCookie.unencryptedButSigned(SIGNING_KEY);
  const arrived = await filled((session) => session.set("user", "ada"), signed);
  assert.match(Buffer.from(arrived.split("=")[1], "base64url").toString("latin1"), /user.ada/);
  assert.equal((await signed.load(arrived, NOW)).get("user"), "ada");
  const changed = arrived.slice(0, -1) + (arrived.endsWith("A") ? "Q" : "A");
  assert.equal((await signed.load(changed, NOW)).isNew, true);
});

test("only false of revokedIf means that a session goes on", async () => {
  for (const answer of [1, "", 0, undefined, null, {}, Promise.resolve(undefined), "false"]) {
    const asking = await SessionCookie.encrypted(XAES_KEY, { revokedIf: () => answer });
    const session = await asking.load(await filled(), NOW);
    assert.deepEqual([session.isNew, session.outcome.reason], [true, "Revoked"], String(answer));
  }
});

test("a deny list is asked about the id of a session", async () => {
  const denied = new Set();
  const asking = await SessionCookie.encrypted(XAES_KEY, { revokedIf: ({ id }) => denied.has(id) });
  const arrived = await filled((session) => session.ensureId(), asking);
  const session = await asking.load(arrived, NOW);
  assert.equal(session.isNew, false);
  denied.add(session.invalidate());
  assert.equal((await asking.load(arrived, NOW)).isNew, true);
});

test("a list that revokes is told what a session is", async () => {
  const told = [];
  const options = { rememberUpTo: 86_400, revokedIf: (info) => (told.push(info), false) };
  const asking = await SessionCookie.encrypted(XAES_KEY, options);
  const arrived = await filled((session) => (session.ensureId(), session.limitTo(600), session.rememberFor(1200)), asking);
  const session = await asking.load(arrived, later(60));
  const { keyId } = session.outcome;
  assert.deepEqual(told, [{ id: session.id, createdAt: NOW, lastActiveAt: NOW, limit: 600, remembered: 1200, keyId }]);
});

test("sessions from before a moment end, from when it is raised", async () => {
  const raised = await SessionCookie.encrypted(XAES_KEY);
  const arrived = await filled();
  assert.equal((await raised.load(arrived, later(60))).isNew, false);
  raised.raiseNotBefore(later(1));
  assert.equal((await raised.load(arrived, later(60))).outcome.reason, "Revoked");
  raised.raiseNotBefore(later(-60));
  assert.equal((await raised.load(arrived, later(60))).outcome.reason, "Revoked");
});

test("two tokens of one session differ", async () => {
  const arrived = await filled();
  const again = async () => {
    const session = await cookies.load(arrived, NOW);
    session.save();
    return field(await cookies.save(session));
  };
  assert.notEqual(await again(), await again());
});

test("a session in parts takes them along when it ends", async () => {
  const split = await SessionCookie.encrypted(XAES_KEY, { size: "split:3" });
  const arrived = await filled((session) => session.set("note", "x".repeat(7000)), split);
  const session = await split.load(arrived, NOW);
  session.invalidate();
  const names = (await split.save(session)).map((line) => [line.split("=")[0], /; Max-Age=0; /.test(line)]);
  assert.deepEqual(names, [["__Host-session", true], ["__Host-session.1", true], ["__Host-session.2", true]]);
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

test("a sign-in is recent for so many seconds", async () => {
  const arrived = await filled();
  assert.equal((await cookies.load(arrived, later(299))).isRecent(300), true);
  const session = await cookies.load(arrived, later(300));
  assert.equal(session.isRecent(300), false);
  session.renew();
  assert.equal(session.isRecent(300), true);
  const fresh = await cookies.load(null, NOW);
  assert.equal(fresh.isRecent(300), false);
  fresh.renew();
  assert.equal(fresh.isRecent(300), true);
  assert.throws(() => fresh.isRecent("300"), refused("seconds"));
});

test("a sign-in keeps nothing of the visitor before", async () => {
  const remembering = await SessionCookie.encrypted(XAES_KEY, { rememberUpTo: 100_000 });
  const before = await remembering.load(null, NOW);
  before.renew();
  before.set("user", "ada");
  before.set("cart", [7]);
  before.flash("", "for ada");
  before.limitTo(900);
  before.rememberFor(50_000);
  const session = await remembering.load(await remembering.save(before), later(400));
  const cart = session.get("cart");
  assert.equal(session.signIn(), before.id);
  assert.deepEqual([session.keys(), session.takeFlashes("")], [[], []]);
  session.set("cart", cart);
  const fields = await remembering.save(session);
  assert.doesNotMatch(fields[0], /Max-Age/);
  const after = await remembering.load(fields, later(400 + 1_799));
  assert.deepEqual([after.get("cart"), after.get("user")], [[7], undefined]);
  assert.notEqual(after.id, before.id);
  assert.equal((await remembering.load(null, NOW)).signIn(), null);
});

test("a discarded change is not saved, and a sign-out is", async () => {
  const session = await cookies.load(await filled(), NOW);
  session.set("user", "eve");
  session.discard();
  assert.deepEqual(await cookies.save(session), []);
  const ended = await cookies.load(await filled(), NOW);
  ended.invalidate();
  ended.set("user", "eve");
  ended.discard();
  assert.match((await cookies.save(ended))[0], /Max-Age=0/);
});

test("changes are saved with a failed response where the settings say so", async () => {
  const saving = await SessionCookie.encrypted(XAES_KEY, { saveOnServerError: true });
  const session = await saving.load(null, NOW);
  session.set("user", "ada");
  assert.equal((await saving.save(session, { status: 500 })).length, 1);
  await assert.rejects(SessionCookie.encrypted(XAES_KEY, { saveOnServerError: "yes" }), misconfigured("saveOnServerError"));
});

test("an entry is updated, and a dictionary has no value", async () => {
  const session = await cookies.load(null, NOW);
  session.update("visits", (visits = 0) => visits + 1).update("visits", (visits = 0) => visits + 1);
  assert.equal(session.get("visits"), 2);
  assert.throws(() => session.value, /is a dictionary/);
  assert.throws(() => (session.value = 1), /is a dictionary/);
});

test("the default name follows the attributes", async () => {
  const nameOf = async (chosen) => (await SessionCookie.encrypted(XAES_KEY, { cookie: attributes(chosen) })).name;
  assert.equal(cookies.name, "__Host-session");
  assert.equal(await nameOf({}), "__Host-session");
  assert.equal(await nameOf({ path: "/app" }), "__Secure-session");
  assert.equal(await nameOf({ domain: "example.com" }), "__Secure-session");
  assert.equal(await nameOf({ dangerAllowHttp: true, path: "/app" }), "session");
  assert.equal(await nameOf({ dangerAllowHttp: true, name: "sid" }), "sid");
  const plain = await SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ dangerAllowHttp: true }) });
  assert.match(await filled((session) => session.set("a", 1), plain), /^session=/);
});

test("the cookie of those who choose nothing is that of attributes without any", async () => {
  const chosen = await SessionCookie.encrypted(XAES_KEY, { cookie: attributes() });
  const endOf = async (carrier) => {
    const session = await carrier.load("__Host-session=x", NOW);
    session.invalidate();
    return carrier.saveAsCookies(session);
  };
  assert.deepEqual(await endOf(cookies), await endOf(chosen));
  assert.match(await filled((session) => session.set("a", 1)), /^__Host-session=/);
});

test("a framework gets a name, a value and options", async () => {
  const remembering = await SessionCookie.encrypted(XAES_KEY, { rememberUpTo: 86_400, cookie: attributes({ sameSite: "Strict", domain: "example.com" }) });
  const session = await remembering.load(null, NOW);
  session.set("user", "ada");
  session.rememberFor(600);
  const [{ name, value, options }] = await remembering.saveAsCookies(session);
  assert.match(value, /^e[A-Za-z0-9_-]+$/);
  const expected = { path: "/", domain: "example.com", secure: true, httpOnly: true, sameSite: "strict", maxAge: 600 };
  assert.deepEqual([name, options], ["__Secure-session", expected]);
});

test("a response whose headers cannot be changed is copied", async () => {
  const session = await cookies.load(null, NOW);
  session.set("user", "ada");
  const redirect = Response.redirect("https://shop.example/", 303);
  const answer = await cookies.saveToResponse(redirect, session);
  assert.deepEqual([answer.status, answer.headers.get("location"), answer.headers.getSetCookie().length], [303, "https://shop.example/", 1]);
  const untouched = await cookies.load(null, NOW);
  assert.equal(await cookies.saveToResponse(redirect, untouched), redirect);
});

test("a request is loaded from whatever carries its headers", async () => {
  const cookie = await filled();
  const request = new Request("https://shop.example/", { headers: { cookie } });
  const sources = [cookie, [cookie], ["a=1", cookie], request, request.headers, { cookie }, { cookie: [cookie] }, { headers: { cookie } }, { rawHeaders: ["Cookie", "a=1", "Cookie", cookie] }, new Set([cookie])];
  for (const source of sources) assert.equal((await cookies.load(source, NOW)).isNew, false, JSON.stringify(source));
  for (const source of [null, undefined, "", [], {}, { headers: {} }, { host: "x" }]) assert.equal((await cookies.load(source, NOW)).isNew, true);
  for (const source of [7, true]) await assert.rejects(cookies.load(source, NOW), TypeError);
});

test("a part of a page refreshes nothing", async () => {
  const cookie = await filled();
  const read = async (headers) => {
    const session = await cookies.load(headers, later(600));
    session.get("user");
    return (await cookies.save(session)).length;
  };
  for (const destination of ["image", "script", "style", "font", "audio", "video", "track", "worker"]) {
    assert.equal(await read(new Headers({ cookie, "sec-fetch-dest": destination })), 0, destination);
    assert.equal(await read({ cookie, "sec-fetch-dest": destination }), 0, destination);
  }
  assert.equal(await read({ cookie, "sec-fetch-dest": "document" }), 1);
  assert.equal(await read({ cookie }), 1);
});

test("a session and a carrier are made by what makes them", async () => {
  assert.throws(() => new Session({}), TypeError);
  assert.throws(() => new SessionCookie({}), TypeError);
  assert.ok((await cookies.load(null)) instanceof Session);
});

test("generated keys are keys, and differ", async () => {
  const key = await generateKey();
  assert.match(key, /^hardtack_key_v1_xaes_[A-Za-z0-9_-]{48}$/);
  assert.match(await generateKey({ mode: "signed" }), /^hardtack_key_v1_sign_/);
  assert.notEqual(key, await generateKey());
  await SessionCookie.encrypted(key);
  await assert.rejects(generateKey({ mode: "plain" }), misconfigured("mode"));
  await SessionCookie.unencryptedButSigned(await KeyRing.generate({ mode: "signed" }));
});

test("the public facts of a ring hold nothing secret", async () => {
  const ring = await KeyRing.parse(`${XAES_KEY} seal_from=2027-01-01T00:00:00Z`);
  assert.deepEqual(ring.keys, [{ id: ring.keys[0].id, sealFrom: Date.UTC(2027, 0) / 1000, acceptUntil: null }]);
});

test("many cookies beside the session's are passed over", async () => {
  const others = Array.from({ length: 200 }, (_, i) => `other${i}=__Host-session=${i}`).join("; ");
  const cookie = await filled();
  for (const whole of [`${others}; ${cookie}`, `${cookie}; ${others}`, `x__Host-session=1; y=z __Host-session=2;${cookie}`]) {
    assert.equal((await cookies.load(whole, NOW)).get("user"), "ada");
  }
});
