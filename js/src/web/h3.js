// h3 1 and 2, and so Nitro and Nuxt.

import { admit, opener } from "./adapter.js";
import { saveToNode } from "./node.js";

/**
 * Returns an event handler that loads the session, calls `handler(event, session)`, and saves the session with the
 * response. `cookies` may be a function of the event.
 */
export function withSession(cookies, handler, options) {
  const open = opener(cookies);
  return async (event) => {
    const sessions = await open(event);
    // h3 1 has requests and responses of Node.
    const head = event.res?.headers ? event.res : null;
    const request = head ? event.req : event.node.req;
    const { session, refusal } = await admit(sessions, request, options);
    const result = refusal ? refuse(head ?? event.node.res, refusal) : await handler(event, session);
    if (result instanceof Response) return sessions.saveToResponse(result, session);
    if (head) await sessions.saveTo(head.headers, session, { status: head.status ?? 200 });
    else await saveToNode(sessions, event.node.res, session);
    return result;
  };
}

function refuse(response, { body, message, headers = {}, status = 403 }) {
  const isOfNode = "statusCode" in response;
  response[isOfNode ? "statusCode" : "status"] = status;
  for (const [name, value] of Object.entries(headers)) {
    if (isOfNode) response.setHeader(name, value);
    else response.headers.set(name, value);
  }
  return body ?? message;
}
