// Checked by `tsc`, not run.

import { ConfigError, KeyRing, SessionCookie, SessionError, SessionHeader, type Session } from "../hardtack.js";

const ring: KeyRing = await KeyRing.parse(["key", "key"], { mode: "encrypted", skipXChaCha: true });
const cookies = await SessionCookie.encrypted(ring, {
  application: "shop",
  context: [["tenant", "acme"]],
  idleTimeout: null,
  size: "split:2",
  revokedIf: async ({ id, createdAt }) => id === null && createdAt < new Date(),
});

export default {
  async fetch(request: Request): Promise<Response> {
    const session: Session = await cookies.load(request.headers);
    const count: number = (session.get("count") ?? 0) + 1;
    session.set("count", count).set("list", [1n, "two", new Uint8Array(), { three: null }]);
    const response = new Response(`${count}`);
    await cookies.saveTo(response.headers, session, { status: response.status });
    return response;
  },
};

interface Visits {
  readonly visits: number;
}

const typed = await SessionHeader.encrypted<Visits>("authorization", ring, {
  type: {
    label: "visits",
    schema: 1,
    empty: { visits: 0 },
    encode: ({ visits }) => Uint8Array.of(visits),
    decode: ([visits = 0]) => ({ visits }),
  },
});
const session = await typed.load("Bearer token");
session.value = { visits: session.value.visits + 1 };
const token: string | null = await typed.save(session);

// @ts-expect-error a date is no plain data
(await cookies.load(null)).set("date", new Date());
// @ts-expect-error a session is made by `load`
new (await import("../hardtack.js")).Session();

try {
  (await cookies.load(null)).rememberFor(60);
} catch (error) {
  if (error instanceof SessionError && error.code === "not-remembering") console.log(token);
  if (error instanceof ConfigError) throw error;
}
