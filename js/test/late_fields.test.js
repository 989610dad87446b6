// Fields for caches that middleware sets when the head of a response of Node is about to be written.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import apicache from "apicache";
import compression from "compression";
import cors from "cors";
import express from "express";
import express4 from "express4";
import cacheControl from "express-cache-controller";
import onHeaders from "on-headers";

import { SessionCookie } from "../src/index.js";
import { session as inExpress } from "../src/web/express.js";
import { withSession as inNode } from "../src/web/node.js";
import { SERVERS } from "./servers.js";
import { STAND_INS, headOverHttp2, listening } from "./stand_ins.js";
import { XAES_KEY, cookies, eventsOf, filled } from "./visitor.js";

/** Each sets `late` when the head is about to be written. */
const LATE = {
  "on-headers": (response, late) => onHeaders(response, () => Object.entries(late).forEach(([name, value]) => response.setHeader(name, value))),
  "an object of `writeHead`": (response, late) => around(response, (writeHead, status) => writeHead(status, late)),
  "a list of `writeHead`, behind a message": (response, late) => around(response, (writeHead, status) => writeHead(status, "Fine", Object.entries(late).flat())),
  "pairs of `writeHead`": (response, late) => around(response, (writeHead, status) => writeHead(status, Object.entries(late))),
};

function around(response, call) {
  const { writeHead } = response;
  response.writeHead = (status, ...given) => {
    const isOwn = given.length === 0;
    return isOwn ? call((...all) => writeHead.apply(response, all), status) : writeHead.call(response, status, ...given);
  };
}

/** Fields with which shared caches store a response. */
const SHAREABLE = [
  { "Cache-Control": "public, max-age=60" },
  { "Cache-Control": "max-age=60" },
  { "cache-control": "private", "CDN-Cache-Control": "max-age=60" },
  { "Cache-Control": "no-store", "Surrogate-Control": "max-age=60" },
  { "Cache-Control": "private", "X-Accel-Expires": "60" },
  { "Cache-Control": "s-maxage=60", Vary: "Accept" },
];

const USES = {
  write: (session) => session.set("seen", 1),
  read: (session) => session.get("user"),
  end: (session) => session.invalidate(),
  none: () => {},
};

/** A page that uses the session and has late fields, as its path says. */
function page(session, path, response) {
  const [use, way, fields] = path.slice(1).split("/").map(decodeURIComponent);
  LATE[way](response, JSON.parse(fields));
  USES[use](session);
  return { body: "page" };
}

/** Each makes a browser of a site whose page is given the response of Node. */
const SITES = {
  ...Object.fromEntries(["Express", "Express 4", "Koa", "Fastify", "h3 1"].map((name) => [name, () => SERVERS[name](cookies, {}, page)])),
  "h3 1, with a Response": () => SERVERS["h3 1"](cookies, {}, (...given) => (page(...given), { response: new Response("page") })),
  Node: () => STAND_INS.Node(cookies, {}, page),
};

const pathOf = (use, way, fields) => `/${[use, way, JSON.stringify(fields)].map(encodeURIComponent).join("/")}`;

const cookieFrom = (seconds) => filled(undefined, cookies, Date.now() - seconds * 1000);

/** Asks for a page as a visitor whose session is due for a refresh. */
async function asked(browser, path) {
  browser.cookies.clear();
  return browser.get(path, { cookie: await cookieFrom(900) });
}

for (const [name, siteOf] of Object.entries(SITES)) {
  test(`${name}: fields that are set when the head is written let no shared cache store a response that sets a session`, async () => {
    const browser = await siteOf();
    for (const way of Object.keys(LATE)) {
      for (const fields of SHAREABLE) {
        const label = `${way} ${JSON.stringify(fields)}`;
        for (const use of ["write", "end"]) {
          const { status, text, headers, setCookies } = await asked(browser, pathOf(use, way, fields));
          assert.deepEqual([status, text, setCookies.length, headers.get("cache-control")], [200, "page", 1, "no-store"], label);
          for (const name of Object.keys(fields).filter((name) => /cdn|surrogate/i.test(name))) assert.equal(headers.get(name), "no-store");
          assert.match(headers.get("vary"), /cookie/i, label);
        }
        // A refresh waits, as where the field was set before.
        const { headers, setCookies } = await asked(browser, pathOf("read", way, fields));
        assert.deepEqual([setCookies, headers.get("cache-control")], [[], fields["Cache-Control"] ?? fields["cache-control"]], label);
        assert.match(headers.get("vary"), /cookie/i, label);
      }
    }
  });

  test(`${name}: fields that are set when the head is written, and are private, stay, and a session is refreshed`, async () => {
    const browser = await siteOf();
    for (const way of Object.keys(LATE)) {
      const { headers, setCookies } = await asked(browser, pathOf("read", way, { "Cache-Control": "private, max-age=60", "x-a": "1" }));
      assert.deepEqual([setCookies.length, headers.get("cache-control"), headers.get("x-a")], [1, "private, max-age=60", "1"]);
    }
    // A page that does not use the session is as public as its author says.
    const { headers, setCookies } = await asked(browser, pathOf("none", "on-headers", { "Cache-Control": "public" }));
    assert.deepEqual([setCookies, headers.get("cache-control"), headers.get("vary")], [[], "public", null]);
  });
}

test("other cookies of a response whose refresh waits are sent", async () => {
  const app = express();
  app.use(inExpress(cookies), cacheControl({ maxAge: 60 }));
  app.get("/", (request, response) => response.cookie("theme", "dark").send(`${request.session.get("user")}`));
  const { text, setCookies } = await asked(await listening(createServer(app)), "/");
  assert.deepEqual([text, setCookies], ["ada", ["theme=dark; Path=/"]]);
});

test("HTTP/2: fields that are set when the head is written let no shared cache store a response that sets a session", async () => {
  // It has no message.
  for (const set of Object.values(LATE).filter((_, i) => i !== 2)) {
    const listener = inNode(cookies, (request, response, session) => (set(response, { "Cache-Control": "public" }), USES.write(session), response.end("page")));
    const headers = await headOverHttp2(listener);
    assert.deepEqual([headers["cache-control"], headers["set-cookie"].length, headers.vary], ["no-store", 1, "Cookie"]);
  }
});

test("a program that allows shared caching keeps it, and its refreshes", async (t) => {
  const { mock } = t.mock.method(console, "warn", () => {});
  const sharing = await SessionCookie.encrypted(XAES_KEY, { dangerAllowSharedCaching: true });
  const app = express();
  app.use(inExpress(sharing), cacheControl({ public: true, maxAge: 60 }));
  app.get("/:use", (request, response) => (USES[request.params.use](request.session), response.send("page")));
  const browser = await listening(createServer(app));
  for (const use of ["write", "read"]) {
    const { headers, setCookies } = await asked(browser, `/${use}`);
    assert.deepEqual([headers.get("cache-control"), setCookies.length], ["public,max-age=60", 1]);
  }
  assert.deepEqual(eventsOf(mock.calls), []);
});

const MIDDLEWARE = {
  "express-cache-controller": () => cacheControl({ maxAge: 60 }),
  "express-cache-controller, public": () => cacheControl({ public: true, maxAge: 60 }),
  apicache: () => apicache.newInstance({ statusCodes: { include: [200] } }).middleware("1 second"),
};
const BESIDE = { compression: compression({ threshold: 0 }), cors: cors({ origin: true, credentials: true }) };

for (const [framework, make] of Object.entries({ Express: express, "Express 4": express4 })) {
  for (const [name, middleware] of Object.entries(MIDDLEWARE)) {
    test(`${framework}: ${name} behind the session makes no response public that sets it`, async (t) => {
      const { mock } = t.mock.method(console, "warn", () => {});
      const own = await SessionCookie.encrypted(XAES_KEY);
      for (const beside of [[], ...Object.values(BESIDE).map((one) => [one]), Object.values(BESIDE)]) {
        for (const order of [[...beside, inExpress(own), middleware()], [inExpress(own), ...beside, middleware()], [inExpress(own), middleware(), ...beside]]) {
          const app = make();
          app.use(...order);
          app.get("/:use", (request, response) => (USES[request.params.use](request.session), response.send(`page ${"x".repeat(2000)}`)));
          const browser = await listening(createServer(app));
          for (const use of ["write", "read"]) {
            const { status, text, headers, setCookies } = await browser.get(`/${use}`, { cookie: await cookieFrom(900), origin: "https://a.test" });
            assert.deepEqual([status, text.length], [200, 2005]);
            const control = headers.get("cache-control");
            assert.ok(setCookies.length === 0 || /no-store|private/.test(control), `${use}: ${control}`);
            assert.equal(setCookies.length, use === "write" || /no-store|private/.test(control) ? 1 : 0, `${use}: ${control}`);
            assert.match(headers.get("vary"), /cookie/i);
            browser.cookies.clear();
          }
        }
      }
      assert.deepEqual(eventsOf(mock.calls), []);
    });

    test(`${framework}: ${name} in front of the session is told where it makes a response public`, async (t) => {
      const { mock } = t.mock.method(console, "warn", () => {});
      const own = await SessionCookie.encrypted(XAES_KEY);
      const app = make();
      app.use(middleware(), inExpress(own));
      app.get("/:use", (request, response) => (USES[request.params.use](request.session), response.send("page")));
      const browser = await listening(createServer(app));
      // Nothing is set.
      await browser.get("/read", { cookie: await cookieFrom(10) });
      assert.deepEqual(eventsOf(mock.calls), []);
      const { headers } = await browser.get("/write");
      assert.match(headers.get("cache-control"), /max-age=\d+/);
      await browser.get("/end");
      const sentence =
        "shared caches may store a response that sets a session, because middleware that is mounted before has set the caching fields of " +
        "its head; mount the session first, and leave its routes out of any cache of whole responses";
      assert.deepEqual(eventsOf(mock.calls).map(([message]) => message), [sentence]);
    });
  }
}
