// A visitor of the tests, and the errors that they expect.

import { ConfigError, SessionCookie, SessionError } from "../src/index.js";
import { XAES_KEY } from "./keys.js";

export const NOW = new Date("2027-01-15T08:00:00Z");
export const later = (seconds) => new Date(NOW.getTime() + seconds * 1000);
export const cookies = await SessionCookie.encrypted(XAES_KEY);

/** The `Cookie` field that a browser sends after these `Set-Cookie` fields. */
export const field = (setCookies) => setCookies.map((line) => line.split(";")[0]).join("; ");

export async function filled(change = (session) => session.set("user", "ada"), of = cookies) {
  const session = await of.load(null, NOW);
  change(session);
  return field(await of.save(session));
}

export const refused = (code) => (error) => error instanceof SessionError && error.code === code;
export const misconfigured = (code) => (error) => error instanceof ConfigError && error.code === code;
