import type { BaseSession } from "../index.js";
import type { AdapterOptions, Cookies, AnyRequest, AnyResponse } from "./adapter_types.js";

export type { AdapterOptions, Refused } from "./adapter_types.js";

/** The part of Hono's `Context` that is needed, in an application whose variable `session` has this type. */
export interface HonoContext<S extends BaseSession> {
  readonly req: { readonly raw: AnyRequest };
  readonly env: unknown;
  readonly var: { readonly session?: S };
  readonly finalized: boolean;
  res: unknown;
}

/**
 * Returns middleware for Hono that loads the session into the variable `session`, and saves it with the response. Name the type of
 * the session in the application: `new Hono<{ Variables: { session: Session<Shape> } }>()`. `cookies` may be a function of
 * the environment: `(env) => SessionCookie.encrypted(env.SESSION_KEYS)`. While `toSSG` writes pages, there is no session, and no key
 * is needed.
 */
export function session<S extends BaseSession>(
  cookies: Cookies<S, [env: any]>,
  options?: AdapterOptions<AnyRequest, AnyResponse>,
): (c: HonoContext<S>, next: () => Promise<void>) => Promise<void>;
