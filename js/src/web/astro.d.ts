import type { BaseSession } from "../index.js";
import type { AdapterOptions, Cookies, AnyRequest, AnyResponse } from "./adapter_types.js";

export type { AdapterOptions, Refused } from "./adapter_types.js";

/**
 * Returns the middleware `onRequest`, which loads the session into `context.locals.session`, and saves it with the
 * response. Name the type of the session in `App.Locals`. `cookies` may be a function of `context.locals.runtime.env`, which
 * Astro 5 has on Cloudflare; later versions have `import { env } from "cloudflare:workers"`. Pages that are rendered at build time
 * have no session.
 */
export function onSession<S extends BaseSession>(
  cookies: Cookies<S, [env: any]>,
  options?: AdapterOptions<AnyRequest, AnyResponse>,
): (context: any, next: any) => Promise<any>;
