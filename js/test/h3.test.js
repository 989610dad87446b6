// What a handler of h3 1 or h3 2 answers, throws and returns.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { test } from "node:test";

import { H3, HTTPError, HTTPResponse, fromNodeHandler, setCookie, toNodeHandler } from "h3";
import {
  createApp, createError, eventHandler, send, sendNoContent, sendRedirect, sendStream, setHeaders, toNodeListener, toWebHandler,
} from "h3-1";

import { SessionCookie, generateKey } from "../src/index.js";
import { withSession as inH3 } from "../src/web/h3.js";
import { listening } from "./stand_ins.js";
import { cookies, isExpiry, later, signedIn } from "./visitor.js";

const visit = (session) => session.update("visits", (visits = 0) => visits + 1);

/** How a handler of h3 1 answers itself, with the status and the body. */
const OF_H3 = {
  sendRedirect: [(event) => sendRedirect(event, "/", 303), 303],
  "sendRedirect, awaited": [async (event) => void (await sendRedirect(event, "/", 303)), 303],
  send: [(event) => send(event, "hello"), 200, "hello"],
  sendNoContent: [(event) => sendNoContent(event), 204, ""],
  "sendStream of Node": [(event) => sendStream(event, Readable.from(["one ", "two"])), 200, "one two"],
  "sendStream of the web": [(event) => sendStream(event, new Blob(["one ", "two"]).stream()), 200, "one two"],
  "its response": [(event) => void event.node.res.end("hello"), 200, "hello"],
  "a Response": [() => new Response("hello", { status: 201, headers: { "cache-control": "public" } }), 201, "hello"],
  "an object": [() => ({ a: 1 }), 200, '{"a":1}'],
};

const onH3 = (handler, options) => {
  const app = createApp(options);
  app.use(eventHandler(inH3(cookies, handler)));
  return listening(createServer(toNodeListener(app)));
};

for (const [name, [answer, status, body]] of Object.entries(OF_H3)) {
  test(`h3 1: the session is saved with ${name}`, async () => {
    const browser = await onH3((event, session) => (session.invalidate(), answer(event)));
    const out = await browser.fetch("/", { headers: await signedIn() });
    assert.deepEqual([out.status, isExpiry(out.setCookies), out.headers.get("cache-control")], [status, true, "no-store"]);
    if (body !== undefined) assert.equal(out.text, body);
    const writer = await onH3((event, session) => (visit(session), answer(event)));
    assert.equal((await writer.get("/")).setCookies.length, 1);
  });
}

test("h3 1: an answer without a server, as Nitro gives it inside of a program, is whole when the handler has ended", async () => {
  const answered = async (answer) => {
    const app = createApp();
    app.use(eventHandler(inH3(cookies, (event, session) => (visit(session), answer(event)))));
    const response = await toWebHandler(app)(new Request("http://localhost/"));
    return [response.status, response.headers.getSetCookie().length, await response.text()];
  };
  assert.deepEqual(await answered(() => "hello"), [200, 1, "hello"]);
  assert.deepEqual(await answered((event) => send(event, "hello")), [200, 1, "hello"]);
  assert.deepEqual(await answered(() => new Response("hello")), [200, 1, "hello"]);
  assert.deepEqual(await answered(() => new Response(null, { status: 204 })), [204, 1, ""]);
  assert.deepEqual(await answered((event) => sendStream(event, new Blob(["hello"]).stream())), [200, 1, "hello"]);
  assert.deepEqual((await answered((event) => sendRedirect(event, "/", 303))).slice(0, 2), [303, 1]);
  const [status, count, text] = await answered(() => Promise.reject(createError({ statusCode: 401 })));
  assert.deepEqual([status, count, JSON.parse(text).statusCode], [401, 1, 401]);
});

test("h3 1: a sign-out is saved with what a handler throws, whatever its status", async (t) => {
  t.mock.method(console, "error", () => {});
  for (const [thrown, status] of [[createError({ statusCode: 401 }), 401], [createError({ status: 503 }), 503], [new Error("boom"), 500], [{ status: "x" }, 500]]) {
    const browser = await onH3(
      (event, session) => {
        session.invalidate();
        throw thrown;
      },
      { onError: () => {} },
    );
    const out = await browser.fetch("/", { headers: await signedIn() });
    assert.deepEqual([out.status, isExpiry(out.setCookies)], [status, true]);
  }
});

test("h3 1: an error of a session is answered with its fields, also if the handler wrote a head before", async () => {
  const waiting = await SessionCookie.encrypted(await generateKey(), { keepUnknownKeys: true });
  for (const begin of [(event) => void event.node.res.writeHead(200, { "content-type": "text/plain" }), () => {}]) {
    const told = [];
    const app = createApp({ onError: ({ cause }) => told.push(cause.code) });
    app.use(eventHandler(inH3(waiting, (event, session) => (begin(event), visit(session)))));
    const out = await (await listening(createServer(toNodeListener(app)))).fetch("/", { headers: await signedIn() });
    assert.deepEqual([out.status, out.headers.get("retry-after"), out.setCookies, told], [503, "10", [], ["unreadable"]]);
  }
});

test("h3 1: a session that cannot be saved is answered with 500, without what was written", async (t) => {
  const { mock } = t.mock.method(console, "error", () => {});
  const failed = [];
  const app = createApp({ onError: ({ cause }) => failed.push(cause.code) });
  const answers = [(event) => sendRedirect(event, "/", 303), () => "secret"];
  const handler = (event, session) => (visit(session), answers[Number(event.path.slice(1))](event));
  app.use(eventHandler(inH3(cookies, handler, { now: () => new Date("2020-01-01T00:00:00Z") })));
  const browser = await listening(createServer(toNodeListener(app)));
  for (const i of answers.keys()) {
    const { status, text, setCookies, headers } = await browser.get(`/${i}`);
    assert.deepEqual([status, /secret/.test(text), setCookies, headers.get("location")], [500, false, [], null]);
  }
  // h3 tells what is not answered yet.
  assert.deepEqual([mock.calls[0].arguments[0].code, failed], ["clock", ["clock"]]);
});

/** The answer of h3 2 to a visitor who has signed in. */
const onH3Two = async (handler, { onError, onResponse, ...options } = {}) => {
  const app = new H3({ silent: true, onError, onResponse });
  app.all("/**", inH3(cookies, handler, options));
  const answer = await app.fetch(new Request("http://localhost/", { headers: await signedIn() }));
  return { status: answer.status, headers: answer.headers, setCookies: answer.headers.getSetCookie() };
};

test("h3: a sign-out is saved with what a handler throws, and with what the application answers in its place", async () => {
  for (const [thrown, status] of [[new HTTPError({ status: 401 }), 401], [new Error("boom"), 500]]) {
    for (const onError of [undefined, () => "sorry"]) {
      const handler = (event, session) => {
        session.invalidate();
        event.res.headers.set("x-a", "of the page");
        throw thrown;
      };
      const answer = await onH3Two(handler, { onError });
      assert.deepEqual([answer.setCookies.length, isExpiry(answer.setCookies)], [1, true]);
      if (!onError) assert.deepEqual([answer.status, answer.headers.get("x-a")], [status, null]);
    }
  }
});

test("h3: a Response of the application's `onError` has no cookie of the event, neither h3's nor the session's, and the loss is told", async () => {
  const answers = { "a Response": [() => new Response("sorry", { status: 401 }), 0], "an object": [() => ({ sorry: true }), 2] };
  const seen = [];
  for (const [name, [answer, count]] of Object.entries(answers)) {
    for (const change of [(session) => session.invalidate(), (session) => session.set("a", 1), (session) => session.get("user")]) {
      const told = [];
      const handler = (event, session) => {
        change(session);
        setCookie(event, "a", "1");
        event.res.errHeaders.append("set-cookie", "a=1");
        throw new HTTPError({ status: 401 });
      };
      const onError = async () => answer();
      const { setCookies } = await onH3Two(handler, { onError, onResponse: ({ status }) => seen.push(status), onRefused: ({ code }) => told.push(code) });
      const isRead = /get/.test(`${change}`);
      assert.deepEqual([setCookies.length, told], [count - (count && isRead ? 1 : 0), count || isRead ? [] : ["left-out"]], `${name} ${change}`);
    }
  }
  assert.deepEqual(seen, [401, 401, 401, 200, 200, 200]);
  // What the page on errors advises.
  const copying = async (error, { res }) => new Response("sorry", { status: 401, headers: res.headers });
  const told = [];
  const out = await onH3Two((event, session) => (session.invalidate(), Promise.reject(new HTTPError({ status: 401 }))), { onError: copying, onRefused: (refusal) => told.push(refusal) });
  assert.deepEqual([out.status, isExpiry(out.setCookies), out.headers.get("cache-control"), told], [401, true, "no-store", []]);
});

test("h3: each loss of an application is told, but where its settings are frozen", async () => {
  const told = [];
  const ways = { freely: (app) => app, frozen: (app) => (Object.freeze(app.config), app) };
  for (const [name, made] of Object.entries(ways)) {
    const app = made(new H3({ silent: true, onError: () => new Response("sorry", { status: 401 }) }));
    app.all("/**", inH3(cookies, (event, session) => (session.invalidate(), Promise.reject(new Error("boom"))), { onRefused: () => told.push(name) }));
    for (let i = 0; i < 2; i++) assert.equal((await app.fetch(new Request("http://localhost/", { headers: await signedIn() }))).status, 401);
  }
  assert.deepEqual(told, ["freely", "freely"]);
});

test("h3 1 and 2: an error of a session is logged once a minute, and h3 prints nothing", async (t) => {
  const { mock } = t.mock.method(console, "error", () => {});
  const full = (event, session) => session.set("note", "x".repeat(4000));
  const returned = (event, session) => {
    try {
      return full(event, session);
    } catch (error) {
      return error;
    }
  };
  for (const handler of [full, returned]) {
    for (const version of [1, 2]) {
      const codes = [];
      const log = (level, message, { error }) => level === "error" && codes.push(error.code);
      const sessions = inH3(await SessionCookie.encrypted(await generateKey(), { log }), handler);
      const told = [];
      const onError = ({ code, cause }) => void told.push([code, cause.name]);
      const ask = version === 1 ? toWebHandler(createApp({ onError }).use(eventHandler(sessions))) : new H3({ onError }).all("/**", sessions).fetch;
      for (let i = 0; i < 3; i++) {
        const answer = await ask(new Request("http://localhost/"));
        assert.equal(answer.status, 413);
        if (version === 2) assert.deepEqual(await answer.json(), { status: 413, message: "your session is full" });
      }
      assert.deepEqual([codes, told], [["size"], Array(3).fill(["size", "SessionError"])], `h3 ${version}`);
    }
  }
  assert.deepEqual(mock.calls.map((call) => call.arguments), []);
});

test("h3: a change is reported that is lost because a handler of Node answers", async () => {
  const lost = [];
  const ways = {
    at_once: (request, response) => response.end("bye"),
    later: (request, response) => new Promise((resolve) => setImmediate(() => response.end("bye", resolve))),
    piped: (request, response) => void Readable.from(["bye"]).pipe(response),
  };
  const changes = { read: (session) => session.get("user"), visit, out: (session) => session.invalidate() };
  const app = new H3();
  const handler = (event, session) => {
    const [, way, change] = event.url.pathname.split("/");
    changes[change](session);
    return fromNodeHandler(ways[way])(event);
  };
  app.all("/**", inH3(cookies, handler, { onRefused: ({ code }) => lost.push(code) }));
  const browser = await listening(createServer(toNodeHandler(app)));
  for (const way of Object.keys(ways)) {
    for (const change of Object.keys(changes)) {
      const { text, setCookies } = await browser.get(`/${way}/${change}`, await signedIn());
      assert.deepEqual([text, setCookies, lost.splice(0)], ["bye", [], change === "read" ? [] : ["left-out"]], `${way} ${change}`);
    }
  }
});

test("h3: an error that a handler returns saves a sign-out and no change, as one that it throws", async () => {
  const failures = [[() => new HTTPError({ status: 403 }), 403], [() => new Error("boom"), 500], [() => new HTTPResponse("x", { status: 503 }), 503]];
  for (const [fail, status] of failures) {
    const out = await onH3Two((event, session) => (session.invalidate(), fail()));
    assert.deepEqual([out.status, out.setCookies.length, isExpiry(out.setCookies)], [status, 1, true]);
    const changed = await onH3Two((event, session) => (visit(session), fail()));
    assert.deepEqual([changed.status, changed.setCookies.length], [status, status < 500 ? 1 : 0]);
  }
  const full = (event, session) => {
    visit(session);
    try {
      return session.set("note", "x".repeat(4000));
    } catch (error) {
      return error;
    }
  };
  const refused = await onH3Two(full);
  assert.deepEqual([refused.status, refused.setCookies], [413, []]);
  for (const thrown of [new Response(null, { status: 303 }), { status: 410 }]) {
    const handler = (event, session) => {
      visit(session);
      throw thrown;
    };
    const changed = await onH3Two(handler);
    assert.deepEqual([changed.status, changed.setCookies], [500, []]);
  }
  const browser = await onH3((event, session) => (visit(session), createError({ statusCode: 500 })), { onError: () => {} });
  const changed = await browser.get("/");
  assert.deepEqual([changed.status, changed.setCookies], [500, []]);
});

/** Fields that let shared caches store a response. */
const SHARED = { "cache-control": "public, max-age=600", "cdn-cache-control": "max-age=600", vary: "accept-encoding" };
const isPrivate = ({ headers }) =>
  headers.get("cache-control") === "no-store" && [null, "no-store"].includes(headers.get("cdn-cache-control")) && /\bCookie\b/.test(headers.get("vary"));

test("h3: no shared cache stores a session, whether the event has the fields or the result", async () => {
  const results = {
    text: () => "x",
    "a Response": (fields) => new Response("x", fields),
    "a Response of status 404": (fields) => new Response("x", { status: 404, ...fields }),
    "an HTTPResponse": (fields) => new HTTPResponse("x", fields),
    "an HTTPError": (fields) => new HTTPError({ status: 403, ...fields }),
  };
  for (const [name, result] of Object.entries(results)) {
    for (const own of [{}, SHARED, { vary: "Cookie" }]) {
      for (const ofEvent of [{}, SHARED]) {
        const answer = await onH3Two((event, session) => {
          visit(session);
          for (const head of [event.res.headers, event.res.errHeaders]) for (const field of Object.entries(ofEvent)) head.set(...field);
          return result({ headers: own });
        });
        assert.deepEqual([answer.setCookies.length, isPrivate(answer)], [1, true], `${name}, ${own.vary}, ${ofEvent.vary}`);
      }
    }
  }
  // A refresh is left out where others may store the response.
  for (const result of [() => new Response("x"), () => new HTTPResponse("x")]) {
    const handler = (event, session) => (session.get("user"), event.res.headers.set("cache-control", "public"), result());
    const answer = await onH3Two(handler, { now: () => later(900) });
    assert.deepEqual([answer.setCookies, answer.headers.get("cache-control")], [[], "public"]);
  }
});

test("h3 1: no shared cache stores a session, whether the event has the fields or a Response", async () => {
  for (const own of [{}, SHARED]) {
    const browser = await onH3((event, session) => (visit(session), setHeaders(event, SHARED), new Response("x", { headers: own })));
    const answer = await browser.get("/");
    assert.deepEqual([answer.setCookies.length, isPrivate(answer)], [1, true], own.vary);
  }
});

/** What Nitro notes of a cache around the handler: 2 of any, with the request, 3 of a rule. */
const NOTED = [
  [{ cache: { options: { swr: true, maxAge: 60, integrity: "x" } } }, true],
  [{ _nitro: { routeRules: { isr: 60 } } }, true],
  [{ routeRules: { cache: { name: "cache", options: { swr: true } } } }, true],
  [{ routeRules: { isr: { name: "isr", options: 60 } } }, true],
  // What an application may have there, and a rule of Nitro 2 for the page around which a handler goes.
  [{ cache: new Map() }, false],
  [{ _nitro: { routeRules: { cache: { swr: true } } } }, false],
  [{ routeRules: { headers: { name: "headers", options: {} } } }, false],
];

test("h3 1 and 2: a route that Nitro caches has no session, except for what no cache answers", async (t) => {
  t.mock.method(console, "error", () => {});
  for (const [noted, isRefused] of NOTED) {
    const handler = eventHandler(inH3(cookies, (event, session) => String(visit(session).get("visits"))));
    const one = createApp().use(eventHandler((event) => void Object.assign(event.context, noted))).use(handler);
    const two = new H3({ silent: true });
    two.use((event) => void Object.assign(event.context, noted));
    two.all("/**", inH3(cookies, (event, session) => String(visit(session).get("visits"))));
    for (const ask of [toWebHandler(one), (request) => two.fetch(request)]) {
      for (const method of ["GET", "HEAD", "POST"]) {
        const { status, headers } = await ask(new Request("http://localhost/", { method, headers: await signedIn() }));
        const expected = isRefused && method !== "POST" ? [500, 0] : [200, 1];
        assert.deepEqual([status, headers.getSetCookie().length], expected, `${method} ${JSON.stringify(noted)}`);
      }
    }
  }
  const event = { req: new Request("http://localhost/"), res: { headers: new Headers() }, context: NOTED[2][0] };
  await assert.rejects(inH3(cookies, () => "x")(event), { name: "ConfigError", code: "cookies", message: /^route is cached, .*; take `swr`, `cache` or `isr` out of its `routeRules`/ });
});
