import { Suspense } from "react";
import { csrfToken } from "hardtack-session";
import { sessions } from "../../lib/session";

export default function Page() {
  return (
    <form action="/api/cart" method="post">
      <Suspense>
        <Token />
      </Suspense>
      <button name="item" value="7">Buy</button>
    </form>
  );
}

async function Token() {
  return <input type="hidden" name="csrf_token" value={await csrfToken(await sessions.load())} />;
}
