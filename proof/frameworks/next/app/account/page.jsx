import { redirect } from "next/navigation";
import { sessions } from "../../lib/session.js";
import { fail, leave, save, signOut } from "../actions.js";
import { Notices } from "../notices.jsx";

export default async function Page() {
  const session = await sessions.load();
  // The proxy is for the way to the form; what must not be seen is asked for here.
  if (!session.has("user")) redirect("/login");
  return (
    <main>
      <Notices session={session} />
      <p>{`account of ${session.get("user")}, failed ${session.has("failed")}`}</p>
      {Object.entries({ save, leave, fail, "sign-out": signOut }).map(([id, action]) => (
        <form key={id} id={id} action={action}>
          <button>{id}</button>
        </form>
      ))}
    </main>
  );
}
