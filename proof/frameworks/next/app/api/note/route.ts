import { CsrfGuard } from "hardtack-session/csrf";
import { withSession } from "hardtack-session/fetch";
import { cookie } from "../../../lib/session.js";

export const POST = withSession(
  cookie,
  (request, session) => {
    session.flash("notice", "Noted.");
    return new Response(null, { status: 303, headers: { location: "/" } });
  },
  { guard: new CsrfGuard({ tokensInForms: true }) },
);

export const GET = withSession(cookie, (request, session, context) => Response.json([new URL(request.url).pathname, session.isNew, typeof context]));
