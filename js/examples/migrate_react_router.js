// Takes sessions over from React Router. `storage` is one of `createCookieSessionStorage` that has `secrets`.

import { oldCookie } from "hardtack-session/migrate";

export const migrateFrom = (storage) =>
  oldCookie({
    name: "__session",
    read: async (value) => ({ entries: (await storage.getSession(`__session=${value}`)).data }),
    from: new Date("2026-12-01"),
    until: new Date("2026-12-15"),
  });
