// What is particular to an adapter, on the built package. What all do is in every_adapter.js.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { test } from "node:test";

import express from "express";

import { SessionCookie, csrfToken } from "hardtack-session";
import { CsrfGuard } from "hardtack-session/csrf";
import { session as inExpress } from "hardtack-session/express";
import { withSession as inNode } from "hardtack-session/node";
import { XAES_KEY } from "./visitor.js";
import { listening } from "./stand_ins.js";

const cookies = await SessionCookie.encrypted(XAES_KEY);
const visit = (session) => `visit ${session.update("visits", (visits = 0) => visits + 1).get("visits")}`;

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

test("Node: a head that cannot be written is told, and answered with 500", async () => {
  const told = [];
  const full = new Error("no room for more fields");
  const handler = (request, response, session) => {
    visit(session);
    response.setHeader = (name, value) => {
      if (name === "set-cookie") throw full;
      return Object.getPrototypeOf(response).setHeader.call(response, name, value);
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
