// The site of stand_ins.js behind real frameworks.

import { createServer } from "node:http";

import { serve } from "@hono/node-server";
import express from "express";
import express4 from "express4";
import Fastify from "fastify";
import { H3, toNodeHandler } from "h3";
import { createApp, eventHandler, setResponseHeaders, setResponseStatus, toNodeListener } from "h3-1";
import { Hono } from "hono";
import Koa from "koa";

import { inFastify, inKoa } from "../examples/koa_fastify.js";
import { session as inExpress } from "../src/web/express.js";
import { withSession as inH3 } from "../src/web/h3.js";
import { session as inHono } from "../src/web/hono.js";
import { pathOf, writeTo } from "./answers.js";
import { listening } from "./stand_ins.js";

function onExpress(framework) {
  return (cookies, options, page) => {
    const app = framework();
    app.use(inExpress(cookies, options));
    app.use((request, response, next) => {
      Promise.resolve()
        .then(() => writeTo(response, page(request.session, request.path, response, request)))
        .catch(next);
    });
    app.use((error, request, response, next) => response.status(error.status ?? 500).send("failed"));
    return listening(createServer(app));
  };
}

/** Each makes a browser of the site. Those on @hono/node-server last: it replaces the global `Response`, on which h3 relies. */
export const SERVERS = {
  h3: (cookies, options, page) => {
    const app = new H3();
    const handler = async (event, session) => {
      const { response, status = 200, headers = {}, body = "" } = await page(session, pathOf(event.req));
      event.res.status = status;
      for (const [name, values] of Object.entries(headers)) [values].flat().forEach((value) => event.res.headers.append(name, value));
      return response ?? body;
    };
    app.all("/**", inH3(cookies, handler, options));
    return listening(createServer(toNodeHandler(app)));
  },
  "h3 1": (cookies, options, page) => {
    const app = createApp();
    const handler = async (event, session) => {
      const { response, status = 200, headers = {}, body = "" } = await page(session, pathOf(event.node.req), event.node.res);
      setResponseStatus(event, status);
      setResponseHeaders(event, headers);
      return response ?? body;
    };
    app.use(eventHandler(inH3(cookies, handler, options)));
    return listening(createServer(toNodeListener(app)));
  },
  Express: onExpress(express),
  "Express 4": onExpress(express4),
  Koa: (cookies, options, page) => {
    const app = new Koa();
    app.use((ctx, next) => next().catch(({ status = 500 }) => Object.assign(ctx, { status, body: "failed" })));
    app.silent = true;
    app.use(inKoa(inExpress(cookies, options)));
    app.use(async (ctx) => {
      const { response, status = 200, headers = {}, body = "" } = await page(ctx.req.session, ctx.path, ctx.res);
      ctx.status = response?.status ?? status;
      ctx.set(headers);
      ctx.body = response ?? body;
    });
    return listening(createServer(app.callback()));
  },
  Fastify: (cookies, options, page) => {
    const app = Fastify();
    app.addHook("onRequest", inFastify(inExpress(cookies, options)));
    app.setErrorHandler(({ status = 500 }, request, reply) => reply.code(status).send("failed"));
    // The bodies of forms.
    app.addContentTypeParser("*", (request, body, done) => done(null));
    app.all("*", async (request, reply) => {
      const { response, status = 200, headers = {}, body = "" } = await page(request.raw.session, pathOf(request.raw), reply.raw);
      return reply.code(status).headers(headers).send(response ?? body);
    });
    return app.ready().then(() => listening(createServer((request, response) => app.routing(request, response))));
  },
  "Hono on Node": (cookies, options, page) => {
    const app = new Hono();
    app.use(inHono(cookies, options));
    app.all("*", async (c) => {
      const { response, status, headers, body = "" } = await page(c.get("session"), c.req.path);
      return response ?? c.body(body, status, headers);
    });
    return listening(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }));
  },
};
