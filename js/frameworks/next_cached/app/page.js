import { Suspense } from "react";

import { sessions } from "../lib/session.js";

async function Visits() {
  const session = await sessions.load();
  return <p>{`visits ${session.get("visits") ?? 0}`}</p>;
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
