// Gives the cookie another name.

import { SessionCookie, attributes } from "hardtack-session";
import { oldCookie } from "hardtack-session/migrate";

const cookie = await SessionCookie.encrypted(process.env.SESSION_KEYS, { cookie: attributes({ name: "session" }) });

export const cookies = await SessionCookie.encrypted(process.env.SESSION_KEYS, {
  migrateFrom: oldCookie({ cookie, from: new Date("2026-12-01"), until: new Date("2027-03-01") }),
});
