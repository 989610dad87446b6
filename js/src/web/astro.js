// Astro.

import { opener, refusalOf, refusedResponse } from "./adapter.js";

/**
 * Returns the middleware `onRequest`, which loads the session into `context.locals.session` and saves it with the
 * response. Pages that are rendered at build time have no session.
 */
export function onSession(cookies, { guard = null, now } = {}) {
  const open = opener(cookies);
  return async (context, next) => {
    if (context.isPrerendered) return next();
    const sessions = await open(context);
    const session = await sessions.load(context.request, now?.());
    context.locals.session = session;
    const refusal = await refusalOf(guard, context.request, session);
    return sessions.saveToResponse(refusal ? refusedResponse(refusal) : await next(), session);
  };
}
