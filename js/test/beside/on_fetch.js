// What people put around a handler of requests of `/fetch`. Loads nothing of Node.

import { withSession } from "../../src/web/fetch.js";

/** An error of a program, for which its framework has a status. */
export class HttpError extends Error {
  constructor(status, message, { headers } = {}) {
    super(message);
    Object.assign(this, { status, headers });
  }
}

export const errorOf = (...given) => new HttpError(...given);

// Middleware is `(request, next)`, and returns a response.

/** Middleware that changes the head of a response, in place or in a copy. */
const changing = (change) => async (request, next) => {
  const response = await next();
  const copy = new Response(response.body, response);
  change(copy.headers);
  return copy;
};

const setting = (fields) => changing((headers) => Object.entries(fields).forEach((field) => headers.set(...field)));
const anywhere = (make) => ({ make });

/** As helpers of CORS do, which answer a preflight. */
const cors = () => changing((headers) => {
  headers.set("access-control-allow-origin", "https://a.test");
  headers.append("vary", "Origin");
});

/** As caches in front of pages do. */
const etag = () => async (request, next) => {
  const response = await next();
  if (response.status !== 200) return response;
  const headers = new Headers(response.headers);
  headers.set("etag", '"a"');
  if (request.headers.get("if-none-match") !== '"a"') return new Response(response.body, { headers });
  return new Response(null, { status: 304, headers });
};

const gzip = () => async (request, next) => {
  const response = await next();
  const body = response.body?.pipeThrough(new CompressionStream("gzip")) ?? null;
  const headers = new Headers(response.headers);
  headers.set("content-encoding", "gzip");
  return new Response(body, { status: response.status, headers });
};

const catching = () => (request, next) =>
  next().catch((error) => {
    if (error.status) throw error;
    return new Response("caught", { status: 500 });
  });

export const ON_FETCH = {
  nothing: anywhere(() => (request, next) => next()),
  cors: anywhere(cors),
  "fields of security": anywhere(() => setting({ "strict-transport-security": "max-age=60", "content-security-policy": "default-src 'self'" })),
  "a request id": anywhere(() => setting({ "x-request-id": "1" })),
  etag: { make: etag, only: "behind" },
  compression: anywhere(gzip),
  "a cookie": anywhere(() => changing((headers) => headers.append("set-cookie", "theirs=1; Path=/"))),
  "a log": anywhere((note) => async (request, next) => {
    const response = await next();
    note(`${request.method} ${response.status}`);
    return response;
  }),
  "a limit that refuses": anywhere(() => async () => new Response("too many", { status: 429, headers: { "retry-after": "1" } })),
  "what catches errors": anywhere(catching),
  "private fields": { make: () => setting({ "cache-control": "private, max-age=60", vary: "Accept" }), only: "behind" },
  "no-store of its own": { make: () => setting({ "cache-control": "no-store, must-revalidate", expires: "0" }), only: "behind" },
  "public fields": { make: () => setting({ "cache-control": "public, max-age=60", "cdn-cache-control": "max-age=60", vary: "Accept" }), only: "behind" },
};

/** What README excepts: a handler, a page or a hook that throws loses even a sign-out, unless something inside catches the error. */
const LOST = ["throw", "sign out and throw"];
export const LOSING = Object.fromEntries(
  Object.entries(ON_FETCH).map(([name, companion]) => [name, name === "what catches errors" ? { ...companion, only: "behind" } : { ...companion, without: LOST }]),
);

export const composed = (middleware, last) => middleware.flat().reduceRight((next, one) => (request) => one(request, () => next(request)), last);

/** In place of the session: refuses as a guard does, and answers errors of HTTP as the adapters do. */
export async function standIn(request, next) {
  if (request.headers.get("sec-fetch-site") === "cross-site") return new Response("refused", { status: 403 });
  try {
    return await next();
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return new Response(error.message, { status: error.status, headers: error.headers });
  }
}

/** A handler of requests. `answered(session, request)` is the page. */
export function fetchSite({ session, before, behind }, answered) {
  const inner = (own) => composed(behind, (request) => answered(own, request));
  const handler = session ? withSession(session[0], (request, own) => inner(own)(request), session[1]) : (request) => standIn(request, () => inner()(request));
  return composed(before, handler);
}
