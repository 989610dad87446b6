// The adapters behind real frameworks.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import connect from "connect";
import express from "express";
import express4 from "express4";
import Fastify from "fastify";
import Koa from "koa";

import { forVisitors, inFastify, inKoa } from "../examples/koa_fastify.js";
import { SessionCookie, generateKey, revalidation } from "../src/index.js";
import { session as inExpress } from "../src/web/express.js";
import { withSession } from "../src/web/node.js";
import { everyAdapter } from "./every_adapter.js";
import { SERVERS } from "./servers.js";
import { listening } from "./stand_ins.js";
import { XAES_KEY, filled } from "./visitor.js";

everyAdapter(SERVERS);

test("Node: a session stops growing before its visitor is locked out", async () => {
  const cookies = await SessionCookie.encrypted(XAES_KEY, { size: "split:4" });
  const page = async ({ url }, response, session) => {
    if (url === "/grow") session.set("note", `${session.get("note") ?? ""}${"x".repeat(500)}`);
    if (url === "/sign-out") session.invalidate();
    response.end(`${session.get("note")?.length ?? 0}`);
  };
  const errors = [];
  const failed = (error) => errors.push(error.code);
  for (const [options, theme, most] of [
    [{}, 1, 10_000],
    [{}, 1000, 9000],
    [{ maxHeaderSize: 65_536 }, 1000, 11_500],
  ]) {
    const browser = await listening(createServer(options, withSession(cookies, page, { failed })));
    browser.cookies.set("theme", "x".repeat(theme));
    const visit = (path) => browser.get(path, { "user-agent": "x".repeat(1500) });
    let status;
    do ({ status } = await visit("/grow"));
    while (status === 200);
    assert.deepEqual([status, errors.splice(0)], [413, ["size"]]);
    assert.equal((await visit("/")).text, `${most}`);
    assert.equal((await visit("/sign-out")).status, 200);
    assert.deepEqual([...browser.cookies.keys()], ["theme"]);
  }
});

/** Sites without a handler of errors, whose page changes the session. */
const WITHOUT_HANDLER = {
  Express: (sessions, page) => express().use(sessions).use(page),
  "Express 4": (sessions, page) => express4().use(sessions).use(page),
  Connect: (sessions, page) => connect().use(sessions).use(page),
  Koa: (sessions, page) => {
    const app = new Koa();
    app.silent = true;
    app.use(inKoa(sessions));
    return app.use(({ req }) => page(req)).callback();
  },
  Fastify: (sessions, page) => {
    const app = Fastify();
    app.addHook("onRequest", inFastify(sessions));
    app.setErrorHandler(forVisitors);
    app.get("/", async (request) => page(request.raw));
    return async (request, response) => (await app.ready(), app.routing(request, response));
  },
};

for (const [name, site] of Object.entries(WITHOUT_HANDLER)) {
  test(`${name}: an error of a session has the status and the headers with which the framework answers`, async (t) => {
    t.mock.method(console, "error", () => {});
    const revalidateAfter = revalidation({ seconds: 60, validate: () => Promise.reject(new Error("no database")) });
    const cookies = await SessionCookie.encrypted(XAES_KEY, { revalidateAfter });
    const cookie = await filled(undefined, cookies, Date.now() - 100_000);
    const browser = await listening(createServer(site(inExpress(cookies), ({ session }) => session.set("note", "x".repeat(4000)))));
    const full = await browser.get("/");
    assert.deepEqual([full.status, full.setCookies], [413, []]);
    // Outside of production, Express and Connect show the stack.
    if (["Koa", "Fastify"].includes(name)) assert.match(full.text, /your session is full/);
    const unvalidated = await browser.get("/", { cookie });
    assert.deepEqual([unvalidated.status, unvalidated.headers.get("retry-after"), unvalidated.setCookies], [503, "10", []]);
    const others = await SessionCookie.encrypted(await generateKey(), { keepUnknownKeys: true });
    const instance = await listening(createServer(site(inExpress(others), ({ session }) => session.set("user", "eve"))));
    const unread = await instance.get("/", { cookie });
    assert.deepEqual([unread.status, unread.headers.get("retry-after"), unread.setCookies], [503, "10", []]);
  });
}
