// The adapters for Next.js, with stand-ins for `NextResponse` and `cookies`. frameworks/ has them in Next.js.

import assert from "node:assert/strict";
import { test } from "node:test";

import { SessionCookie, attributes } from "../src/index.js";
import { oldCookie } from "../src/old_cookies.js";
import { inNext, sessionProxy } from "../src/web/next.js";
import { XAES_KEY } from "./keys.js";

const NOW = new Date("2027-01-15T08:00:00Z");
const earlier = new Date(NOW.getTime() - 600_000);
const cookies = await SessionCookie.encrypted(XAES_KEY);

/** Keeps what it was given. */
const NextResponse = { next: (init) => Object.assign(new Response(null), { init }) };

/** A `Cookie` field with a session that was active ten minutes ago. */
async function arrived(fill = (session) => session.set("visits", 9)) {
  const session = await cookies.load(null, earlier);
  fill(session);
  const [line] = await cookies.save(session);
  return line.split(";")[0];
}

async function visit(cookie, { handler, sessions = cookies, ...init } = {}) {
  const headers = { cookie, accept: "text/html", ...init.headers };
  const response = await sessionProxy(sessions, NextResponse, handler, { now: () => NOW })(new Request("http://localhost/", { ...init, headers }));
  return { response, set: response.headers.getSetCookie(), passedOn: response.init?.request.headers };
}

const sessionOf = (field) => cookies.load(field, NOW);

test("a session that is only looked at is refreshed, and passed on", async () => {
  for (const method of ["GET", "HEAD"]) {
    const { response, set, passedOn } = await visit(`theme=dark; ${await arrived()}`, { method });
    assert.equal(set.length, 1, method);
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.deepEqual((await sessionOf(set[0].split(";")[0])).lastActiveAt, NOW);
    assert.match(passedOn.get("cookie"), /^theme=dark; __Host-session=/);
    assert.equal(passedOn.get("accept"), "text/html");
    assert.deepEqual((await sessionOf(passedOn.get("cookie"))).lastActiveAt, NOW);
  }
});

test("a visitor without a session gets none, and one who was active just now keeps it", async () => {
  const fresh = await cookies.load(null, NOW);
  const [line] = await cookies.save(fresh.set("visits", 1));
  for (const cookie of ["", "theme=dark", line.split(";")[0]]) {
    const { response, set } = await visit(cookie);
    assert.deepEqual([set, response.headers.get("cache-control")], [[], null]);
  }
});

test("what the handler does to the fields of the request reaches the page, written or not", async () => {
  const handler = ({ headers }, session) => {
    headers.set("x-user", session.get("user") ?? "nobody");
    headers.delete("x-notice");
  };
  const fresh = await cookies.save((await cookies.load(null, NOW)).set("user", "ada"));
  const refreshed = await arrived((session) => session.set("user", "ada"));
  for (const [cookie, user, writes] of [["", "nobody", 0], [fresh[0].split(";")[0], "ada", 0], [refreshed, "ada", 1]]) {
    const { set, passedOn } = await visit(cookie, { handler, headers: { "x-user": "admin", "x-notice": "of the client" } });
    assert.deepEqual([passedOn.get("x-user"), passedOn.get("x-notice"), set.length], [user, null, writes], cookie);
  }
});

test("the handlers of other methods refresh by themselves, and see what the proxy changed", async () => {
  const cookie = await arrived();
  assert.deepEqual((await visit(cookie, { method: "POST" })).set, []);
  const { set, passedOn } = await visit(cookie, { method: "POST", handler: (_, session) => void session.set("from", "mail") });
  assert.equal(set.length, 1);
  assert.equal((await sessionOf(passedOn.get("cookie"))).get("from"), "mail");
});

test("requests for parts of a page refresh nothing", async () => {
  assert.deepEqual((await visit(await arrived(), { headers: { "sec-fetch-dest": "image" } })).set, []);
});

test("a session that the handler ends is not passed on", async () => {
  const { set, passedOn } = await visit(await arrived(), { handler: async (_, session) => void session.invalidate() });
  assert.match(set[0], /^__Host-session=;/);
  assert.equal(passedOn.get("cookie"), null);
});

test("an answer of the handler is the response, with the session", async () => {
  const handler = (request, session) => {
    session.flash("notice", "sign in first");
    return Response.redirect(new URL("/sign-in", request.url));
  };
  const { response, set } = await visit("", { handler });
  assert.deepEqual([response.status, response.headers.get("location")], [302, "http://localhost/sign-in"]);
  assert.deepEqual((await sessionOf(set[0].split(";")[0])).flashes("notice"), ["sign in first"]);
});

test("the cookie of an earlier path is dropped, too, and a build needs no keys", async () => {
  const moved = () => SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ name: "__Secure-a", path: "/app", formerly: { path: "/" } }) });
  const { set } = await visit("", { sessions: moved, handler: (_, session) => void session.set("visits", 1) });
  assert.deepEqual(set.map((line) => line.split(";")[1]), [" Path=/", " Path=/app"]);
  sessionProxy(() => assert.fail("it was made before a request"), NextResponse);
});

/** Keeps one cookie of a name, as the jar of Next.js does. */
function jarWith(arrived = []) {
  const cookies = new Map(arrived.map((cookie) => [cookie.name, cookie]));
  const set = new Map();
  return { set, cookies: async () => ({ getAll: () => [...cookies.values()], set: (name, value, options) => set.set(name, { value, options }) }) };
}

test("a session goes into the jar of Next.js, and comes from it", async () => {
  const jar = jarWith();
  const { update } = inNext(cookies, jar.cookies, { now: () => NOW });
  assert.equal(await update((session) => session.set("visits", 1).get("visits")), 1);
  const [[name, { value, options }]] = jar.set;
  assert.deepEqual(options, { path: "/", secure: true, httpOnly: true, sameSite: "lax" });
  const { load } = inNext(() => cookies, jarWith([{ name, value }]).cookies, { now: () => NOW });
  assert.equal((await load()).get("visits"), 1);
});

test("`redirect` inside of an update saves it, and what fails does not", async () => {
  // What they throw in Next.js 15 and 16.
  for (const digest of ["NEXT_REDIRECT;replace;/login;307;", "NEXT_HTTP_ERROR_FALLBACK;404"]) {
    const jar = jarWith();
    const thrown = Object.assign(new Error(digest.split(";")[0]), { digest });
    const leaving = inNext(cookies, jar.cookies, { now: () => NOW }).update((session) => {
      session.set("user", "ada");
      throw thrown;
    });
    await assert.rejects(leaving, thrown);
    assert.deepEqual([...jar.set.keys()], ["__Host-session"], digest);
  }
  for (const thrown of [new Error("failed"), Object.assign(new Error("dynamic"), { digest: "DYNAMIC_SERVER_USAGE" }), undefined]) {
    const jar = jarWith();
    const failing = inNext(cookies, jar.cookies).update(async (session) => {
      session.set("user", "ada");
      throw thrown;
    });
    await assert.rejects(failing.catch((error) => Promise.reject(error ?? new Error("undefined"))));
    assert.equal(jar.set.size, 0);
  }
});

test("a cookie that the jar of Next.js would lose is refused", async () => {
  const moved = { cookie: attributes({ name: "__Secure-a", path: "/app", formerly: { path: "/" } }) };
  const old = (path) => oldCookie({ name: "sid", path, read: () => null, from: new Date("2026-01-02"), until: NOW.getTime() + 1000 });
  for (const [code, options] of [["formerly", moved], ["migrateFrom", { migrateFrom: [old("/"), old("/app")] }]]) {
    const sessions = SessionCookie.encrypted(XAES_KEY, options);
    for (const given of [sessions, () => sessions]) {
      const jar = jarWith();
      const { load, save } = inNext(given, jar.cookies, { now: () => NOW });
      await assert.rejects(load(), { name: "ConfigError", code, message: /hardtack-session\/fetch/ });
      await assert.rejects(save(await (await sessions).load(null, NOW)), { code });
      assert.equal(jar.set.size, 0);
    }
  }
  const { load } = inNext(SessionCookie.encrypted(XAES_KEY, { size: "split:3", migrateFrom: old("/") }), jarWith().cookies, { now: () => NOW });
  assert.equal((await load()).isNew, true);
});
