// Takes sessions over from Flask, or from Starlette and FastAPI, whose cookies itsdangerous signs.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { inflateSync } from "node:zlib";
import { oldCookie } from "hardtack-session/migrate";

const secret = process.env.OLD_SECRET_KEY;
const maxAge = 31 * 86_400; // Flask's PERMANENT_SESSION_LIFETIME; 14 * 86_400 is the `max_age` of Starlette
const hmac = (key, text) => createHmac("sha1", key).update(text).digest();
const key = hmac(secret, "cookie-session"); // of Starlette, createHash("sha1").update(`itsdangerous.Signersigner${secret}`).digest()

function read(value) {
  const [, signed, payload, time, tag] = /^((.*)\.(.*))\.(.*)$/.exec(value) ?? [];
  if (!signed) return null;
  const [given, right] = [tag, hmac(key, signed).toString("base64url")].map((text) => Buffer.from(text));
  if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
  // Flask compresses what has a dot before it. A small cookie could unpack to megabytes.
  const bytes = Buffer.from(payload.replace(".", ""), "base64url");
  const json = payload.startsWith(".") ? inflateSync(bytes, { maxOutputLength: 65_536 }) : bytes;
  const seconds = parseInt(Buffer.from(time, "base64url").toString("hex"), 16);
  // Before version 1.1, itsdangerous counted from 2011.
  const createdAt = seconds < 1_293_840_000 ? seconds + 1_293_840_000 : seconds;
  // Flask's tags stay, such as `{ " t": [1, 2] }` of a tuple; `convert` can change them.
  return { entries: JSON.parse(json, exactly), createdAt: createdAt * 1000, expiresAt: (createdAt + maxAge + 1) * 1000 };
}

// An id beyond 2^53 becomes a BigInt. Before Node 21, which has no third argument, its session is rejected.
function exactly(_, number, context) {
  return context && Number.isInteger(number) && !Number.isSafeInteger(number) ? BigInt(context.source) : number;
}

export const migrateFrom = oldCookie({
  name: "session",
  secure: false, // unless SESSION_COOKIE_SECURE, or `https_only`, was true
  read,
  from: new Date("2026-12-01"),
  until: new Date("2026-12-15"),
});
