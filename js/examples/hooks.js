// Counts outcomes and refusals elsewhere than in Prometheus, and prints lost changes.

import { SessionCookie } from "hardtack-session";
import { CsrfGuard } from "hardtack-session/csrf";
import { withSession } from "hardtack-session/fetch";

export const counts = {};
const count = (what) => (counts[what] = (counts[what] ?? 0) + 1);

export const fetch = withSession(SessionCookie.encrypted(process.env.SESSION_KEYS), () => new Response("hello"), {
  guard: new CsrfGuard({ originCheckOnly: true }),
  onOutcome: ({ kind, reason }) => count(reason ?? kind),
  onRefused: (refusal, { method, url }) => {
    count(refusal.code);
    if (refusal.code === "left-out") console.error(refusal, method, new URL(url).pathname); // a lost change
  },
});
