// A function of AWS Lambda, for function URLs and for API Gateway with payload 2.0.

import { SessionCookie } from "hardtack-session";

const ready = SessionCookie.encrypted(process.env.SESSION_KEYS); // once for each instance

export async function handler(event) {
  const cookies = await ready;
  const session = await cookies.load(event);
  const visits = session.update("visits", (visits = 0) => visits + 1).get("visits");
  const headers = { "cache-control": "no-store", vary: "Cookie" };
  return { statusCode: 200, headers, cookies: await cookies.save(session), body: `visit ${visits}` };
}
