import type { BaseSession } from "../index.js";
import type { AdapterOptions, Cookies } from "./adapter.js";

/**
 * Returns the middleware `onRequest`, which loads the session into `context.locals.session`, and saves it with the
 * response. Name the type of the session in `App.Locals`.
 */
export function onSession<S extends BaseSession>(
  cookies: Cookies<S, [any]>,
  options?: AdapterOptions,
): (context: any, next: any) => Promise<any>;
