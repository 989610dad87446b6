import { createMiddleware } from "@tanstack/react-start";
import { SessionCookie, SessionError } from "hardtack-session";
import { CsrfGuard } from "hardtack-session/csrf";
import { withSession } from "hardtack-session/fetch";

const cookie = () => SessionCookie.encrypted(process.env.SESSION_KEYS);
const guard = new CsrfGuard({ originCheckOnly: true });

async function respond(request, session, next) {
  try {
    return (await next({ context: { session } })).response;
  } catch (error) {
    // The adapter answers errors of the session, and TanStack what is thrown on purpose.
    if (error instanceof SessionError || !(error instanceof Error)) throw error;
    console.error(error);
    // A response, so that a sign-out before the error is saved.
    return new Response("internal server error", { status: 500 });
  }
}

const handle = withSession(cookie, respond, { guard });

/** Middleware of all requests: loads the session into the context of loaders, routes and server functions, and saves it. */
export const inSession = createMiddleware().server(({ request, next }) => handle(request, next));
