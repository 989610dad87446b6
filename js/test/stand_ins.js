// Servers and handlers of the tests, in front of which is a browser.

import http2 from "node:http2";
import { once } from "node:events";
import { after } from "node:test";

import { Hono } from "hono";

import { Browser, patience } from "./visitor.js";

const servers = [];
after(() => servers.forEach((server) => server.close()));

export async function listening(server) {
  servers.push(server);
  if (!server.listening) {
    server.listen?.(0, "127.0.0.1");
    await once(server, "listening");
  }
  return new Browser(`http://127.0.0.1:${server.address().port}`);
}

/** The head of what a listener of Node answers over HTTP/2. */
export async function headOverHttp2(listener) {
  const server = http2.createServer(listener);
  const { origin } = await listening(server);
  const client = http2.connect(origin);
  const stream = client.request({ ":path": "/" });
  try {
    const [head] = await once(stream, "response", { signal: patience() });
    stream.resume();
    await once(stream, "end", { signal: patience() });
    return head;
  } finally {
    client.destroy();
  }
}

/** A browser before a handler of requests, with which a framework answers what fails. */
export const before = (handler) =>
  new Browser("http://localhost", (url, init) => handler(new Request(url, init)).catch(() => new Response("failed", { status: 500 })));

/** An application of Hono with middleware. */
export function honoWith(...middleware) {
  const app = new Hono();
  for (const each of middleware) app.use(each);
  return app;
}

/** Keeps one cookie of a name, as the jar of Next.js does, where it can decode it. A pair without `=` has the value `true`. */
export function jarOf(field) {
  const cookies = new Map();
  for (const pair of field.split(/; */).filter(Boolean)) {
    const [name, ...value] = pair.split("=");
    try {
      cookies.set(name, value.length > 0 ? decodeURIComponent(value.join("=")) : "true");
    } catch {}
  }
  const jar = { getAll: () => [...cookies].map(([name, value]) => ({ name, value })), set: (name, value) => cookies.set(name, value) };
  return [async () => jar, async () => new Headers({ cookie: field })];
}
