import { defineEnvVars } from "@sveltejs/kit/env";

// A build has none.
export const variables = defineEnvVars({ SESSION_KEYS: { schema: (keys) => keys } });
