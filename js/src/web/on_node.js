// Common parts of the adapters whose responses are Node's.

import { ensure } from "../format/base/errors.js";
import { cacheChanges, isShareable } from "../carrier/caching.js";
import { headChanges, settingsOf } from "../carrier/cookie.js";
import { pathOf } from "../carrier/dropped.js";
import { stateOf } from "../session/session.js";
import { attempt, checkDefined, checkHooks, claim, closeUnsent, hasResponse } from "./adapter.js";
import { isOfSession } from "./cookie_field.js";
import { beforeHead, isOfFailure, reopen } from "./before_head.js";

/** Returns options for `admission` that pass a refusal to the adapter, which answers it. `own`: the hooks that the adapter calls. */
export function ofNode(options, own) {
  checkHooks(own);
  return { ...options, refuse: (refusal) => refusal };
}

/**
 * Saves a session before the head of the response is sent. Returns a function that saves now, like `beforeHead`. Closes the session
 * instead if the response is never sent.
 */
export function attach(sessions, session, request, response, failed) {
  claim(response, sessions);
  if (isStandIn(request, response)) {
    closeUnsent(session);
    return async () => {};
  }
  return beforeHead(response, () => sealedFor(sessions, response, session), failed);
}

/**
 * Returns true for a response that is never sent. A library that opens a WebSocket writes the head to the socket, and makes a response
 * only for middleware: an object that is not Node's, or a response to a request whose socket Node has given away (`upgrade`).
 */
const isStandIn = ({ upgrade, headers }, response) =>
  typeof response.getHeaders !== "function" || (![false, null].includes(upgrade) && /websocket/i.test(headers.upgrade));

/**
 * Throws a `ConfigError` unless `isWhole`, for a response that h3 1 makes up, as for a page's own requests and in clouds. It is read at
 * once, before a session is saved.
 */
export const checkMadeUp = (response, isWhole = false) => ensure(isWhole || !response.__unenv__, "cookies", MADE_UP);

const MADE_UP =
  "response is one that h3 1 makes up, as for a page's own requests and in clouds, and it is read before the session is saved; use " +
  "`withSession` of hardtack-session/h3";

/** Seals the session. Returns the function that `beforeHead` needs: it sets the cookie, and returns how to write the head. */
async function sealedFor(sessions, response, session) {
  checkDefined(session);
  const changes = await headChanges(sessions, fieldsOf(response), session, { status: response.statusCode });
  return () => {
    setIn(response, changes);
    const set = changes.filter(([name, line]) => name === "set-cookie" && line !== null);
    return stateOf(session).dependence === "untouched" ? null : (writeHead) => writeLast(sessions, response, session, set, writeHead);
  };
}

function setIn(response, changes) {
  for (const [name, value] of changes) {
    if (value === null) {
      response.removeHeader(name);
      continue;
    }
    const values = name === "set-cookie" ? [response.getHeader(name) ?? [], value].flat() : [value];
    // serverless-http loses a list with one item in its response to a load balancer.
    response.setHeader(name, values.length === 1 ? values[0] : values);
  }
}

const MOUNT_FIRST =
  "shared caches may store a response that sets a session, because middleware that is mounted before has set the caching fields of its " +
  "head; mount the session first, and leave its routes out of any cache of whole responses";

/**
 * Writes the head of a response with its session. Middleware mounted later has run just before, and may have made the response
 * shareable. If the session was changed, the response is made private again. A refresh is taken out of it; a later response sends one.
 * Middleware mounted earlier runs inside of `writeHead`. That is too late, so it is a warning. Neither drops the cookies in `set`.
 */
function writeLast(sessions, response, session, set, writeHead) {
  const { mayShare } = settingsOf(sessions);
  const { dependence, sealer, now } = stateOf(session);
  const isOwn = (line) => isOfSession(nameOf(line), sessions.name);
  const mayLeak = () => !mayShare && linesOf(response).some(isOwn) && isShareable(fieldsOf(response));
  // Another session of the response may have failed since, and its cookies were taken out.
  let kept = isOfFailure(response) ? [] : set;
  restore(response, kept);
  if (dependence === "touched" && mayLeak()) {
    kept = [];
    const others = linesOf(response).filter((line) => !isOwn(line));
    setIn(response, [null, ...others].map((line) => ["set-cookie", line]));
  }
  setIn(response, cacheChanges(fieldsOf(response), dependence, "Cookie", mayShare));
  const written = keeping(response, kept, writeHead);
  if (mayLeak()) sealer.say("warn", MOUNT_FIRST, {}, MOUNT_FIRST, now);
  return written;
}

const linesOf = (response) => [response.getHeader("set-cookie") ?? []].flat();

const nameOf = (line) => line.split("=")[0];

/** Sets again those of these cookies that a `Set-Cookie` of others has replaced. */
function restore(response, set) {
  const names = linesOf(response).map(nameOf);
  const lost = set.filter(([, line]) => !names.includes(nameOf(line)));
  if (lost.length > 0) setIn(response, lost);
}

/** Calls `write`, and lets nothing that it calls replace these cookies. */
function keeping(response, set, write) {
  const given = ["setHeader", "removeHeader"].map((name) => [name, Object.getOwnPropertyDescriptor(response, name), response[name]]);
  for (const [name, , method] of given) {
    response[name] = (...all) => {
      const result = method.apply(response, all);
      restore(response, set);
      return result;
    };
  }
  try {
    return write();
  } finally {
    for (const [name, own] of given) {
      delete response[name];
      if (own) Object.defineProperty(response, name, own);
    }
  }
}

/** Returns the headers of a response of Node, as pairs of lower-case name and value. */
export const fieldsOf = (response) =>
  Object.entries(response.getHeaders()).flatMap(([name, values]) => [values].flat().map((value) => [name.toLowerCase(), String(value)]));

export const print = (error, request) => console.error(error, request.method, pathOf(request));

/**
 * Returns a function that reports an error, and answers it unless the head was sent: then a complete response stays, and any other is
 * cut off. Call it before the handler, because the answer has the fields that the response has by then, as those of CORS.
 */
export function failing(request, response, failed) {
  const given = response.getHeaders?.();
  return (error) => {
    attempt(() => failed(error, request), (broken) => print(broken, request));
    reopen(response);
    if (response.headersSent) return void (response.writableEnded || response.destroy());
    const isOfSession = hasResponse(error);
    if (given) resetHead(response, given, isOfSession);
    return respondToRefusal(isOfSession ? error : { status: 500, message: "internal server error" }, request, response);
  };
}

/**
 * Takes what a handler has set out of a head: a header or the status message may be the cause of its error. For an error of the
 * session, only the fields of the page, which is not sent. HTTP/2 warns when the message is set.
 */
function resetHead(response, given, isOfSession) {
  for (const name of response.getHeaderNames()) if (!isOfSession || OF_PAGE.test(name)) response.removeHeader(name);
  for (const [name, value] of Object.entries(given)) if (!OF_BODY.test(name) && !response.hasHeader(name)) response.setHeader(name, value);
  delete response.statusMessage;
}

const OF_BODY = /^(content-(disposition|encoding|language|length|location|range|type)|etag|last-modified|trailer|transfer-encoding)$/;
const OF_PAGE = new RegExp(`${OF_BODY.source}|^(expires|x-accel-expires|surrogate-control|.*cache-control)$`);

/** Answers a refused request. In an upgrade, the response may be an empty object, and the answer is written to the socket. */
export function respondToRefusal({ status, headers, body, message }, request, response) {
  if (!response.end) return void request.socket.end(`HTTP/1.1 ${status} \r\nconnection: close\r\n\r\n`);
  response.statusCode = status;
  const fields = { "content-type": "text/plain; charset=utf-8", ...headers };
  for (const [name, value] of Object.entries(fields)) response.setHeader(name, value);
  response.end(body ?? message);
}
