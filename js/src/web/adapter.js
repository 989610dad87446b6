// What all adapters share.

/**
 * Returns a function that gives the cookie which an adapter was given: a `SessionCookie`, a promise of one, or a function
 * that makes one, which is called at the first request, as workers have their secrets only then. A function that fails is
 * called again.
 */
export function opener(cookies) {
  if (typeof cookies !== "function") return () => cookies;
  let opened;
  return async (...given) => {
    opened ??= Promise.resolve(cookies(...given));
    try {
      return await opened;
    } catch (error) {
      opened = undefined;
      throw error;
    }
  };
}

/**
 * Loads the session of a request, and asks the guard. Returns the session, and the refusal of the request, or null: by the
 * guard, or because the session cannot be validated now.
 */
export async function admit(sessions, request, { guard, now } = {}) {
  try {
    const session = await sessions.load(request, now?.());
    return { session, refusal: guard ? await guard.check(request, session) : null };
  } catch (error) {
    if (error?.code !== "unvalidated") throw error;
    console.error(error);
    return { session: error.session, refusal: error };
  }
}

/** The response to a request that is refused. */
export const refusedResponse = ({ body, message, headers, status = 403 }) => new Response(body ?? message, { status, headers });
