// Astro.

import { admission, checkDefined, claim, define, responded } from "./adapter.js";

export function onSession(cookies, options) {
  const admit = admission(cookies, options);
  // Read only for a function that takes it: since Astro 6, the adapter for Cloudflare throws at this property.
  const envOf = ({ locals }) => (cookies.length > 0 ? locals.runtime?.env : undefined);
  /** The `locals` of requests whose session is not saved yet. */
  const begun = new WeakSet();
  return async (context, next) => {
    const { locals, request } = context;
    // `rewrite` calls the middleware again with the same `locals`. That page uses the session that is loaded already.
    if (context.isPrerendered || begun.has(locals)) return next();
    const { session, save, refused, sessions } = await admit(request, envOf(context));
    const release = claim(request, sessions);
    try {
      begun.add(locals);
      define(locals, session);
      const response = await (refused ?? responded(next, request, session));
      checkDefined(session);
      return await save(response);
    } finally {
      begun.delete(locals);
      release();
    }
  };
}
