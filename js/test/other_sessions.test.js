// Sessions of other libraries in the same program.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import secureSession from "@fastify/secure-session";
import connect from "connect";
import cookieSession from "cookie-session";
import express from "express";
import express4 from "express4";
import expressSession from "express-session";
import Fastify from "fastify";
import Koa from "koa";
import koaSession from "koa-session";

import { inFastify, inKoa } from "../examples/koa_fastify.js";
import { onSession } from "../src/web/astro.js";
import { session as inExpress } from "../src/web/express.js";
import { handleSession } from "../src/web/sveltekit.js";
import { listening } from "./stand_ins.js";
import { cookies } from "./visitor.js";

const sentence = "`session` of the request belongs to another library, such as express-session; mount one of the two";
const taken = { name: "ConfigError", code: "cookies", message: sentence };
const others = () => ({
  "express-session": expressSession({ secret: "a secret", resave: false, saveUninitialized: false }),
  "express-session, always saved": expressSession({ secret: "a secret", resave: true, saveUninitialized: true }),
  "cookie-session": cookieSession({ keys: ["a secret"] }),
});
const visit = (session) => `visit ${session.update("visits", (visits = 0) => visits + 1).get("visits")}`;

for (const [framework, make] of Object.entries({ Express: express, "Express 4": express4, Connect: connect })) {
  for (const [name, other] of Object.entries(others())) {
    test(`${framework}: a session behind that of ${name} is an error that names the cause`, async () => {
      const failures = [];
      const app = make();
      app.use(other);
      app.use(inExpress(cookies));
      app.use((request, response) => response.end(visit(request.session)));
      app.use((error, request, response, next) => {
        failures.push(error);
        response.statusCode = 500;
        response.end("failed");
      });
      const browser = await listening(createServer(app));
      for (let round = 0; round < 2; round++) assert.deepEqual([(await browser.get("/")).text, failures.length], ["failed", round + 1]);
      for (const { name, code, message } of failures) assert.deepEqual({ name, code, message }, taken);
    });
  }

  test(`${framework}: another session in front of which ours is mounted leaves it in its place, or is an error`, async (t) => {
    t.mock.method(console, "error", () => {});
    for (const [name, other] of Object.entries(others())) {
      const failures = [];
      const app = make();
      app.use(inExpress(cookies));
      app.use(other);
      app.use((request, response) => response.end(request.session.update ? visit(request.session) : "replaced"));
      app.use((error, request, response, next) => {
        failures.push(error.message);
        response.statusCode = 500;
        response.end("failed");
      });
      const { status, text } = await (await listening(createServer(app))).get("/");
      // express-session leaves alone what is there.
      const expected = name === "cookie-session" ? [500, "failed", [sentence]] : [200, "visit 1", []];
      assert.deepEqual([status, text, failures], expected, name);
    }
  });
}

test("SvelteKit and Astro: `locals.session` of another library is not replaced", async () => {
  const request = new Request("http://localhost/");
  const never = () => assert.fail("it was called");
  await assert.rejects(handleSession(cookies)({ event: { request, locals: { session: { user: "ada" } } }, resolve: never }), taken);
  await assert.rejects(onSession(cookies)({ request, locals: { session: { user: "ada" } } }, never), taken);
  // A place that is kept free is none.
  for (const session of [null, undefined]) {
    const event = { request, locals: { session } };
    assert.equal(await (await handleSession(cookies)({ event, resolve: ({ locals }) => new Response(visit(locals.session)) })).text(), "visit 1");
  }
});

/** Frameworks where the other library has a place of its own. */
const TOGETHER = {
  "koa-session"() {
    const app = new Koa();
    app.keys = ["a secret"];
    const sessions = inExpress(cookies);
    app.use(koaSession(app));
    app.use(inKoa(sessions));
    app.use((ctx) => {
      ctx.session.visits = (ctx.session.visits ?? 0) + 1;
      ctx.body = `${visit(ctx.req.session)}, ${ctx.session.visits}`;
    });
    return createServer(app.callback());
  },
  async "@fastify/secure-session"() {
    const app = Fastify();
    const sessions = inExpress(cookies);
    await app.register(secureSession, { key: Buffer.alloc(32, 1) });
    app.addHook("onRequest", inFastify(sessions));
    app.get("/", async (request) => {
      request.session.set("visits", (request.session.get("visits") ?? 0) + 1);
      return `${visit(request.raw.session)}, ${request.session.get("visits")}`;
    });
    await app.ready();
    return app.server;
  },
};

for (const [name, serverOf] of Object.entries(TOGETHER)) {
  test(`a session goes on next to that of ${name}, which goes on, too`, async () => {
    const browser = await listening(await serverOf());
    for (const visits of [1, 2, 3]) assert.equal((await browser.get("/")).text, `visit ${visits}, ${visits}`);
  });
}
