// Takes sessions over from iron-session, and ends them as it does: 14 days after the last `save()`.

import { SessionCookie } from "hardtack-session";
import { ironSession } from "hardtack-session/iron-session";

const days = 86_400;

export const cookies = await SessionCookie.encrypted(process.env.SESSION_KEYS, {
  persistent: true,
  idleTimeout: 14 * days,
  absoluteTimeout: 3650 * days,
  refreshAfter: "on-change",
  size: "browser", // as iron-session, 4,096 bytes
  migrateFrom: ironSession({
    cookieName: "sid",
    password: process.env.IRON_PASSWORD,
    from: new Date("2026-12-01"), // the rollout: a constant
    until: new Date("2026-12-15"),
  }),
});
