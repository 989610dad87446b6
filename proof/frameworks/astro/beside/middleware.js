// Middleware beside that of the session.

import { sequence } from "astro:middleware";
import { SessionCookie } from "hardtack-session";
import { onSession } from "hardtack-session/astro";
import { CsrfGuard } from "hardtack-session/csrf";

import { wishOf } from "../../../../js/test/beside/built.js";
import { ON_FETCH, standIn } from "../../../../js/test/beside/on_fetch.js";

const cookie = () => SessionCookie.encrypted(process.env.SESSION_KEYS, { keepUnknownKeys: true });
const inSession = onSession(cookie, { guard: new CsrfGuard({ originCheckOnly: true }) });

const ofAstro = (one) => ({ request }, next) => one(request, next);

const COMPANIONS = Object.fromEntries(Object.entries(ON_FETCH).map(([name, { make }]) => [name, ofAstro(make(() => {}))]));
COMPANIONS["a cookie of Astro"] = ({ cookies }, next) => (cookies.set("theirs", "1", { path: "/" }), next());

export function onRequest(context, next) {
  const { pathname } = context.url;
  if (!pathname.startsWith("/beside/")) return next();
  const { isOurs, order, companion } = wishOf(pathname);
  const all = [isOurs ? inSession : ofAstro(standIn), COMPANIONS[companion]];
  return sequence(...(order === "before" ? all.toReversed() : all))(context, next);
}
