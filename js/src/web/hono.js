// Hono.

import { admit, opener, refusedResponse } from "./adapter.js";

/**
 * Middleware that loads the session into the variable `session` and saves it with the response. `cookies` is a cookie, a
 * promise of one, or a function of the context: `(c) => SessionCookie.encrypted(c.env.SESSION_KEYS)`.
 */
export function session(cookies, options) {
  const open = opener(cookies);
  return async (c, next) => {
    const sessions = await open(c);
    const { session, refusal } = await admit(sessions, c.req.raw, options);
    c.set("session", session);
    if (refusal) c.res = refusedResponse(refusal);
    else await next();
    const saved = await sessions.saveToResponse(c.res, session);
    if (saved === c.res) return;
    // Else Hono adds the fields of the response that is replaced.
    c.res = undefined;
    c.res = saved;
  };
}
