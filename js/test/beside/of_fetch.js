// Handlers of requests: /fetch, and the middleware of SvelteKit and Astro. proof/frameworks has the built ones.

import { onSession } from "../../src/web/astro.js";
import { withSession } from "../../src/web/fetch.js";
import { handleSession } from "../../src/web/sveltekit.js";
import { before as inFront, pathOf, responseOf } from "../stand_ins.js";

/** An error of a program, for which its framework has a status. */
class HttpError extends Error {
  constructor(status, message, { headers } = {}) {
    super(message);
    Object.assign(this, { status, headers });
  }
}

const errorOf = (...given) => new HttpError(...given);

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

const ON_FETCH = {
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
const LOSING = Object.fromEntries(
  Object.entries(ON_FETCH).map(([name, companion]) => [name, name === "what catches errors" ? { ...companion, only: "behind" } : { ...companion, without: LOST }]),
);

const composed = (middleware, last) => middleware.flat().reduceRight((next, one) => (request) => one(request, () => next(request)), last);

const answered = async (page, session, request) => responseOf(page(session, pathOf(request)));

/** In place of the session: refuses as a guard does, and answers errors of HTTP as the adapters do. */
async function standIn(request, next) {
  if (request.headers.get("sec-fetch-site") === "cross-site") return new Response("refused", { status: 403 });
  try {
    return await next();
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return new Response(error.message, { status: error.status, headers: error.headers });
  }
}

const openFetch = ({ session, page, before, behind }) => {
  const inner = (own) => composed(behind, (request) => answered(page, own, request));
  const handler = session ? withSession(session[0], (request, own) => inner(own)(request), session[1]) : (request) => standIn(request, () => inner()(request));
  return inFront(composed(before, handler));
};

/** Astro's `sequence`. */
const openAstro = ({ session, page, before, behind }) =>
  inFront((request) => {
    const context = { request, locals: {}, isPrerendered: false };
    const middleware = session ? onSession(...session) : ({ request }, next) => standIn(request, next);
    const inner = composed(behind, () => answered(page, context.locals.session, request));
    return composed(before, () => middleware(context, () => inner(request)))(request);
  });

/** SvelteKit's `sequence`. Of what a page throws, SvelteKit itself makes a page: 500 unless the program named another status. */
const openKit = ({ session, page, before, behind }) =>
  inFront((request) => {
    const event = { request, locals: {} };
    const resolve = async () => {
      try {
        return await answered(page, event.locals.session, request);
      } catch (error) {
        const { status = 500, headers } = error instanceof HttpError ? error : {};
        return new Response("failed", { status, headers });
      }
    };
    const handle = session ? handleSession(...session) : ({ event, resolve }) => standIn(event.request, () => resolve(event));
    const inner = composed(behind, resolve);
    return composed(before, () => handle({ event, resolve: () => inner(request) }))(request);
  });

/** A hook sees SvelteKit's own answer to an error, of which the session makes its own. */
const ON_KIT = { ...ON_FETCH, "a log": { ...ON_FETCH["a log"], only: "before" } };

export const OF_FETCH = {
  fetch: { companions: LOSING, errorOf, open: openFetch },
  Astro: { companions: LOSING, errorOf, open: openAstro },
  SvelteKit: { companions: ON_KIT, errorOf, open: openKit },
};
