// The driver of Fastify, by the program that README names.

import caching from "@fastify/caching";
import compress from "@fastify/compress";
import cookie from "@fastify/cookie";
import fastifyCors from "@fastify/cors";
import csrfProtection from "@fastify/csrf-protection";
import etag from "@fastify/etag";
import formbody from "@fastify/formbody";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import fastifySession from "@fastify/session";
import Fastify from "fastify";
import onHeaders from "on-headers";

import { forVisitors, inFastify, refuse } from "../../examples/koa_fastify.js";
import { session as inExpress } from "../../src/web/express.js";
import { pathOf } from "../answers.js";
import { listening } from "../stand_ins.js";

const anywhere = (make) => ({ make });

/** A plugin, and the plugins before it. */
const plugin = (...all) => async (app) => {
  for (const [one, options] of all) await app.register(one, options);
};
/** Hooks, by their names. */
const hooks = (all) => async (app) => Object.entries(all).forEach(([name, hook]) => app.addHook(name, hook));

const PUBLIC = { "Cache-Control": "public, max-age=60", "CDN-Cache-Control": "max-age=60", Vary: "Accept" };

const ON_FASTIFY = {
  nothing: anywhere(() => async () => {}),
  "@fastify/cors": anywhere(() => plugin([fastifyCors, { origin: true, credentials: true }])),
  "@fastify/helmet": anywhere(() => plugin([helmet])),
  "@fastify/compress": anywhere(() => plugin([compress, { threshold: 0 }])),
  "@fastify/etag": anywhere(() => plugin([etag])),
  "@fastify/rate-limit": anywhere(() => plugin([rateLimit, { max: 1000 }])),
  "@fastify/rate-limit that refuses": anywhere(() => plugin([rateLimit, { max: 1, timeWindow: 3_600_000 }])),
  "@fastify/caching": anywhere(() => plugin([caching, { privacy: caching.privacy.PUBLIC, expiresIn: 60 }])),
  "@fastify/caching, private": anywhere(() => plugin([caching, { privacy: caching.privacy.PRIVATE }])),
  "@fastify/formbody": anywhere(() => plugin([formbody])),
  "@fastify/session": anywhere(() => async (app) => {
    await plugin([cookie], [fastifySession, { secret: "a secret of at least 32 characters", cookie: { secure: false } }])(app);
    app.addHook("preHandler", async (request) => request.session.set("views", 1));
  }),
  "@fastify/csrf-protection": anywhere(() => async (app) => {
    await plugin([cookie], [csrfProtection])(app);
    app.addHook("preHandler", async (request, reply) => void (request.method === "GET" && reply.generateCsrf()));
  }),
  "a cookie": anywhere(() => async (app) => {
    await app.register(cookie);
    app.addHook("onRequest", async (request, reply) => void reply.setCookie("theirs", "1"));
  }),
  "a cookie when the page is sent": anywhere(() => async (app) => {
    await app.register(cookie);
    app.addHook("onSend", async (request, reply) => void reply.setCookie("theirs", "1"));
  }),
  "a request id": anywhere(() => hooks({ onRequest: async (request, reply) => void reply.header("X-Request-Id", "1") })),
  "private fields": anywhere(() => hooks({ onRequest: async (request, reply) => void reply.headers({ "Cache-Control": "private, max-age=60", Vary: "Accept" }) })),
  "public fields": anywhere(() => hooks({ onRequest: async (request, reply) => void reply.headers(PUBLIC) })),
  "public fields when the page is sent": anywhere(() => hooks({ onSend: async (request, reply) => void reply.headers(PUBLIC) })),
  "public fields when the head is written": {
    make: () => hooks({ onRequest: async (request, { raw }) => onHeaders(raw, () => raw.setHeader("Cache-Control", "public, max-age=60")) }),
    only: "behind",
  },
  "an access log": anywhere((note) => hooks({ onResponse: async ({ method, url }, { statusCode }) => note(`${method} ${url} ${statusCode}`) })),
  "a handler of errors": anywhere(() => async (app) => {
    app.setErrorHandler((error, request, reply) => {
      error.statusCode = error.statusCode || 500;
      reply.code(error.statusCode).send({ status: error.statusCode });
    });
  }),
};

/** As of `fastify-plugin`: what is registered counts for the whole server. */
const everywhere = (one) => Object.assign((app, options) => one(app, options), { [Symbol.for("skip-override")]: true });

/** Refuses as a guard does. */
async function refusing(request, reply) {
  if (request.headers["sec-fetch-site"] === "cross-site") return reply.code(403).type("text/plain; charset=utf-8").send("refused");
}

async function started(own, { page, before, behind }) {
  const app = Fastify();
  app.setErrorHandler(forVisitors);
  for (const one of before) await app.register(everywhere(one));
  app.addHook("onRequest", own);
  // The bodies of forms.
  app.addContentTypeParser("*", (request, body, done) => done(null));
  for (const one of behind) await app.register(everywhere(one));
  const handler = async (request, reply) => {
    const { response, status = 200, headers = {}, body = "" } = await page(request.raw.session, pathOf(request.raw), reply.raw);
    return reply.code(status).headers(headers).send(response ?? body);
  };
  app.route({ method: ["GET", "POST"], url: "/*", handler });
  await app.ready();
  return listening(app.server);
}

export const OF_FASTIFY = {
  Fastify: {
    companions: ON_FASTIFY,
    options: { refuse },
    open({ session, ...site }) {
      const own = session ? inFastify(inExpress(...session)) : refusing;
      return started(own, site);
    },
  },
};
