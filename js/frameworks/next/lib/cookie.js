// For the pages router, where Next.js refuses modules that import next/headers.
import { SessionCookie } from "hardtack-session";

export const cookie = () => SessionCookie.encrypted(process.env.SESSION_KEYS);
