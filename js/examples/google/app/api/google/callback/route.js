import { decodeIdToken } from "arctic";
import { withSession } from "hardtack-session/fetch";
import { google } from "../../../../lib/google";
import { cookie } from "../../../../lib/session";

export const GET = withSession(cookie, async (request, session) => {
  const query = new URL(request.url).searchParams;
  const [code, returned] = [query.get("code"), query.get("state")];
  const begun = session.get("google")?.find(({ state }) => state === returned);
  // Google refuses a code that is used or old.
  const tokens = code && begun && (await google.validateAuthorizationCode(code, begun.verifier).catch(console.error));
  if (tokens) {
    const { sub, name } = decodeIdToken(tokens.idToken());
    session.signIn(); // also drops `google`
    session.set("user", sub).set("name", name);
  }
  // Another tab may have signed in meanwhile.
  if (session.has("user")) return new Response(null, { status: 303, headers: { location: "/account" } });
  const again = '<a href="/api/google">Please sign in again</a>';
  return new Response(again, { status: 400, headers: { "content-type": "text/html; charset=utf-8" } });
});
