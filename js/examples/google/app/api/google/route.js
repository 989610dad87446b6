import { generateCodeVerifier, generateState } from "arctic";
import { withSession } from "hardtack-session/fetch";
import { google } from "../../../lib/google";
import { cookie } from "../../../lib/session";

export const GET = withSession(cookie, (request, session) => {
  const [state, verifier] = [generateState(), generateCodeVerifier()];
  // Each tab may begin a sign-in. The session has room for three.
  session.update("google", (begun = []) => [...begun.slice(-2), { state, verifier }]);
  return Response.redirect(google.createAuthorizationURL(state, verifier, ["openid", "profile"]));
});
