// Astro.

import { admission } from "./adapter.js";
import { claim } from "./claim.js";

/**
 * Returns the middleware `onRequest`, which loads the session into `context.locals.session` and saves it with the
 * response. Pages that are rendered at build time have no session.
 */
export function onSession(cookies, options) {
  const admit = admission(cookies, options);
  // Since Astro 6 the adapter for Cloudflare throws where this is read, and names `cloudflare:workers`.
  const envOf = ({ locals }) => (cookies.length > 0 ? locals.runtime?.env : undefined);
  return async (context, next) => {
    if (context.isPrerendered) return next();
    const [session, save, refused, sessions] = await admit(context.request, envOf(context));
    const release = claim(context.request, sessions);
    try {
      context.locals.session = session;
      return await save(await (refused ?? next()));
    } finally {
      release();
    }
  };
}
