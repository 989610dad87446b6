// h3 1 and 2, and so Nitro and Nuxt.

import { headChanges, setChanges } from "../session_cookie.js";
import { admission } from "./adapter.js";
import { claim } from "./claim.js";
import { attach, fail, print } from "./node.js";

/**
 * Returns an event handler that loads the session, calls `handler(event, session)`, and saves the session with the
 * response. `cookies` may be a function of the environment, as Nitro has it on Cloudflare.
 */
export function withSession(cookies, handler, options) {
  const admit = admission(cookies, options);
  return async (event) => {
    // h3 1 has requests and responses of Node.
    const isNode = !event.res?.headers;
    const request = isNode ? event.node.req : event.req;
    const { env } = event.context?.cloudflare ?? request.runtime?.cloudflare ?? {};
    const [session, save, refused, sessions] = await admit(request, env);
    const { finish, finishFailed } = (isNode ? onNode : onEvent)(event, sessions, session);
    let result;
    try {
      result = await (refused ?? handler(event, session));
    } catch (error) {
      const status = Number(error?.statusCode ?? error?.status ?? 500);
      await finishFailed(status >= 100 && status <= 599 ? status : 500);
      throw error;
    }
    if (result instanceof Response) return save(result);
    await finish();
    return result;
  };
}

/** h3 1. A handler may answer itself, as by `sendRedirect`, and the session is saved before that. */
function onNode({ node: { req, res } }, sessions, session) {
  const finish = attach(sessions, session, res, (error) => fail(error, req, res, print));
  const finishFailed = (status) => {
    res.statusCode = status;
    return finish();
  };
  return { finish, finishFailed };
}

/** h3 2. It has other headers for errors, and answers by an `onError` with those of the event. */
function onEvent(event, sessions, session) {
  // Also for one that a handler loads after another.
  claim(event, sessions);
  const finishIn = async (status, ...heads) => {
    const changes = await headChanges(sessions, [...heads[0]], session, { status });
    for (const headers of heads) setChanges(headers, changes);
  };
  const { res } = event;
  const finish = () => finishIn(res.status ?? 200, res.headers);
  const finishFailed = (status) => finishIn(status, ...[res.headers, res.errHeaders].filter(Boolean));
  return { finish, finishFailed };
}
