// Hono: what outer middleware has set, and answers past Hono.

import assert from "node:assert/strict";
import { test } from "node:test";

import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { serve } from "@hono/node-server";
import { setCookie } from "hono/cookie";
import { cors } from "hono/cors";

import { CsrfGuard } from "../src/csrf_guard.js";
import { SessionCookie } from "../src/index.js";
import { session as inHono } from "../src/web/hono.js";
import { crossSite, fails, printed, validatedBy, valueOfOld, visit } from "./every_adapter/site.js";
import { honoWith, listening } from "./stand_ins.js";
import { XAES_KEY, cookies, isExpiry, signedIn } from "./visitor.js";

const origin = "https://app.example";
const shown = async (c, next) => (c.header("x-mine", "1"), setCookie(c, "lang", "sv"), next());

test("Hono: an answer to a refusal is as private as outer middleware has made it", async (t) => {
  printed(t);
  const noStore = (c, next) => (c.header("cache-control", "no-store"), next());
  const app = honoWith(noStore, inHono(await validatedBy(fails)));
  const answer = await app.request("/", { headers: { cookie: `__Host-session=${await valueOfOld()}` } });
  assert.deepEqual([answer.status, answer.headers.get("cache-control"), answer.headers.get("vary")], [503, "no-store", "Cookie"]);
});

test("Hono: an answer to a refusal keeps its own cookies and those of outer middleware", async () => {
  const refuse = () => new Response(null, { status: 303, headers: { location: "/login", "set-cookie": "from=here" } });
  for (const outer of [[], [cors({ origin, credentials: true })]]) {
    const app = honoWith(...outer, shown, inHono(cookies, { guard: new CsrfGuard({ originCheckOnly: true }), refuse }));
    const { status, headers } = await app.request("/", { ...crossSite, headers: { ...crossSite.headers, origin } });
    assert.deepEqual([status, headers.get("location"), headers.get("x-mine"), headers.getSetCookie()], [303, "/login", "1", ["lang=sv; Path=/", "from=here"]]);
  }
});

test("Hono: a function that expects the context instead of the environment says so, and other errors stay as they are", async () => {
  const ofContext = [
    (c) => SessionCookie.encrypted(c.env.SESSION_KEYS),
    async (c) => SessionCookie.encrypted(c.env.SESSION_KEYS),
    ({ env }) => SessionCookie.encrypted(env.SESSION_KEYS),
    ({ env: { SESSION_KEYS } }) => SessionCookie.encrypted(SESSION_KEYS),
  ];
  const told = async (cookies, env = { SESSION_KEYS: XAES_KEY }) => {
    const app = honoWith(inHono(cookies));
    app.onError((error, c) => c.json([error.name, error.code, error.message], 500));
    return (await app.request("/", {}, env)).json();
  };
  const expected = ["ConfigError", "cookies", "the function is called with the environment, not the context: write `(env) => SessionCookie.encrypted(env.SESSION_KEYS)`"];
  for (const cookies of ofContext) assert.deepEqual(await told(cookies), expected, `${cookies}`);
  for (const cookies of [({ keys }) => keys.first, () => globalThis.Elsewhere.env]) {
    const [name, , message] = await told(cookies);
    assert.deepEqual([name, /first|env/.test(message)], ["TypeError", true]);
  }
  assert.equal((await told(() => SessionCookie.encrypted(process.env.NONE)))[1], "ring");
  // An environment with a variable of that name.
  const nested = honoWith(inHono(ofContext[0])).get("/", (c) => c.text(String(c.get("session").isNew)));
  assert.equal(await (await nested.request("/", {}, { env: { SESSION_KEYS: XAES_KEY } })).text(), "true");
});

/** How a handler answers past Hono. */
const PAST = {
  "before it returns": (c) => (c.env.outgoing.writeHead(200).end("bye"), RESPONSE_ALREADY_SENT),
  "after it has returned": (c) => (setImmediate(() => c.env.outgoing.writeHead(200).end("bye")), RESPONSE_ALREADY_SENT),
};

for (const [when, answer] of Object.entries(PAST)) {
  test(`Hono: a change is reported that is lost because the handler answers past Hono, ${when}`, async () => {
    const lost = [];
    const onRefused = (error, { method }) => lost.push([error.code, error.message.split(":")[1].split(";")[0], method]);
    const app = honoWith(inHono(cookies, { onRefused }));
    app.get("/out", (c) => (c.get("session").invalidate(), answer(c)));
    app.get("/visit", (c) => (visit(c.get("session")), answer(c)));
    app.get("/read", (c) => (c.get("session").get("visits"), answer(c)));
    const browser = await listening(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }));
    const expected = ["left-out", " the handler has answered past its framework", "GET"];
    for (const [path, count] of [["/read", 0], ["/visit", 1], ["/out", 2]]) {
      const { text, setCookies } = await browser.get(path, await signedIn());
      assert.deepEqual([text, setCookies, lost], ["bye", [], Array(count).fill(expected)], path);
    }
  });
}

test("Hono: in Bun, the handshake of a WebSocket refuses changes, because its response has no fields", async (t) => {
  globalThis.Bun = {};
  t.after(() => delete globalThis.Bun);
  const codes = [];
  const app = honoWith(inHono(cookies));
  app.get("/", (c) => {
    try {
      c.get("session").invalidate();
    } catch ({ code }) {
      codes.push(code);
    }
    return c.text("out");
  });
  const headers = await signedIn();
  for (const upgrade of ["websocket", "WebSocket", "h2c"]) {
    const answer = await app.request("/", { headers: { ...headers, upgrade } });
    assert.equal(isExpiry(answer.headers.getSetCookie()), upgrade === "h2c");
  }
  assert.deepEqual(codes, ["after-head", "after-head"]);
});
