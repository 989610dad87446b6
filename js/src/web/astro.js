// Astro.

import { admit, opener, refusedResponse } from "./adapter.js";

/**
 * Returns the middleware `onRequest`, which loads the session into `context.locals.session` and saves it with the
 * response. Pages that are rendered at build time have no session.
 */
export function onSession(cookies, options) {
  const open = opener(cookies);
  return async (context, next) => {
    if (context.isPrerendered) return next();
    const sessions = await open(context);
    const { session, refusal } = await admit(sessions, context.request, options);
    context.locals.session = session;
    return sessions.saveToResponse(refusal ? refusedResponse(refusal) : await next(), session);
  };
}
