import { sessions } from "../lib/session.js";

async function count() {
  "use server";
  await sessions.update((session) => session.update("visits", (visits = 0) => visits + 1));
}

async function signOut() {
  "use server";
  await sessions.update((session) => session.invalidate());
}

export default async function Page() {
  const session = await sessions.load();
  return (
    <main>
      <p>{`visits ${session.get("visits") ?? 0}`}</p>
      <p>{`from ${session.get("from") ?? "nowhere"}`}</p>
      <form id="count" action={count}>
        <button>count</button>
      </form>
      <form id="out" action={signOut}>
        <button>sign out</button>
      </form>
    </main>
  );
}
