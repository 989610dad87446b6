import type { BaseSession } from "../index.js";
import type { AdapterOptions, Cookies } from "./adapter.js";

/** Returns an event handler of h3 1 or 2, and so of Nitro and Nuxt, that loads the session, and saves it with the response. */
export function withSession<S extends BaseSession, E, R>(
  cookies: Cookies<S, [E]>,
  handler: (event: E, session: S) => R | Promise<R>,
  options?: AdapterOptions,
): (event: E) => Promise<R>;
