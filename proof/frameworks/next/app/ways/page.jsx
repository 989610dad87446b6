import { forbidden, notFound, permanentRedirect, redirect, unauthorized } from "next/navigation";
import { sessions } from "../../lib/session.js";

const WAYS = {
  forbidden,
  notFound,
  unauthorized,
  redirect: () => redirect("/"),
  permanentRedirect: () => permanentRedirect("/"),
  error: () => {
    throw new Error("failed");
  },
};

async function leave(form) {
  "use server";
  await sessions.update((session) => {
    session.update("visits", (visits = 0) => visits + 1);
    WAYS[form.get("way")]();
  });
}

// Each kind of leaving.
export default function Page() {
  return (
    <form id="way" action={leave}>
      <input name="way" />
    </form>
  );
}
