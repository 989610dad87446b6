// Express, Connect, and frameworks that take their middleware.

import { optionsOf } from "../format/base/errors.js";
import { admission, define } from "./adapter.js";
import { whenSent } from "./before_head.js";
import { attach, checkMadeUp, ofNode, print, respondToRefusal } from "./on_node.js";

export function session(cookies, options = {}) {
  const { refuse, ...others } = optionsOf(options);
  const admit = admission(cookies, ofNode(others, { refuse }));
  const respond = refuse || respondToRefusal;
  return async (request, response, next) => {
    const failure = [];
    try {
      const { session, refused: refusal, sessions } = await admit(request);
      if (refusal?.session) throw refusal;
      checkMadeUp(response);
      define(request, session);
      attach(sessions, session, request, response, next);
      if (refusal) {
        await respond(refusal, request, response);
        return await whenSent(response);
      }
    } catch (error) {
      // h3 1 neither prints it, nor shows it.
      if (response.__unenv__) print(error, request);
      failure.push(error);
    }
    try {
      next(...failure);
    } catch (error) {
      breakOff(error, request, response);
    }
    await whenSent(response);
  };
}

/** Prints an error that `next` throws, and closes the connection. Not every framework catches it, and uncaught it would end the process. */
function breakOff(error, request, response) {
  print(error, request);
  // A complete response is still sent.
  if (response.writableEnded) return;
  // In the handshake of a WebSocket, the object in place of a response may have no `destroy`.
  (response.destroy ? response : request.socket).destroy();
}
