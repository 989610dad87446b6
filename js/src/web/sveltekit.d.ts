import type { BaseSession } from "../index.js";
import type { AdapterOptions, Cookies, ResponseLike } from "./adapter.js";

/**
 * Returns the hook `handle`, which loads the session into `event.locals.session`, and saves it with the response. Name the
 * type of the session in `App.Locals`.
 */
export function handleSession<S extends BaseSession>(
  cookies: Cookies<S, [any]>,
  options?: AdapterOptions,
): <R extends ResponseLike>(input: { event: any; resolve(event: any): R | Promise<R> }) => Promise<R>;
