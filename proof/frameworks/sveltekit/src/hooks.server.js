import { SESSION_KEYS } from "$app/env/private"; // SvelteKit 2: `import { env } from "$env/dynamic/private"`, and env.SESSION_KEYS
import { SessionCookie } from "hardtack-session";
import { handleSession } from "hardtack-session/sveltekit";

export const handle = handleSession(() => SessionCookie.encrypted(SESSION_KEYS));
