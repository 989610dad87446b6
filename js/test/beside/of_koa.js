// The driver of Koa, by the program that README names.

import { createServer } from "node:http";

import { bodyParser } from "@koa/bodyparser";
import koaCors from "@koa/cors";
import createError from "http-errors";
import Koa from "koa";
import compress from "koa-compress";
import conditional from "koa-conditional-get";
import etag from "koa-etag";
import helmet from "koa-helmet";
import rateLimit from "koa-ratelimit";
import koaSession from "koa-session";
import onHeaders from "on-headers";

import { inKoa, refuse } from "../../examples/koa_fastify.js";
import { session as inExpress } from "../../src/web/express.js";
import { listening } from "../stand_ins.js";

const anywhere = (make) => ({ make });

/** Middleware that sets what `fields` has before, or after, what is inside of it. */
const before = (fields) => (ctx, next) => (ctx.set(fields), next());
const after = (fields) => async (ctx, next) => {
  await next();
  ctx.set(fields);
};

const ON_KOA = {
  nothing: anywhere(() => (ctx, next) => next()),
  "@koa/cors": anywhere(() => koaCors({ credentials: true })),
  "koa-helmet": anywhere(() => helmet()),
  "koa-compress": anywhere(() => compress({ threshold: 0 })),
  "koa-etag": anywhere(() => [conditional(), etag()]),
  "koa-ratelimit": anywhere(() => rateLimit({ driver: "memory", db: new Map(), max: 1000 })),
  "koa-ratelimit that refuses": anywhere(() => rateLimit({ driver: "memory", db: new Map(), max: 1, duration: 3_600_000 })),
  "@koa/bodyparser": anywhere(() => bodyParser()),
  "a request id": anywhere(() => before({ "X-Request-Id": "1" })),
  "a field after the page": anywhere(() => after({ "X-After": "1" })),
  "a cookie": anywhere(() => (ctx, next) => (ctx.cookies.set("theirs", "1"), next())),
  "a cookie after the page": anywhere(() => async (ctx, next) => (await next(), void ctx.cookies.set("theirs", "1"))),
  "private fields": anywhere(() => before({ "Cache-Control": "private, max-age=60", Vary: "Accept" })),
  "public fields": anywhere(() => before({ "Cache-Control": "public, max-age=60", "CDN-Cache-Control": "max-age=60", Vary: "Accept" })),
  "public fields after the page": anywhere(() => after({ "Cache-Control": "public, max-age=60" })),
  "public fields when the head is written": {
    make: () => (ctx, next) => (onHeaders(ctx.res, () => ctx.res.setHeader("Cache-Control", "public, max-age=60")), next()),
    only: "behind",
  },
  "what counts requests in flight": anywhere((note) => async (ctx, next) => {
    try {
      await next();
    } finally {
      note(`${ctx.method} ${ctx.path} ended`);
    }
  }),
  "an access log": anywhere((note) => async (ctx, next) => {
    await next();
    note(`${ctx.method} ${ctx.path} ${ctx.status}`);
  }),
  "a handler of errors": anywhere(() => async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      error.status = error.statusCode || error.status || 500;
      ctx.status = error.status;
      ctx.body = { status: error.status };
    }
  }),
  "`ctx.throw` around errors": anywhere(() => (ctx, next) => next().catch((error) => ctx.throw(error.status ?? 500, error))),
  "http-errors around errors": anywhere(() => (ctx, next) => next().catch((error) => Promise.reject(createError(error)))),
  "koa-session": anywhere(() => (ctx, next) => {
    ctx.app.keys = ["a secret"];
    return koaSession({ rolling: true }, ctx.app)(ctx, () => ((ctx.session.views = 1), next()));
  }),
};

/** Refuses as a guard does. */
const refusing = (ctx, next) => {
  if (ctx.get("sec-fetch-site") !== "cross-site") return next();
  Object.assign(ctx, { status: 403, body: "refused" });
};

export const OF_KOA = {
  Koa: {
    companions: ON_KOA,
    options: { refuse },
    open({ session, page, before, behind }) {
      const app = new Koa();
      const own = session ? inKoa(inExpress(...session)) : refusing;
      for (const one of [...before.flat(), own, ...behind.flat()]) app.use(one);
      app.use(async (ctx) => {
        const { response, status = 200, headers = {}, body = "" } = await page(ctx.req.session, ctx.path, ctx.res);
        ctx.set(headers);
        Object.assign(ctx, { status: response?.status ?? status, body: response ?? body });
      });
      return listening(createServer(app.callback()));
    },
  },
};
