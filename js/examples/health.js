// Health checks, which show the keys in use.

import { keysInUse } from "hardtack-session/health";

export const inHono = (app, cookies) => app.get("/health", async (c) => c.text(String(await keysInUse(cookies))));

export const inExpress = (app, cookies) =>
  app.get("/health", async (request, response) => response.type("text").send(String(await keysInUse(cookies))));

/** In Next.js, `export const GET = inNext(sessions)` of app/api/health/route.js. */
export const inNext = (sessions) => async () => new Response(String(await keysInUse(sessions.ready())));
