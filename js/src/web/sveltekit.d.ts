import type { BaseSession } from "../index.js";
import type { AdapterOptions, Cookies, ResponseLike, AnyRequest, AnyResponse } from "./adapter_types.js";

export type { AdapterOptions, Refused, ResponseLike } from "./adapter_types.js";

/**
 * Returns the hook `handle`, which loads the session into `event.locals.session`, and saves it with the response. Name the
 * type of the session in `App.Locals`. `cookies` may be a function of `event.platform.env`. While a page is rendered at build
 * time, there is no session, and no key is needed.
 */
export function handleSession<S extends BaseSession>(
  cookies: Cookies<S, [env: any]>,
  options?: AdapterOptions<AnyRequest, AnyResponse>,
): <R extends ResponseLike>(input: { event: any; resolve(event: any): R | Promise<R> }) => Promise<R>;
