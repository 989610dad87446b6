import { SessionCookie } from "hardtack-session";
import { CsrfGuard } from "hardtack-session/csrf";
import { withSession } from "hardtack-session/fetch";
import { createContext } from "react-router";

export const sessionContext = createContext();

const handle = withSession(
  () => SessionCookie.encrypted(process.env.SESSION_KEYS),
  (request, session, context, next) => {
    context.set(sessionContext, session);
    return next();
  },
  { guard: new CsrfGuard({ originCheckOnly: true }) },
);

/** Middleware of the root: loads the session for loaders and actions, and saves it with their response. */
export const inSession = ({ request, context }, next) => handle(request, context, next);
