import { withSession } from "hardtack-session/fetch";
import { cookie, sessions } from "../../../lib/session.js";

// With a response of its own, which gets the fields for caches, too.
export const GET = withSession(cookie, (request, session) =>
  new Response(`visits ${session.update("visits", (visits = 0) => visits + 1).get("visits")}`),
);

// By the cookies of the framework.
export async function POST() {
  const visits = await sessions.update((session) => session.update("visits", (visits = 0) => visits + 1).get("visits"));
  return new Response(`visits ${visits}`);
}
