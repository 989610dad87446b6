// A function of AWS Lambda, for function URLs and for API Gateway with payload 2.0. The guard refuses forms of other sites.

import { SessionCookie } from "hardtack-session";
import { CsrfGuard } from "hardtack-session/csrf";

const ready = SessionCookie.encrypted(process.env.SESSION_KEYS); // once for each instance
const guard = new CsrfGuard({ originCheckOnly: true });

export async function handler(event) {
  const cookies = await ready;
  const session = await cookies.load(event);
  // With payload 1.0, the method is `event.httpMethod`, the path `event.path`, and the headers are `event.multiValueHeaders`.
  const { rawPath: url, headers: fields, requestContext } = event;
  const refusal = await guard.check({ method: requestContext.http.method, url, headers: fields }, session);
  if (refusal) return { statusCode: refusal.status, headers: refusal.headers, body: refusal.body };
  const visits = session.update("visits", (visits = 0) => visits + 1).get("visits");
  const headers = { "cache-control": "no-store", vary: "Cookie" };
  return { statusCode: 200, headers, cookies: await cookies.save(session), body: `visit ${visits}` };
}
