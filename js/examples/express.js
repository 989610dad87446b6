// Signs in and out in Express. `npm install express`, then `siteOf(check).listen(3000)`.

import express from "express";
import { SessionCookie } from "hardtack-session";
import { CsrfGuard } from "hardtack-session/csrf";
import { session } from "hardtack-session/express";

/** `check` returns the user with this name and password, or null. */
export function siteOf(check) {
  const app = express();
  const options = { idleTimeout: 1800, absoluteTimeout: 43_200 }; // seconds, as by default
  const cookies = SessionCookie.encrypted(process.env.SESSION_KEYS, options);
  app.use(session(cookies, { guard: new CsrfGuard({ originCheckOnly: true }) }));
  app.get("/", (request, response) => response.send(`Hello ${request.session.get("user") ?? "nobody"}`));
  app.post("/sign-in", express.urlencoded({ extended: false }), async (request, response) => {
    const user = await check(request.body.name, request.body.password);
    if (!user) return response.status(401).send("wrong name or password");
    request.session.signIn(); // a new id, and nothing from before
    request.session.set("user", user.name);
    response.redirect(303, "/");
  });
  app.post("/sign-out", (request, response) => {
    request.session.invalidate();
    response.redirect(303, "/");
  });
  return app;
}
