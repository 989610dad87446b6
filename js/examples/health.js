// Health checks, which show the keys in use.

export const inHono = (app, cookies) => app.get("/health", async (c) => c.text(String(await (await cookies).keysInUse())));

export const inExpress = (app, cookies) =>
  app.get("/health", async (request, response) => response.type("text").send(String(await (await cookies).keysInUse())));

/** In Next.js, `export const GET = inNext(sessions)` of app/api/health/route.js. */
export const inNext = (sessions) => async () => new Response(String(await (await sessions.ready()).keysInUse()));
