// A server of Bun or Deno that counts visits, and what a visitor of it gets. Prints what came of it.

import { SessionCookie, generateKey } from "../../js/src/index.js";
import { withSession } from "../../js/src/web/fetch.js";

const cookies = await SessionCookie.encrypted(await generateKey());
const handler = withSession(cookies, (request, session) => {
  if (request.url.endsWith("/out")) session.invalidate();
  return new Response(`visit ${session.update("visits", (visits = 0) => visits + 1).get("visits")}`);
});
const hostname = "127.0.0.1";
const server = globalThis.Deno ? Deno.serve({ hostname, port: 0, onListen() {} }, handler) : Bun.serve({ hostname, port: 0, fetch: handler });
const port = server.port ?? server.addr.port;

const visits = [];
let cookie = "";
for (const path of ["/", "/", "/out", "/"]) {
  const response = await fetch(`http://${hostname}:${port}${path}`, { headers: { cookie } });
  const [line] = response.headers.getSetCookie();
  cookie = line.split(";")[0];
  visits.push(await response.text());
}
console.log(JSON.stringify(visits));
await (server.stop?.(true) ?? server.shutdown());
