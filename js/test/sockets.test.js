// Sessions in the handshake of a WebSocket, on a server of Node, by the recipes of the libraries that open one.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";

import fastifyWebsocket from "@fastify/websocket";
import { serve, upgradeWebSocket as upgradeByServer } from "@hono/node-server";
import { createNodeWebSocket } from "@hono/node-ws";
import express from "express";
import expressWs from "express-ws";
import Fastify from "fastify";
import { Hono } from "hono";
import { Server } from "socket.io";
import { io } from "socket.io-client";
import { WebSocket, WebSocketServer } from "ws";

import { inFastify } from "../examples/koa_fastify.js";
import { CsrfGuard } from "../src/csrf_guard.js";
import { SessionCookie, revalidation } from "../src/index.js";
import { session as inExpress } from "../src/web/express.js";
import { session as inHono } from "../src/web/hono.js";
import { listening } from "./stand_ins.js";
import { XAES_KEY, cookies, filled, patience } from "./visitor.js";

/** The cookie of a visitor who has signed in some seconds ago. */
const ada = (seconds = 0) => filled(undefined, cookies, Date.now() - seconds * 1000);

const UNSENT = "session cannot be saved in the handshake of a WebSocket; change it in another request";
const unsent = { name: "SessionError", code: "after-head", message: UNSENT };

/** Each makes a server whose sockets call `told(session)` when they open. */
const RECIPES = {
  ws(sessions, told) {
    const server = createServer();
    const wss = new WebSocketServer({ noServer: true });
    server.on("upgrade", (request, socket, head) =>
      sessions(request, {}, () => wss.handleUpgrade(request, socket, head, (ws) => (told(request.session), ws.send("open")))),
    );
    return server;
  },
  "express-ws"(sessions, told) {
    const app = express();
    const server = createServer(app);
    expressWs(app, server);
    app.use(sessions);
    app.ws("/", (ws, request) => (told(request.session), ws.send("open")));
    return server;
  },
  async "@fastify/websocket"(sessions, told) {
    const app = Fastify();
    app.addHook("onRequest", inFastify(sessions));
    await app.register(fastifyWebsocket);
    app.get("/", { websocket: true }, (socket, request) => (told(request.raw.session), socket.send("open")));
    await app.ready();
    return app.server;
  },
  "@hono/node-ws"(sessions, told, options) {
    const app = new Hono();
    const { injectWebSocket, upgradeWebSocket } = createNodeWebSocket({ app });
    app.use(inHono(cookies, options));
    app.get("/", upgradeWebSocket((c) => (told(c.get("session")), { onOpen: (event, ws) => ws.send("open") })));
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
    injectWebSocket(server);
    return server;
  },
};

/** Opens a socket. Returns its first message, or the status of an answer in its place, and the cookies that the handshake sets. */
async function open(origin, headers) {
  const socket = new WebSocket(origin.replace("http", "ws"), { headers });
  let setCookies = [];
  socket.once("upgrade", ({ headers }) => (setCookies = headers["set-cookie"] ?? []));
  const answer = once(socket, "unexpected-response").then(([, { statusCode }]) => [statusCode]);
  const closed = once(socket, "close").then(() => ["closed"]);
  try {
    const [message] = await Promise.race([once(socket, "message", { signal: patience() }), answer, closed]);
    return { message: String(message), setCookies };
  } finally {
    answer.catch(() => {});
    closed.catch(() => {});
    socket.on("error", () => {}).terminate();
  }
}

for (const [name, recipe] of Object.entries(RECIPES)) {
  test(`${name}: a socket has the session of its handshake, and a change that it cannot send is an error`, async () => {
    const told = [];
    const server = await recipe(inExpress(cookies), (session) => {
      told.push(session.get("user"));
      for (const change of [() => session.set("seen", 1), () => session.invalidate(), () => session.flash("", "x")]) assert.throws(change, unsent);
    });
    const { origin } = await listening(server);
    const { message, setCookies } = await open(origin, { cookie: await ada() });
    assert.deepEqual([message, setCookies, told], ["open", [], ["ada"]]);
  });

  test(`${name}: a guard refuses the socket of another site, and the server goes on`, async () => {
    const guard = new CsrfGuard();
    let opened = 0;
    const { origin } = await listening(await recipe(inExpress(cookies, { guard }), () => opened++, { guard }));
    const refused = await open(origin, { origin: "https://evil.test", "sec-fetch-site": "cross-site" });
    assert.deepEqual([refused.message === "open", opened], [false, 0], refused.message);
    assert.equal((await open(origin, { origin })).message, "open");
  });
}

test("ws: a handler that fails, or a session that cannot be validated, breaks the handshake off, and the server goes on", async (t) => {
  const { mock } = t.mock.method(console, "error", () => {});
  const revalidateAfter = revalidation({ seconds: 60, validate: () => Promise.reject(new Error("no database")) });
  const asking = await SessionCookie.encrypted(XAES_KEY, { revalidateAfter });
  const failing = (session) => session.set("user", session.get("user").toUpperCase());
  for (const [sessions, cookie] of [[cookies, await ada()], [asking, await ada(100)]]) {
    const { origin } = await listening(RECIPES.ws(inExpress(sessions), failing));
    for (let round = 0; round < 2; round++) assert.notEqual((await open(origin, { cookie })).message, "open");
  }
  // Each failure, and once that the application could not say.
  assert.equal(mock.calls.length, 5);
});

test("ws: a session that was saved by hand is sent with the handshake", async () => {
  const server = createServer();
  const wss = new WebSocketServer({ noServer: true });
  const lines = new WeakMap();
  wss.on("headers", (headers, request) => headers.push(...lines.get(request).map((line) => `Set-Cookie: ${line}`)));
  server.on("upgrade", async (request, socket, head) => {
    const session = await cookies.load(request);
    session.set("seen", 1);
    lines.set(request, await cookies.save(session, { status: 101 }));
    wss.handleUpgrade(request, socket, head, (ws) => ws.send("open"));
  });
  const { origin } = await listening(server);
  const { message, setCookies } = await open(origin, { cookie: await ada() });
  assert.deepEqual([message, setCookies.length], ["open", 1]);
  assert.equal((await cookies.load(setCookies[0].split(";")[0])).get("seen"), 1);
});

test("@hono/node-server: a change is sent with the handshake", async () => {
  const app = new Hono();
  app.use(inHono(cookies));
  app.get("/", upgradeByServer((c) => (c.get("session").set("seen", 1), { onOpen: (event, ws) => ws.send("open") })));
  const wss = new WebSocketServer({ noServer: true });
  const { origin } = await listening(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1", websocket: { server: wss } }));
  const { message, setCookies } = await open(origin, { cookie: await ada() });
  assert.deepEqual([message, setCookies.length], ["open", 1]);
});

test("Express: a request for a WebSocket that is answered as any other saves its session", async () => {
  const app = express();
  app.use(inExpress(cookies), (request, response) => (request.session.set("seen", 1), response.status(404).send("no socket here")));
  const { origin } = await listening(createServer(app));
  const socket = new WebSocket(origin.replace("http", "ws")).on("error", () => {});
  const [, { statusCode, headers }] = await once(socket, "unexpected-response", { signal: patience() });
  socket.terminate();
  assert.deepEqual([statusCode, headers["set-cookie"].length], [404, 1]);
});

/** A server of Socket.IO, by its own recipe. `more` is middleware behind the session. */
async function socketIo(t, options, ...more) {
  const app = express();
  const sessions = inExpress(cookies, options);
  app.use(sessions);
  app.get("/", (request, response) => response.send(request.session.get("user") ?? "nobody"));
  const server = createServer(app);
  const sockets = new Server(server);
  t.after(() => sockets.close());
  for (const middleware of [sessions, ...more]) sockets.engine.use(middleware);
  const told = [];
  sockets.on("connection", (socket) => {
    const { session } = socket.request;
    told.push(session.get("user") ?? "nobody");
    assert.throws(() => session.set("late", 1), { name: "SessionError", code: "after-head" });
    socket.emit("hello", session.get("user") ?? "nobody");
  });
  const browser = await listening(server);
  return { sockets, browser, told };
}

/** Connects, and resolves to what the server says first, or to `refused`; and to the transport that is used in the end. */
async function connect(origin, transports, extraHeaders) {
  const client = io(origin, { transports, extraHeaders, reconnection: false, forceNew: true });
  try {
    const refused = once(client, "connect_error").then(() => ["refused"], () => []);
    const [said] = await Promise.race([once(client, "hello", { signal: patience() }), refused]);
    if (said !== "refused" && transports.length > 1 && client.io.engine.transport.name !== "websocket") {
      await once(client.io.engine, "upgrade", { signal: patience() });
    }
    return [said, client.io.engine?.transport.name];
  } finally {
    client.close();
  }
}

const TRANSPORTS = [[["polling"], "polling"], [["websocket"], "websocket"], [["polling", "websocket"], "websocket"]];

test("Socket.IO: a socket has the session of its handshake, by each transport, and the server goes on", async (t) => {
  const { browser, told } = await socketIo(t);
  for (const [transports, used] of TRANSPORTS) {
    assert.deepEqual(await connect(browser.origin, transports, { cookie: await ada() }), ["ada", used]);
    // One that is due for a refresh, and a new visitor.
    assert.deepEqual(await connect(browser.origin, transports, { cookie: await ada(900) }), ["ada", used]);
    assert.deepEqual(await connect(browser.origin, transports), ["nobody", used]);
    assert.equal((await browser.get("/", { cookie: await ada() })).text, "ada");
  }
  assert.equal(told.length, 9);
});

test("Socket.IO: a change in the handshake is sent by polling, and refused in a WebSocket", async (t) => {
  const setCookies = [];
  const { sockets, browser } = await socketIo(t, {}, (request, response, next) => {
    if (request._query.sid === undefined) request.session.set("seen", 1);
    next();
  });
  sockets.engine.on("headers", (headers) => setCookies.push(headers["set-cookie"]));
  const causes = [];
  sockets.engine.on("connection_error", ({ context }) => causes.push(context.name));
  const polled = await browser.get("/socket.io/?EIO=4&transport=polling", { cookie: await ada() });
  assert.deepEqual([polled.status, polled.setCookies.length], [200, 1]);
  assert.equal((await cookies.load(polled.setCookies[0].split(";")[0])).get("seen"), 1);
  assert.deepEqual(await connect(browser.origin, ["websocket"], { cookie: await ada() }), ["refused", "websocket"]);
  assert.deepEqual(causes, ["MIDDLEWARE_FAILURE"]);
  assert.equal((await browser.get("/")).status, 200);
});

test("Socket.IO: a guard refuses the socket of another site and the server goes on", async (t) => {
  const { browser, told } = await socketIo(t, { guard: new CsrfGuard({ originCheckOnly: true }) });
  const evil = { origin: "https://evil.test", "sec-fetch-site": "cross-site", cookie: await ada() };
  assert.equal((await connect(browser.origin, ["websocket"], evil))[0], "refused");
  assert.deepEqual(told, []);
  for (const [transports, used] of TRANSPORTS) {
    assert.deepEqual(await connect(browser.origin, transports, { cookie: await ada() }), ["ada", used]);
  }
  // Its client posts without a token.
  const asking = await socketIo(t, { guard: new CsrfGuard() });
  assert.equal((await connect(asking.browser.origin, ["polling"], { cookie: await ada() }))[0], "refused");
});

test("Express: a response that is none of Node's is left alone, and a change that it cannot send is an error", async () => {
  const calls = [];
  const writeHead = (...given) => calls.push(given);
  const response = { writeHead, setHeader: () => assert.fail("it was called"), end: () => calls.push("end") };
  const request = { method: "GET", url: "/", headers: { cookie: await ada() } };
  await inExpress(cookies)(request, response, (...failure) => calls.push(failure));
  assert.equal(request.session.get("user"), "ada");
  assert.throws(() => request.session.set("seen", 1), unsent);
  response.writeHead();
  response.end();
  assert.deepEqual(calls, [[], [], "end"]);
});
