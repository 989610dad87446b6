// SvelteKit.

import { admit, opener, refusedResponse } from "./adapter.js";

/** Returns the hook `handle`, which loads the session into `event.locals.session` and saves it with the response. */
export function handleSession(cookies, options) {
  const open = opener(cookies);
  return async ({ event, resolve }) => {
    const sessions = await open(event);
    const { session, refusal } = await admit(sessions, event.request, options);
    event.locals.session = session;
    return sessions.saveToResponse(refusal ? refusedResponse(refusal) : await resolve(event), session);
  };
}
