// Binds each session to the tenant of its request, by the host or by the path.

import { HTTPException } from "hono/http-exception";
import { SessionCookie, attributes } from "hardtack-session";
import { session } from "hardtack-session/hono";

const tenants = new Map([["a.example", "1"], ["b.example", "2"]]);

/** The browser chooses the host: accept only tenants that you know. */
function contextBy(request) {
  const { hostname } = new URL(request.url);
  if (!tenants.has(hostname)) throw new HTTPException(421);
  return [["tenant", tenants.get(hostname)]];
}

export const forTenants = (app, cookies) => app.use(session(cookies, { contextBy }));

/** A browser keeps one cookie of a name, so tenants of one host have a cookie each. */
export function forTenantsInPaths(app, keys) {
  for (const id of tenants.values()) {
    const cookie = attributes({ name: `__Host-tenant-${id}` });
    app.use(`/t/${id}/*`, session(SessionCookie.encrypted(keys, { cookie })));
  }
}
