// The app router of Next.js: server components, server actions and route handlers.

import { ConfigError, ensure } from "../../errors.js";
import { opener } from "../adapter.js";
import { checkOptions } from "./options.js";

/** By then every cookie of `migrateFrom` is dropped. */
const LATE = new Date("9999-01-01");

/**
 * Sessions in the cookies of a request. `cookies` is the function of `next/headers`; `sessions` a `SessionCookie`, a promise
 * of one, or a function that makes one at the first request, so that a build needs no keys.
 */
export function inNext(sessions, cookies, options = {}) {
  ensure(typeof cookies === "function", "option", "`inNext` takes the function `cookies` of next/headers after the sessions");
  checkOptions("inNext", options, ["now"]);
  const open = opener(typeof sessions === "function" ? async () => checked(sessions()) : checked(sessions));
  const load = async () => {
    // First, so that Next.js knows that the page depends on the request before a build misses the keys.
    const jar = await cookies();
    const cookie = await open();
    const pairs = jar.getAll().filter(({ name, value }) => name.startsWith(cookie.name) && !value.includes(";"));
    return cookie.load(pairs.map(({ name, value }) => `${name}=${value}`), options.now?.());
  };
  const save = async (session, status = 200) => {
    const jar = await cookies();
    for (const { name, value, options } of await (await open()).saveAsCookies(session, { status })) jar.set(name, value, options);
  };
  const update = async (change) => {
    const session = await load();
    let result;
    try {
      result = await change(session);
    } catch (error) {
      // As a response of status 500 does: a failure saves no change, and signs out all the same.
      await save(session, isWayOut(error) ? 200 : 500);
      throw error;
    }
    await save(session);
    return result;
  };
  return { load, save: (session) => save(session), update };
}

/**
 * Returns true for what `redirect`, `notFound` and their kin throw, which is an answer and no failure. Next.js marks by
 * other digests that a page cannot be rendered at build time.
 */
const isWayOut = (error) => typeof error?.digest === "string" && /^NEXT_(REDIRECT|HTTP_ERROR_FALLBACK|NOT_FOUND)(;|$)/.test(error.digest);

/** Refuses sessions whose cookies the jar of Next.js would lose: it keeps one of each name, whatever its path and domain. */
async function checked(sessions) {
  const cookie = await sessions;
  const session = await cookie.load(`${cookie.name}=`, LATE);
  session.invalidate();
  const names = (await cookie.saveAsCookies(session)).map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return cookie;
  const advice = "leave it out here, where sessions are read, and write them by `withSession` of hardtack-session/fetch";
  const option = twice === cookie.name ? "formerly" : "migrateFrom";
  throw new ConfigError(option, `\`${option}\` must drop two cookies of the name ${twice}, and Next.js sets one; ${advice}`);
}
