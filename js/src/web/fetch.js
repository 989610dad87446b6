// `fetch` handlers: workers, Deno, Bun, service workers, route handlers of Next.js.

import { admit, opener, refusedResponse } from "./adapter.js";

/**
 * Returns a handler that loads the session, calls `handler(request, session, ...rest)`, and saves the session with its
 * response. `cookies` is a cookie, a promise of one, or a function of the remaining arguments: `(env) => …` in a worker.
 */
export function withSession(cookies, handler, options) {
  const open = opener(cookies);
  return async (request, ...rest) => {
    const sessions = await open(...rest);
    const { session, refusal } = await admit(sessions, request, options);
    const response = refusal ? refusedResponse(refusal) : await handler(request, session, ...rest);
    return sessions.saveToResponse(response, session);
  };
}
