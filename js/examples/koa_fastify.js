// Sessions in Koa and in Fastify, by the middleware for Express.

import { SessionCookie } from "hardtack-session";
import { session } from "hardtack-session/express";

export const sessions = session(SessionCookie.encrypted(process.env.SESSION_KEYS));

// app.use(inKoa)
export const inKoa = (ctx, next) =>
  new Promise((resolve, reject) => {
    let fail = reject;
    sessions(ctx.req, ctx.res, (error) => {
      if (error) return fail(error);
      fail = (unsaved) => ctx.onerror(unsaved); // if the session cannot be saved
      resolve(next());
    });
  });

export const inFastify = (request, reply, done) => void sessions(request.raw, reply.raw, done); // app.addHook("onRequest", inFastify)
