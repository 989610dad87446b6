import { generateCodeVerifier, generateState } from "arctic";
import { withSession } from "hardtack-session/fetch";
import { google } from "../../../lib/google";
import { cookie } from "../../../lib/session";

export const GET = withSession(cookie, (request, session) => {
  const [state, verifier] = [generateState(), generateCodeVerifier()];
  session.set("google", { state, verifier });
  return Response.redirect(google.createAuthorizationURL(state, verifier, ["openid", "profile"]));
});
