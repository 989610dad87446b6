// `fetch` handlers: workers, Deno, Bun, route handlers of Next.js.

import { admission, checkHandler, responded } from "./adapter.js";

export function withSession(cookies, handler, options) {
  checkHandler(handler);
  const admit = admission(cookies, options);
  return async (request, ...rest) => {
    // Read before the handler runs, because it may give the request away.
    const isUpgrade = request?.headers?.get?.("upgrade");
    const { session, save, refused } = await admit(request, ...rest);
    const response = await (refused ?? responded(() => handler(request, session, ...rest), request, session));
    if (response !== undefined || !isUpgrade) return save(response);
    // Bun's `server.upgrade` has answered the request, so the response is undefined.
    await save({ status: 101, headers: [] });
  };
}
