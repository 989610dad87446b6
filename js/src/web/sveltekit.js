// SvelteKit.

import { admission, claim, hang } from "./adapter.js";

/** Returns the hook `handle`, which loads the session into `event.locals.session` and saves it with the response. */
export function handleSession(cookies, options) {
  const admit = admission(cookies, options);
  return async ({ event, resolve }) => {
    const [session, save, refused, sessions] = await admit(event.request, event.platform?.env);
    const release = claim(event.request, sessions);
    const saveRedirect = async ({ status }) => setIn(event.cookies, await sessions.saveAsCookies(session, { status }));
    try {
      hang(event.locals, session);
      return await save(await (refused ?? answer(resolve, event, saveRedirect)));
    } finally {
      release();
    }
  };
}

/** Answers by the hooks that follow. To a redirect that one of them throws, SvelteKit adds the cookies of the event. */
async function answer(resolve, event, saveRedirect) {
  try {
    return await resolve(event);
  } catch (error) {
    if (typeof error?.location === "string") await saveRedirect(error);
    throw error;
  }
}

function setIn(cookies, set) {
  try {
    for (const { name, value, options } of set) cookies.set(name, value, options);
  } catch {
    // After the page is rendered, it takes none.
  }
}
