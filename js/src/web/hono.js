// Hono.

import { SessionError } from "../base/errors.js";
import { noteFailure } from "../state/actions.js";
import { BaseSession, stateOf } from "../session/session.js";
import { admission, claim, closeUnsent, hasResponse, refuseOther, responseOf } from "./adapter.js";

export function session(cookies, options) {
  const admit = admission(cookies, options);
  return async (c, next) => {
    if (c.env?.HONO_SSG_CONTEXT) return next();
    const { session, save, refused, sessions } = await admit(c.req.raw, c.env);
    const release = claim(c.req.raw, sessions);
    const isCached = hasCacheInside(c.req);
    try {
      c.set("session", session);
      if (isDropped(c.env)) closeUnsent(session);
      if (refused) c.res = await refused;
      else await next();
      if (isCached) warnOfCache(stateOf(session));
      // Inner middleware may have set the session of another cookie. Anything else is a mistake.
      if (!(c.get("session") instanceof BaseSession)) refuseOther();
      const { error } = c;
      // Hono or `onError` has answered the error of a handler, with any status.
      noteFailure(stateOf(session), error instanceof SessionError);
      const saved = await save(hasResponse(error) && c.res.status === 500 ? responseOf(error) : c.res);
      // If nothing has answered, Hono reports it.
      if (saved === c.res || !c.finalized) return;
      // Hono copies the headers of a response that is replaced, unless it is undefined.
      c.res = undefined;
      c.res = saved;
    } finally {
      release();
    }
  };
}

/** Returns true if Hono's `cache()` is mounted inside of the session. Only the name reveals it, which a bundler may change. */
const hasCacheInside = ({ matchedRoutes, routeIndex }) =>
  matchedRoutes?.slice(routeIndex + 1).some(({ handler }) => handler.name === "cache");

function warnOfCache({ isTouched, sealer, now }) {
  if (isTouched) sealer.say("warn", CACHE_FIRST, {}, CACHE_FIRST, now);
}

const CACHE_FIRST = "`cache()` is mounted after the session, and gives everybody one visitor's page; mount it before";

/** Returns true if `@hono/node-ws` opens a WebSocket. It drops the response, whose fields `@hono/node-server` sends. */
const isDropped = ({ incoming, outgoing, wss } = {}) => incoming?.upgrade === true && !outgoing && !wss;
