// Drivers of servers whose middleware is that of Connect, `(request, response, next)`.

import { createServer } from "node:http";

import apicache from "apicache";
import compression from "compression";
import connect from "connect";
import cookieParser from "cookie-parser";
import cors from "cors";
import { doubleCsrf } from "csrf-csrf";
import express from "express";
import cacheControl from "express-cache-controller";
import { rateLimit } from "express-rate-limit";
import express4 from "express4";
import helmet from "helmet";
import createError from "http-errors";
import morgan from "morgan";
import onHeaders from "on-headers";
import passport from "passport";
import pinoHttp from "pino-http";
import responseTime from "response-time";

import { session as inExpress } from "../../src/web/express.js";
import { withSession as inNode } from "../../src/web/node.js";
import { pathOf, writeTo } from "../answers.js";
import { listening } from "../stand_ins.js";

/** Middleware that sets what `fields` has once, before it calls `next`. */
const setting = (fields) => (request, response, next) => {
  for (const [name, value] of Object.entries(fields)) response.setHeader(name, value);
  next();
};

/** Middleware that sets what `fields` has when the head is written. */
const settingLate = (fields) => (request, response, next) => {
  onHeaders(response, () => Object.entries(fields).forEach(([name, value]) => response.setHeader(name, value)));
  next();
};

/** Ways to give `writeHead` these fields, when the head is written. */
const IN_WRITE_HEAD = {
  "an object": (fields) => [fields],
  "a list, behind a message": (fields) => ["Fine", Object.entries(fields).flat()],
};

const settingInWriteHead = (given) => (request, response, next) => {
  const { writeHead } = response;
  response.writeHead = (status, own = {}) => {
    for (const [name, value] of Object.entries(own)) response.setHeader(name, value);
    return writeHead.call(response, status, ...given);
  };
  next();
};

const lineTo = (note) => ({ write: (line) => note(line.trim()) });
/** The status that a visitor gets, without what differs between two requests. */
const lineOf = (line) => {
  const { req, res } = JSON.parse(line);
  return `${req.method} ${req.url} ${res.statusCode}`;
};

/** `cross-site` is refused by both: with a token of the site for each visitor, as its cookie and in a header. */
const csrfOfOthers = () => {
  const { doubleCsrfProtection, generateCsrfToken } = doubleCsrf({
    getSecret: () => "a secret",
    getSessionIdentifier: () => "ada",
    getCsrfTokenFromRequest: ({ headers }) => headers["x-token"],
    cookieName: "token",
  });
  const tokens = (request, response, next) => {
    if (request.method === "GET") generateCsrfToken(request, response);
    next();
  };
  return [cookieParser(), tokens, doubleCsrfProtection];
};

/** The commonest handler of errors, which writes to them. */
const writingHandler = (error, request, response, next) => {
  error.statusCode = error.statusCode || 500;
  error.status = error.status || "error";
  response.statusCode = error.statusCode;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ status: error.status }));
};

const anywhere = (make) => ({ make });
const PUBLIC = { "Cache-Control": "public, max-age=60", "CDN-Cache-Control": "max-age=60", Vary: "Accept" };

export const ON_CONNECT = {
  nothing: anywhere(() => (request, response, next) => next()),
  cors: anywhere(() => cors({ origin: true, credentials: true })),
  helmet: anywhere(() => helmet()),
  compression: anywhere(() => compression({ threshold: 0 })),
  "a request id": anywhere(() => setting({ "X-Request-Id": "1" })),
  "response-time": anywhere(() => responseTime()),
  "on-headers with a cookie": anywhere(() => settingLate({ "Set-Cookie": "theirs=1; Path=/" })),
  "on-headers with two cookies": anywhere(() => settingLate({ "Set-Cookie": ["theirs=1; Path=/", "more=1; Path=/"] })),
  "on-headers that removes its cookie": anywhere(() => (request, response, next) => {
    onHeaders(response, () => response.removeHeader("Set-Cookie"));
    next();
  }),
  "a cookie": anywhere(() => setting({ "Set-Cookie": "theirs=1; Path=/" })),
  morgan: anywhere((note) => morgan(":method :url :status", { stream: lineTo(note) })),
  "pino-http": anywhere((note) => pinoHttp({}, { write: (line) => note(lineOf(line)) })),
  "what counts requests in flight": anywhere((note) => (request, response, next) => {
    response.once("close", () => note(`${request.method} ${request.url} ended`));
    next();
  }),
  "private fields": anywhere(() => setting({ "Cache-Control": "private, max-age=60", Vary: "Accept" })),
  "no-store of its own": anywhere(() => setting({ "Cache-Control": "no-store, must-revalidate", Expires: "0" })),
  "public fields": anywhere(() => setting(PUBLIC)),
  "public fields, late": { make: () => settingLate(PUBLIC), only: "behind" },
  "private fields, late": { make: () => settingLate({ "Cache-Control": "private, max-age=60", "X-A": "1" }), only: "behind" },
  ...Object.fromEntries(
    Object.entries(IN_WRITE_HEAD).map(([way, of]) => [`public fields in \`writeHead\`, as ${way}`, { make: () => settingInWriteHead(of(PUBLIC)), only: "behind" }]),
  ),
  "public fields and a cookie, late": { make: () => settingLate({ ...PUBLIC, "Set-Cookie": "theirs=1; Path=/" }), only: "behind" },
  // Which asks for the head before the session is saved.
  "public fields, late, behind what compresses": { make: () => [compression({ threshold: 0 }), settingLate(PUBLIC)], only: "behind" },
  "express-cache-controller": { make: () => cacheControl({ public: true, maxAge: 60 }), only: "behind" },
  // Pages of its own are tested in late_fields.test.js.
  "apicache that stores nothing": anywhere(() => apicache.newInstance({ statusCodes: { include: [599] } }).middleware("1 second")),
};

const ON_EXPRESS = {
  ...ON_CONNECT,
  "express-rate-limit": anywhere(() => rateLimit({ limit: 1000, windowMs: 60_000, standardHeaders: "draft-8", validate: false })),
  "express-rate-limit that refuses": anywhere(() => rateLimit({ limit: 0, windowMs: 60_000, validate: false })),
  passport: anywhere(() => new passport.Passport().initialize()),
  "body parsers": anywhere(() => [express.json(), express.urlencoded({ extended: false }), express.text(), express.raw()]),
  "csrf of others": anywhere(csrfOfOthers),
  "a handler that writes to errors": { make: () => writingHandler, only: "behind" },
  "http-errors around errors": { make: () => (error, request, response, next) => next(createError(error.status ?? 500, error)), only: "behind" },
};

/** Refuses as a guard does. */
export function refuse(request, response, next) {
  if (request.headers["sec-fetch-site"] !== "cross-site") return next();
  response.statusCode = 403;
  response.setHeader("content-type", "text/plain; charset=utf-8");
  response.end("refused");
}

const isHandler = ({ length }) => length === 4;

/** Mounts all on `app`, and those that handle errors last. */
function mounted(app, { session, page, before, behind }, send) {
  const answer = (request, response, next) =>
    Promise.resolve()
      .then(() => page(request.session, pathOf(request), response, request))
      .then((answer) => send(response, answer))
      .catch(next);
  const all = [...before.flat(), session ? inExpress(...session) : refuse, ...behind.flat(), answer];
  for (const one of [...all.filter((one) => !isHandler(one)), ...all.filter(isHandler)]) app.use(one);
  return app;
}

function bySend(response, answer) {
  const { status = 200, headers = {}, body } = answer;
  return answer.response ? writeTo(response, answer) : response.status(status).set(headers).send(body);
}

/** Else the page of an error has its stack. */
const inProduction = (app) => app.set("env", "production");

export const OF_CONNECT = {
  Express: { companions: ON_EXPRESS, open: (site) => listening(createServer(mounted(inProduction(express()), site, bySend))) },
  "Express 4": { companions: ON_EXPRESS, open: (site) => listening(createServer(mounted(inProduction(express4()), site, bySend))) },
  Connect: { companions: ON_CONNECT, open: (site) => listening(createServer(mounted(connect(), site, writeTo))) },
  Node: {
    companions: ON_CONNECT,
    open({ session, page, before, behind }) {
      const through = (all, request, response, last) => all.flat().reduceRight((next, one) => () => one(request, response, next), last)();
      const handler = (request, response, session) =>
        new Promise((resolve, reject) =>
          through(behind, request, response, () => {
            Promise.resolve()
              .then(() => page(session, pathOf(request), response))
              .then((answer) => writeTo(response, answer))
              .then(resolve, reject);
          }),
        );
      const plain = (request, response) => {
        const given = response.getHeaders();
        const failed = ({ status = 500, headers = {} }) => {
          // Of an error without an answer, as of a handler that throws, only what was set before the handler stays.
          if (status === 500) for (const name of response.getHeaderNames()) if (!(name in given)) response.removeHeader(name);
          for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
          console.error("failed");
          response.writeHead(status, { "content-type": "text/plain" }).end("failed");
        };
        refuse(request, response, () => handler(request, response).catch(failed));
      };
      const listener = session ? inNode(session[0], handler, session[1]) : plain;
      return listening(createServer((request, response) => through(before, request, response, () => listener(request, response))));
    },
  },
};
