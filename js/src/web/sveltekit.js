// SvelteKit.

import { admission } from "./adapter.js";
import { claim } from "./claim.js";

/** Returns the hook `handle`, which loads the session into `event.locals.session` and saves it with the response. */
export function handleSession(cookies, options) {
  const admit = admission(cookies, options);
  return async ({ event, resolve }) => {
    const [session, save, refused, sessions] = await admit(event.request, event.platform?.env);
    const release = claim(event.request, sessions);
    try {
      event.locals.session = session;
      return await save(await (refused ?? resolve(event)));
    } finally {
      release();
    }
  };
}
