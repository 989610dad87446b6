// Strategies of passport on sessions of hardtack: a sign-in, a sign-out, and `request.user`.

import express from "express";
import passport from "passport";
import { SessionCookie } from "hardtack-session";
import { CsrfGuard } from "hardtack-session/csrf";
import { session } from "hardtack-session/express";

export const siteOf = (findUser) => {
  const app = express();
  const guard = new CsrfGuard({ originCheckOnly: true });
  app.use(session(SessionCookie.encrypted(process.env.SESSION_KEYS), { guard }));
  app.post("/sign-in", passport.authenticate("local", { session: false }), (request, response) => {
    request.session.signIn();
    request.session.set("user", request.user.id);
    response.redirect(303, "/");
  });
  app.post("/sign-out", (request, response) => {
    request.session.invalidate();
    response.redirect(303, "/");
  });
  app.use(async (request, response, next) => {
    request.user = request.session.has("user") ? await findUser(request.session.get("user")) : null;
    next();
  });
  return app;
};
