// Takes sessions over from h3 1 and 2, and so from Nitro and Nuxt.

import { unsealSession } from "h3";
import { SessionCookie } from "hardtack-session";
import { oldCookie } from "hardtack-session/migrate";

const config = { password: process.env.SESSION_PASSWORD, maxAge: 7 * 86_400 };

async function read(value) {
  const { data, createdAt, lastSeenAt } = await unsealSession(null, config, value);
  return { entries: data, createdAt, lastActiveAt: lastSeenAt };
}

export const cookies = await SessionCookie.encrypted(process.env.SESSION_KEYS, {
  persistent: true,
  idleTimeout: null,
  absoluteTimeout: config.maxAge,
  migrateFrom: oldCookie({ name: "h3", read, from: new Date("2026-12-01"), until: new Date("2026-12-15") }),
});
