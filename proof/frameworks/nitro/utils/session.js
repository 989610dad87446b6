import { SessionCookie } from "hardtack-session";
import { withSession } from "hardtack-session/h3";
import { defineHandler } from "nitro/h3";

const cookie = SessionCookie.encrypted(process.env.SESSION_KEYS);

export const sessionHandler = (handler) => defineHandler(withSession(cookie, handler));
