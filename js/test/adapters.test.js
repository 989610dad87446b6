// The adapters, each behind its real framework and a real HTTP client.

import assert from "node:assert/strict";
import { createServer, request as httpRequest } from "node:http";
import http2 from "node:http2";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { after, test } from "node:test";

import { serve } from "@hono/node-server";
import express from "express";
import { H3, toNodeHandler } from "h3";
import { Hono } from "hono";

import { SessionCookie, csrfToken, revalidation } from "hardtack-session";
import { CsrfGuard } from "hardtack-session/csrf";
import { session as inExpress } from "hardtack-session/express";
import { withSession } from "hardtack-session/fetch";
import { withSession as inH3 } from "hardtack-session/h3";
import { session as inHono } from "hardtack-session/hono";
import { withSession as inNode } from "hardtack-session/node";
import { XAES_KEY } from "./keys.js";
import { Browser } from "./browser.js";

const cookies = await SessionCookie.encrypted(XAES_KEY);
const servers = [];
after(() => servers.forEach((server) => server.close()));

async function listening(server) {
  servers.push(server);
  if (!server.listening) {
    server.listen?.(0, "127.0.0.1");
    await once(server, "listening");
  }
  return new Browser(`http://127.0.0.1:${server.address().port}`);
}

/** What every site does at its paths. */
const visit = (session) => `visit ${session.update("visits", (visits = 0) => visits + 1).get("visits")}`;

const hono = (cookies, guard) => {
  const app = new Hono();
  app.onError((error, c) => c.text("failed", 500));
  app.use(inHono(() => cookies, { guard }));
  app.get("/visit", (c) => c.text(visit(c.get("session"))));
  app.get("/look", (c) => c.text(`${c.get("session").get("visits")}`));
  app.get("/untouched", (c) => c.text("hello", 200, { "cache-control": "public" }));
  app.get("/redirect", (c) => (visit(c.get("session")), Response.redirect("http://127.0.0.1/look", 303)));
  app.get("/cookies", (c) => (c.header("set-cookie", "a=1", { append: true }), c.header("set-cookie", "b=2", { append: true }), c.text(visit(c.get("session")))));
  app.get("/fail", (c) => (visit(c.get("session")), c.text("no", 500)));
  app.get("/throw", (c) => {
    visit(c.get("session"));
    throw new Error("thrown");
  });
  app.get("/out", (c) => (c.get("session").invalidate(), c.text("out")));
  app.post("/visit", (c) => c.text(visit(c.get("session"))));
  return serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
};

const inFetch = (cookies, guard) => {
  const handler = withSession(
    cookies,
    async (request, session) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/look") return new Response(`${session.get("visits")}`);
      if (pathname === "/untouched") return new Response("hello", { headers: { "cache-control": "public" } });
      if (pathname === "/out") session.invalidate();
      if (pathname === "/out") return new Response("out");
      const text = visit(session);
      if (pathname === "/redirect") return Response.redirect("http://127.0.0.1/look", 303);
      if (pathname === "/fail") return new Response("no", { status: 500 });
      if (pathname === "/throw") throw new Error("thrown");
      const headers = new Headers();
      if (pathname === "/cookies") ["a=1", "b=2"].forEach((line) => headers.append("set-cookie", line));
      return new Response(text, { headers });
    },
    { guard },
  );
  return serve({ fetch: async (request) => handler(request).catch(() => new Response("failed", { status: 500 })), port: 0, hostname: "127.0.0.1" });
};

const routesOfNode = (request, response, session) => {
  const answers = {
    "/visit": () => response.end(visit(session)),
    "/look": () => response.end(`${session.get("visits")}`),
    "/untouched": () => (response.setHeader("cache-control", "public"), response.end("hello")),
    "/redirect": () => (visit(session), response.writeHead(303, { location: "/look" }).end()),
    "/cookies": () => (visit(session), response.writeHead(200, ["set-cookie", "a=1", "set-cookie", "b=2"]), response.end("cookies")),
    "/fail": () => (visit(session), (response.statusCode = 500), response.end("no")),
    "/throw": () => {
      visit(session);
      throw new Error("thrown");
    },
    "/out": () => (session.invalidate(), response.end("out")),
  };
  answers[request.url.split("?")[0]]();
};

const node = (cookies, guard, failed = () => {}) => createServer(inNode(cookies, routesOfNode, { guard, failed }));

const inExpressApp = (cookies, guard) => {
  const app = express();
  app.use(inExpress(cookies, { guard }));
  app.use((request, response) => routesOfNode(request, response, request.session));
  app.use((error, request, response, next) => response.status(error.status ?? 500).send("failed"));
  return createServer(app);
};

const h3 = (cookies, guard) => {
  const app = new H3();
  const on = (path, answer) => app.all(path, inH3(cookies, answer, { guard }));
  on("/visit", (event, session) => visit(session));
  on("/look", (event, session) => `${session.get("visits")}`);
  on("/untouched", (event) => (event.res.headers.set("cache-control", "public"), "hello"));
  on("/redirect", (event, session) => (visit(session), Response.redirect("http://127.0.0.1/look", 303)));
  on("/cookies", (event, session) => (["a=1", "b=2"].forEach((line) => event.res.headers.append("set-cookie", line)), visit(session)));
  on("/fail", (event, session) => (visit(session), (event.res.status = 500), "no"));
  on("/throw", (event, session) => {
    visit(session);
    throw new Error("thrown");
  });
  on("/out", (event, session) => (session.invalidate(), "out"));
  return createServer(toNodeHandler(app));
};

// Those on @hono/node-server last: it replaces the global `Response`, on which h3 relies.
for (const [name, make] of Object.entries({ h3, Node: node, Express: inExpressApp, Hono: hono, fetch: inFetch })) {
  test(`${name}: a session is loaded, changed, saved and ended`, async () => {
    const browser = await listening(make(cookies));
    const first = await browser.get("/visit");
    assert.equal(first.text, "visit 1");
    assert.equal(first.headers.get("cache-control"), "no-store");
    assert.match(first.headers.get("vary"), /cookie/i);
    assert.equal((await browser.get("/visit")).text, "visit 2");
    const look = await browser.get("/look");
    assert.equal(look.text, "2");
    assert.deepEqual([look.setCookies, look.headers.get("cache-control")], [[], "private"]);
    const untouched = await browser.get("/untouched");
    assert.deepEqual([untouched.text, untouched.setCookies, untouched.headers.get("cache-control")], ["hello", [], "public"]);
    assert.ok(!/cookie/i.test(untouched.headers.get("vary") ?? ""));
  });

  test(`${name}: a redirect and other cookies carry the session, too`, async () => {
    const browser = await listening(make(cookies));
    const redirect = await browser.get("/redirect");
    assert.equal(redirect.status, 303);
    assert.equal((await browser.get("/look")).text, "1");
    const others = await browser.get("/cookies");
    assert.deepEqual(others.setCookies.map((line) => line.split("=")[0]).toSorted(), ["__Host-session", "a", "b"]);
    assert.equal((await browser.get("/look")).text, "2");
  });

  test(`${name}: what fails changes nothing`, async () => {
    const browser = await listening(make(cookies));
    await browser.get("/visit");
    for (const path of ["/fail", "/throw"]) {
      const failed = await browser.get(path);
      assert.deepEqual([failed.status, failed.setCookies], [500, []], path);
    }
    assert.equal((await browser.get("/look")).text, "1");
  });

  test(`${name}: signing out drops the cookie`, async () => {
    const browser = await listening(make(cookies));
    await browser.get("/visit");
    assert.match((await browser.get("/out")).setCookies[0], /^__Host-session=; .*Max-Age=0/);
    assert.equal((await browser.get("/look")).text, "undefined");
  });

  test(`${name}: the guard refuses requests of other sites`, async () => {
    const browser = await listening(make(cookies, new CsrfGuard({ originCheckOnly: true })));
    const refused = await browser.fetch("/visit", { method: "POST", headers: { "sec-fetch-site": "cross-site" } });
    assert.deepEqual([refused.status, refused.text, refused.setCookies], [403, "refused: the request comes from another site", []]);
    const passed = await browser.fetch("/visit", { method: "POST", headers: { "sec-fetch-site": "same-origin" } });
    assert.deepEqual([passed.status, passed.text], [200, "visit 1"]);
  });

  test(`${name}: a form with a token of another session is answered with a page that leads on`, async () => {
    const form = new Request("https://example.com/", { method: "POST", body: new URLSearchParams({ csrf_token: "of before" }) });
    const refusal = await new CsrfGuard({ tokensInForms: true }).check(form, await cookies.load(null));
    const browser = await listening(make(cookies, { check: async () => refusal }));
    const refused = await browser.fetch("/visit", { method: "POST" });
    assert.deepEqual([refused.status, refused.headers.get("content-type")], [403, "text/html; charset=utf-8"]);
    assert.ok(refused.text.includes('<a href="">Load the page again</a>'), refused.text);
  });

  test(`${name}: an application is asked once in a span, and without an answer the handler is not called`, async (t) => {
    t.mock.method(console, "error", () => {});
    let asked = 0;
    let answer = () => true;
    const validate = () => (asked++, answer());
    const browser = await listening(make(await SessionCookie.encrypted(XAES_KEY, { revalidateAfter: revalidation({ seconds: 60, validate }) })));
    const old = await cookies.load(null, Date.now() - 100_000);
    visit(old);
    const [, value] = /=([^;]*)/.exec((await cookies.save(old))[0]);
    const bringOld = () => browser.cookies.set("__Host-session", value);
    bringOld();
    assert.deepEqual([(await browser.get("/visit")).text, asked], ["visit 2", 1]);
    assert.deepEqual([(await browser.get("/visit")).text, asked], ["visit 3", 1]);
    bringOld();
    answer = () => Promise.reject(new Error("no database"));
    const failed = await browser.get("/visit");
    assert.deepEqual([failed.status, failed.setCookies, asked], [503, [], 2]);
    answer = () => true;
    assert.deepEqual([(await browser.get("/look")).text, asked], ["1", 3]);
    bringOld();
    answer = () => false;
    assert.equal((await browser.get("/visit")).text, "visit 1");
  });
}

test("Node: what a session cannot be validated for is told, and not shown", async () => {
  const told = [];
  const failure = new Error("no database");
  const revalidateAfter = revalidation({ seconds: 60, validate: () => Promise.reject(failure) });
  const browser = await listening(node(await SessionCookie.encrypted(XAES_KEY, { revalidateAfter }), undefined, (error) => told.push(error.cause)));
  const old = await cookies.load(null, Date.now() - 100_000);
  visit(old);
  const { status, text } = await browser.get("/visit", { cookie: (await cookies.save(old))[0].split(";")[0] });
  assert.deepEqual([status, text, told], [503, "session cannot be validated now; try again later", [failure]]);
});

test("Express: without a handler of errors, too, a session that cannot be validated is answered with 503", async (t) => {
  t.mock.method(console, "error", () => {});
  const app = express();
  const revalidateAfter = revalidation({ seconds: 60, validate: () => Promise.reject(new Error("no database")) });
  app.use(inExpress(await SessionCookie.encrypted(XAES_KEY, { revalidateAfter })));
  app.use((request, response) => response.send("called"));
  const browser = await listening(createServer(app));
  const old = await cookies.load(null, Date.now() - 100_000);
  visit(old);
  const { status } = await browser.get("/", { cookie: (await cookies.save(old))[0].split(";")[0] });
  assert.equal(status, 503);
});

test("Node: a stream is saved before its head, and a change after it is an error", async () => {
  const thrown = [];
  const browser = await listening(
    createServer(
      inNode(cookies, async (request, response, session) => {
        visit(session);
        response.write("one ");
        try {
          visit(session);
        } catch (error) {
          thrown.push(error.code);
        }
        await pipeline(Readable.from(["two ", "three ".repeat(20_000), "end"]), response);
      }),
    ),
  );
  const { text, setCookies } = await browser.get("/");
  assert.equal(text, `one two ${"three ".repeat(20_000)}end`);
  assert.equal(setCookies.length, 1);
  assert.deepEqual(thrown, ["after-head"]);
});

test("Node: what an adapter prints of a failed request shows neither its cookie nor its query", async (t) => {
  const { mock } = t.mock.method(console, "error", () => {});
  const boom = new Error("boom");
  const throwing = () => {
    throw boom;
  };
  const browser = await listening(createServer(inNode(cookies, throwing)));
  const { status } = await browser.get("/reset?token=secret", { cookie: "__Host-session=secret", authorization: "Bearer secret" });
  assert.equal(status, 500);
  assert.deepEqual(mock.calls.map((call) => call.arguments), [[boom, "GET", "/reset"]]);
});

test("Express before Next.js: the session of a page arrives though `setHeader` does nothing once the head counts as sent", async () => {
  const app = express();
  app.use(inExpress(cookies));
  app.use((request, response) => {
    visit(request.session);
    const { setHeader } = response;
    // As the server of Next.js does.
    response.setHeader = (...given) => (response.headersSent ? response : setHeader.apply(response, given));
    response.end("page");
  });
  const browser = await listening(createServer(app));
  const { setCookies, headers } = await browser.get("/");
  assert.equal(setCookies.length, 1);
  assert.deepEqual([headers.get("vary"), headers.get("cache-control")], ["Cookie", "no-store"]);
});

test("Node: after its end a head cannot be changed, as in Node itself", async () => {
  const refused = [];
  const changes = [
    (response) => response.setHeader("cache-control", "public"),
    (response) => response.appendHeader("vary", "x"),
    (response) => response.removeHeader("cache-control"),
  ];
  const handler = (request, response, session) => {
    visit(session);
    response.setHeader("cache-control", "private");
    response.end("page");
    for (const change of changes) {
      try {
        change(response);
      } catch (error) {
        refused.push(error.code);
      }
    }
  };
  const { headers } = await (await listening(createServer(inNode(cookies, handler)))).get("/");
  assert.deepEqual(refused, changes.map(() => "ERR_HTTP_HEADERS_SENT"));
  assert.equal(headers.get("cache-control"), "no-store");
});

test("Node: a head that cannot be written is told, and answered with 500", async () => {
  const told = [];
  const full = new Error("no room for more fields");
  const handler = (request, response, session) => {
    visit(session);
    response.setHeader = () => {
      throw full;
    };
    response.end("page");
  };
  const browser = await listening(createServer(inNode(cookies, handler, { failed: (error) => told.push(error) })));
  const { status, text, setCookies } = await browser.get("/");
  assert.deepEqual([status, text, setCookies, told], [500, "internal server error", [], [full]]);
});

test("Node: heads that are flushed, given as lists, or written late", async () => {
  const heads = [
    (response) => (response.flushHeaders(), response.end("x")),
    (response) => (response.writeHead(201, "Made", { "x-a": "1", "set-cookie": ["a=1", "b=2"] }), response.end("x")),
    (response) => (response.setHeader("x-a", "1"), response.writeHead(201, ["x-b", "2"]), response.end("x")),
    (response) => setImmediate(() => response.end("x")),
    (response) => response.end(),
  ];
  for (const head of heads) {
    const browser = await listening(createServer(inNode(cookies, (request, response, session) => (visit(session), void head(response)))));
    const answer = await browser.get("/");
    assert.ok(answer.setCookies.some((line) => line.startsWith("__Host-session=")), `${head}`);
    assert.equal(answer.status, /201/.test(`${head}`) ? 201 : 200);
  }
});

test("Node: a session that cannot be saved is an answer of 500, without what was written", async () => {
  const told = [];
  const now = () => new Date("2020-01-01T00:00:00Z");
  const browser = await listening(
    createServer(inNode(cookies, (request, response, session) => (visit(session), response.setHeader("x-a", "1"), response.end("secret")), { now, failed: (error) => told.push(error.code) })),
  );
  const { status, text, headers } = await browser.get("/");
  assert.deepEqual([status, text, headers.get("x-a"), told], [500, "internal server error", null, ["clock"]]);
});

test("Express: a session that cannot be saved is an error of the request", async () => {
  const app = express();
  app.use(inExpress(cookies, { now: () => new Date("2020-01-01T00:00:00Z") }));
  app.get("/", (request, response) => (visit(request.session), response.send("secret")));
  app.use((error, request, response, next) => response.status(500).send(error.code));
  const { status, text } = await (await listening(createServer(app))).get("/");
  assert.deepEqual([status, text], [500, "clock"]);
});

test("Express: forms have their token in a field", async () => {
  const app = express();
  app.use(express.urlencoded({ extended: false }), inExpress(cookies, { guard: new CsrfGuard({ tokensInForms: true }) }));
  app.get("/", async (request, response) => response.send(await csrfToken(request.session)));
  app.post("/", (request, response) => response.send(request.body.amount));
  const browser = await listening(createServer(app));
  const { text: token } = await browser.get("/");
  const post = (fields) => browser.fetch("/", { method: "POST", body: new URLSearchParams(fields) });
  assert.equal((await post({ amount: "7" })).status, 403);
  const { status, text } = await post({ amount: "7", csrf_token: token });
  assert.deepEqual([status, text], [200, "7"]);
});

test("Node: over HTTP/2", async () => {
  const server = http2.createServer(inNode(cookies, (request, response, session) => response.end(visit(session))));
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  const client = http2.connect(`http://127.0.0.1:${server.address().port}`);
  const stream = client.request({ ":path": "/" });
  const [headers] = await once(stream, "response");
  stream.resume();
  await once(stream, "end");
  client.close();
  assert.equal(headers["set-cookie"].length, 1);
});

test("Node: several fields of one name are several values", async () => {
  const session = await cookies.load(null);
  session.set("user", "ada");
  const pair = (await cookies.save(session))[0].split(";")[0];
  const browser = await listening(createServer(inNode(cookies, (request, response, session) => response.end(`${session.get("user")}`))));
  const request = httpRequest(`${browser.origin}/`, { headers: { cookie: ["a=1", pair] } });
  request.end();
  const [response] = await once(request, "response");
  assert.equal((await response.toArray()).join(""), "ada");
});

test("Express: an error after the answer changes nothing of it", async () => {
  const app = express();
  app.use(inExpress(cookies));
  app.get("/", (request, response) => {
    visit(request.session);
    response.set("x-a", "1").send("answered");
    throw new Error("later");
  });
  app.use((error, request, response, next) => (response.headersSent ? undefined : response.status(500).send("failed")));
  const { status, text, headers } = await (await listening(createServer(app))).get("/");
  assert.deepEqual([status, text, headers.get("x-a")], [200, "answered", "1"]);
});

test("a cookie that cannot be made at one request is made at the next", async () => {
  let isThere = false;
  const handler = withSession(
    () => (isThere ? cookies : Promise.reject(new Error("no secret"))),
    (request, session) => new Response(visit(session)),
  );
  await assert.rejects(handler(new Request("http://localhost/")), /no secret/);
  isThere = true;
  assert.equal(await (await handler(new Request("http://localhost/"))).text(), "visit 1");
});
