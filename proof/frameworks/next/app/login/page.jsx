import { sessions } from "../../lib/session.js";
import { signIn } from "../actions.js";
import { Notices } from "../notices.jsx";

export default async function Page({ searchParams }) {
  const { next = "" } = await searchParams;
  return (
    <main>
      <Notices session={await sessions.load()} />
      <form id="sign-in" action={signIn}>
        <input name="user" />
        <input type="hidden" name="next" value={next} />
        <button>sign in</button>
      </form>
    </main>
  );
}
