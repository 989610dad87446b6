// Hono.

import { ConfigError, SessionError } from "../format/base/errors.js";
import { noteFailure } from "../state/actions.js";
import { BaseSession, stateOf } from "../session/session.js";
import { admission, claim, closeSent, closeUnsent, hasResponse, refuseOther, report } from "./adapter.js";

export function session(cookies, options) {
  const admit = admission(typeof cookies === "function" ? ofEnvironment(cookies) : cookies, options);
  return async (c, next) => {
    if (c.env?.HONO_SSG_CONTEXT) return next();
    const { session, save, refused, sessions } = await admit(c.req.raw, c.env);
    const release = claim(c.req.raw, sessions);
    const isCached = hasCacheInside(c.req);
    try {
      c.set("session", session);
      if (isDropped(c.env, c.req.header("upgrade"))) closeUnsent(session);
      // Adds the fields that outer middleware has set. If `refuse` returned nothing, `save` throws.
      if (refused) replace(c, merged(c, (await refused) ?? (await save())));
      else await next();
      const state = stateOf(session);
      if (isCached) warnOfCache(state);
      // Inner middleware may have set the session of another cookie. Anything else is a mistake.
      if (!(c.get("session") instanceof BaseSession)) refuseOther();
      const { error } = c;
      // Hono, by `getResponse`, or `onError` has answered the error of a handler, with any status.
      noteFailure(state, error instanceof SessionError);
      if (hasResponse(error)) report(null, { cause: error }, c.req.raw, state);
      if (isSent(c)) closeSent(session);
      const saved = await save(c.res);
      // If nothing has answered, Hono reports it.
      if (saved === c.res || !c.finalized) return;
      replace(c, saved);
    } finally {
      release();
    }
  };
}

/** Returns the function that makes the cookie, with an error of its own for the context that Hono gives to other functions. */
const ofEnvironment = (cookies) => async (env) => {
  let asksContext = false;
  const get = (variables, name) => {
    asksContext ||= name === "env" && !(name in variables);
    return variables[name];
  };
  try {
    return await cookies(new Proxy(Object(env), { get }));
  } catch (error) {
    throw asksContext ? Object.assign(new ConfigError("cookies", NO_CONTEXT), { cause: error }) : error;
  }
};

const NO_CONTEXT =
  "the function is called with the environment, not the context: write `(env) => SessionCookie.encrypted(env.SESSION_KEYS)`";

const merged = (c, response) => c.newResponse(response.body, response);

/** Replaces the response. Hono copies the headers of the one before, unless it is undefined. */
function replace(c, response) {
  c.res = undefined;
  c.res = response;
}

/**
 * Returns true if Hono's `cache()` is mounted inside of the session. Only its code reveals it: its name, which a bundler may change, and
 * what it calls. Around it, as with `every()`, nothing does.
 */
const hasCacheInside = ({ matchedRoutes, routeIndex }) =>
  matchedRoutes?.slice(routeIndex + 1).some(({ handler }) => handler.name === "cache" && `${handler}`.includes("caches.open"));

function warnOfCache({ isTouched, sealer, now }) {
  if (isTouched) sealer.say("warn", CACHE_FIRST, {}, CACHE_FIRST, now);
}

const CACHE_FIRST = "`cache()` is mounted after the session, and gives everybody one visitor's page; mount it before";

/**
 * Returns true if a WebSocket is opened without the response: by `@hono/node-ws`, which drops it although `@hono/node-server` sends its
 * fields, and in Bun, whose server has answered then.
 */
const isDropped = (/** @type {Record<string, any>} */ { incoming, outgoing, wss } = {}, upgrade) =>
  (incoming?.upgrade === true && !outgoing && !wss) || (typeof Bun === "object" && /websocket/i.test(upgrade));

/** Returns true if a handler has answered by the response of Node, past Hono. */
const isSent = ({ env, res }) => env?.outgoing?.headersSent === true || res.headers.has("x-hono-already-sent");
