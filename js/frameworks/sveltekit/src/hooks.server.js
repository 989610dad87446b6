import { env } from "$env/dynamic/private";
import { SessionCookie } from "hardtack-session";
import { handleSession } from "hardtack-session/sveltekit";

export const handle = handleSession(() => SessionCookie.encrypted(env.SESSION_KEYS));
