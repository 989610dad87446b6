import { withSession } from "hardtack-session/fetch";
import { wayBack } from "hardtack-session/next";
import { begin } from "../../../lib/google";
import { cookie } from "../../../lib/session";

// An answer that another browser asked for is not taken, because its session has another id.
export const GET = withSession(cookie, (request, session) => {
  const next = new URL(request.url).searchParams.get("next");
  return begin(session.ensureId(), wayBack(next, "/account"));
});
