// Node's own server, over HTTP/1.1 and HTTP/2, and frameworks that are built on it.

import { optionsOf } from "../format/base/errors.js";
import { stateOf } from "../session/session.js";
import { admission, checkHandler, failedBy, hasResponse, report } from "./adapter.js";
import { whenSent } from "./before_head.js";
import { attach, checkMadeUp, failing, ofNode, print, respondToRefusal } from "./on_node.js";

export function withSession(cookies, handler, options = {}) {
  checkHandler(handler);
  const { failed, refuse, ...others } = optionsOf(options);
  const admit = admission(cookies, ofNode(others, { failed, refuse }), failed);
  const respond = refuse || respondToRefusal;
  return async (request, response) => {
    let session;
    // Anyone can cause an error of a session with a response, so it is not printed for each request.
    const isOfSession = (error) => session && hasResponse(error);
    const tell = (error) => (isOfSession(error) ? report(null, { cause: error }, request, stateOf(session)) : print(error, request));
    const respondToFailure = failing(request, response, failed || tell);
    try {
      const admitted = await admit(request);
      const { refused: refusal, sessions } = admitted;
      ({ session } = admitted);
      attach(sessions, session, request, response, respondToFailure);
      await (refusal ? respond(refusal, request, response) : handled(handler, request, response, session));
      await whenSent(response);
      checkMadeUp(response, response.writableEnded);
    } catch (error) {
      respondToFailure(error);
      await whenSent(response);
    }
  };
}

/** Calls a handler, and notes whether an error of its session fails it. */
async function handled(handler, request, response, session) {
  try {
    await handler(request, response, session);
  } catch (error) {
    failedBy(session, error);
    throw error;
  }
}
