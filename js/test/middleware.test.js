// Middleware that is mounted twice, what makes a cookie, and handlers that answer nothing.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { execPath } from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { Hono } from "hono";
import { cache } from "hono/cache";
import { toSSG } from "hono/ssg";

import { CsrfGuard } from "../src/csrf_guard.js";
import { SessionCookie, attributes } from "../src/index.js";
import { onSession } from "../src/web/astro.js";
import { session as inExpress } from "../src/web/express.js";
import { withSession } from "../src/web/fetch.js";
import { withSession as inH3 } from "../src/web/h3.js";
import { session as inHono } from "../src/web/hono.js";
import { withSession as inNode } from "../src/web/node.js";
import { handleSession } from "../src/web/sveltekit.js";
import { XAES_KEY, eventsOf, filled } from "./visitor.js";
import { before, honoWith, listening } from "./stand_ins.js";

const cookies = await SessionCookie.encrypted(XAES_KEY);
const other = await SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ name: "__Host-other" }) });
const request = () => new Request("http://localhost/");
const tick = (session) => session.update("ticks", (ticks = 0) => ticks + 1);
const ticked = (session) => new Response(`${tick(session).get("ticks")}`);

/** Each makes a browser of a site with middleware of these cookies, each inside of the one before, and all of which change their session. */
const NESTED = {
  SvelteKit: (...all) => {
    const innermost = ({ locals }) => new Response(`${locals.session.get("ticks")}`);
    const hooks = all.map((sessions) => handleSession(sessions));
    const handle = hooks.reduceRight((resolve, hook) => (event) => hook({ event, resolve: (event) => (tick(event.locals.session), resolve(event)) }), innermost);
    return before((request) => handle({ request, locals: {} }));
  },
  Astro: (...all) => {
    const innermost = ({ locals }) => new Response(`${locals.session.get("ticks")}`);
    const hooks = all.map((sessions) => onSession(sessions));
    const handle = hooks.reduceRight((next, hook) => (context) => hook(context, () => (tick(context.locals.session), next(context))), innermost);
    return before((request) => handle({ request, locals: {} }));
  },
  Hono: (...all) => {
    const app = honoWith(...all.flatMap((sessions) => [inHono(sessions), (c, next) => (tick(c.get("session")), next())]));
    app.onError((error, c) => c.text("failed", 500));
    app.get("/", (c) => c.text(`${c.get("session").get("ticks")}`));
    return before(app.fetch);
  },
  Express: (...all) => {
    const innermost = (request, response) => response.end(`${request.session.get("ticks")}`);
    const adapters = all.map((sessions) => inExpress(sessions));
    const failing = (request, response, run) => (error) => (error ? response.writeHead(500).end("failed") : (tick(request.session), run(request, response)));
    return listening(createServer(adapters.reduceRight((next, one) => (request, response) => one(request, response, failing(request, response, next)), innermost)));
  },
  "h3, one handler after another": (...all) => {
    const handlers = all.map((sessions) => inH3(sessions, (event, session) => void tick(session)));
    return before(async (request) => {
      const event = { req: request, res: new Response(), context: {} };
      for (const handler of handlers) await handler(event);
      return event.res;
    });
  },
};

for (const [name, nest] of Object.entries(NESTED)) {
  test(`${name}: a cookie has one session in a request, and two cookies have one each`, async () => {
    const again = await SessionCookie.encrypted(XAES_KEY);
    // Another copy of the cookie, and one with a third cookie between them.
    for (const all of [[cookies, cookies], [cookies, again], [cookies, other, cookies]]) {
      const { status, setCookies } = await (await nest(...all)).get("/");
      assert.deepEqual([status, setCookies], [500, []]);
    }
    const both = await (await nest(cookies, other)).get("/");
    assert.deepEqual([both.status, both.setCookies.map((line) => line.split("=")[0]).toSorted()], [200, ["__Host-other", "__Host-session"]]);
    // The second is in the place of the first.
    if (!name.startsWith("h3")) assert.equal(both.text, "1");
  });
}

test("a second session says what to do", async () => {
  const handle = handleSession(cookies);
  const event = { request: request(), locals: {} };
  const sentence = /^request already has a session of the cookie __Host-session; mount one adapter, or give the second cookie a name$/;
  await assert.rejects(handle({ event, resolve: () => handle({ event, resolve: () => new Response() }) }), { code: "cookies", message: sentence });
});

test("Hono: `onError` answers an error of the session, with any status, and nothing is saved", async (t) => {
  t.mock.method(console, "error", () => {});
  for (const [note, code, own] of [["x".repeat(4000), "size", 413], [undefined, "value", 500]]) {
    for (const status of [413, 500, 303, 403, undefined]) {
      const app = honoWith(inHono(cookies));
      app.get("/", (c) => (tick(c.get("session")), c.get("session").set("note", note), c.text("never")));
      if (status) app.onError((error, c) => c.json({ code: error.code }, status));
      const answer = await app.request("/");
      assert.deepEqual([answer.status, answer.headers.getSetCookie()], [status ?? own, []]);
      const unanswered = own === 413 ? "your session is full" : "Internal Server Error";
      assert.equal(await answer.text(), status ? JSON.stringify({ code }) : unanswered);
    }
  }
});

test("a request is handled again, by the same adapter or another, also after a failure", async () => {
  const once = request();
  const event = { request: once, locals: {} };
  const app = honoWith(inHono(cookies));
  app.get("/", (c) => (isFailing ? throwing() : ticked(c.get("session"))));
  app.onError((error) => { throw error; });
  let isFailing;
  const respond = ({ locals }) => ticked(locals.session);
  const throwing = () => {
    throw new Error("thrown");
  };
  for (let round = 0; round < 2; round++) {
    await assert.rejects(async () => handleSession(cookies)({ event, resolve: throwing }), /thrown/);
    assert.equal(await (await handleSession(cookies)({ event, resolve: respond })).text(), "1");
    await assert.rejects(async () => onSession(cookies)(event, throwing), /thrown/);
    assert.equal(await (await onSession(cookies)(event, () => respond(event))).text(), "1");
    isFailing = true;
    await assert.rejects(async () => app.fetch(once), /thrown/);
    isFailing = false;
    assert.equal(await (await app.fetch(once)).text(), "1");
    assert.equal(await (await withSession(cookies, (_, session) => ticked(session))(once)).text(), "1");
  }
});

test("what makes a cookie is given the environment, and nothing of a request", async () => {
  const env = { SESSION_KEYS: XAES_KEY };
  const given = [];
  const make = (...all) => (given.push(all.length === 1 ? all[0] : all), cookies);
  // Written with a parameter, as in an application.
  const made = (env) => make(env);
  await honoWith(inHono(made)).fetch(request(), env);
  await handleSession(made)({ event: { request: request(), locals: {}, platform: { env } }, resolve: () => new Response() });
  await onSession(made)({ request: request(), locals: { runtime: { env } } }, () => new Response());
  await inH3(made, () => "")({ req: request(), res: new Response(), context: { cloudflare: { env } } });
  await inH3(made, () => "")({ req: Object.assign(request(), { runtime: { cloudflare: { env } } }), res: new Response() });
  await withSession(made, () => new Response())(request(), env);
  assert.deepEqual(given, Array(6).fill(env));
  given.length = 0;
  const none = (...all) => make(...all);
  await handleSession(none)({ event: { request: request(), locals: {} }, resolve: () => new Response() });
  await inH3(none, () => "")({ req: request(), res: new Response() });
  await (await listening(createServer(inNode(none, (_, response) => response.end())))).get("/");
  await (await listening(createServer((request, response) => inExpress(none)(request, response, () => response.end())))).get("/");
  assert.deepEqual(given, [undefined, undefined, [], []]);
});

test("SvelteKit: a redirect that a later hook throws carries the session, and an error is left to SvelteKit", async () => {
  const redirect = { status: 303, location: "/" };
  const redirects = [301, 302, 303, 307, 308].map((status) => ({ status, location: "/" }));
  // That of a parser, for example.
  const misplaced = Object.assign(new Error("unexpected token"), { location: { line: 1 } });
  for (const [thrown, count] of [...redirects.map((each) => [each, 1]), [new Error("boom"), 0], [misplaced, 0], [undefined, 0]]) {
    const set = [];
    const event = { request: request(), locals: {}, cookies: { getAll: () => [], set: (...given) => set.push(given) } };
    const resolve = async ({ locals }) => {
      tick(locals.session);
      throw thrown;
    };
    await assert.rejects(handleSession(cookies)({ event, resolve }), (error) => error === thrown);
    assert.equal(set.length, count);
    if (count === 0) continue;
    const [[name, value, { path, httpOnly }]] = set;
    assert.deepEqual([path, httpOnly, (await cookies.load(`${name}=${value}`)).get("ticks")], ["/", true, 1]);
  }
  // Once a page is rendered.
  const event = { request: request(), locals: {}, cookies: { getAll: () => [], set: () => assert.fail("too late") } };
  const resolve = async ({ locals }) => (tick(locals.session), Promise.reject(redirect));
  await assert.rejects(handleSession(cookies)({ event, resolve }), (error) => error === redirect);
});

test("SvelteKit: a page that is rendered at build time has no session, and needs no keys", async () => {
  const handle = handleSession(() => assert.fail("it was made"));
  const forbidden = () => assert.fail("not at build time");
  const page = Object.defineProperty(new URL("http://sveltekit-prerender/static"), "search", { get: forbidden });
  const events = [{ url: page }, { url: new URL("http://sveltekit-prerender/[fallback]"), getClientAddress: forbidden }];
  for (const event of events) {
    const locals = {};
    const response = new Response();
    assert.equal(await handle({ event: { request: request(), locals, ...event }, resolve: () => response }), response);
    assert.deepEqual(Object.keys(locals), []);
  }
  // A visitor may ask for that path, too, and some servers know no address.
  for (const event of [{ url: new URL("http://localhost/[fallback]"), getClientAddress: () => "::1" }, { url: new URL("http://localhost/"), getClientAddress: forbidden }]) {
    await handleSession(cookies)({ event: { request: request(), locals: {}, ...event }, resolve: ({ locals }) => new Response(locals.session.get("user")) });
  }
});

test("Astro: a page that is rendered at build time has no session, and `locals.runtime` is read for those alone who ask", async () => {
  const page = new Response("static");
  const onRequest = onSession(() => assert.fail("it was made"));
  assert.equal(await onRequest({ isPrerendered: true, request: request(), locals: {} }, () => page), page);
  const locals = {
    get runtime() {
      throw new Error("import it from cloudflare:workers");
    },
  };
  await onSession(() => cookies)({ request: request(), locals }, () => new Response());
  await assert.rejects(onSession((env) => cookies)({ request: request(), locals }, () => new Response()), /cloudflare:workers/);
});

test("Astro: a page that is rendered in place of another goes on with its session", async () => {
  const onRequest = onSession(cookies);
  const context = { request: request(), locals: {} };
  const rewriting = () => {
    tick(context.locals.session);
    return onRequest({ ...context, request: request() }, () => ticked(context.locals.session));
  };
  for (let round = 0; round < 2; round++) {
    const response = await onRequest(context, rewriting);
    assert.deepEqual([await response.text(), response.headers.getSetCookie().length], ["2", 1]);
  }
});

test("a handler that answers nothing, or no Response, is an error that says so", async () => {
  for (const answer of [undefined, null, "text", { status: 200 }, { status: 200, headers: {} }]) {
    const expected = { name: "ConfigError", code: "response", message: "expected a Response" };
    await assert.rejects(withSession(cookies, () => answer)(request()), expected);
    await assert.rejects(handleSession(cookies)({ event: { request: request(), locals: {} }, resolve: () => answer }), expected);
    await assert.rejects(onSession(cookies)({ request: request(), locals: {} }, () => answer), expected);
  }
  // Hono says it itself, where nothing has answered.
  const said = [];
  const app = honoWith(inHono(cookies), (c) => void tick(c.get("session")));
  app.onError((error, c) => (said.push(error.message), c.text("failed", 500)));
  assert.equal((await app.fetch(request())).status, 500);
  assert.match(said.join(), /^Context is not finalized/);
});

test("a refusal that nothing answers is an error, and the handler is not called", async () => {
  const guard = new CsrfGuard();
  const crossSite = () => new Request("https://shop.example/", { method: "POST", headers: { "sec-fetch-site": "cross-site" } });
  const handler = () => assert.fail("it was called");
  for (const refuse of [() => {}, () => null, async () => {}, () => false]) {
    const options = { guard, refuse };
    await assert.rejects(async () => withSession(cookies, handler, options)(crossSite()), { name: "ConfigError", code: "response" });
    await assert.rejects(async () => handleSession(cookies, options)({ event: { request: crossSite(), locals: {} }, resolve: handler }), { code: "response" });
    await assert.rejects(async () => onSession(cookies, options)({ request: crossSite(), locals: {} }, handler), { code: "response" });
    const app = honoWith(inHono(cookies, options), handler);
    app.onError((error) => { throw error; });
    await assert.rejects(async () => app.fetch(crossSite()), { code: "response" });
  }
});

test("a promise of something else ends the program at its start", () => {
  const program = `
    import { SessionHeader } from "./src/index.js";
    import { withSession } from "./src/web/fetch.js";
    withSession(SessionHeader.encrypted("${XAES_KEY}", { header: "authorization" }), () => new Response());
  `;
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const run = () => execFileSync(execPath, ["--input-type=module", "--eval", program], { cwd, stdio: "pipe", encoding: "utf8" });
  assert.throws(run, ({ status, stderr }) => status === 1 && stderr.includes("`cookies` must be what `SessionCookie.encrypted` returns"));
});

test("Hono's static pages are written without a session, and without keys", async () => {
  const site = new Hono();
  site.use(inHono((env) => SessionCookie.encrypted(env.SESSION_KEYS)));
  site.get("/", (c) => c.text(c.get("session")?.get("user") ?? "nobody"));
  const written = [];
  const files = { mkdir: async () => {}, writeFile: async (path, text) => void written.push([path, text]) };
  const { success } = await toSSG(site, files, { dir: "out" });
  assert.deepEqual([success, written], [true, [["out/index.txt", "nobody"]]]);
});

test("Hono's cache gives no visitor the page of another, if the session is mounted after it", async (t) => {
  const { mock } = t.mock.method(console, "warn", () => {});
  const stored = new Map();
  const open = async () => ({ match: async (key) => stored.get(key)?.clone(), put: async (key, response) => void stored.set(key, response) });
  t.after(() => delete globalThis.caches);
  globalThis.caches = { open };
  const seen = async (order, path = "/") => {
    stored.clear();
    const site = new Hono();
    const middleware = { cache: cache({ cacheName: "pages", wait: true }), session: inHono(cookies) };
    for (const name of order) site.use(middleware[name]);
    site.get("/", (c) => c.text(c.get("session").get("user") ?? "nobody"));
    site.get("/for_all", (c) => c.text("all"));
    const texts = [];
    for (const user of ["ada", "bob", null]) {
      const cookie = user ? await filled((session) => session.set("user", user), cookies, Date.now()) : "";
      texts.push(await (await site.request(path, { headers: { cookie } })).text());
    }
    return texts;
  };
  assert.deepEqual(await seen(["cache", "session"]), ["ada", "bob", "nobody"]);
  assert.deepEqual(await seen(["session", "cache"], "/for_all"), ["all", "all", "all"]);
  assert.deepEqual(eventsOf(mock.calls), []);
  // In this order the cache cannot know of the session, which can only say so.
  assert.deepEqual(await seen(["session", "cache"]), ["ada", "ada", "ada"]);
  assert.match(eventsOf(mock.calls).join(), /`cache\(\)` is mounted after the session, .*; mount it before/);
});

test("Hono: middleware and handlers of a program that are named `cache` bring no warning", async (t) => {
  const { mock } = t.mock.method(console, "warn", () => {});
  const programs = {
    "a handler": function cache(c) {
      return c.text(c.get("session").get("user") ?? "nobody");
    },
    middleware: async function cache(c, next) {
      await next();
      c.header("cache-control", "private, max-age=60");
    },
  };
  for (const cache of Object.values(programs)) {
    const site = honoWith(inHono(cookies), cache);
    site.get("/", (c) => c.text(c.get("session").get("user") ?? "nobody"));
    assert.equal(await (await site.request("/")).text(), "nobody");
  }
  assert.deepEqual(eventsOf(mock.calls), []);
});
