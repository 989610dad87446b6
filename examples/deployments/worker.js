// A Cloudflare Worker.

import { withSession } from "hardtack-session/fetch";
import { answer, cookieOf, guard } from "./site.js";

export default { fetch: withSession(cookieOf, (request, session, env) => answer(env, request, session), { guard }) };
