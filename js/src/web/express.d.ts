import type { BaseSession } from "../index.js";
import type { Cookies, NodeAdapterOptions } from "./adapter_types.js";

export type { NodeAdapterOptions, Refused } from "./adapter_types.js";

/**
 * Returns middleware for Express that loads the session into `request.session`, and saves it before the head of the response is
 * sent. Errors go to `next`. For a guard with `tokensInForms`, mount the parser of forms before it. Name the type of the session once:
 *
 *     declare global { namespace Express { interface Request { session: Session<Shape> } } }
 *
 * A session that cannot be validated goes to `next`, and not to `refuse`.
 */
export function session<S extends BaseSession>(
  cookies: Cookies<S, []>,
  options?: NodeAdapterOptions<any, any>,
): (request: any, response: any, next: (error?: any) => void) => Promise<void>;
