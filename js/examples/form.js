// A form with a token, which the guard reads where a parser has set `body`.

import express from "express";
import { SessionCookie, csrfToken } from "hardtack-session";
import { CsrfGuard } from "hardtack-session/csrf";
import { session } from "hardtack-session/express";

export const app = express();
app.use(express.urlencoded({ extended: false })); // before the session
app.use(session(SessionCookie.encrypted(process.env.SESSION_KEYS), { guard: new CsrfGuard({ tokensInForms: true }) }));
app.get("/", async (request, response) => {
  const field = `<input type="hidden" name="csrf_token" value="${await csrfToken(request.session)}">`;
  response.send(`<form method="post" action="/note"><input name="note">${field}<button>Keep</button></form>`);
});
app.post("/note", (request, response) => {
  request.session.set("note", request.body.note);
  response.redirect(303, "/");
});
