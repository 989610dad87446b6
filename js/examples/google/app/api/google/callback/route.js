import { decodeIdToken } from "arctic";
import { withSession } from "hardtack-session/fetch";
import { google } from "../../../../lib/google";
import { cookie } from "../../../../lib/session";

export const GET = withSession(cookie, async (request, session) => {
  const query = new URL(request.url).searchParams;
  const { state, verifier } = session.get("google") ?? {};
  const [code, returned] = [query.get("code"), query.get("state")];
  if (!code || !state || returned !== state) return new Response("please sign in again", { status: 400 });
  const tokens = await google.validateAuthorizationCode(code, verifier);
  const { sub, name } = decodeIdToken(tokens.idToken());
  session.signIn(); // also drops `google`
  session.set("user", sub).set("name", name);
  return new Response(null, { status: 303, headers: { location: "/account" } });
});
