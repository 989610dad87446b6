// A sign-in at a provider by OpenID Connect, with openid-client, for Hono on Workers. The provider knows the address `/callback`.

import { Hono, type Context } from "hono";
import { html } from "hono/html";
import * as oidc from "openid-client";
import { SessionCookie, SessionToken, type Session } from "hardtack-session";
import { CsrfGuard } from "hardtack-session/csrf";
import { session } from "hardtack-session/hono";
import { wayBack } from "hardtack-session/next";

type Secrets = { SESSION_KEYS: string; SITE: string; ISSUER: string; CLIENT_ID: string; CLIENT_SECRET: string };
type Site = { Bindings: Secrets; Variables: { session: Session<{ user: string }> } };
type Attempt = { browser: string; verifier: string; nonce: string; next: string };

const app = new Hono<Site>();

// Before the session and the guard, because some providers post a form, with which browsers send no `Lax` cookie. A browser may ask
// for the same address twice, and break off one of them; the form of this page is posted once.
app.all("/callback", async (c) => {
  const fields = c.req.method === "POST" ? await c.req.text() : new URL(c.req.url).search;
  const inputs = [...new URLSearchParams(fields)].map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
  const form = html`<form method="post" action="/signed-in">${inputs}<button>Continue</button></form>`;
  return c.html(html`<!doctype html>${form}<script>document.forms[0].submit()</script>`, 200, { "cache-control": "no-store" });
});

const guard = new CsrfGuard({ originCheckOnly: true });
app.use(session(({ SESSION_KEYS }: Secrets) => SessionCookie.encrypted<{ user: string }>(SESSION_KEYS), { guard }));

const provider = ({ ISSUER, CLIENT_ID, CLIENT_SECRET }: Secrets) => oidc.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET);
let made: SessionToken<Session<Attempt>> | undefined;
const attempts = async ({ SESSION_KEYS }: Secrets) =>
  (made ??= await SessionToken.encrypted<Attempt>(SESSION_KEYS, { purpose: "sign-in at the provider", absoluteTimeout: 900, idleTimeout: null }));

/** Sends the visitor to the provider. Addresses show `state`, which is sealed. */
async function begin(c: Context<Site>, browser: string, next: string) {
  const [sealer, config] = await Promise.all([attempts(c.env), provider(c.env)]);
  const [verifier, nonce] = [oidc.randomPKCECodeVerifier(), oidc.randomNonce()];
  const attempt = await sealer.load(null);
  attempt.set("browser", browser).set("verifier", verifier).set("nonce", nonce).set("next", next);
  const address = oidc.buildAuthorizationUrl(config, {
    redirect_uri: new URL("/callback", c.env.SITE).href,
    scope: "openid",
    state: (await sealer.save(attempt)) ?? "",
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  return c.redirect(address, 303);
}

// ANCHOR: sign_in
app.get("/sign-in", (c) => begin(c, c.get("session").ensureId(), wayBack(c.req.query("next"), "/")));

// `/callback` shows a page that posts here what the provider has answered.
app.post("/signed-in", async (c) => {
  const session = c.get("session");
  const fields = new URLSearchParams(await c.req.text());
  const attempt = await (await attempts(c.env)).load(fields.get("state"));
  const next = attempt.get("next") ?? "/";
  const isOwn = attempt.get("browser") === session.id;
  const user = isOwn && (await userOf(c.env, fields, attempt).catch(console.error));
  if (user) {
    session.signIn(); // a new id, and nothing from before
    session.set("user", user);
    return c.redirect(next, 303);
  }
  session.discard(); // writes nothing, because the same answer may have signed the visitor in before
  if (session.has("user")) return c.redirect(next, 303);
  // Tabs that a browser opens together begin a session each, and the browser keeps the last one.
  if (!isOwn && session.id && attempt.has("browser")) return begin(c, session.id, next);
  return c.html('<a href="/sign-in">Please sign in again</a>', 400);
});
// ANCHOR_END: sign_in

/** Exchanges the code, and returns the provider's name of the user. */
async function userOf(env: Secrets, fields: URLSearchParams, attempt: Session<Attempt>) {
  const answer = new URL(`/callback?${fields}`, env.SITE);
  const tokens = await oidc.authorizationCodeGrant(await provider(env), answer, {
    expectedState: fields.get("state") ?? "",
    pkceCodeVerifier: attempt.get("verifier"),
    expectedNonce: attempt.get("nonce"),
    idTokenExpected: true,
  });
  return tokens.claims()?.sub;
}

app.get("/", (c) => c.text(`Hello ${c.get("session").get("user") ?? "nobody"}`));
app.post("/sign-out", (c) => {
  c.get("session").invalidate();
  return c.redirect("/", 303);
});

export default app;
