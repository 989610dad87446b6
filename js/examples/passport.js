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
  const form = express.urlencoded({ extended: false }); // in which the strategy finds the name and the password
  app.post("/sign-in", form, passport.authenticate("local", { session: false }), (request, response) => {
    request.session.signIn();
    request.session.set("user", request.user.id);
    response.redirect(303, "/");
  });
  app.post("/sign-out", (request, response) => {
    request.session.invalidate();
    response.redirect(303, "/");
  });
  app.use(async (request, response, next) => {
    try {
      request.user = request.session.has("user") ? await findUser(request.session.get("user")) : null;
    } catch (error) {
      return next(error); // in Express 4, what is thrown here would end the process
    }
    next();
  });
  return app;
};
