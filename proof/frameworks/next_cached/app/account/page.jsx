import { Suspense } from "react";
import { redirect } from "next/navigation";
import { sessions } from "../../lib/session";
import { signOut } from "../actions";

export default function Page() {
  return (
    <Suspense>
      <Account />
    </Suspense>
  );
}

async function Account() {
  const session = await sessions.load();
  if (!session.has("user")) redirect("/login");
  return (
    <form action={signOut}>
      <p>Hello {session.get("user")}</p>
      <button>Sign out</button>
    </form>
  );
}
