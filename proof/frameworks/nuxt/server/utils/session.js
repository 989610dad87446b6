import { SessionCookie } from "hardtack-session";
import { withSession } from "hardtack-session/h3";

const cookie = SessionCookie.encrypted(process.env.SESSION_KEYS);

export const sessionHandler = (handler, options) => defineEventHandler(withSession(cookie, handler, options));
