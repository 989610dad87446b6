// What settings do that the vectors do not say.

import assert from "node:assert/strict";
import { test } from "node:test";

import { deviceBound } from "../src/device.js";
import { ConfigError, SessionCookie, attributes, generateKey, sessionType } from "../src/index.js";
import { XAES_KEY } from "./keys.js";

const NOW = new Date("2027-01-15T08:00:00Z");
const later = (seconds) => new Date(NOW.getTime() + seconds * 1000);
const build = (options, ring = XAES_KEY) => SessionCookie.encrypted(ring, options);
const misconfigured = (code) => (error) => error instanceof ConfigError && error.code === code;

test("earlier attributes are those of another cookie, and nothing else", async () => {
  for (const formerly of [{}, { path: "/" }, { domain: null, partitioned: false }, { secure: false }, "/old", null, [{ partitioned: true }, {}]]) {
    assert.throws(() => attributes({ formerly }), misconfigured("formerly"), JSON.stringify(formerly));
  }
  assert.throws(() => attributes({ name: "__Host-a", formerly: { path: "/old" } }), misconfigured("cookie"));
  const cookies = await build({ cookie: attributes({ name: "__Secure-a", path: "/new", domain: "example.com", formerly: { path: "/old" } }) });
  const session = await cookies.load(null, NOW);
  session.set("a", 1);
  const [earlier] = await cookies.save(session);
  assert.match(earlier, /^__Secure-a=; Path=\/old; Domain=example\.com; Secure; HttpOnly; SameSite=Lax; Max-Age=0;/);
});

test("a ring in which a key retires while its sessions may be alive is refused", async () => {
  const other = await generateKey();
  const ring = (retires) => `${other} seal_from=2027-01-15T08:00:00Z\n${XAES_KEY} accept_until=${retires}`;
  await build({}, ring("2027-01-15T20:00:00Z"));
  await assert.rejects(build({}, ring("2027-01-15T19:59:59Z")), misconfigured("dangerRetireEarly"));
  await assert.rejects(build({ rememberUpTo: 86_400 }, ring("2027-01-15T20:00:00Z")), misconfigured("dangerRetireEarly"));
  await build({ dangerRetireEarly: true }, ring("2027-01-15T19:59:59Z"));
});

test("a time in a ring has one form", async () => {
  for (const time of ["+010000-01-01T00:00:00Z", "2027-02-29T00:00:00Z", "2027-03-01T24:00:00Z", "2027-03-01T06:00:00.000Z", "soon"]) {
    await assert.rejects(build({}, `${XAES_KEY} seal_from=${time}`), misconfigured("time"), time);
  }
});

test("a variable that is not set, or empty, is refused with the remedy", async () => {
  for (const [ring, code] of [[undefined, "ring"], ["", "empty"]]) {
    await assert.rejects(SessionCookie.encrypted(ring), (error) => misconfigured(code)(error) && /npx hardtack-session keygen/.test(error.message));
  }
});

test("a type whose empty value has no room is refused", async () => {
  const encode = (text) => new TextEncoder().encode(text);
  const shape = { encode, decode: (bytes) => new TextDecoder().decode(bytes) };
  const typeOf = (length) => sessionType({ label: "text", schema: 1, empty: "x".repeat(length), shape });
  const { remainingBytes: room } = await (await build({})).load(null, NOW);
  await build({ type: typeOf(room) });
  await assert.rejects(build({ type: typeOf(room + 1) }), misconfigured("size"));
});

test("a sign-in is offered a registration, however it is saved, once", async () => {
  const cookies = await build({ deviceBound: deviceBound({ path: "/.session" }) });
  const signedIn = async () => {
    const session = await cookies.load(null, NOW);
    session.renew();
    assert.equal(session.registration, null);
    return session;
  };
  for (const save of ["save", "saveAsCookies"]) {
    const session = await signedIn();
    assert.equal((await cookies[save](session)).length, 1);
    assert.match(session.registration, /^\(ES256\);path="\/\.session\/register";challenge="[\w-]+"$/);
  }
  const session = await signedIn();
  const [first, second] = [new Headers(), new Headers()];
  await cookies.saveTo(first, session);
  await cookies.saveTo(second, session);
  assert.deepEqual([first.get("secure-session-registration"), second.get("secure-session-registration")], [session.registration, null]);
});

test("an application may let caches share responses with sessions", async () => {
  const cookies = await build({ dangerAllowSharedCaching: true });
  const session = await cookies.load(null, NOW);
  session.set("a", 1);
  const shared = { "cache-control": "public, max-age=60" };
  const written = new Headers(shared);
  await cookies.saveTo(written, session);
  assert.deepEqual([written.get("cache-control"), written.get("vary")], ["public, max-age=60", "Cookie"]);
  const next = await cookies.load(written.getSetCookie()[0].split(";")[0], later(600));
  next.get("a");
  const refreshed = new Headers(shared);
  await cookies.saveTo(refreshed, next);
  assert.equal(refreshed.getSetCookie().length, 1);
});

test("a number of five digits in Expires is no year", async () => {
  const cookies = await build({});
  const session = await cookies.load(null, NOW);
  session.set("a", 1);
  const [line] = await cookies.save(session);
  const next = await cookies.load(line.split(";")[0], later(600));
  next.get("a");
  const response = new Headers({ expires: "Fri, 15 Jan 20100 00:00:00 GMT" });
  await cookies.saveTo(response, next);
  assert.deepEqual(response.getSetCookie(), []);
});
