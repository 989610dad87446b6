// Astro.

import { admission, answered, checkPlace, claim, hang } from "./adapter.js";

/**
 * Returns the middleware `onRequest`, which loads the session into `context.locals.session` and saves it with the
 * response. Pages that are rendered at build time have no session.
 */
export function onSession(cookies, options) {
  const admit = admission(cookies, options);
  // Since Astro 6 the adapter for Cloudflare throws where this is read, and names `cloudflare:workers`.
  const envOf = ({ locals }) => (cookies.length > 0 ? locals.runtime?.env : undefined);
  /** The `locals` whose sessions are not saved yet. */
  const begun = new WeakSet();
  return async (context, next) => {
    const { locals, request } = context;
    // A page that is rendered in place of another, by `rewrite`, has the same `locals`, and goes on with its session.
    if (context.isPrerendered || begun.has(locals)) return next();
    const [session, save, refused, sessions] = await admit(request, envOf(context));
    const release = claim(request, sessions);
    try {
      begun.add(locals);
      hang(locals, session);
      const response = await (refused ?? answered(next, request, session));
      checkPlace(session);
      return await save(response);
    } finally {
      begun.delete(locals);
      release();
    }
  };
}
