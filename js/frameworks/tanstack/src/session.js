import { createMiddleware } from "@tanstack/react-start";
import { SessionCookie } from "hardtack-session";
import { CsrfGuard } from "hardtack-session/csrf";
import { withSession } from "hardtack-session/fetch";

const handle = withSession(
  () => SessionCookie.encrypted(process.env.SESSION_KEYS),
  async (request, session, next) => (await next({ context: { session } })).response,
  { guard: new CsrfGuard({ originCheckOnly: true }) },
);

/** Middleware of all requests: loads the session into the context of loaders, routes and server functions, and saves it. */
export const inSession = createMiddleware().server(({ request, next }) => handle(request, next));
