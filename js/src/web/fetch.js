// `fetch` handlers: workers, Deno, Bun, route handlers of Next.js.

import { admission, responded } from "./adapter.js";

/**
 * Returns a handler that loads the session, calls `handler(request, session, ...rest)`, and saves the session with its
 * response. `cookies` is a cookie, a promise of one, or a function of the remaining arguments: `(env) => …` in a worker.
 */
export function withSession(cookies, handler, options) {
  const admit = admission(cookies, options);
  return async (request, ...rest) => {
    // Read before the handler runs, because it may give the request away.
    const isUpgrade = request?.headers?.get?.("upgrade");
    const [session, save, refused] = await admit(request, ...rest);
    const response = await (refused ?? responded(() => handler(request, session, ...rest), request, session));
    if (response !== undefined || !isUpgrade) return save(response);
    // Bun's `server.upgrade` has answered the request, so the response is undefined.
    await save({ status: 101, headers: [] });
  };
}
