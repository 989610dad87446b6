// What a session is not: a plain object, as other libraries have it. What would be lost in silence is an error that names the
// right call, in strict mode and without it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { inspect } from "node:util";

import cookieParser from "cookie-parser";
import express from "express";
import { Hono } from "hono";
import { createRequest } from "node-mocks-http";
import { toJSONAsync } from "seroval";

import { CsrfGuard } from "../src/csrf_guard.js";
import {
  KeyRing, Session, SessionCookie, SessionError, SessionHeader, SessionToken, attributes, csrfToken, revalidation, sessionType, verifyCsrf,
} from "../src/index.js";
import { struct, text } from "../src/struct.js";
import { onSession } from "../src/web/astro.js";
import { session as inExpress } from "../src/web/express.js";
import { withSession } from "../src/web/fetch.js";
import { withSession as inH3 } from "../src/web/h3.js";
import { session as inHono } from "../src/web/hono.js";
import { inNext, sessionProxy } from "../src/web/next.js";
import { forward } from "../src/web/origin.js";
import { handleSession } from "../src/web/sveltekit.js";
import { OF_CONNECT } from "./beside/of_connect.js";
import { OF_FETCH } from "./beside/of_fetch.js";
import { siteOf } from "./every_adapter.js";
import { honoWith, listening } from "./stand_ins.js";
import { NOW, XAES_KEY, cookies, filled, later } from "./visitor.js";

const typed = await SessionCookie.encrypted(XAES_KEY, { type: sessionType({ label: "user", schema: 1, shape: struct({ user: text }) }) });
const refused = (name) => ({ name: "TypeError", message: `session keeps no property \`${name}\`; use \`get\`, \`set\`, \`has\` and \`delete\`` });
/** A function of the mode in which what is refused is passed over in silence. */
const sloppy = (body) => new Function("session", body);

/** What is done to a session as if it were an object, by the property. */
const MISUSES = {
  user: [
    sloppy("session.user = 7"),
    sloppy("delete session.user"),
    sloppy("session.user ??= 7"),
    sloppy("session.user = undefined"),
    sloppy("'user' in session"),
    sloppy("session['user'] += 1"),
    (session) => (session.user = 7),
    (session) => delete session.user,
    (session) => Object.assign(session, { user: 7 }),
    (session) => Object.defineProperty(session, "user", { value: 7 }),
    (session) => Object.defineProperties(session, { user: { get: () => 7 } }),
    (session) => Reflect.set(session, "user", 7),
    (session) => Reflect.defineProperty(session, "user", { value: 7 }),
    (session) => Reflect.deleteProperty(session, "user"),
    (session) => Reflect.has(session, "user"),
    sloppy("if (session.user) return 'let in'"),
    sloppy("const { user } = session"),
    (session) => session?.user,
    (session) => Reflect.get(session, "user"),
    (session) => Object.create(session, {}).user ?? Reflect.set(Object.create(session), "user", 7, session),
  ],
  id: [sloppy("delete session.id"), sloppy("session.id = 'x'"), (session) => (session.id = "x")],
  isNew: [sloppy("session.isNew = false"), sloppy("session.isNew ||= true; session.isNew &&= false")],
  get: [sloppy("session.get = () => 7"), (session) => delete session.get],
  "Symbol(user)": [(session) => (session[Symbol("user")] = 7)],
};

test("what a visitor sends takes the place of no session", async () => {
  const session = await cookies.load(null, NOW);
  const sent = JSON.parse('{"__proto__": {"isNew": false, "id": "forged"}}');
  for (const take of [() => Object.keys(sent).forEach((name) => (session[name] = sent[name])), () => Object.setPrototypeOf(session, sent)]) assert.throws(take, TypeError);
  assert.deepEqual([session.isNew, session.id], [true, null]);
});

test("a session is no object whose properties are kept", async () => {
  for (const carrier of [cookies, typed]) {
    const session = await carrier.load(null, NOW);
    for (const [name, misuses] of Object.entries(MISUSES)) {
      // A typed session refuses `get` and `set` by a sentence of its own.
      if (carrier === typed && name === "get") continue;
      for (const misuse of misuses) assert.throws(() => misuse(session), refused(name), `${misuse}`);
    }
    assert.deepEqual(await carrier.save(session), []);
  }
  const session = await cookies.load(await filled(), NOW);
  for (const [name, misuses] of Object.entries(MISUSES)) for (const misuse of misuses) assert.throws(() => misuse(session), refused(name));
  assert.deepEqual([session.get("user"), await cookies.save(session)], ["ada", []]);
  for (const misuse of [() => session.value, () => (session.value = 7)]) assert.throws(misuse, refused("value"));
});

/** What sessions of other libraries have, with what to do here. */
const REMEDIES = {
  destroy: "call `invalidate`",
  regenerate: "call `signIn`, or `renewId`, which keeps the data",
  cookie: "set the options `idleTimeout` and `absoluteTimeout`, in seconds, or call `rememberFor`",
  maxAge: "set the options `idleTimeout` and `absoluteTimeout`, in seconds, or call `rememberFor`",
  secret: "give the keys as the first argument: `SessionCookie.encrypted(process.env.SESSION_KEYS)`",
  touch: "leave it out, because reading is a use",
  reload: "leave it out, because a request has one session",
};

test("a name that other libraries have says what to call here, in development", async () => {
  for (const carrier of [cookies, typed]) {
    const session = await carrier.load(null, NOW);
    for (const [name, remedy] of Object.entries(REMEDIES)) {
      const refused = { name: "TypeError", message: `session keeps no property \`${name}\`; ${remedy}` };
      for (const misuse of [() => session[name](), () => (session[name].x = 1), () => (session[name] = 1), () => name in session]) assert.throws(misuse, refused);
    }
  }
  const program = `
    import { SessionCookie, generateKey } from ${JSON.stringify(new URL("../src/index.js", import.meta.url).href)};
    const session = await (await SessionCookie.encrypted(await generateKey())).load(null);
    try { session.destroy(); } catch ({ message }) { process.stdout.write(message); }`;
  const env = { ...process.env, NODE_ENV: "production" };
  const told = execFileSync(process.execPath, ["--input-type=module", "-e", program], { env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  assert.equal(told, "session keeps no property `destroy`; use `get`, `set`, `has` and `delete`");
});

test("an error of a session is changed by whoever answers it, and its field is deleted", async () => {
  const session = await cookies.load(null, NOW);
  try {
    session.set("note", "x".repeat(9000));
    assert.fail("it is full");
  } catch (error) {
    for (const name of ["headers", "statusCode", "expose", "getResponse"]) assert.ok(delete error[name], name);
    assert.equal(error.code, "size");
  }
});

/** What makes plain data of a session, of which nothing would be in it. */
const COPIES = [
  (session) => JSON.stringify(session),
  (session) => JSON.stringify({ session }),
  (session) => ({ ...session }),
  (session) => Object.keys(session),
  (session) => Object.entries(session),
  (session) => Object.assign({}, session),
  (session) => Reflect.ownKeys(session),
  (session) => {
    for (const name in session) assert.fail(name);
  },
  (session) => Object.freeze(session),
];

test("a session is no plain data that is copied, or sent to a page", async () => {
  const sentence = "session cannot be spread or serialized; use `get` or `value`";
  for (const carrier of [cookies, typed]) {
    const session = await carrier.load(null, NOW);
    for (const copy of COPIES) assert.throws(() => copy(session), { name: "TypeError", message: sentence }, `${copy}`);
    assert.throws(() => structuredClone(session), { name: "DataCloneError" });
  }
});

test("a check of a token that is not awaited fails its request, and one that is awaited in any way does not", async () => {
  const forgotten = { name: "TypeError", message: "await `verifyCsrf`, because a promise is always true" };
  const ask = async (check, cookie) => {
    const handler = async (request, session) => new Response((await check(session)) ? "passed" : "refused");
    return (await withSession(cookies, handler, { now: () => NOW })(new Request("http://localhost/", { method: "POST", headers: { cookie } }))).text();
  };
  const cookie = await filled((session) => session.signIn());
  const token = await csrfToken(await cookies.load(cookie, NOW));
  const waits = [
    async (session, token) => await verifyCsrf(session, token),
    (session, token) => verifyCsrf(session, token),
    (session, token) => verifyCsrf(session, token).then((passes) => passes),
    (session, token) => verifyCsrf(session, token).finally(() => {}),
    async (session, token) => (await Promise.all([verifyCsrf(session, token), verifyCsrf(session, token)]))[1],
    async (session, token) => (await Promise.allSettled([verifyCsrf(session, token)]))[0].value,
    async (session, token) => {
      const passes = verifyCsrf(session, token);
      await null;
      return passes;
    },
  ];
  for (const check of waits) {
    assert.deepEqual([await ask((session) => check(session, token), cookie), await ask((session) => check(session, "x"), cookie)], ["passed", "refused"], `${check}`);
  }
  const forgets = [
    (session) => !!verifyCsrf(session, "x"),
    (session) => (session.set("sent", 1), verifyCsrf(session, "x") ? "sent" : "not"),
    async (session) => (await verifyCsrf(session, token)) && !!verifyCsrf(session, "x"),
  ];
  for (const check of forgets) await assert.rejects(ask(check, cookie), forgotten, `${check}`);
  await assert.rejects(verifyCsrf({}, token), TypeError);
});

test("an error of a session is plain data, which server functions send to a page", async () => {
  const revalidateAfter = revalidation({ seconds: 60, validate: () => Promise.reject(new Error("down")) });
  const asking = await SessionCookie.encrypted(XAES_KEY, { revalidateAfter, log: null });
  const unvalidated = await asking.load(await filled((session) => session.signIn()), later(120)).catch((error) => error);
  const made = ["size", "value", "unreadable", "stale", "clock"].map((code) => new SessionError(code, "sentence"));
  for (const error of [unvalidated, ...made]) {
    assert.equal((await toJSONAsync(error)).t.t, 13, error.code);
    // Hono and others ask it.
    assert.equal(error.getResponse?.().status, error.status);
    assert.match(inspect(error), /^(Unvalidated \[)?SessionError\]?: s/);
  }
  assert.deepEqual([unvalidated.session.isNew, unvalidated.getResponse().headers.get("retry-after")], [true, "10"]);
});

test("what looks at a session goes on as before", async () => {
  const session = await cookies.load(await filled(), NOW);
  assert.ok(session instanceof Session);
  assert.deepEqual(["get", Symbol.iterator, "then"].map((name) => name in session), [true, false, false]);
  // What chai and Jest print.
  assert.deepEqual([session.inspect(), session.toJSON()], ["a session", "a session"]);
  assert.equal(session.constructor, Session);
  for (const probe of ["then", "nodeType", "tagName", "asymmetricMatch", "$$typeof", "__v_isRef", "@@__IMMUTABLE_ITERABLE__@@", Symbol.toStringTag]) {
    assert.equal(session[probe], undefined);
  }
  assert.equal(await session, session);
  assert.doesNotMatch(`${inspect(session)}${inspect({ session }, { showHidden: true })}`, /ada/);
  assert.match(inspect(session), /\bSession\b/); // Node 26 also says that it is a proxy
  session.set("user", "eve");
  assert.equal(await verifyCsrf(session, await csrfToken(session)), true);
  const value = await typed.load(null, NOW);
  value.value = { user: "ada" };
  assert.equal(value.value.user, "ada");
});

test("`save` calls back, as that of express-session, with the error where there is one", async () => {
  const app = express();
  app.use(inExpress(cookies));
  app.get("/", (request, response) => {
    request.session.set("user", "ada");
    request.session.save((error) => response.redirect(error ? "/failed" : "/saved"));
  });
  const { status, headers, setCookies } = await (await listening(createServer(app))).fetch("/", { redirect: "manual" });
  assert.deepEqual([status, headers.get("location"), setCookies.length], [302, "/saved", 1]);
  const session = await cookies.load(null, NOW);
  await cookies.save(session);
  const failed = await new Promise((resolve) => session.save(resolve));
  assert.deepEqual([failed.name, failed.code], ["SessionError", "after-head"]);
  assert.throws(() => session.save(), { code: "after-head" });
  assert.throws(() => session.save({}), { name: "TypeError", message: "`save` takes a function, or nothing" });
});

test("a queue and a message are texts", async () => {
  const session = await cookies.load(null, NOW);
  for (const [message, kind] of [[{ text: "x" }, "object"], [["x"], "object"], [7, "number"], [null, "null"], [undefined, "undefined"], [() => {}, "function"]]) {
    assert.throws(() => session.flash("notice", message), { name: "SessionError", code: "value", message: `message must be a string, found ${kind}` });
    for (const use of [() => session.flash(message, "x"), () => session.flashes(message), () => session.takeFlashes(message)]) {
      assert.throws(use, { name: "SessionError", code: "value", message: `queue must be a string, found ${kind}` });
    }
  }
  // The queue was forgotten.
  assert.throws(() => session.flash("Saved."), { message: "message must be a string, found undefined" });
  assert.throws(() => session.flash("notice", "\ud800"), { code: "value" });
  assert.deepEqual(await cookies.save(session), []);
});

const isRequest = { name: "TypeError", message: "expected a request or its headers as strings; await a promise, or pass `context.request`" };

test("what is no request is refused, for its visitor would be new for ever", async () => {
  const cookie = await filled();
  const request = new Request("http://localhost/", { headers: { cookie } });
  const { headers } = request;
  /** As that of `cookies()` in Next.js, with a cookie of this name or without. */
  const jar = (name) => ({ get: (asked) => (asked === name ? { name, value: "x" } : undefined), getAll: () => [], has: () => true, [Symbol.iterator]: () => [].values() });
  /** As that of Astro. */
  class Jar {
    get() {}
  }
  /** As that of Bun: null for a cookie that is not there. */
  class BunJar extends Jar {
    get() {
      return null;
    }
  }
  class BunCookie {
    get name() {
      return "__Host-session";
    }
  }
  const sources = [
    new BunJar(), new BunCookie(), { headers: new BunJar() }, new Jar(), { headers: new Jar() }, Promise.resolve(request), Promise.resolve(headers), { then() {} }, async () => headers, () => headers,
    7, 0, 1n, true, false, Symbol("x"), new TextEncoder().encode(cookie), [7], [["cookie", cookie]], [{ name: "a", value: "b" }],
    { request }, { req: request }, { headers: Promise.resolve(headers) }, { headers: () => headers }, { headers: jar("a") }, { headers: { cookie: true } },
    { cookies: jar("a"), locals: {} }, jar("a"), jar("cookie"), new Map(), new Map([["host", "x"]]), { cookie: [7] }, { cookie: {} }, { host: {} },
    { headers: [["cookie", cookie]] }, { headers: ["cookie", cookie] },
    // Lambda@Edge, and CloudFront Functions.
    { headers: { cookie: [{ key: "Cookie", value: cookie }] } }, { Records: [{ cf: { request: { headers: {} } } }] },
    { uri: "/", headers: { host: { value: "a" } }, cookies: {} }, { version: "1.0", viewer: { ip: "127.0.0.1" }, request: { headers: {} } },
    // Qwik City, where `headers` are those of the response.
    { headers: new Headers(), request },
  ];
  const header = await SessionHeader.encrypted(XAES_KEY, { header: "authorization" });
  const followed = await SessionCookie.encrypted(await KeyRing.follow(() => XAES_KEY));
  for (const source of sources) {
    for (const carrier of [cookies, cookies.inContext([["a", "b"]]), typed, header, followed]) await assert.rejects(carrier.load(source, NOW), isRequest);
    await assert.rejects(withSession(cookies, () => assert.fail("it was called"))(source), isRequest);
  }
  const token = await SessionToken.encrypted(XAES_KEY, { purpose: "jobs" });
  await assert.rejects(token.load(Promise.resolve("x"), NOW), { name: "TypeError", message: "expected a token, found a promise; await it" });
});

test("what a parser leaves of cookies is refused, if it has the session, for its visitor would be new for ever", async () => {
  const isHeader = { name: "TypeError", message: "expected the header `cookie`, found `cookies`" };
  const value = (await filled()).split("=")[1];
  const app = express();
  app.use(cookieParser());
  app.get("/", (request, response) => cookies.load(request.cookies).then(({ outcome }) => response.send(outcome.kind), ({ message }) => response.send(message)));
  const browser = await listening(createServer(app));
  assert.equal((await browser.get("/", { cookie: await filled() })).text, isHeader.message);
  assert.equal((await browser.get("/", { cookie: "theme=dark" })).text, "absent");
  const pairs = { "__Host-session": value };
  const parsed = [pairs, { theme: "dark", ...pairs }, Object.assign(Object.create(null), { "__Host-session": "x" }), { headers: {}, cookies: pairs }];
  for (const source of [...parsed, createRequest({ cookies: pairs }), { uri: "/", headers: {}, cookies: { "__Host-session": { value } } }]) {
    for (const carrier of [cookies, typed]) await assert.rejects(carrier.load(source, NOW), isHeader);
  }
  await assert.rejects(cookies.load({ headers: {}, cookies: [{ name: "__Host-session", value }] }, NOW), isRequest);
  for (const none of [undefined, null, {}, []]) assert.equal((await cookies.load({ headers: {}, cookies: none }, NOW)).isNew, true);
  // What has its fields elsewhere is read there: an adapter has put its session into this request.
  const http = await SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ dangerAllowHttp: true }) });
  const nested = Object.assign(Object.create({}), { session: {}, headers: {} });
  for (const request of [nested, { session: {}, headers: {} }]) assert.equal((await http.load(request, NOW)).outcome.kind, "absent");
});

test("a request of Node without any field is one, also by its headers alone", async () => {
  const outcomes = [];
  const server = createServer(async (request, response) => {
    for (const source of [request, request.headers]) outcomes.push((await cookies.load(source)).outcome.kind);
    response.end();
  });
  const { origin } = await listening(server);
  const socket = connect(new URL(origin).port, "127.0.0.1", () => socket.end("GET / HTTP/1.0\r\n\r\n"));
  await once(socket.resume(), "close");
  assert.deepEqual(outcomes, ["absent", "absent"]);
});

test("what is saved, checked or saved into is what it has to be", async () => {
  const session = { name: "TypeError", message: "expected a session; await `load`, and have one copy of this package" };
  const request = new Request("http://localhost/", { method: "POST", headers: { "x-csrf-token": "x".repeat(43) } });
  for (const other of [cookies.load(null), {}, null, undefined, 7, "session", { session: await cookies.load(null) }, Object.create(await cookies.load(null))]) {
    await assert.rejects(cookies.save(other), session);
    await assert.rejects(cookies.saveAsCookies(other), session);
    await assert.rejects(cookies.saveTo(new Headers(), other), session);
    await assert.rejects(cookies.saveToResponse(new Response(), other), session);
    await assert.rejects(inNext(cookies, async () => ({ getAll: () => [], set() {} })).save(other), session);
    await assert.rejects(csrfToken(other), session);
    await assert.rejects(verifyCsrf(other, "x"), session);
    await assert.rejects(new CsrfGuard().check(request, other), session);
  }
  const opened = await cookies.load(null, NOW);
  opened.set("user", "ada");
  const asked = { name: "TypeError", message: "`check` takes a Request, or a request of Node, and its session; await both" };
  for (const other of [Promise.resolve(request), {}, null, undefined, 7, "POST", { request }, { headers: {} }, { headers: request.headers }, { url: request.url }, { url: "/", headers: {} }, { method: "POST", url: new URL(request.url), headers: {} }]) {
    await assert.rejects(new CsrfGuard().check(other, opened), asked);
  }
  for (const time of ["soon", NaN, new Date(NaN)]) await assert.rejects(cookies.load(null, time), { code: "now", message: "`now` must be a Date or milliseconds" });
  for (const other of [{}, null, undefined, 7, { headers: new Headers() }]) {
    await assert.rejects(cookies.saveTo(other, opened), { name: "TypeError", message: "expected the `Headers` of a response" });
  }
  for (const other of [{}, null, undefined, 7, Promise.resolve(new Response()), { jsonBody: {}, headers: { "x-a": "b" } }]) {
    await assert.rejects(cookies.saveToResponse(other, opened), { name: "ConfigError", message: "expected a Response" });
  }
  // It is not closed by any of these.
  assert.equal((await cookies.save(opened)).length, 1);
});

test("`inNext` is given the functions of next/headers, each in its place", async () => {
  const jar = async () => ({ getAll: () => [], set() {} });
  const headers = async () => new Headers();
  const shared = await SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ path: "/a" }) });
  assert.equal((await inNext(shared, jar, { headers }).load()).isNew, true);
  for (const wrong of [headers, async () => null, () => ({})]) {
    await assert.rejects(inNext(cookies, wrong).load(), { name: "TypeError", message: "`inNext` takes the function `cookies` of next/headers" });
  }
  for (const wrong of [async () => ({ get: () => undefined }), async () => 7, async () => [7]]) {
    await assert.rejects(inNext(shared, jar, { headers: wrong }).load(), isRequest);
  }
});

/** Responses that no other can be made of: what `Response.error()` gives, what no-cors and manual redirects give, an upgrade. */
const ODD = [Response.error(), ...[0, 101].map((status) => Object.defineProperty(Response.error(), "status", { value: status }))];

test("a response that cannot be copied passes as it is", async () => {
  const page = (session) => void session.get("user");
  const request = async () => new Request("http://localhost/", { headers: { cookie: await filled() } });
  const next = Object.assign(await request(), { nextUrl: new URL("http://localhost/") });
  for (const response of ODD) {
    const session = await cookies.load(await filled());
    page(session);
    assert.equal(await cookies.saveToResponse(response, session), response);
    assert.equal(await withSession(cookies, (_, session) => (page(session), response))(await request()), response);
    assert.equal(await handleSession(cookies)({ event: { request: await request(), locals: {} }, resolve: ({ locals }) => (page(locals.session), response) }), response);
    const context = { request: await request(), locals: {} };
    assert.equal(await onSession(cookies)(context, () => (page(context.locals.session), response)), response);
    assert.equal(await inH3(cookies, (_, session) => (page(session), response))({ req: await request(), res: { headers: new Headers() } }), response);
    assert.equal(await sessionProxy(cookies, { next: assert.fail }, (_, session) => (page(session), response))(next), response);
    assert.equal(await forward(cookies, await cookies.load(await filled()), await request(), async () => response), response);
    const app = honoWith(inHono(cookies), (c) => (page(c.get("session")), response));
    assert.equal(await app.fetch(await request()), response);
  }
  const due = (response) => withSession(cookies, (_, session) => (page(session), response), { now: () => later(900) });
  for (const response of ODD) {
    assert.equal(await due(response)(await request()), response);
    const changed = withSession(cookies, (_, session) => (session.set("a", 1), response))(await request());
    await assert.rejects(changed, { name: "SessionError", code: "after-head", message: "session cannot be saved with this response; `save` it before, and send its cookie" });
  }
  // Those without a body, and what was fetched, have a copy.
  for (const response of [Response.redirect("http://localhost/"), ...[204, 205, 304].map((status) => frozen(new Response(null, { status })))]) {
    const answer = await withSession(cookies, (_, session) => (session.set("a", 1), response))(await request());
    assert.deepEqual([answer.status, answer.headers.getSetCookie().length], [response.status, 1]);
  }
});

test("a handler that has opened a WebSocket in Bun returns nothing, and loses no change in silence", async () => {
  const cookie = await filled();
  const at = (headers, page, now = NOW) =>
    withSession(cookies, (_, session) => page(session), { now: () => now })(new Request("http://localhost/", { headers: { cookie, ...headers } }));
  const upgrade = "websocket";
  assert.equal(await at({ upgrade }, (session) => void session.get("user")), undefined);
  assert.equal(await at({ upgrade }, (session) => void session.get("user"), later(900)), undefined);
  for (const change of [(session) => session.set("user", "eve"), (session) => session.invalidate()]) {
    await assert.rejects(at({ upgrade }, (session) => void change(session)), { name: "SessionError", code: "after-head" });
  }
  // Its cookie was given to `server.upgrade`.
  assert.equal(await at({ upgrade }, async (session) => (session.set("user", "eve"), await cookies.save(session), undefined)), undefined);
  await assert.rejects(at({}, () => undefined), { name: "ConfigError", message: "expected a Response" });
});

/** A response whose headers cannot be changed, as that of `fetch`. */
function frozen(response) {
  const refuse = () => {
    throw new TypeError("immutable");
  };
  for (const method of ["set", "append", "delete"]) response.headers[method] = refuse;
  return response;
}

const HOLDERS = { ...OF_FETCH, ...OF_CONNECT };

/** Gives `run` what has the session of a request. Returns what `run` threw, and whether a cookie was set. */
async function withHolder(name, run) {
  let thrown = null;
  const page = (session, path, response, holder) => (session.set("a", 1), (thrown = caught(() => run(holder))), {});
  const { setCookies } = await (await siteOf(HOLDERS[name])(cookies, {}, page)).get("/");
  return [thrown, setCookies.length > 0];
}

function caught(run) {
  try {
    return void run();
  } catch (error) {
    return error;
  }
}

const REPLACEMENTS = ["holder.session = null", "holder.session = { user: 7 }", "holder.session = undefined", "Object.assign(holder, { session: null })", "holder.session &&= null"];
const STAYS = "session cannot be replaced; call `invalidate()` to sign out, and `set` to change it";

for (const name of ["SvelteKit", "Astro", "Express", "Express 4"]) {
  test(`${name}: a session that is deleted from its place is an error of the request`, async (t) => {
    t.mock.method(console, "error", () => {});
    const [, isSaved] = await withHolder(name, new Function("holder", "delete holder.session"));
    assert.equal(isSaved, false);
  });

  test(`${name}: a session cannot be replaced, as others sign out, and goes on`, async () => {
    for (const replacement of REPLACEMENTS) {
      const [thrown, isSaved] = await withHolder(name, new Function("holder", replacement));
      assert.deepEqual([thrown?.name, thrown?.message, isSaved], ["TypeError", STAYS, true], replacement);
    }
    const [thrown] = await withHolder(name, ({ session }) => delete session.user);
    assert.equal(thrown?.message, refused("user").message);
  });
}

test("Hono: a session that was replaced is an error of the request", async () => {
  for (const other of [null, undefined, { user: 7 }]) {
    const told = [];
    const app = new Hono();
    app.onError((error, c) => (told.push(error.message), c.text("failed", 500)));
    app.use(inHono(cookies));
    app.get("/", (c) => (c.get("session").set("a", 1), c.set("session", other), c.text("hello")));
    const { status, headers } = await app.request("/");
    assert.deepEqual([status, told, headers.has("set-cookie")], [500, [STAYS], false]);
  }
});
