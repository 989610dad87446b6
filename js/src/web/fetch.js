// `fetch` handlers: workers, Deno, Bun, service workers, route handlers of Next.js.

import { admission } from "./adapter.js";

/**
 * Returns a handler that loads the session, calls `handler(request, session, ...rest)`, and saves the session with its
 * response. `cookies` is a cookie, a promise of one, or a function of the remaining arguments: `(env) => …` in a worker.
 */
export function withSession(cookies, handler, options) {
  const admit = admission(cookies, options);
  return async (request, ...rest) => {
    const [session, save, refused] = await admit(request, ...rest);
    return save(await (refused ?? handler(request, session, ...rest)));
  };
}
