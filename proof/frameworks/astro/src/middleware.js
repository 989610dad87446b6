import { SessionCookie } from "hardtack-session";
import { onSession } from "hardtack-session/astro";

export const onRequest = onSession(() => SessionCookie.encrypted(process.env.SESSION_KEYS));
