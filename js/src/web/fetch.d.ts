import type { BaseSession } from "../index.js";
import type { AdapterOptions, AnyRequest, Cookies, RequestLike, ResponseLike } from "./adapter_types.js";

export type { AdapterOptions, Refused, RequestLike, ResponseLike } from "./adapter_types.js";

/**
 * Returns a handler that loads the session, and saves it with the response of `handler`. That is undefined once Bun's server has
 * upgraded the request, which answers it.
 *
 * @example
 * const handler = withSession(cookies, (request, session) => new Response(`Hello ${session.get("user") ?? "nobody"}`));
 * await (await handler(request)).text(); // "Hello nobody"
 */
export function withSession<S extends BaseSession, Q extends RequestLike = AnyRequest, R extends ResponseLike | undefined = ResponseLike, Rest extends any[] = any[]>(
  cookies: Cookies<S, []>,
  handler: (request: Q, session: S, ...rest: Rest) => R | Promise<R>,
  options?: AdapterOptions<Q, ResponseLike>,
): (request: Q, ...rest: Rest) => Promise<R>;
/** Returns such a handler, with `cookies` as a function of the argument after the request: `(env) => …` in a worker. */
export function withSession<S extends BaseSession, Env, Q extends RequestLike = AnyRequest, R extends ResponseLike | undefined = ResponseLike, Rest extends any[] = any[]>(
  cookies: Cookies<S, [env: Env]>,
  handler: (request: Q, session: S, env: Env, ...rest: Rest) => R | Promise<R>,
  options?: AdapterOptions<Q, ResponseLike>,
): (request: Q, env: Env, ...rest: Rest) => Promise<R>;
/** Returns such a handler, with `cookies` as a function of all arguments after the request. */
export function withSession<S extends BaseSession, Q extends RequestLike = AnyRequest, R extends ResponseLike | undefined = ResponseLike, Rest extends any[] = any[]>(
  cookies: Cookies<S, Rest>,
  handler: (request: Q, session: S, ...rest: Rest) => R | Promise<R>,
  options?: AdapterOptions<Q, ResponseLike>,
): (request: Q, ...rest: Rest) => Promise<R>;
