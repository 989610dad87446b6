// Next.js, its app router: server components, server actions, route handlers, and the proxy before them.

import { ConfigError } from "../errors.js";
import { stateOf } from "../session.js";
import { toSetCookie } from "../set_cookie.js";
import { admission, opener } from "./adapter.js";
import { setCookieField } from "./cookie_field.js";

/** By then every cookie of `migrateFrom` is dropped. */
const LATE = new Date("9999-01-01");

/**
 * Sessions in the cookies of a request. `cookies` is the function of `next/headers`; `sessions` a `SessionCookie`, a promise
 * of one, or a function that makes one at the first request, so that a build needs no keys.
 */
export function inNext(sessions, cookies, { now } = {}) {
  const open = opener(typeof sessions === "function" ? async () => checked(sessions()) : checked(sessions));
  const load = async () => {
    // First, so that Next.js knows that the page depends on the request before a build misses the keys.
    const jar = await cookies();
    const cookie = await open();
    const pairs = jar.getAll().filter(({ name, value }) => name.startsWith(cookie.name) && !value.includes(";"));
    return cookie.load(pairs.map(({ name, value }) => `${name}=${value}`), now?.());
  };
  const save = async (session) => {
    const jar = await cookies();
    for (const { name, value, options } of await (await open()).saveAsCookies(session)) jar.set(name, value, options);
  };
  const update = async (change) => {
    const session = await load();
    let result;
    try {
      result = await change(session);
    } catch (error) {
      if (isWayOut(error)) await save(session);
      throw error;
    }
    await save(session);
    return result;
  };
  return { load, save, update };
}

/** Returns true for what `redirect`, `notFound` and their kin throw, which is an answer and no failure. */
const isWayOut = (error) => typeof error?.digest === "string" && error.digest.startsWith("NEXT_");

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

/**
 * The function `proxy`, before Next.js 16 `middleware`: it refreshes the session of a visitor who only looks at pages, which
 * cannot set cookies. `NextResponse` is that of `next/server`. `handler(request, session)` may change the session, which the
 * page of the same request then loads; and may answer the request, by a redirect for example.
 */
export function sessionProxy(sessions, NextResponse, handler = () => {}, { now } = {}) {
  const admit = admission(sessions, { now });
  return async (request) => {
    const [session, save, refused, cookie] = await admit(request);
    const answer = await (refused ?? handler(request, session));
    if (answer) return save(answer);
    stateOf(session).touch();
    // The handlers of other methods refresh the session themselves.
    const isLook = ["GET", "HEAD"].includes(request.method);
    const set = await cookie.saveAsCookies(session, isLook ? {} : { isSubresource: true });
    // Always, because the handler may have set a field for the page, or removed one of the client's.
    const headers = new Headers(request.headers);
    if (set.length > 0) setCookieField(headers, cookie.name, set);
    const response = NextResponse.next({ request: { headers } });
    if (set.length === 0) return response;
    // Its `cookies` keep one of each name, and another path may have to be expired.
    for (const one of set) response.headers.append("set-cookie", toSetCookie(one));
    response.headers.set("cache-control", "no-store");
    return response;
  };
}
