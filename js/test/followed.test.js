// The advice of errors, followed: then the session works, and its cookie is no weaker than before. guard.test.js and
// misuse.test.js do this for the guard and for the names of other libraries.

import assert from "node:assert/strict";
import { test } from "node:test";

import { SessionCookie, generateKey, sessionType } from "../src/index.js";
import { fromSettings } from "../src/settings.js";
import { struct, u32 } from "../src/struct.js";
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
