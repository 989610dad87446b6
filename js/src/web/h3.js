// h3 1 and 2, and with them Nitro and Nuxt.

import { SessionError, ensure } from "../format/base/errors.js";
import { headChanges } from "../carrier/cookie.js";
import { setChanges, withChanges } from "../carrier/head.js";
import { stateOf } from "../session/session.js";
import { admission, checkHandler, claim, closeSent, failedBy, report } from "./adapter.js";
import { reopen } from "./before_head.js";
import { attach, failing, fieldsOf, print } from "./on_node.js";

export function withSession(cookies, handler, options) {
  checkHandler(handler);
  const admit = admission(cookies, options);
  return async (event) => {
    // h3 1 uses requests and responses of Node. Those of serverless-http have plain `headers`.
    const isNode = !event.res?.headers?.getSetCookie;
    const request = isNode ? event.node.req : event.req;
    refuseCached(request, event.context);
    const { env } = event.context?.cloudflare ?? request.runtime?.cloudflare ?? {};
    const { session, refused, sessions } = await admit(request, env);
    const saveWith = (isNode ? onNode : onEvent)(event, sessions, session);
    const asOfH3 = (error) => {
      if (!failedBy(session, error)) return error;
      report(null, { cause: error }, request, stateOf(session));
      return new HTTPError(error);
    };
    let result;
    try {
      result = await (refused ? (isNode ? refused : onto(event, await refused)) : handler(event, session));
    } catch (thrown) {
      const error = asOfH3(thrown);
      await saveWith(error, true);
      throw error;
    }
    // h3 treats a returned error like a thrown one.
    result = asOfH3(result);
    return saveWith(result, result instanceof Error);
  };
}

/**
 * An error of a session in the form of h3's own, which h3 1 knows by `__h3_error__` and h3 2 by the name. h3 prints the stack of any
 * other, and anyone can fill a session.
 */
class HTTPError extends Error {
  static __h3_error__ = true;

  constructor(cause) {
    super(cause.body, { cause });
    const { code, status, headers = {} } = cause;
    this.name = "HTTPError";
    this.code = code;
    this.status = status;
    this.statusCode = status;
    this.headers = new Headers(headers);
  }

  toJSON() {
    return { status: this.status, message: this.message };
  }
}

/**
 * Throws a `ConfigError` in a route that Nitro caches: everybody would get the page of one visitor, and with Nitro 3 the cookie too.
 * The context shows the cache around a handler in Nitro 2, and the rules of the path in Nitro 3.
 */
function refuseCached({ method }, /** @type {Record<string, any>} */ { cache, routeRules, _nitro } = {}) {
  const rules = routeRules ?? _nitro?.routeRules;
  // Nitro caches no other methods.
  const isCached = ["GET", "HEAD"].includes(method) && (cache?.options?.integrity || routeRules?.cache || rules?.isr);
  const advice = "take `swr`, `cache` or `isr` out of its `routeRules`, and use no cached handler";
  ensure(!isCached, "cookies", `route is cached, and everybody would get one visitor's session; ${advice}`);
}

/** Returns the function that saves in h3 1. A handler may send the response itself, as by `sendRedirect`; `attach` saves before that. */
function onNode({ node: { req, res } }, sessions, session) {
  const finish = attach(sessions, session, req, res, failing(req, res, print));
  return async (result, isFailure) => {
    if (isFailure) {
      reopen(res);
      res.statusCode = statusOf(result);
      // h3 1 does not send the headers of an error.
      if (result instanceof HTTPError) for (const field of result.headers) res.setHeader(...field);
    } else if (result instanceof Response) {
      const fields = merged(fieldsOf(res), result.headers);
      const changes = await headChanges(sessions, fields, session, { status: result.status });
      if (changes.some(isRemoval)) res.removeHeader("set-cookie");
      result = withChanges(result, changes);
    }
    await finish();
    return result;
  };
}

/**
 * Returns the function that saves in h3 2. Headers of the event replace those of a result. For an error, h3 sends `errHeaders` of the
 * event, or `headers` if `onError` of the application answers with anything but a `Response`, so both get the cookie. To such a
 * `Response` h3 adds no headers at all, which is reported.
 */
function onEvent(event, sessions, session) {
  // Throws for a handler inside of another one with the same cookie.
  claim(event, sessions);
  const { res } = event;
  return async (result, isFailure) => {
    if (result === HANDLED || event.runtime?.node?.res?.headersSent) closeSent(session);
    const isResponse = result instanceof Response && !isFailure;
    // A `Response`, an `HTTPResponse` and an `HTTPError` have headers of their own.
    const own = result?.headers?.getSetCookie ? result : { headers: [] };
    // h3 answers a thrown value that is not an error with 500.
    const failed = result instanceof Error ? statusOf(result) : 500;
    const status = isFailure ? failed : (own.status ?? res.status ?? 200);
    const { headers, errHeaders = headers } = res;
    const heads = [...new Set(isFailure || (isResponse && status >= 400) ? [headers, errHeaders] : [headers])];
    const fields = heads.flatMap((head) => merged(own.headers, head));
    const changes = await headChanges(sessions, fields, session, { status });
    const isRemoved = changes.some(isRemoval);
    if (isRemoved && !isResponse) own.headers.delete?.("set-cookie");
    const ofHeads = isResponse ? changes.filter((change) => change[0] !== "set-cookie" || isRemoval(change)) : changes;
    for (const head of heads) setChanges(head, ofHeads);
    if (isFailure) reportLoss(event, session, changes.filter(isCookie).map(([, line]) => line));
    return isResponse ? withChanges(result, changes) : result;
  };
}

/** For events with an error: a function that checks the response which h3 sends. */
const checks = new WeakMap();

/** The applications whose responses are checked. */
const checked = new WeakSet();

/** Reports these cookies as lost if the response to an error lacks one. Only `onResponse` of the application shows that response. */
function reportLoss(event, session, lines) {
  const { config } = event.app ?? {};
  if (!config?.onError || lines.length === 0) return;
  const isIn = ({ headers }) => lines.every((line) => headers.getSetCookie().includes(line));
  checks.set(event, (response) => isIn(response) || stateOf(session).onLost(new SessionError("left-out", LOST)));
  if (checked.has(config) || Object.isFrozen(config)) return;
  checked.add(config);
  const { onResponse } = config;
  config.onResponse = (response, event) => {
    checks.get(event)?.(response);
    return onResponse?.(response, event);
  };
}

const LOST =
  "a change is not saved: `onError` of the application answers with a `Response`, to which h3 adds no cookie; return an object, or give " +
  "the `Response` the fields `event.res.headers`";

/**
 * Puts the response to a refused request onto that of the event in h3 2. Of a `Response` with an error, h3 would drop the headers that
 * outer middleware has set.
 */
function onto({ res }, response) {
  if (!(response instanceof Response)) return response;
  res.status = response.status;
  for (const [name, value] of response.headers) name === "set-cookie" ? res.headers.append(name, value) : res.headers.set(name, value);
  return response.body ?? "";
}

/** What a handler of Node returns in h3 2. It answers by the response of Node, past h3. */
const HANDLED = Symbol.for("h3.handled");

const isRemoval = ([, value]) => value === null;
const isCookie = ([name, value]) => name === "set-cookie" && value !== null;

/** Returns the headers that h3 sends: all of `above`, and those of `below` that `above` lacks. The cookies of both are sent. */
const merged = (below, above) => [...[...below].filter(([name]) => name === "set-cookie" || !above.has(name)), ...above];

function statusOf(error) {
  const status = Number(error?.statusCode ?? error?.status ?? 500);
  return status >= 100 && status <= 599 ? status : 500;
}
