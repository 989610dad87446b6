import type { BaseSession } from "../index.js";
import type { AdapterOptions, Cookies } from "./adapter.js";

/**
 * Middleware of Express that loads the session into `request.session`, and saves it before the head of the response is
 * sent. Name the type of the session once:
 *
 *     declare global { namespace Express { interface Request { session: Session<Shape> } } }
 */
export function session<S extends BaseSession>(
  cookies: Cookies<S, [any]>,
  options?: AdapterOptions,
): (request: any, response: any, next: (error?: any) => void) => Promise<void>;
