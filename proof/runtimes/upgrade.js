// A WebSocket that Bun opens, alone and by Hono, and what is told of it. Prints what came of it.

import { Hono } from "hono";
import { upgradeWebSocket, websocket } from "hono/bun";

import { SessionCookie, generateKey } from "../../js/src/index.js";
import { withSession } from "../../js/src/web/fetch.js";
import { session as inHono } from "../../js/src/web/hono.js";

const told = [];
const cookies = await SessionCookie.encrypted(await generateKey());
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: withSession(cookies, (request, session, server) => {
    if (request.url.endsWith("/changed")) session.set("user", "ada");
    if (!server.upgrade(request)) return new Response("no upgrade", { status: 426 });
  }),
  error: (error) => (told.push(`${error.name} ${error.code}`), new Response("failed", { status: 500 })),
  websocket: { open: (socket) => socket.send("hello"), message() {} },
});

const app = new Hono();
const changing = (c, next) => {
  try {
    c.get("session").invalidate();
  } catch ({ code }) {
    told.push(code);
  }
  return next();
};
app.use(inHono(cookies));
app.get("/", changing, upgradeWebSocket(() => ({ onOpen: (event, socket) => socket.send("hello, Hono") })));
const ofHono = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: app.fetch, websocket });

async function greetingAt(path, { port } = server) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  const { data } = await new Promise((resolve) => (socket.onmessage = resolve));
  socket.close();
  return data;
}

const session = await cookies.load(null);
session.set("user", "ada");
const greetings = [await greetingAt("/"), await greetingAt("/changed"), await greetingAt("/", ofHono)];
const { status } = await fetch(server.url);
const jar = await cookies.load(new Bun.CookieMap("__Host-session=x")).catch(({ name }) => name);
console.log(JSON.stringify({ jar, greetings, status, told, shown: Bun.inspect(session).includes("ada") }));
server.stop(true);
ofHono.stop(true);
