// Hooks beside that of the session, for ../../beside.test.js.

import { error } from "@sveltejs/kit";
import { sequence } from "@sveltejs/kit/hooks";
import { SessionCookie } from "hardtack-session";
import { CsrfGuard } from "hardtack-session/csrf";
import { handleSession } from "hardtack-session/sveltekit";

import { wishOf } from "../../../../js/test/beside/built.js";
import { pageAt, standIn } from "../../../../js/test/beside/cases.js";

const cookie = () => SessionCookie.encrypted(process.env.SESSION_KEYS, { keepUnknownKeys: true });
const inSession = handleSession(cookie, { guard: new CsrfGuard({ originCheckOnly: true }) });

const refuse = ({ event, resolve }) =>
  event.request.headers.get("sec-fetch-site") === "cross-site" ? new Response("refused", { status: 403 }) : resolve(event);

const setting = (fields) => ({ event, resolve }) => (event.setHeaders(fields), resolve(event));

const settingLate = (fields) => async ({ event, resolve }) => {
  const response = await resolve(event);
  for (const field of Object.entries(fields)) response.headers.set(...field);
  return response;
};

const HOOKS = {
  nothing: ({ event, resolve }) => resolve(event),
  transformed: ({ event, resolve }) => resolve(event, { transformPageChunk: ({ html }) => html, filterSerializedResponseHeaders: () => true }),
  id: setting({ "x-request-id": "1" }),
  security: settingLate({ "x-frame-options": "DENY", "strict-transport-security": "max-age=60" }),
  cookie: ({ event, resolve }) => (event.cookies.set("theirs", "1", { path: "/" }), resolve(event)),
  copied: async (input) => {
    const response = await input.resolve(input.event);
    return new Response(response.body, response);
  },
  private: setting({ "cache-control": "private, max-age=60", vary: "Accept" }),
  public: setting({ "cache-control": "public, max-age=60", "cdn-cache-control": "max-age=60" }),
  late: settingLate({ "cache-control": "public, max-age=60", vary: "Accept" }),
};

export function handle({ event, resolve }) {
  const { isOurs, order, companion } = wishOf(event.url.pathname);
  const hooks = [isOurs ? inSession : refuse, HOOKS[companion]];
  return sequence(...(order === "before" ? hooks.toReversed() : hooks))({ event, resolve });
}

export function answer({ locals, url }) {
  const { status, headers, body } = pageAt(wishOf(url.pathname).path, locals.session ?? standIn(error));
  return new Response(body, { status, headers });
}
