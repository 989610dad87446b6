// Node's own server, over HTTP/1.1 and HTTP/2, and frameworks that are built on it.

import { stateOf } from "../session/session.js";
import { admission, hasResponse } from "./adapter.js";
import { attach, fail, ofNode, print, respondToRefusal } from "./on_node.js";

export function withSession(cookies, handler, { failed = print, refuse = respondToRefusal, ...options } = {}) {
  const onFailure = failed === print ? undefined : failed;
  const admit = admission(cookies, ofNode(options, { failed, refuse }), onFailure);
  return async (request, response) => {
    const respondToFailure = (error) => fail(error, request, response, failed);
    try {
      const { session, refused: refusal, sessions } = await admit(request);
      attach(sessions, session, request, response, respondToFailure);
      await (refusal ? refuse(refusal, request, response) : handled(handler, request, response, session));
    } catch (error) {
      respondToFailure(error);
    }
  };
}

/** Calls a handler, and notes whether an error of its session fails it. */
async function handled(handler, request, response, session) {
  try {
    await handler(request, response, session);
  } catch (error) {
    stateOf(session).hasFailed = hasResponse(error);
    throw error;
  }
}
