// h3 1 and 2, and with them Nitro and Nuxt.

import { ensure } from "../base/errors.js";
import { headChanges } from "../carrier/cookie.js";
import { setChanges, withChanges } from "../carrier/head.js";
import { admission, checkHandler, claim, failedBy, hasResponse } from "./adapter.js";
import { reopen } from "./before_head.js";
import { attach, fail, fieldsOf, print } from "./on_node.js";

export function withSession(cookies, handler, options) {
  checkHandler(handler);
  const admit = admission(cookies, options);
  return async (event) => {
    // h3 1 uses requests and responses of Node.
    const isNode = !event.res?.headers;
    const request = isNode ? event.node.req : event.req;
    refuseCached(request, event.context);
    const { env } = event.context?.cloudflare ?? request.runtime?.cloudflare ?? {};
    const { session, refused, sessions } = await admit(request, env);
    const saveWith = (isNode ? onNode : onEvent)(event, sessions, session);
    let result;
    try {
      result = await (refused ?? handler(event, session));
    } catch (error) {
      failedBy(session, error);
      await saveWith(error, true);
      throw error;
    }
    // h3 treats a returned error like a thrown one.
    failedBy(session, result);
    return saveWith(result, result instanceof Error);
  };
}

/**
 * Throws a `ConfigError` in a route that Nitro caches: everybody would get the page of one visitor, and with Nitro 3 the cookie too.
 * The context shows the cache around a handler in Nitro 2, and the rules of the path in Nitro 3.
 */
function refuseCached({ method }, { cache, routeRules, _nitro } = {}) {
  const rules = routeRules ?? _nitro?.routeRules;
  // Nitro caches no other methods.
  const isCached = ["GET", "HEAD"].includes(method) && (cache?.options?.integrity || routeRules?.cache || rules?.isr);
  const advice = "take `swr`, `cache` or `isr` out of its `routeRules`, and use no cached handler";
  ensure(!isCached, "cookies", `route is cached, and everybody would get one visitor's session; ${advice}`);
}

/** Returns the function that saves in h3 1. A handler may send the response itself, as by `sendRedirect`; `attach` saves before that. */
function onNode({ node: { req, res } }, sessions, session) {
  const finish = attach(sessions, session, req, res, (error) => fail(error, req, res, print));
  return async (result, isFailure) => {
    if (isFailure) {
      reopen(res);
      res.statusCode = statusOf(result);
      // h3 1 does not send the headers of an error.
      if (hasResponse(result)) for (const [name, value] of Object.entries(result.headers ?? {})) res.setHeader(name, value);
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
 * event, or `headers` if `onError` answers, so both get the cookie.
 */
function onEvent(event, sessions, session) {
  // Throws for a handler inside of another one with the same cookie.
  claim(event, sessions);
  const { res } = event;
  return async (result, isFailure) => {
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
    return isResponse ? withChanges(result, changes) : result;
  };
}

const isRemoval = ([, value]) => value === null;

/** Returns the headers that h3 sends: all of `above`, and those of `below` that `above` lacks. The cookies of both are sent. */
const merged = (below, above) => [...[...below].filter(([name]) => name === "set-cookie" || !above.has(name)), ...above];

function statusOf(error) {
  const status = Number(error?.statusCode ?? error?.status ?? 500);
  return status >= 100 && status <= 599 ? status : 500;
}
