// Whatever makes up a response of Node, or reads one: bridges to fetch, adapters of clouds, and mocks of tests. Each answer has the
// session and the whole page, or is an error.

import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { IncomingMessage, ServerResponse, createServer } from "node:http";
import { PassThrough, Readable } from "node:stream";
import { test } from "node:test";

import codegenie from "@codegenie/serverless-express";
import awsLambdaFastify from "@fastify/aws-lambda";
import { ServerlessAdapter } from "@h4ad/serverless-adapter";
import { ApiGatewayV2Adapter } from "@h4ad/serverless-adapter/adapters/aws";
import { DefaultHandler } from "@h4ad/serverless-adapter/handlers/default";
import { PromiseResolver } from "@h4ad/serverless-adapter/resolvers/promise";
import shot from "@hapi/shot";
import express from "express";
import Fastify from "fastify";
import { toFetchResponse, toReqRes } from "fetch-to-node";
import { H3, fromNodeHandler, toNodeHandler } from "h3";
import { createApp, eventHandler, fromNodeMiddleware, toNodeListener, toPlainHandler, toWebHandler } from "h3-1";
import Koa from "koa";
import { inject } from "light-my-request";
import { callNodeRequestHandler } from "node-mock-http";
import { createMocks } from "node-mocks-http";
import serverless from "serverless-http";
import serverless3 from "serverless-http-3";
import { toFetchHandler } from "srvx/node";

import { inFastify, inKoa } from "../examples/koa_fastify.js";
import { SessionCookie, attributes } from "../src/index.js";
import { session as inExpress } from "../src/web/express.js";
import { withSession as inH3 } from "../src/web/h3.js";
import { withSession as inNode } from "../src/web/node.js";
import { listening } from "./stand_ins.js";
import { XAES_KEY, cookies, filled, isExpiry } from "./visitor.js";

const other = await SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ name: "__Host-other" }) });
const LENGTH = 200_000;
const stream = () => Readable.from(Array(20).fill("x".repeat(LENGTH / 20)), { objectMode: false });
const nothing = () => {};

/** What a page does with the session, and how many cookies its answer has. */
const PAGES = {
  change: [(session) => session.set("n", 1), 1],
  young: [(session) => session.get("user"), 0],
  due: [(session) => session.get("user"), 1],
  untouched: [nothing, 0],
  out: [(session) => session.invalidate(), 1],
  redirect: [(session) => session.set("n", 1), 1],
  stream: [(session) => session.set("n", 1), 1],
  throw: [(session) => session.invalidate(), 1],
};
const pageOf = (url) => new URL(url, "http://localhost").pathname.slice(1);

function write(page, session, response) {
  PAGES[page][0](session);
  response.setHeader("x-page", page);
  if (page === "throw") throw new Error("boom");
  if (page === "redirect") Object.assign(response, { statusCode: 303 }).setHeader("location", "/next");
  if (page === "stream") stream().pipe(response);
  else response.end("page");
}

const SITES = {
  "/node": () => inNode(cookies, ({ url }, response, session) => write(pageOf(url), session, response), { failed: nothing }),
  "/node, twice": () => inNode(other, SITES["/node"](), { failed: nothing }),
  "/express, alone": () => {
    const add = inExpress(cookies);
    const answer = (request, response, error) => {
      try {
        if (error) throw error;
        write(pageOf(request.url), request.session, response);
      } catch {
        Object.assign(response, { statusCode: 500 }).end("failed");
      }
    };
    return (request, response) => add(request, response, (error) => answer(request, response, error));
  },
  Express: () => {
    const app = express().set("env", "test").use(inExpress(cookies));
    app.get("/:page", ({ params, session }, response) => write(params.page, session, response));
    return app.use((error, request, response, next) => response.status(500).send("failed"));
  },
  Koa: () => {
    const app = new Koa().use(inKoa(inExpress(cookies)));
    app.silent = true;
    app.use((ctx) => {
      const page = pageOf(ctx.path);
      PAGES[page][0](ctx.req.session);
      ctx.set("x-page", page);
      if (page === "throw") throw new Error("boom");
      if (page === "redirect") ctx.redirect("/next");
      ctx.status = page === "redirect" ? 303 : 200;
      ctx.body = page === "stream" ? stream() : "page";
    });
    return app.callback();
  },
  Fastify: async () => {
    const app = Fastify();
    app.addHook("onRequest", inFastify(inExpress(cookies)));
    app.get("/:page", async ({ params: { page }, raw }, reply) => {
      PAGES[page][0](raw.session);
      reply.header("x-page", page);
      if (page === "throw") throw new Error("boom");
      if (page === "redirect") return reply.redirect("/next", 303);
      return page === "stream" ? stream() : "page";
    });
    await app.ready();
    return Object.assign((request, response) => app.routing(request, response), { app });
  },
  "h3 1": () => {
    const handler = (event, session) => {
      const page = pageOf(event.path);
      PAGES[page][0](session);
      event.node.res.setHeader("x-page", page);
      if (page === "throw") throw new Error("boom");
      if (page === "redirect") Object.assign(event.node.res, { statusCode: 303 }).setHeader("location", "/next");
      return page === "stream" ? stream() : "page";
    };
    const h3 = createApp({ onError: nothing }).use(eventHandler(inH3(cookies, handler)));
    return Object.assign(toNodeListener(h3), { h3 });
  },
};

const answerOf = async (response) => [response.status, Object.fromEntries(response.headers), response.headers.getSetCookie(), await response.text()];
const mockedAs = ({ statusCode, headers }, text) => [statusCode, headers, [headers["set-cookie"] ?? []].flat(), text];

/** Functions that make, of a listener of Node, one that asks it for a path with a cookie. */
const served = async (listener) => {
  const { origin } = await listening(createServer(listener));
  return async (path, cookie) => answerOf(await fetch(origin + path, { redirect: "manual", headers: { cookie } }));
};
const fetched = (ask) => async (path, cookie) => answerOf(await ask(new Request(`http://localhost${path}`, { headers: { cookie } })));
const injected = (ask) => async (path, cookie) => {
  const response = await ask({ url: path, method: "GET", headers: { cookie } });
  return mockedAs(response, response.payload);
};
const lambda = (handle) => async (path, cookie) => {
  const http = { method: "GET", path, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test" };
  const requestContext = { http, domainName: "example.com", stage: "$default", identity: { sourceIp: "127.0.0.1" } };
  const event = { version: "2.0", routeKey: "$default", rawPath: path, rawQueryString: "", cookies: [cookie], headers: { host: "example.com" } };
  const { statusCode, headers, cookies = [], body, isBase64Encoded } = await handle({ ...event, requestContext, isBase64Encoded: false, body: "" }, {});
  const text = Buffer.from(body, isBase64Encoded ? "base64" : "utf8").toString();
  return [statusCode, headers, [cookies, headers["set-cookie"] ?? []].flat(), text];
};
const mocked = (listener, isEnded) => async (path, cookie) => {
  const { req, res } = createMocks({ url: path, headers: { cookie } }, { eventEmitter: EventEmitter });
  const ended = isEnded && once(res, "end");
  await listener(req, res);
  await ended;
  return mockedAs({ statusCode: res.statusCode, headers: res.getHeaders() }, res._getData());
};
const h3Of = ({ h3 }, listener) => h3 ?? createApp({ onError: nothing }).use(fromNodeMiddleware(listener));
const onSocket = (listener) => async (path, cookie) => {
  const request = Object.assign(new IncomingMessage(new PassThrough()), { method: "GET", url: path, headers: { cookie } });
  const response = new ServerResponse(request);
  response.assignSocket(new PassThrough());
  response.useChunkedEncodingByDefault = false;
  const [ended, chunks] = [once(response, "finish"), []];
  response.socket.on("data", (chunk) => chunks.push(chunk));
  listener(request, response);
  await ended;
  await new Promise(setImmediate);
  return mockedAs({ statusCode: response.statusCode, headers: response.getHeaders() }, chunks.join("").split("\r\n\r\n")[1]);
};
const toAdapter = { sendRequest: (listener, request, response) => listener(request, response) };

/** Sites whose functions return before they answer: nobody can await these. */
const UNAWAITED = ["Express", "Fastify"];
/** Their streams are not those of Node, or have no end. */
const MOCKS = ["stream"];

/** Each writer; `not`: sites and pages that it cannot serve without a session either. */
const WRITERS = {
  "a server of Node": { open: served },
  "the bridge of srvx": { open: (listener) => fetched(toFetchHandler(listener)) },
  "fetch-to-node": {
    open: (listener) => fetched((request) => {
      const { req, res } = toReqRes(request);
      listener(req, res);
      return toFetchResponse(res);
    }),
    not: ["Express", "h3 1 stream"],
  },
  "node-mocks-http, awaited": { open: (listener) => mocked(listener, false), not: [...UNAWAITED, ...MOCKS, "Koa"] },
  "node-mocks-http": { open: (listener) => mocked(listener, true), not: ["Express", ...MOCKS] },
  "@hapi/shot": { open: (listener) => injected((options) => shot.inject(listener, options)), not: ["Express"] },
  "serverless-http 4": { open: (listener) => lambda(serverless(listener)) },
  "serverless-http 3": { open: (listener) => lambda(serverless3(listener)) },
  "@codegenie/serverless-express": { open: (app) => lambda((event) => codegenie({ app })(event, {})) },
  "@h4ad/serverless-adapter": {
    open: (listener) => {
      const adapter = ServerlessAdapter.new(listener).setFramework(toAdapter).setHandler(new DefaultHandler());
      return lambda(adapter.setResolver(new PromiseResolver()).addAdapter(new ApiGatewayV2Adapter()).build());
    },
    not: ["Express"],
  },
  "@fastify/aws-lambda": { open: ({ app }) => lambda(awsLambdaFastify(app)), only: ["Fastify"] },
  "a socket of one's own": { open: onSocket, not: ["Express", ...MOCKS] },
  "h3 1 on Node": { open: (listener) => served(toNodeListener(h3Of(listener, listener))), not: [...UNAWAITED, "/node stream", "/node, twice stream", "/express, alone stream"] },
  "h3 2 on Node": { open: (listener) => served(toNodeHandler(new H3().all("/**", fromNodeHandler(listener)))), not: [...UNAWAITED] },
  // What h3 1 makes up, which is read at once.
  "h3 1 by fetch": { open: (listener) => fetched(toWebHandler(h3Of(listener, listener))), not: [...UNAWAITED, ...MOCKS], isReadAtOnce: true },
  "h3 1, plain": {
    open: (listener) => async (path, cookie) => {
      const { status, headers, body } = await toPlainHandler(h3Of(listener, listener))({ path, method: "GET", headers: { cookie }, body: null });
      return [status, Object.fromEntries(headers), headers.filter(([name]) => name === "set-cookie").map(([, line]) => line), `${body}`];
    },
    not: [...UNAWAITED, ...MOCKS],
    isReadAtOnce: true,
  },
  "node-mock-http": {
    open: (listener) => async (path, cookie) => {
      const { status, headers, body } = await callNodeRequestHandler(listener, { url: path, headers: { cookie } });
      return mockedAs({ statusCode: status, headers }, `${body}`);
    },
    not: [...UNAWAITED, ...MOCKS],
    isReadAtOnce: true,
  },
  // Last, because it changes the prototype of all responses of Express.
  "light-my-request": { open: (listener) => injected((options) => inject(listener, options)) },
};

const young = await filled(undefined, cookies, Date.now());
const old = await filled(undefined, cookies, Date.now() - 900_000);

for (const [site, make] of Object.entries(SITES)) {
  for (const [writer, { open, only, not = [], isReadAtOnce }] of Object.entries(WRITERS)) {
    if (only ? !only.includes(site) : not.includes(site)) continue;
    test(`${site} by ${writer}: the answer has its session and its page`, async (t) => {
      const { mock } = t.mock.method(console, "error", nothing);
      const ask = await open(await make());
      // Its own promise waits; the page of others is written past it.
      const isRefused = isReadAtOnce && ["/express, alone", "Koa"].includes(site);
      for (const [page, [, count]] of Object.entries(PAGES)) {
        if (not.includes(page) || not.includes(`${site} ${page}`)) continue;
        const [status, headers, lines, text] = await ask(`/${page}`, page === "due" ? old : young);
        if (isRefused) {
          assert.deepEqual([status, lines], [500, []], page);
          assert.match(mock.calls[0].arguments[0].message, /use `withSession` of hardtack-session\/h3$/);
          continue;
        }
        const isFailure = page === "throw";
        assert.deepEqual([status, lines.length], [isFailure ? 500 : page === "redirect" ? 303 : 200, count], page);
        if (["out", "throw"].includes(page)) assert.ok(isExpiry(lines), page);
        if (isFailure) continue;
        assert.deepEqual([headers["x-page"], headers.location], [page, page === "redirect" ? "/next" : undefined], page);
        if (page !== "redirect") assert.equal(text, page === "stream" ? "x".repeat(LENGTH) : "page", page);
      }
    });
  }
}

test("/node: what h3 1 makes up and a handler leaves to others to answer is an error, and no page without its session", async (t) => {
  const { mock } = t.mock.method(console, "error", nothing);
  const app = createApp({ onError: nothing });
  app.use(fromNodeMiddleware(inNode(cookies, (request, response, session) => (request.session = session))));
  app.use(eventHandler((event) => (event.node.req.session.set("n", 1), "page")));
  const [status, , lines, text] = await fetched(toWebHandler(app))("/", young);
  assert.deepEqual([status, lines, text], [500, [], "internal server error"]);
  assert.equal(mock.calls[0].arguments[0].name, "ConfigError");
});
