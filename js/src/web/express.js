// Express, Connect, and what takes their middleware.

import { opener } from "./adapter.js";
import { answerRefusal, attach } from "./node.js";

/**
 * Middleware that loads the session into `request.session` and saves it before the head of the response is sent. What
 * fails goes to `next`. For a guard with `tokensInForms`, put the parser of forms before it.
 */
export function session(cookies, { guard = null, now } = {}) {
  const open = opener(cookies);
  return async (request, response, next) => {
    try {
      request.session = await attach(await open(request), request, response, { now, failed: next });
      const refusal = await guard?.check(request, request.session);
      if (refusal) return answerRefusal(response, refusal);
    } catch (error) {
      return next(error);
    }
    next();
  };
}
