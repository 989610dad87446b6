import { Suspense } from "react";
import { signIn } from "../actions";

export default function Page(props) {
  return (
    <Suspense>
      <Login {...props} />
    </Suspense>
  );
}

async function Login({ searchParams }) {
  const { next = "" } = await searchParams; // set by `protect` in proxy.js
  return (
    <form action={signIn}>
      <input name="name" />
      <input name="password" type="password" />
      <input type="hidden" name="next" value={next} />
      <button>Sign in</button>
    </form>
  );
}
