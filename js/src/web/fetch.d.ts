import type { BaseSession } from "../index.js";
import type { AdapterOptions, Cookies, RequestLike, ResponseLike } from "./adapter.js";

/** `Request`, where the project has its type: by the library `dom`, or by the types of Node or of a worker. */
export type AnyRequest = typeof globalThis extends { readonly Request: { readonly prototype: infer R extends RequestLike } } ? R : RequestLike;

/** Returns a handler that loads the session, and saves it with the response of `handler`. */
export function withSession<S extends BaseSession, Q extends RequestLike = AnyRequest, R extends ResponseLike = ResponseLike, Rest extends any[] = any[]>(
  cookies: Cookies<S, []>,
  handler: (request: Q, session: S, ...rest: Rest) => R | Promise<R>,
  options?: AdapterOptions,
): (request: Q, ...rest: Rest) => Promise<R>;
/** `cookies` is a function of the arguments that follow the request: `(env) => …` in a worker. */
export function withSession<S extends BaseSession, Q extends RequestLike = AnyRequest, R extends ResponseLike = ResponseLike, Rest extends any[] = any[]>(
  cookies: Cookies<S, Rest>,
  handler: (request: Q, session: S, ...rest: Rest) => R | Promise<R>,
  options?: AdapterOptions,
): (request: Q, ...rest: Rest) => Promise<R>;
