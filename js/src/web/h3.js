// h3 1 and 2, and so Nitro and Nuxt.

import { admission } from "./adapter.js";
import { claim } from "./claim.js";
import { saveToNode } from "./node.js";

/**
 * Returns an event handler that loads the session, calls `handler(event, session)`, and saves the session with the
 * response. `cookies` may be a function of the environment, as Nitro has it on Cloudflare.
 */
export function withSession(cookies, handler, options) {
  const admit = admission(cookies, options);
  return async (event) => {
    // h3 1 has requests and responses of Node.
    const head = event.res?.headers ? event.res : null;
    const request = head ? event.req : event.node.req;
    const { env } = event.context?.cloudflare ?? request.runtime?.cloudflare ?? {};
    const [session, save, refused, sessions] = await admit(request, env);
    // Also for one that a handler loads after another.
    claim(event, sessions);
    const result = await (refused ?? handler(event, session));
    if (result instanceof Response) return save(result);
    if (head) await sessions.saveTo(head.headers, session, { status: head.status ?? 200 });
    else await saveToNode(sessions, event.node.res, session);
    return result;
  };
}
