// Counts the visits of a worker, or of Deno and Bun.

import { SessionCookie } from "hardtack-session";
import { withSession } from "hardtack-session/fetch";

export default {
  fetch: withSession(
    (env) => SessionCookie.encrypted(env.SESSION_KEYS),
    async (request, session) => {
      const visits = session.update("visits", (visits = 0) => visits + 1).get("visits");
      return new Response(`visit ${visits}`);
    },
  ),
};
