// Takes sessions over from @fastify/secure-session. `app` is the application that registered it: it refuses a session after its
// `expiry`.

import { oldCookie } from "hardtack-session/migrate";

export const migrateFrom = (app) =>
  oldCookie({
    name: "session",
    read(value) {
      const session = app.decodeSecureSession(decodeURIComponent(value));
      return session && { entries: session.data(), createdAt: session.get("__ts") * 1000 };
    },
    from: new Date("2026-12-01"),
    until: new Date("2026-12-15"),
  });
