// It needs `src/env.js`, beside this file. SvelteKit 2: `import { env } from "$env/dynamic/private"`, and env.SESSION_KEYS
import { SESSION_KEYS } from "$app/env/private";
import { SessionCookie } from "hardtack-session";
import { handleSession } from "hardtack-session/sveltekit";

export const handle = handleSession(() => SessionCookie.encrypted(SESSION_KEYS));
