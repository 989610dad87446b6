import { WAYS } from "../../lib/at_once.js";
import { sessions } from "../../lib/session.js";

async function act(form) {
  "use server";
  await WAYS[form.get("way")]();
}

export default async function Page() {
  return (
    <form id="at-once" action={act}>
      <input name="way" />
      <p>{`has ${(await sessions.load()).keys()}`}</p>
    </form>
  );
}
