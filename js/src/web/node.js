// Node's own server, over HTTP/1.1 and HTTP/2, and frameworks that are built on it.

import { optionsOf } from "../base/errors.js";
import { stateOf } from "../session/session.js";
import { admission, checkHandler, hasResponse } from "./adapter.js";
import { attach, fail, ofNode, print, respondToRefusal } from "./on_node.js";

export function withSession(cookies, handler, options = {}) {
  checkHandler(handler);
  const { failed, refuse, ...others } = optionsOf(options);
  const admit = admission(cookies, ofNode(others, { failed, refuse }), failed);
  const respond = refuse || respondToRefusal;
  return async (request, response) => {
    const respondToFailure = (error) => fail(error, request, response, failed || print);
    try {
      const { session, refused: refusal, sessions } = await admit(request);
      attach(sessions, session, request, response, respondToFailure);
      await (refusal ? respond(refusal, request, response) : handled(handler, request, response, session));
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
