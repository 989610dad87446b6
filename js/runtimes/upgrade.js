// A WebSocket that Bun opens, and what is told of it. Prints what came of it.

import { SessionCookie, generateKey } from "../src/index.js";
import { withSession } from "../src/web/fetch.js";

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

async function greetingAt(path) {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`);
  const { data } = await new Promise((resolve) => (socket.onmessage = resolve));
  socket.close();
  return data;
}

const session = await cookies.load(null);
session.set("user", "ada");
const greetings = [await greetingAt("/"), await greetingAt("/changed")];
const { status } = await fetch(server.url);
console.log(JSON.stringify({ greetings, status, told, shown: Bun.inspect(session).includes("ada") }));
server.stop(true);
