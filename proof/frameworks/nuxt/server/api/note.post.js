import { CsrfGuard } from "hardtack-session/csrf";

const options = { guard: new CsrfGuard() };

export default sessionHandler((event, session) => {
  session.flash("notice", "Saved.");
  return "noted";
}, options);
