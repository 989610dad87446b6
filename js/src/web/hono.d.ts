import type { Context, Next } from "hono";

import type { BaseSession } from "../index.js";
import type { AdapterOptions, Cookies, AnyRequest, AnyResponse } from "./adapter_types.js";

export type { AdapterOptions, Refused } from "./adapter_types.js";

/** Environment of a function whose argument has no type. Give it one: `(env: Bindings) => SessionCookie.encrypted(env.SESSION_KEYS)`. */
export interface UntypedBindings {}

/** Part of an application's types that the middleware adds: the variable `session`, and the bindings that it needs. */
export type HonoEnv<S extends BaseSession, Bindings extends object> = UntypedBindings extends Bindings
  ? { Variables: { session: S } }
  : { Bindings: Bindings; Variables: { session: S } };

/** A function of the context, as others of Hono are, is refused. */
export type NoContext<Bindings> = Bindings extends Context<any, any, any>
  ? "the function is called with the environment, not the context"
  : unknown;

/** Middleware from which Hono's chain infers the variable `session`. */
export type HonoMiddleware<S extends BaseSession, Bindings extends object> = (
  c: Context<HonoEnv<S, Bindings>>,
  next: Next,
) => Promise<void>;

/**
 * Returns middleware for Hono that loads the session into the variable `session`, and saves it with the response. In a chain,
 * `new Hono().use(session(cookies)).get(…)`, the variable has its type; otherwise name it in the application:
 * `new Hono<{ Variables: { session: Session<Shape> } }>()`. `cookies` may be a function of the environment, which is not the
 * context: `(env: Bindings) => SessionCookie.encrypted(env.SESSION_KEYS)`. While `toSSG` writes pages, there is no session, and no
 * key is needed.
 */
export function session<S extends BaseSession, Bindings extends object = UntypedBindings>(
  cookies: Cookies<S, [env: Bindings]> & NoContext<Bindings>,
  options?: AdapterOptions<AnyRequest, AnyResponse>,
): HonoMiddleware<S, Bindings>;
