// Responses: what is written into them, and when.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { createFetch } from "@whatwg-node/fetch";

import { SessionCookie, SessionHeader, attributes } from "../src/index.js";
import { oldCookie } from "../src/old_cookies.js";
import { withSession } from "../src/web/fetch.js";
import { listening } from "./stand_ins.js";
import { NOW, SIGNING_KEY, XAES_KEY, cookies, filled, later, refused } from "./visitor.js";

/** As GraphQL gateways call it, also where there is a global one. */
const { fetch: ponyfill } = createFetch({ skipPonyfill: false });

test("headers that cannot be changed leave the session as it is", async () => {
  const session = await cookies.load(await filled(), NOW);
  session.invalidate();
  await assert.rejects(cookies.saveTo(Response.error().headers, session), TypeError);
  const headers = new Headers();
  await cookies.saveTo(headers, session);
  assert.match(headers.get("set-cookie"), /^__Host-session=; /);
});

test("a session is saved by what loaded it", async () => {
  const readable = await SessionCookie.unencryptedButSigned(SIGNING_KEY);
  const tenants = await Promise.all(["a", "b"].map((name) => SessionCookie.encrypted(XAES_KEY, { context: [["tenant", name]] })));
  const header = await SessionHeader.encrypted(XAES_KEY, { header: "x-session" });
  for (const [from, to] of [[cookies, readable], [...tenants], [cookies, header], [header, cookies]]) {
    const session = await from.load(null, NOW);
    session.set("user", "ada");
    await assert.rejects(to.save(session), /session is of another cookie or token; save it with/);
    assert.ok(await from.save(session));
  }
});

test("a response of another library's fetch, whose fields come in lists, carries the session next to its own cookies", async () => {
  const origin = await listening(createServer((request, response) => response.setHeader("set-cookie", ["a=1", "b=2", "__Host-session=; Max-Age=0"]).end("x")));
  for (const method of ["GET", "HEAD"]) {
    const handle = withSession(cookies, (request, session) => (session.set("user", "ada"), session.signIn(), ponyfill(origin.origin, { method })));
    const { headers, status } = await handle(new Request("http://localhost/", { headers: { cookie: await filled() } }));
    const names = headers.getSetCookie().map((line) => line.split("=")[0]);
    assert.deepEqual([status, names], [200, ["a", "b", "__Host-session"]]);
    const reading = withSession(cookies, (request, session) => (session.get("user"), ponyfill(origin.origin, { method })));
    assert.equal((await reading(new Request("http://localhost/"))).headers.getSetCookie().length, 3);
  }
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

test("options of a cookie that an application changes are those of this cookie alone", async () => {
  const migrateFrom = [oldCookie({ name: "sid", from: NOW, until: later(86_400), read: () => null })];
  const own = await SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ name: "s", formerly: { path: "/a" } }), size: "split:2", migrateFrom });
  const saved = async (how) => {
    const session = await own.load(null, NOW);
    session.set("note", "x".repeat(4000));
    return own[how](session);
  };
  const before = (await saved("save")).map((line) => line.replace(/=[^;]*/, ""));
  assert.equal(before.length, 5);
  for (const cookie of await saved("saveAsCookies")) Object.assign(cookie.options, { domain: "tenant.example", secure: false, maxAge: cookie.options.maxAge * 1000 });
  assert.deepEqual((await saved("save")).map((line) => line.replace(/=[^;]*/, "")), before);
});

test("a request is loaded from whatever carries its headers", async () => {
  const cookie = await filled();
  const request = new Request("https://shop.example/", { headers: { cookie } });
  const sources = [cookie, [cookie], ["a=1", cookie], request, request.headers, { cookie }, { cookie: [cookie] }, { headers: { cookie } }, { rawHeaders: ["Cookie", "a=1", "Cookie", cookie] }, { rawHeaders: [], headers: { cookie, "content-length": 7 } }, new Set([cookie])];
  for (const source of sources) assert.equal((await cookies.load(source, NOW)).isNew, false, JSON.stringify(source));
  const none = [null, undefined, "", [], {}, { headers: {} }, { headers: null }, { host: "x" }, { cookie: undefined }, [undefined], new Headers(), { rawHeaders: [], headers: {} }];
  for (const source of none) assert.equal((await cookies.load(source, NOW)).isNew, true);
});

test("how a page is asked for is read from whatever carries the request's fields", async () => {
  const cookie = await filled((session) => session.set("user", "ada").flash("notice", "hello"));
  const form = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", origin: "https://other.example" };
  const [look, take, put] = [(session) => session.get("user"), (session) => assert.deepEqual(session.takeFlashes("notice"), []), (session) => session.set("a", 1)];
  const cases = [
    [{ cookie }, look, 1],
    [{ cookie, "sec-fetch-dest": "image" }, look, 0],
    // Its message waits, and it is refreshed.
    [{ cookie, "sec-purpose": "prefetch" }, take, 1],
    ...["prefetch", "no-prefetch"].map((purpose, i) => [{ cookie, "sec-purpose": purpose, "sec-fetch-site": "cross-site" }, look, i]),
    [form, put, 0],
    [{ ...form, "sec-fetch-site": "same-origin" }, put, 1],
  ];
  for (const [headers, work, count] of cases) {
    for (const source of [headers, new Headers(headers), { headers }, { rawHeaders: Object.entries(headers).flat() }, new Request("https://example.com", { headers })]) {
      const session = await cookies.load(source, later(600));
      work(session);
      assert.equal((await cookies.save(session)).length, count, JSON.stringify(headers));
    }
  }
});

test("`save` leaves out what the response that it is told of cannot carry", async () => {
  const written = async (work, response) => {
    const session = await cookies.load(await filled(), later(450));
    work(session);
    return (await cookies.save(session, response)).length;
  };
  const [look, change] = [(session) => session.get("user"), (session) => session.set("user", "eve")];
  const responses = [{}, { isShareable: true }, { refreshesNothing: true }, { status: 404 }, { status: 500 }];
  const both = responses.map(async (response) => [await written(look, response), await written(change, response)]);
  assert.deepEqual(await Promise.all(both), [[1, 1], [0, 1], [0, 1], [0, 1], [0, 0]]);
});

test("a field that is only named like one for caches stays, and an empty `Vary` names nothing", async () => {
  const session = await cookies.load(null, NOW);
  session.set("user", "eve");
  const others = { "edge-controls": "max-age=60", "x-surrogate-control": "max-age=60" };
  const { headers } = await cookies.saveToResponse(new Response("", { headers: { ...others, vary: "" } }), session);
  headers.delete("set-cookie");
  assert.deepEqual(Object.fromEntries(headers), { ...others, "cache-control": "no-store", "content-type": "text/plain;charset=UTF-8", vary: "Cookie" });
});

test("a `Response` that a session is saved with counts by its status, in each way to save", async () => {
  const token = await SessionHeader.encrypted(XAES_KEY, { header: "x-session" });
  const ways = {
    save: (session, response) => cookies.save(session, response),
    saveAsCookies: (session, response) => cookies.saveAsCookies(session, response),
    saveToResponse: async (session, response) => (await cookies.saveToResponse(response, session)).headers.getSetCookie(),
    saveTo: async (session, response) => {
      const headers = new Headers();
      await cookies.saveTo(headers, session, response);
      return headers.getSetCookie();
    },
    token: async (session, response) => (await token.save(session, response)) ?? [],
  };
  for (const [name, save] of Object.entries(ways)) {
    const arrived = name === "token" ? [token, { "x-session": await filled(undefined, token) }] : [cookies, await filled()];
    const isWritten = async (status, work, seconds = 1) => {
      const session = await arrived[0].load(arrived[1], later(seconds));
      work(session);
      return (await save(session, new Response("", { status }))).length > 0;
    };
    const change = (session) => session.set("user", "eve");
    for (const [status, isSaved] of [[200, true], [404, true], [408, false], [500, false]]) {
      assert.equal(await isWritten(status, change), isSaved, `${name} ${status}`);
    }
    const look = (session) => session.get("user");
    for (const [status, isRefreshed] of [[200, true], [404, false]]) assert.equal(await isWritten(status, look, 450), isRefreshed, `${name} ${status}`);
  }
});

test("without an adapter, a change that a response leaves out is an error of the log", async () => {
  const told = [];
  const logged = await SessionCookie.encrypted(XAES_KEY, { log: (level, message, { error }) => error && told.push([level, message === error.message, error.code]) });
  const session = await logged.load(null, NOW);
  session.set("user", "eve");
  await logged.saveTo(new Headers({ "set-cookie": "__Host-session=x; Path=/" }), session);
  assert.deepEqual(told, [["error", true, "left-out"]]);
});

test("a handler cannot change a session while what the response says is read", async () => {
  const cookie = await filled();
  const session = await cookies.load(cookie, later(600));
  session.get("user");
  const saving = cookies.saveTo(new Headers({ "set-cookie": "__Host-session=x; Path=/" }), session);
  assert.throws(() => session.set("a", 1), refused("after-head"));
  await saving;
});
