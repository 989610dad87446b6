import { cookies, headers } from "next/headers";
import { SessionCookie, attributes } from "hardtack-session";
import { inNext } from "hardtack-session/next";

// A name that another host of the site can set.
const cookie = () => SessionCookie.encrypted(process.env.SESSION_KEYS, { cookie: attributes({ name: "__Secure-shared" }) });
const sessions = inNext(cookie, cookies, { headers });

export async function GET() {
  const session = await sessions.load();
  return new Response(session.outcome.reason ?? `visits ${session.get("visits") ?? 0}`);
}

// Loads what this request has written, too.
export async function POST() {
  await sessions.update((session) => session.update("visits", (visits = 0) => visits + 1));
  return GET();
}
