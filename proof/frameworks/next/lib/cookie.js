import { SessionCookie } from "hardtack-session";

export const cookie = () => SessionCookie.encrypted(process.env.SESSION_KEYS);
