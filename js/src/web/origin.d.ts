import type { BaseSession, SessionCookie } from "../index.js";
import type { AnyResponse } from "./adapter_types.js";

export type { ResponseLike } from "./adapter_types.js";

/**
 * Passes a request on to the origin, with the present session in its `Cookie`, and returns the origin's response with the session
 * saved. If the origin writes the session too, its cookies are kept, because it began with the changes made here. Afterwards the
 * session cannot be changed.
 * Throws a `SessionError` with the code `after-head` if the session has changes and was saved already. If `fetch` fails, the session
 * is not saved, and can be saved with another response.
 */
export function forward<S extends BaseSession, Q extends { readonly headers: any }, R extends { readonly headers: any } = AnyResponse>(
  cookies: SessionCookie<S>,
  session: S,
  request: Q,
  fetch?: (request: Q) => Promise<R>,
): Promise<R>;
