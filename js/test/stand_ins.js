// One site behind adapters that need no framework: `page(session, path)` answers with `{ status, headers, body }`, or with a
// `response` of its own. It is also given the response of Node, and what has its session. SvelteKit, Astro and Next.js are stand-ins; proof/frameworks has real ones.

import { createServer } from "node:http";
import http2 from "node:http2";
import { once } from "node:events";
import { after } from "node:test";

import { Hono } from "hono";

import { onSession } from "../src/web/astro.js";
import { withSession } from "../src/web/fetch.js";
import { session as inHono } from "../src/web/hono.js";
import { sessionProxy } from "../src/web/next.js";
import { withSession as inNode } from "../src/web/node.js";
import { handleSession } from "../src/web/sveltekit.js";
import { pathOf, responseOf, writeTo } from "./answers.js";
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

/** Each makes a browser of the site. */
export const STAND_INS = {
  fetch: (cookies, options, page) => before(withSession(cookies, (request, session) => responseOf(page(session, pathOf(request))), options)),
  SvelteKit: (cookies, options, page) => {
    const handle = handleSession(cookies, options);
    // As SvelteKit does, which makes a page of what a page throws.
    const resolve = async ({ request, locals }) => {
      try {
        return await responseOf(page(locals.session, pathOf(request), undefined, locals));
      } catch {
        return new Response("failed", { status: 500 });
      }
    };
    return before((request) => handle({ event: { request, locals: {} }, resolve }));
  },
  Astro: (cookies, options, page) => {
    const onRequest = onSession(cookies, options);
    return before((request) => {
      const context = { request, locals: {}, isPrerendered: false };
      return onRequest(context, async () => responseOf(page(context.locals.session, pathOf(request), undefined, context.locals)));
    });
  },
  Hono: (cookies, options, page) => {
    const app = honoWith(inHono(cookies, options));
    app.all("*", (c) => responseOf(page(c.get("session"), c.req.path)));
    return before(app.fetch);
  },
  "the proxy of Next.js": (cookies, options, page) => {
    const handler = (request, session) => responseOf(page(session, pathOf(request)));
    return before(sessionProxy(cookies, { next: () => new Response() }, handler, options));
  },
  Node: (cookies, options, page) =>
    listening(createServer(inNode(cookies, (request, response, session) => writeTo(response, page(session, pathOf(request), response)), options))),
};

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
