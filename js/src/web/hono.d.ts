import type { BaseSession } from "../index.js";
import type { AdapterOptions, Cookies } from "./adapter.js";

/**
 * Middleware of Hono that loads the session into the variable `session`, and saves it with the response. Name the type of
 * the session in the application: `new Hono<{ Variables: { session: Session<Shape> } }>()`.
 */
export function session<S extends BaseSession>(
  cookies: Cookies<S, [any]>,
  options?: AdapterOptions,
): (c: any, next: () => Promise<void>) => Promise<void>;
