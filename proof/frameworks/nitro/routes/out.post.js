import { sessionHandler } from "../utils/session.js";

export default sessionHandler((event, session) => {
  session.invalidate();
  return "visits 0";
});
