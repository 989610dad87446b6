import { csrfToken } from "hardtack-session";

/** Everything that the page shows of the session. */
export default sessionHandler(async (event, session) => ({
  visits: session.get("visits") ?? 0,
  notices: session.takeFlashes("notice"),
  token: await csrfToken(session),
}));
