// Express, Connect, and frameworks that take their middleware.

import { stateOf } from "../session/session.js";
import { admission, failureIn, hang } from "./adapter.js";
import { answerRefusal, attach, ofNode, print } from "./node.js";

/**
 * Middleware that loads the session into `request.session` and saves it before the head of the response is sent. Errors
 * go to `next`. For a guard with `tokensInForms`, put the parser of forms before it.
 */
export function session(cookies, { refuse = answerRefusal, ...options } = {}) {
  // What `next` is given is printed there.
  const onRefused = (refusal) => {
    if (!refusal.session && failureIn(refusal)) throw refusal;
  };
  const admit = admission(cookies, ofNode({ onRefused, ...options }, { refuse }));
  return async (request, response, next) => {
    const failure = [];
    try {
      const [session, , refusal, sessions] = await admit(request);
      if (refusal?.session) throw refusal;
      hang(request, session);
      attach(sessions, session, request, response, next, () => noteFailure(session, response));
      if (refusal) return await refuse(refusal, request, response);
    } catch (error) {
      failure.push(error);
    }
    try {
      next(...failure);
    } catch (error) {
      breakOff(error, request, response);
    }
  };
}

/** Prints what `next` throws, which not all that call middleware catch, and at which the process would end. A whole answer stays. */
function breakOff(error, request, response) {
  print(error, request);
  if (response.writableEnded) return;
  // In the handshake of a WebSocket, what stands in for a response cannot.
  (response.destroy ? response : request.socket).destroy();
}

/** Notes an error of a session by which its request has failed. Frameworks answer it by its status, and do not say that they do. */
function noteFailure(session, { statusCode }) {
  const state = stateOf(session);
  state.hasFailed = statusCode === state.failure?.status;
}
