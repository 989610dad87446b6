import { Google, generateCodeVerifier } from "arctic";
import { SessionToken } from "hardtack-session";

// The last is the address of the second route. Google has to know it.
export const google = new Google(process.env.GOOGLE_ID, process.env.GOOGLE_SECRET, process.env.GOOGLE_CALLBACK);

let made;
const tokens = () => (made ??= SessionToken.encrypted(process.env.SESSION_KEYS, { purpose: "sign-in at Google", absoluteTimeout: 900, idleTimeout: null }));

/** Sends the visitor to Google. Addresses show `state`, which is sealed: nobody can read or change the verifier or the page. */
export async function begin(browser, next, number = 1) {
  const [sealer, verifier] = [await tokens(), generateCodeVerifier()];
  const attempt = await sealer.load(null);
  attempt.set("browser", browser).set("verifier", verifier).set("next", next).set("number", number);
  return Response.redirect(google.createAuthorizationURL(await sealer.save(attempt), verifier, ["openid", "profile"]));
}

/** Returns what `begin` has sealed, for a quarter of an hour. */
export const attemptOf = async (state) => Object.fromEntries((await (await tokens()).load(state)).entries());
