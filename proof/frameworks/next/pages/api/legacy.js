import { withSession } from "hardtack-session/node";
import { cookie } from "../../lib/cookie";

export default withSession(cookie, (request, response, session) => {
  response.json({ visits: session.update("visits", (visits = 0) => visits + 1).get("visits") });
});
