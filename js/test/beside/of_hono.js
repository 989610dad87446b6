// Hono, in its own `fetch` and on Node.

import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cache } from "hono/cache";
import { every, except } from "hono/combine";
import { compress } from "hono/compress";
import { contextStorage } from "hono/context-storage";
import { setCookie } from "hono/cookie";
import { cors } from "hono/cors";
import { csrf } from "hono/csrf";
import { etag } from "hono/etag";
import { HTTPException } from "hono/http-exception";
import { logger } from "hono/logger";
import { poweredBy } from "hono/powered-by";
import { prettyJSON } from "hono/pretty-json";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { timeout } from "hono/timeout";
import { timing } from "hono/timing";
import { rateLimiter } from "hono-rate-limiter";

import { session as inHono } from "../../src/web/hono.js";
import { before as inFront, listening } from "../stand_ins.js";

const setting = (fields) => (c, next) => {
  for (const [name, value] of Object.entries(fields)) c.header(name, value);
  return next();
};

const settingLate = (fields) => async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(fields)) c.header(name, value);
};

const anywhere = (make) => ({ make });
const PUBLIC = { "Cache-Control": "public, max-age=60", "CDN-Cache-Control": "max-age=60", Vary: "Accept" };
const limiter = (limit) => rateLimiter({ windowMs: 60_000, limit, keyGenerator: () => "all", standardHeaders: "draft-6" });

/** The cache of a worker, which stores nothing here: what it stores is tested in middleware.test.js. */
function cacheOfWorker() {
  globalThis.caches = { open: async () => ({ match: async () => undefined, put: async () => {} }) };
  return cache({ cacheName: "pages", wait: true });
}

const replaced = async (c, next) => {
  await next();
  c.res = new Response(c.res.body, { status: c.res.status, headers: [...c.res.headers, ["x-replaced", "1"]] });
};

/** Answers errors, as `onError` of an application. */
const onError = (answer) => ({ make: () => Object.assign((c, next) => next(), { answer }), only: "behind" });

export const ON_HONO = {
  nothing: anywhere(() => (c, next) => next()),
  cors: anywhere(() => cors({ origin: "https://a.test", credentials: true })),
  "cors for another site": anywhere(() => cors({ origin: "https://b.test" })),
  secureHeaders: anywhere(() => secureHeaders()),
  compress: anywhere(() => compress({ threshold: 0 })),
  etag: anywhere(() => etag()),
  requestId: anywhere(() => requestId({ generator: () => "1" })),
  logger: anywhere((note) => logger((line) => note(line.replace(/ \S*m?s$/, "")))),
  "cache()": { make: cacheOfWorker, only: "before" },
  csrf: anywhere(() => csrf({ origin: () => true })),
  "csrf that refuses": anywhere(() => csrf({ origin: "https://b.test", secFetchSite: "none" })),
  bodyLimit: anywhere(() => bodyLimit({ maxSize: 1000 })),
  timeout: anywhere(() => timeout(60_000)),
  "hono-rate-limiter": anywhere(() => limiter(1000)),
  "hono-rate-limiter that refuses": anywhere(() => limiter(0)),
  timing: anywhere(() => timing({ total: false })),
  poweredBy: anywhere(() => poweredBy()),
  prettyJSON: anywhere(() => prettyJSON()),
  contextStorage: anywhere(() => contextStorage()),
  "every and except": anywhere(() => every(secureHeaders(), except("/none", cors({ origin: "https://a.test" })))),
  "a request id": anywhere(() => setting({ "X-Request-Id": "1" })),
  "a cookie": anywhere(() => (c, next) => (setCookie(c, "theirs", "1"), next())),
  "a cookie, late": anywhere(() => async (c, next) => (await next(), setCookie(c, "theirs", "1"))),
  "fields, late": anywhere(() => settingLate({ "X-Request-Id": "1" })),
  "a replaced response": anywhere(() => replaced),
  "private fields": anywhere(() => setting({ "Cache-Control": "private, max-age=60", Vary: "Accept" })),
  "no-store of its own": anywhere(() => setting({ "Cache-Control": "no-store, must-revalidate", Expires: "0" })),
  "public fields": anywhere(() => setting(PUBLIC)),
  "public fields, late": { make: () => settingLate(PUBLIC), only: "behind" },
  "several": anywhere(() => [requestId({ generator: () => "1" }), cors({ origin: "https://a.test" }), secureHeaders(), etag(), compress({ threshold: 0 })]),
  "an `onError` with the status": onError((error, c) => c.json({ error: "own" }, error.status ?? 500)),
  "an `onError` with 500": onError((error, c) => c.json({ error: "own" }, 500)),
  "an `onError` with a Response": onError((error) => new Response("own", { status: error.status ?? 500 })),
  "an `onError` by `getResponse`": onError((error, c) => error.getResponse?.() ?? c.text("own", 500)),
};

/** Refuses as a guard does. */
const refuse = (c, next) => (c.req.header("sec-fetch-site") === "cross-site" ? c.text("refused", 403) : next());

function appOf({ session, page, before, behind }) {
  const app = new Hono();
  const all = [...before.flat(), session ? inHono(...session) : refuse, ...behind.flat()];
  for (const one of all) app.use(one);
  const answer = all.find((one) => one.answer)?.answer;
  if (answer) app.onError(answer);
  app.all("*", async (c) => {
    const { response, status, headers, body } = await page(c.get("session"), c.req.path);
    return response ?? c.body(body ?? null, status, headers);
  });
  return app;
}

const errorOf = (status, message, { headers } = {}) => new HTTPException(status, { res: new Response(message, { status, headers }) });

/** A browser that takes compressed bodies, which it leaves as they are. */
const inFrontOf = (app) => inFront((request) => (request.headers.set("accept-encoding", "gzip"), app.fetch(request)));

export const OF_HONO = {
  Hono: { companions: ON_HONO, errorOf, open: (site) => inFrontOf(appOf(site)) },
  "Hono on Node": {
    companions: ON_HONO,
    errorOf,
    open: (site) => listening(serve({ fetch: appOf(site).fetch, port: 0, hostname: "127.0.0.1", overrideGlobalObjects: false })),
  },
};
