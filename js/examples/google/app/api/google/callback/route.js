import { decodeIdToken } from "arctic";
import { withSession } from "hardtack-session/fetch";
import { fieldsOf, postAgain } from "../../../../lib/form_post";
import { attemptOf, begin, google } from "../../../../lib/google";
import { cookie } from "../../../../lib/session";

const seeOther = (location) => new Response(null, { status: 303, headers: { location } });

const answer = withSession(cookie, async (request, session) => {
  const fields = await fieldsOf(request);
  const code = fields.get("code"); // absent if the visitor declined
  const { browser, verifier, next = "/account", number } = await attemptOf(fields.get("state"));
  if (number > 1 && request.method !== "POST") {
    // A browser may send a GET twice, and break off the one that signs the visitor in. It posts a form once.
    session.discard();
    return postAgain(request, "/api/google/callback");
  }
  // Tabs that a browser opens together begin a session each, and the browser keeps the last one.
  const isOwn = browser !== undefined && browser === session.id;
  // Google refuses a code that is used or old.
  const tokens = code && isOwn && (await google.validateAuthorizationCode(code, verifier).catch(console.error));
  if (tokens) {
    const { sub, name } = decodeIdToken(tokens.idToken());
    session.signIn();
    session.set("user", sub).set("name", name);
    return seeOther(next);
  }
  // Nothing is written, not even a refresh: the same answer may have come twice, and signed the visitor in the first time.
  session.discard();
  if (session.has("user")) return seeOther(next);
  if (code && session.id && number < 4) return begin(session.id, next, number + 1);
  const again = '<a href="/api/google">Please sign in again</a>';
  return new Response(again, { status: 400, headers: { "content-type": "text/html; charset=utf-8" } });
});

export { answer as GET, answer as POST };
