import type { BaseSession } from "../index.js";
import type { AdapterOptions, Cookies, AnyResponse } from "./adapter_types.js";

export type { AdapterOptions, Refused } from "./adapter_types.js";

/**
 * Returns an event handler of h3 1 or 2, and so of Nitro and Nuxt, that loads the session, and saves it with the response.
 * `cookies` may be a function of the environment that Nitro has on Cloudflare. Hooks get the request of h3: a `Request`, or
 * in h3 1 a request of Node. An error of the session that fails a request is the `cause` of the error that h3 gets. In a route that
 * Nitro caches by `routeRules`, GET and HEAD fail with a `ConfigError`.
 */
export function withSession<S extends BaseSession, E, R>(
  cookies: Cookies<S, [env: any]>,
  handler: (event: E, session: S) => R | Promise<R>,
  options?: AdapterOptions<any, AnyResponse>,
): (event: E) => Promise<R>;
