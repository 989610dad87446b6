// The site of the two deployments in JavaScript: the routes of the others.

import { CsrfGuard } from "hardtack-session/csrf";
import { keysInUse } from "hardtack-session/health";
import { fromEnv } from "hardtack-session/settings";
import { revalidation } from "hardtack-session";

const MONTH = 30 * 86_400;

let cookie;

/** The cookie that the variables describe. Once a minute, the table of users is asked whether a session is still allowed. */
export const cookieOf = async (env) =>
  (cookie ??= await fromEnv("SESSION_", env, {
    revalidateAfter: revalidation({
      seconds: Number(env.REVALIDATE_AFTER ?? 60),
      async validate(session) {
        if (!session.has("user")) return true;
        const current = await epochOf(env, session.get("user"));
        // A replica of the table may lag behind the sign-in.
        return current !== null && session.get("epoch") >= current;
      },
    }),
  }));

/** Refuses forms from other sites. */
export const guard = new CsrfGuard({ originCheckOnly: true });

/** The number of a user. All sessions with a lower one have ended. `null`: there is no such user. */
async function epochOf(env, user) {
  // In an address, two dots lead out of the table.
  if (/^\.{0,2}$/.test(user)) return null;
  const table = env.USERS.replace(/\/?$/, "/");
  const answer = await fetch(new URL(encodeURIComponent(user), table), { signal: AbortSignal.timeout(5_000), cache: "no-store" });
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Error(`the table of users answers ${answer.status}`);
  const epoch = await answer.json();
  if (!Number.isInteger(epoch)) throw new Error("the table of users answers no number");
  return epoch;
}

export async function answer(env, request, session) {
  const { pathname } = new URL(request.url);
  switch (`${request.method} ${pathname}`) {
    case "GET /health":
      return new Response(String(await keysInUse(cookieOf(env))));
    case "GET /":
      break;
    case "POST /sign-in": {
      const form = await request.formData();
      const name = form.get("name");
      const epoch = await epochOf(env, name);
      if (epoch === null) return new Response("there is no such user", { status: 401 });
      session.signIn();
      session.set("user", name).set("epoch", epoch);
      if (form.has("remember")) session.rememberFor(MONTH);
      break;
    }
    case "POST /count":
      session.update("count", (count = 0) => count + 1);
      break;
    case "POST /sign-out":
      session.invalidate();
      break;
    default:
      return new Response("not found", { status: 404 });
  }
  return new Response(`${session.get("user") ?? "nobody"} ${session.get("count") ?? 0}`);
}
