import { Suspense } from "react";
import { headers } from "next/headers";
import { csrfToken } from "hardtack-session";

import { sessions } from "../lib/session.js";

async function Visits() {
  const session = await sessions.load();
  return (
    <>
      <p>{`visits ${session.get("visits") ?? 0}, on ${(await headers()).get("x-on")}`}</p>
      {session.flashes("notice").map((notice) => <p key={notice} role="status">{notice}</p>)}
      <input type="hidden" name="csrf_token" value={await csrfToken(session)} />
    </>
  );
}

export default function Page() {
  return (
    <form id="count" action={count}>
      <Suspense>
        <Visits />
      </Suspense>
      <button>Again</button>
    </form>
  );
}

async function count() {
  "use server";
  await sessions.update((session) => session.update("visits", (visits = 0) => visits + 1));
}
