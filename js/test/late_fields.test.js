// Fields for caches that middleware sets when the head of a response of Node is about to be written, of which the rows of beside/ do not
// have these.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import apicache from "apicache";
import express from "express";
import cacheControl from "express-cache-controller";
import onHeaders from "on-headers";

import { SessionCookie } from "../src/index.js";
import { session as inExpress } from "../src/web/express.js";
import { withSession as inNode } from "../src/web/node.js";
import { headOverHttp2, listening } from "./stand_ins.js";
import { XAES_KEY, cookies, eventsOf, filled } from "./visitor.js";

const USES = {
  write: (session) => session.set("seen", 1),
  read: (session) => session.get("user"),
  end: (session) => session.invalidate(),
};

/** Asks for a page as a visitor whose session was written so many seconds ago; by default, a refresh is due. */
async function asked(browser, path, seconds = 900) {
  browser.cookies.clear();
  return browser.get(path, { cookie: await filled(undefined, cookies, Date.now() - seconds * 1000) });
}

/** A site of Express with a page that uses the session as its path says. */
function siteWith(...middleware) {
  const app = express();
  app.use(...middleware);
  app.get("/:use", (request, response) => (USES[request.params.use](request.session), response.send("page")));
  return listening(createServer(app));
}

test("HTTP/2: fields that are set when the head is written let no shared cache store a response that sets a session", async () => {
  const listener = inNode(cookies, (request, response, session) => {
    onHeaders(response, () => response.setHeader("Cache-Control", "public"));
    USES.write(session);
    response.end("page");
  });
  const headers = await headOverHttp2(listener);
  assert.deepEqual([headers["cache-control"], headers["set-cookie"].length, headers.vary], ["no-store", 1, "Cookie"]);
});

test("a program that allows shared caching keeps it, and its refreshes", async (t) => {
  const { mock } = t.mock.method(console, "warn", () => {});
  const sharing = await SessionCookie.encrypted(XAES_KEY, { dangerAllowSharedCaching: true });
  const browser = await siteWith(inExpress(sharing), cacheControl({ public: true, maxAge: 60 }));
  for (const use of ["write", "read"]) {
    const { headers, setCookies } = await asked(browser, `/${use}`);
    assert.deepEqual([headers.get("cache-control"), setCookies.length], ["public,max-age=60", 1]);
  }
  assert.deepEqual(eventsOf(mock.calls), []);
});

const MIDDLEWARE = {
  "express-cache-controller": () => cacheControl({ maxAge: 60 }),
  apicache: () => apicache.newInstance({ statusCodes: { include: [200] } }).middleware("1 second"),
};

for (const [name, middleware] of Object.entries(MIDDLEWARE)) {
  test(`${name} behind the session stores no page, and in front of it is told where it makes a response public`, async (t) => {
    const { mock } = t.mock.method(console, "warn", () => {});
    const own = await SessionCookie.encrypted(XAES_KEY);
    const behind = await siteWith(inExpress(own), middleware());
    for (const use of ["write", "read"]) {
      const { text, headers, setCookies } = await asked(behind, `/${use}`);
      const isPrivate = /no-store|private/.test(headers.get("cache-control"));
      assert.deepEqual([text, setCookies.length], ["page", isPrivate ? 1 : 0], use);
      assert.ok(isPrivate || use === "read");
      assert.match(headers.get("vary"), /cookie/i);
    }
    const before = await siteWith(middleware(), inExpress(own));
    // Nothing is set.
    await asked(before, "/read", 10);
    assert.deepEqual(eventsOf(mock.calls), []);
    const { headers } = await asked(before, "/write");
    assert.match(headers.get("cache-control"), /max-age=\d+/);
    await asked(before, "/end");
    const sentence =
      "shared caches may store a response that sets a session, because middleware that is mounted before has set the caching fields of " +
      "its head; mount the session first, and leave its routes out of any cache of whole responses";
    assert.deepEqual(eventsOf(mock.calls).map(([message]) => message), [sentence]);
  });
}
