// Applications inside of others that share their cookie, in what each framework has for it: a mounted application, fields of the
// event, an error with fields, a redirect of a later hook.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { H3, HTTPError, HTTPResponse } from "h3";
import { appendResponseHeader, createApp, createError, eventHandler, toNodeListener } from "h3-1";
import { Hono } from "hono";

import { SessionCookie, attributes } from "../src/index.js";
import { oldCookie } from "../src/old_cookies.js";
import { withSession } from "../src/web/fetch.js";
import { withSession as inH3 } from "../src/web/h3.js";
import { session as inHono } from "../src/web/hono.js";
import { handleSession } from "../src/web/sveltekit.js";
import { XAES_KEY, cookies, field, filled, later } from "./visitor.js";
import { listening } from "./stand_ins.js";

const now = () => later(600);
const cookie = await filled();
const request = (path = "/") => new Request(`http://localhost${path}`, { headers: { cookie } });
const read = (session) => session.get("user");
const put = (session) => session.set("outer", 1);
const signOut = (session) => session.invalidate();
const signIn = (session) => (session.signIn(), session.set("user", "eve"));

/** The fields of an inner request. */
async function inner(work, sessions = cookies) {
  const session = await sessions.load(cookie, now());
  work(session);
  return sessions.save(session);
}

/** The user and what the outer request has set, in the one cookie of a response. */
async function after(lines) {
  assert.equal(lines.length, 1, lines.join());
  const session = await cookies.load(field(lines), now());
  return [session.get("user"), session.get("outer")];
}

/** What an inner request did, what the outer one does, and what comes of it. */
const CASES = [
  [signOut, read, [undefined, undefined]],
  [signIn, read, ["eve", undefined]],
  [read, put, ["ada", 1]],
  [signOut, put, [undefined, undefined]],
  [signIn, signOut, [undefined, undefined]],
  [signOut, signIn, ["eve", undefined]],
];

/** Each answers with the fields of an inner request, and does `work` with the outer session. Vectors have those of plain answers. */
const SITES = {
  "a mounted application of Hono": async (lines, work) => {
    const app = new Hono();
    app.use(inHono(cookies, { now }));
    app.use(async (c, next) => (await next(), work(c.get("session"))));
    app.mount("/inner", () => new Response("x", { headers: lines.map((line) => ["set-cookie", line]) }));
    return (await app.request(request("/inner/x"))).headers.getSetCookie();
  },
  "h3: fields of the event and of errors": (lines, work) => onH3((event) => (append(event.res.headers, lines), append(event.res.errHeaders, lines), "x"), work),
  "h3: fields of the event, and a Response": (lines, work) => onH3((event) => (append(event.res.headers, lines), new Response("x")), work),
  "h3: a Response": (lines, work) => onH3(() => new Response("x", { headers: append(new Headers(), lines) }), work),
  "h3: an HTTPResponse": (lines, work) => onH3(() => new HTTPResponse("x", { headers: append(new Headers(), lines) }), work),
  "h3 1: fields of the event, and a Response": (lines, work) => onH3One((event) => (set(event, lines), new Response("x")), work),
  "h3 1: a Response": (lines, work) => onH3One(() => new Response("x", { headers: append(new Headers(), lines) }), work),
  "SvelteKit: a redirect that a later hook throws": async (lines, work) => {
    const jar = new Jar();
    const resolve = async ({ locals }) => {
      for (const line of lines) jar.set(...line.split(";")[0].split("="));
      work(locals.session);
      throw { status: 303, location: "/" };
    };
    await handleSession(cookies, { now })({ event: { request: request(), locals: {}, cookies: jar }, resolve }).catch(() => {});
    return jar.lines;
  },
};

/** Mounted applications of Hono with the middleware inside as well. */
test("an application of Hono that is mounted in another, both with the middleware, signs out", async () => {
  for (const [inside, work, expected] of CASES) {
    const mounted = new Hono();
    mounted.use(inHono(cookies, { now }));
    mounted.get("/x", (c) => (inside(c.get("session")), c.text("x")));
    const app = new Hono();
    app.use(inHono(cookies, { now, onRefused: () => {} }));
    app.use(async (c, next) => (await next(), work(c.get("session"))));
    app.mount("/inner", mounted.fetch);
    assert.deepEqual(await after((await app.request(request("/inner/x"))).headers.getSetCookie()), expected);
  }
});

for (const [name, site] of Object.entries(SITES)) {
  test(`${name}: what an inner request says stays beside a refresh and a change, and goes with a sign-in and a sign-out`, async (t) => {
    t.mock.method(console, "error", () => {});
    for (const [inside, work, expected] of CASES) assert.deepEqual(await after(await site(await inner(inside), work)), expected);
    // Two inner requests, of which the second has not seen the first.
    const both = [...(await inner(signOut)), ...(await inner(read))];
    if (!name.startsWith("SvelteKit")) assert.deepEqual(await after(await site(both, read)), [undefined, undefined]);
  });
}

test("h3: a sign-out is one field in what answers an error, too", async (t) => {
  t.mock.method(console, "error", () => {});
  for (const status of [400, 500]) {
    const lines = await inner(read);
    const thrown = () => {
      throw new HTTPError({ status, headers: append(new Headers(), lines) });
    };
    assert.deepEqual(await after(await onH3(thrown, signOut)), [undefined, undefined]);
    const one = await onH3One((event) => (set(event, lines), Promise.reject(createError({ statusCode: status }))), signOut);
    assert.deepEqual(await after(one), [undefined, undefined]);
  }
});

test("SvelteKit: a redirect of a later hook carries a sign-in of an inner request, in a cookie with a domain, too", async () => {
  const sessions = await SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ domain: "example.com" }) });
  const jar = new Jar();
  const outer = await filled(undefined, sessions);
  const resolve = async ({ locals }) => {
    read(locals.session);
    jar.set(sessions.name, "of an inner request");
    throw { status: 303, location: "/" };
  };
  const event = { request: new Request("http://localhost/", { headers: { cookie: outer } }), locals: {}, cookies: jar };
  await handleSession(sessions, { now })({ event, resolve }).catch(() => {});
  assert.deepEqual(jar.lines, [`${sessions.name}=of an inner request`]);
});

/** The cookies of an event of SvelteKit, which has one of each name. */
class Jar {
  #set = new Map();

  getAll() {
    return [...this.#set].map(([name, value]) => ({ name, value }));
  }

  set(name, value) {
    this.#set.set(name, value);
  }

  get lines() {
    return [...this.#set].map((pair) => pair.join("="));
  }
}

function append(headers, lines) {
  for (const line of lines) headers.append("set-cookie", line);
  return headers;
}

function set(event, lines) {
  for (const line of lines) appendResponseHeader(event, "set-cookie", line);
}

async function onH3(answer, work) {
  const app = new H3({ silent: true });
  app.all("/**", inH3(cookies, (event, session) => (work(session), answer(event)), { now }));
  return (await app.fetch(request())).headers.getSetCookie();
}

async function onH3One(answer, work) {
  const app = createApp();
  app.use(eventHandler(inH3(cookies, (event, session) => (work(session), answer(event)), { now })));
  const browser = await listening(createServer(toNodeListener(app)));
  return (await browser.get("/", { cookie })).setCookies;
}

test("what an inner application has taken over from an old cookie is the same session, which a change replaces", async () => {
  const readOld = async () => ({ entries: { user: "ada" }, createdAt: later(300) });
  const migrateFrom = oldCookie({ name: "old", from: new Date("2026-01-01"), until: new Date("2028-01-01"), read: readOld, convert: (entries) => entries });
  const taking = await SessionCookie.encrypted(XAES_KEY, { migrateFrom });
  const session = await taking.load("old=1", now());
  read(session);
  const lines = await taking.save(session);
  for (const [work, expected] of [[read, "ada"], [put, "ada"], [signOut, undefined]]) {
    const handler = async (_, session) => (work(session), new Response("x", { headers: lines.map((line) => ["set-cookie", line]) }));
    const response = await withSession(taking, handler, { now })(new Request("http://localhost/", { headers: { cookie: "old=1" } }));
    const set = response.headers.getSetCookie();
    assert.equal(set.length, 2, set.join());
    const after = await taking.load(field(set), now());
    assert.deepEqual([after.get("user"), after.get("outer")], [expected, work === put ? 1 : undefined]);
  }
});
