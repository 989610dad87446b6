// Takes sessions over from a JWT in a cookie.

import { jwtVerify } from "jose";
import { oldCookie } from "hardtack-session/migrate";

const key = new TextEncoder().encode(process.env.JWT_SECRET);

async function read(value) {
  // If the key also signs other tokens, such as links to a new password, check what tells them apart: `issuer`, `audience` or `typ`.
  const { payload } = await jwtVerify(value, key, { algorithms: ["HS256"] });
  // `jose` rounds numbers beyond 2^53, so sessions with one are refused.
  const { iat, exp, ...entries } = payload;
  return { entries, createdAt: iat && iat * 1000, expiresAt: exp && exp * 1000 };
}

export const migrateFrom = oldCookie({
  name: "token",
  read,
  from: new Date("2026-12-01"),
  until: new Date("2026-12-15"),
});
