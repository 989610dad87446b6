// h3 1 and 2. Before the session is what the application uses, behind it what its handler does first.

import { createServer } from "node:http";

import compression from "compression";
import cors from "cors";
import {
  H3, HTTPError, HTTPResponse, appendCorsHeaders, bodyLimit, defineHandler, handleCacheHeaders, handleCors, onError, onRequest, onResponse, setCookie, toNodeHandler, withServerTiming,
} from "h3";
import {
  appendCorsHeaders as appendCorsHeaders1, appendResponseHeader, createApp, createError, eventHandler, fromNodeMiddleware, handleCacheHeaders as handleCacheHeaders1,
  handleCors as handleCors1, setCookie as setCookie1, setResponseHeaders, setResponseStatus, toNodeListener,
} from "h3-1";
import helmet from "helmet";
import onHeaders from "on-headers";

import { withSession } from "../../src/web/h3.js";
import { listening } from "../stand_ins.js";

const PUBLIC = { "cache-control": "public, max-age=60", "cdn-cache-control": "max-age=60", vary: "Accept" };
const PRIVATE = { "cache-control": "private, max-age=60", vary: "Accept" };
const NO_STORE = { "cache-control": "no-store, must-revalidate", expires: "0" };
const CORS = { origin: ["https://a.test"], credentials: true, methods: "*" };

const anywhere = (make) => ({ make });
const isRefused = (request) => (request.headers.get ?? ((name) => request.headers[name])).call(request.headers, "sec-fetch-site") === "cross-site";
const pathOf = ({ path, url }) => (typeof url === "object" ? url.pathname : path.split("?")[0]);

// h3 2

const setting = (fields) => ({ res }) => {
  for (const head of [res.headers, res.errHeaders]) for (const field of Object.entries(fields)) head.set(...field);
};

/** As `onError` of the application, which no middleware is. */
const ofApplication = (config) => ({ make: () => Object.assign(() => {}, { config }), only: "before" });

const sorry = ({ status }) => new HTTPResponse("sorry", { status });
const sorryAlone = ({ status }) => new Response("sorry", { status });

/** What h3 itself loses: to a `Response` of `onError` it adds no header. */
const LOST = ["full", "unreadable", "throw", "sign out and throw"];

export const ON_H3 = {
  nothing: anywhere(() => () => {}),
  handleCors: anywhere(() => (event) => {
    const answer = handleCors(event, CORS);
    return answer === false ? undefined : answer;
  }),
  appendCorsHeaders: anywhere(() => (event) => appendCorsHeaders(event, CORS)),
  bodyLimit: anywhere(() => bodyLimit(1000)),
  handleCacheHeaders: anywhere(() => (event) => void handleCacheHeaders(event, { maxAge: 60, etag: '"a"' })),
  withServerTiming: anywhere(() => (event, next) => withServerTiming(event, "all", next)),
  onRequest: anywhere(() => onRequest(({ res }) => res.headers.set("x-request-id", "1"))),
  onResponse: anywhere((note) => onResponse((response, { req }) => void note(`${req.method} ${response.status}`))),
  "a request id": anywhere(() => setting({ "x-request-id": "1" })),
  "a cookie": anywhere(() => (event) => void setCookie(event, "theirs", "1")),
  "private fields": anywhere(() => setting(PRIVATE)),
  "no-store of its own": anywhere(() => setting(NO_STORE)),
  "public fields": anywhere(() => setting(PUBLIC)),
  "the middleware onError": { make: () => onError(sorry), only: "before" },
  "the middleware onError, with a Response": { make: () => onError(sorryAlone), only: "before" },
  // A handler that catches the error of a full session saves the rest.
  "the middleware onError, inside": { make: () => onError(sorry), only: "behind", without: ["full"] },
  "the middleware onError, inside, with a Response": { make: () => onError(sorryAlone), only: "behind", without: ["full"] },
  "onRequest and onResponse of the application": ofApplication({ onRequest: ({ res }) => res.headers.set("x-request-id", "1"), onResponse: () => {} }),
  "onError of the application": ofApplication({ onError: () => {} }),
  "onError of the application, with a text": ofApplication({ onError: sorry }),
  "onError of the application, with a Response": { ...ofApplication({ onError: sorryAlone }), without: LOST },
};

function onTwo({ session, page, before, behind }) {
  const config = before.map((one) => one.config).find(Boolean);
  const app = new H3(config);
  for (const one of before) app.use(one);
  const answered = async (event) => {
    const { response, status, headers = {}, body = "" } = await page(event.context.session, pathOf(event));
    if (status) event.res.status = status;
    for (const [name, values] of Object.entries(headers)) [values].flat().forEach((value) => event.res.headers.append(name, value));
    return response ?? body;
  };
  const inner = defineHandler({ middleware: behind, handler: answered });
  const refused = (event) => {
    if (!isRefused(event.req)) return inner(event);
    event.res.status = 403;
    return "refused";
  };
  app.all("/**", session ? withSession(session[0], (event, own) => ((event.context.session = own), inner(event)), session[1]) : refused);
  return listening(createServer(toNodeHandler(app)));
}

// h3 1

const setting1 = (fields) => (event) => setResponseHeaders(event, fields);

const ON_H3_1 = {
  nothing: anywhere(() => () => {}),
  handleCors: anywhere(() => (event) => void handleCors1(event, CORS)),
  appendCorsHeaders: anywhere(() => (event) => appendCorsHeaders1(event, CORS)),
  handleCacheHeaders: anywhere(() => (event) => void handleCacheHeaders1(event, { maxAge: 60, etag: '"a"' })),
  cors: anywhere(() => fromNodeMiddleware(cors({ origin: true, credentials: true }))),
  helmet: anywhere(() => fromNodeMiddleware(helmet())),
  compression: anywhere(() => fromNodeMiddleware(compression({ threshold: 0 }))),
  "a request id": anywhere(() => setting1({ "x-request-id": "1" })),
  "a cookie": anywhere(() => (event) => setCookie1(event, "theirs", "1")),
  "private fields": anywhere(() => setting1(PRIVATE)),
  "no-store of its own": anywhere(() => setting1(NO_STORE)),
  "public fields": anywhere(() => setting1(PUBLIC)),
  "public fields when the head is written": {
    make: () => ({ node: { res } }) => onHeaders(res, () => res.setHeader("Cache-Control", "public, max-age=60")),
    only: "behind",
  },
  "hooks of the application": ofApplication({
    onRequest: (event) => setResponseHeaders(event, { "x-request-id": "1" }),
    onBeforeResponse: (event) => appendResponseHeader(event, "x-late", "1"),
    onError: () => {},
  }),
  "onError of the application, which answers": ofApplication({ onError: (error, { node }) => void node.res.end("sorry") }),
};

function onOne({ session, page, before, behind }) {
  const config = before.map((one) => one.config).find(Boolean);
  const app = createApp(config);
  for (const one of before) app.use(eventHandler(one));
  const answered = async (event) => {
    for (const one of behind) {
      const answer = await one(event);
      if (answer !== undefined) return answer;
    }
    const { response, status = 200, headers = {}, body = "" } = await page(event.context.session, pathOf(event), event.node.res);
    setResponseStatus(event, status);
    setResponseHeaders(event, headers);
    return response ?? body;
  };
  const refused = (event) => (isRefused(event.node.req) ? (setResponseStatus(event, 403), "refused") : answered(event));
  app.use(eventHandler(session ? withSession(session[0], (event, own) => ((event.context.session = own), answered(event)), session[1]) : refused));
  return listening(createServer(toNodeListener(app)));
}

export const OF_H3 = {
  h3: { companions: ON_H3, errorOf: (status, message, more) => new HTTPError({ status, message, ...more }), open: onTwo },
  "h3 1": { companions: ON_H3_1, errorOf: (statusCode, message) => createError({ statusCode, message }), open: onOne },
};
