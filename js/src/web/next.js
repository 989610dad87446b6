// Next.js, its app router: server components, server actions and route handlers.

import { opener } from "./adapter.js";

/**
 * Sessions in the cookies of a request. `cookies` is the function of `next/headers`; `sessions` a `SessionCookie`, a promise
 * of one, or a function that makes one at the first request, so that a build needs no keys.
 */
export function inNext(sessions, cookies, { now } = {}) {
  const open = opener(sessions);
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
    const result = await change(session);
    await save(session);
    return result;
  };
  return { load, save, update };
}
