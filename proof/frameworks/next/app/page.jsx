import { csrfToken } from "hardtack-session";
import { sessions } from "../lib/session.js";
import { count } from "./actions.js";
import { Notices } from "./notices.jsx";

export default async function Page() {
  const session = await sessions.load();
  return (
    <main>
      <Notices session={session} />
      <p>{`visits ${session.get("visits") ?? 0}`}</p>
      <p>{`user ${session.get("user") ?? "nobody"}`}</p>
      <form id="count" action={count}>
        <button>count</button>
      </form>
      <form id="note" action="/api/note" method="post">
        <input type="hidden" name="csrf_token" value={await csrfToken(session)} />
        <button>note</button>
      </form>
    </main>
  );
}
