// SvelteKit.

import { opener, refusalOf, refusedResponse } from "./adapter.js";

/** Returns the hook `handle`, which loads the session into `event.locals.session` and saves it with the response. */
export function handleSession(cookies, { guard = null, now } = {}) {
  const open = opener(cookies);
  return async ({ event, resolve }) => {
    const sessions = await open(event);
    const session = await sessions.load(event.request, now?.());
    event.locals.session = session;
    const refusal = await refusalOf(guard, event.request, session);
    return sessions.saveToResponse(refusal ? refusedResponse(refusal) : await resolve(event), session);
  };
}
