// A worker before an origin: both can change the session.

import { forward } from "hardtack-session/origin";
import { fromEnv } from "hardtack-session/settings";

let cookies;

export default {
  async fetch(request, env) {
    // The variables of the origin. A promise of the cookie is not kept: it stays pending if its request is cancelled.
    cookies ??= await fromEnv("SESSION_", env);
    const session = await cookies.load(request);
    session.update("seen", (seen = 0) => seen + 1);
    const { pathname, search } = new URL(request.url);
    return forward(cookies, session, new Request(env.ORIGIN + pathname + search, request));
  },
};
