// The advice of errors, followed: then the session works, and its cookie is no weaker than before. guard.test.js and
// misuse.test.js do this for the guard and for the names of other libraries.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import express from "express";
import expressSession from "express-session";

import { deviceBound } from "../src/device.js";
import { KeyRing, SessionCookie, SessionToken, attributes, generateKey, revalidation, sessionType } from "../src/index.js";
import { fromSettings } from "../src/settings.js";
import { struct, u32 } from "../src/struct.js";
import { session as inExpress } from "../src/web/express.js";
import { withSession } from "../src/web/fetch.js";
import { inNext } from "../src/web/next.js";
import { listening } from "./stand_ins.js";
import { XAES_KEY } from "./visitor.js";

const NOW = Date.UTC(2027, 0, 15);
const later = (seconds) => NOW + 1000 * seconds;
const HOURS = 3600;

/** Part of the sentence, the settings that are wrong, and those with which the sentence's ways out leave them. */
const SETTINGS = [
  ["use letters, digits, `-` and `_`", { name: "log in" }, { name: "log-in_1" }],
  ["choose another ending", { name: "login.2" }, { name: "login.two" }],
  ["leave out `domain` or choose a `__Secure-` name", { name: "__Host-login", domain: "example.com" }, { name: "__Host-login" }, { name: "__Secure-login", domain: "example.com" }],
  ["leave out `path` or choose a `__Secure-` name", { name: "__Host-login", path: "/app" }, { name: "__Host-login" }, { name: "__Secure-login", path: "/app" }],
  ["leave out `danger_allow_http` or choose a name", { name: "__Host-login", danger_allow_http: true }, { name: "__Host-login" }, { name: "login", danger_allow_http: true }],
  ["leave out `danger_allow_http` or choose another `same_site`", { same_site: "none", danger_allow_http: true }, { same_site: "none" }, { same_site: "lax", danger_allow_http: true }],
  ["leave out `danger_allow_http` or `partitioned`", { partitioned: true, danger_allow_http: true }, { partitioned: true }, { danger_allow_http: true }],
  ["give one like `/app`", { path: "app" }, { path: "/app" }],
  ["which browsers resolve; leave it out", { path: "/app/../shop" }, { path: "/shop" }],
  ["that the cookie has now; leave it out", { formerly: [{ path: "/" }] }, {}],
  ["set `absolute_timeout` to at least the same, or a shorter", { idle_timeout: "1h", absolute_timeout: "30m" }, { idle_timeout: "1h", absolute_timeout: "1h" }, { idle_timeout: "30m", absolute_timeout: "30m" }],
  ["active visitors would be signed out; choose at most half", { idle_timeout: "1h", refresh_after: "31m" }, { idle_timeout: "1h", refresh_after: "30m" }],
  ["set both, or leave this out", { remembered_idle_timeout: "1h" }, { remembered_idle_timeout: "1h", remember_up_to: "10h" }, {}],
  ["leave it out, or set `danger_allow_http`", { secure: false }, {}, { danger_allow_http: true }],
  ["leave it out, and let the server tell scripts", { httponly: false }, {}],
];

for (const [advice, mistake, ...followed] of SETTINGS) {
  test(`a program that is told "${advice}" has a cookie that works`, async () => {
    const made = (settings) => fromSettings({ keys: XAES_KEY, ...settings });
    await assert.rejects(made(mistake), (error) => error.message.includes(advice) || assert.fail(error.message));
    for (const settings of followed) {
      const cookies = await made(settings);
      const session = await cookies.load(null, NOW);
      session.set("user", 42);
      const line = (await cookies.save(session)).find((field) => !field.includes("Max-Age=0"));
      const cookie = line.split(";")[0];
      assert.match(line, /; HttpOnly/);
      assert.ok(/; Secure/.test(line) || (advice.includes("danger_allow_http") && !line.startsWith("__")), line);
      const read = async (cookies, now) => (await cookies.load(cookie, now)).get("user");
      assert.equal(await read(cookies, later(1)), 42);
      assert.equal(await read(cookies, later(13 * HOURS)), undefined);
      assert.equal(await read(await fromSettings({ keys: await generateKey(), ...settings }), later(1)), undefined);
    }
  });
}

test("who follows the error of a session changes it", async () => {
  const cookies = await SessionCookie.encrypted(XAES_KEY);
  const session = await cookies.load(null, NOW);
  assert.throws(() => session.rememberFor(60), /set `rememberUpTo`/);
  const remembering = await SessionCookie.encrypted(XAES_KEY, { rememberUpTo: 3600 });
  const remembered = await remembering.load(null, NOW);
  remembered.set("user", 42);
  remembered.rememberFor(60);
  assert.match((await remembering.save(remembered))[0], /; Max-Age=60/);

  assert.throws(() => session.set("cart", new Map([["tea", 1]])), /store an object/);
  session.set("cart", { tea: 1 });
  assert.deepEqual(session.get("cart"), { tea: 1 });
  session.set("seen", new Map([[7, 1]]));
  assert.throws(() => session.get("seen").set(8, 2), /read-only; use `update`/);
  session.update("seen", (seen) => new Map([...seen, [8, 2]]));
  assert.equal(session.get("seen").get(8), 2);
  await cookies.save(session);
  assert.throws(() => session.set("late", 1), /change it before the response begins/);
});

test("a typed session has its `value`", async () => {
  const type = sessionType({ label: "login", schema: 1, shape: struct({ user: u32 }) });
  const cookies = await SessionCookie.encrypted(XAES_KEY, { type });
  const session = await cookies.load(null, NOW);
  assert.throws(() => session.set("user", 42), /has no entries; use `value`/);
  session.value = { user: 42 };
  assert.deepEqual(session.value, { user: 42 });
});

test("a session that nobody could validate is refused until somebody can, or is ended", async () => {
  let answer = () => Promise.reject(new Error("no database"));
  const revalidateAfter = revalidation({ seconds: 60, validate: () => answer() });
  const cookies = await SessionCookie.encrypted(XAES_KEY, { revalidateAfter });
  const begun = await cookies.load(null, NOW);
  begun.set("user", 42);
  const cookie = (await cookies.save(begun))[0].split(";")[0];
  const refused = await cookies.load(cookie, later(61)).catch((error) => error);
  assert.throws(() => refused.session.set("cart", 1), /`invalidate` begins a new one/);
  refused.session.invalidate();
  refused.session.set("cart", 1);
  answer = () => true;
  assert.equal((await cookies.load(cookie, later(62))).get("user"), 42);
});

test("who follows the error of a ring opens what was sealed before", async () => {
  const [old, next] = [XAES_KEY, await generateKey()];
  const before = await SessionCookie.encrypted(old);
  const begun = await before.load(null, NOW);
  begun.set("user", 42);
  const cookie = (await before.save(begun))[0].split(";")[0];
  const at = (seconds) => new Date(later(seconds)).toISOString().replace(".000", "");
  for (const [advice, mistake, ...followed] of [
    ["remove the time, or add a key that seals later", `${old} accept_until=${at(7200)}`, old, `${next} seal_from=${at(3600)}\n${old} accept_until=${at(7200)}`],
    ["must not retire before", `${next} seal_from=${at(3600)}\n${old} accept_until=${at(3599)}`, `${next} seal_from=${at(3600)}\n${old} accept_until=${at(7200)}`],
    ["twice", `${old}\n${old}`, old],
  ]) {
    await assert.rejects(KeyRing.parse(mistake, { mode: "encrypted" }), (error) => error.message.includes(advice) || assert.fail(error.message));
    for (const ring of followed) {
      const session = await (await SessionCookie.encrypted(ring)).load(cookie, later(60));
      assert.equal(session.get("user"), 42, advice);
    }
  }
});

test("a program that remembers as the other keeps the session and says nothing", async () => {
  const rememberUpTo = 30 * 24 * HOURS;
  const right = await SessionCookie.encrypted(XAES_KEY, { rememberUpTo });
  const begun = await right.load(null, NOW);
  begun.set("user", 42);
  begun.rememberFor(rememberUpTo);
  const cookie = (await right.save(begun))[0].split(";")[0];
  for (const [options, isRemembered] of [[{}, false], [{ rememberUpTo }, true]]) {
    const told = [];
    const cookies = await SessionCookie.encrypted(XAES_KEY, { ...options, log: (level, message) => told.push(message) });
    const session = await cookies.load(cookie, later(2 * HOURS));
    assert.equal(session.get("user") === 42, isRemembered);
    assert.equal(told.some((message) => message.includes("as in the program that remembers it")), !isRemembered);
  }
});

test("a bare token and one of a header are made as their errors say", async () => {
  for (const options of [{}, { header: "x-session", purpose: "job" }]) {
    await assert.rejects(SessionToken.encrypted(XAES_KEY, options), { name: "ConfigError" });
  }
  for (const options of [{ header: "x-session" }, { purpose: "job" }]) await SessionToken.encrypted(XAES_KEY, options);
});

test("of two libraries, the one that is mounted alone has its session", async () => {
  const app = (...layers) => {
    const made = express();
    for (const layer of layers) made.use(layer);
    made.use((request, response) => response.end(`${request.session.update("visits", (visits = 0) => visits + 1).get("visits")}`));
    made.use((error, request, response, next) => response.end(error.message));
    return listening(createServer(made));
  };
  const cookies = await SessionCookie.encrypted(XAES_KEY);
  const other = expressSession({ secret: "a secret", resave: false, saveUninitialized: false });
  assert.match((await (await app(other, inExpress(cookies))).get("/")).text, /mount one of the two$/);
  const visitor = await app(inExpress(cookies));
  for (const visits of ["1", "2"]) assert.equal((await visitor.get("/")).text, visits);
});

test("a cookie that the jar of Next.js would lose is written by `withSession`, and read without `formerly`", async () => {
  const moved = (formerly) => SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ name: "__Secure-a", path: "/app", ...formerly }) });
  const writes = await moved({ formerly: { path: "/" } });
  const jar = (pair) => async () => ({ getAll: () => (pair ? [{ name: "__Secure-a", value: pair.slice(pair.indexOf("=") + 1) }] : []) });
  const inPages = (cookies, pair) => inNext(cookies, jar(pair), { headers: async () => new Headers(pair ? { cookie: pair } : {}) });
  await assert.rejects(inPages(writes).load(), /leave it out here, where sessions are read, and write them by `withSession` of hardtack-session\/fetch$/);
  const handler = withSession(writes, (request, session) => new Response(String(session.set("user", 42).get("user"))));
  const lines = (await handler(new Request("https://shop.example/app"))).headers.getSetCookie();
  assert.deepEqual(lines.map((line) => [/Path=[^;]*/.exec(line)[0], line.includes("Max-Age=0")]).sort(), [["Path=/", true], ["Path=/app", false]]);
  const [pair] = lines.find((line) => !line.includes("Max-Age=0")).split(";");
  assert.equal((await inPages(await moved({}), pair).load()).get("user"), 42);
});

test("who follows the error of bound sessions has a cookie that works", async () => {
  const strict = (options, cookie) => SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ sameSite: "Strict", ...cookie }), deviceBound: deviceBound({ path: "/.session", ...options }) });
  await assert.rejects(strict(), /choose `Lax`, or set `initiators` to `same-site`$/);
  for (const made of [strict({}, { sameSite: "Lax" }), strict({ initiators: "same-site" })]) {
    const cookies = await made;
    const session = await cookies.load(null, NOW);
    session.set("user", 42);
    const cookie = (await cookies.save(session)).find((line) => line.startsWith("__Host-session=")).split(";")[0];
    assert.equal((await cookies.load(cookie, later(1))).get("user"), 42);
  }
});
