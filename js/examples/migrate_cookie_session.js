// Takes sessions over from cookie-session and koa-session, whose signature is in a second cookie.

import Keygrip from "keygrip";
import { oldCookie } from "hardtack-session/migrate";

const keys = new Keygrip([process.env.OLD_KEY]);
const name = "session"; // of koa-session, `koa.sess`

function read(value, [signature]) {
  if (!signature || !keys.verify(`${name}=${value}`, signature)) return null;
  const { _expire, _maxAge, _session, ...entries } = JSON.parse(Buffer.from(value, "base64"));
  return { entries, expiresAt: _expire };
}

export const migrateFrom = oldCookie({
  name,
  also: [`${name}.sig`],
  secure: false, // unless the option `secure` was true
  read,
  from: new Date("2026-12-01"),
  until: new Date("2026-12-15"),
});
