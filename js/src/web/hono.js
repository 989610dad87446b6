// Hono.

import { opener, refusalOf, refusedResponse } from "./adapter.js";

/**
 * Middleware that loads the session into the variable `session` and saves it with the response. `cookies` is a cookie, a
 * promise of one, or a function of the context: `(c) => SessionCookie.encrypted(c.env.SESSION_KEYS)`.
 */
export function session(cookies, { guard = null, now } = {}) {
  const open = opener(cookies);
  return async (c, next) => {
    const sessions = await open(c);
    const loaded = await sessions.load(c.req.raw, now?.());
    c.set("session", loaded);
    const refusal = await refusalOf(guard, c.req.raw, loaded);
    if (refusal) c.res = refusedResponse(refusal);
    else await next();
    const saved = await sessions.saveToResponse(c.res, loaded);
    if (saved === c.res) return;
    // Else Hono adds the fields of the response that is replaced.
    c.res = undefined;
    c.res = saved;
  };
}
