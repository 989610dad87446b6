// SvelteKit.

import { cookiesAfter } from "../carrier/cookie.js";
import { noteFailure } from "../state/actions.js";
import { stateOf } from "../session/session.js";
import { admission, checkDefined, claim, define } from "./adapter.js";
import { isOfSession } from "./cookie_field.js";

export function handleSession(cookies, options) {
  const admit = admission(cookies, options);
  return async ({ event, resolve }) => {
    if (isOfBuild(event)) return resolve(event);
    const { session, save, refused, sessions } = await admit(event.request, event.platform?.env);
    const release = claim(event.request, sessions);
    const before = cookiesIn(event, sessions);
    const saveRedirect = async ({ status }) => {
      const after = cookiesIn(event, sessions);
      // If they differ, an inner request has set them, or dropped them.
      const isUnchanged = JSON.stringify(after) === JSON.stringify(before);
      const existing = isUnchanged ? [] : after.length > 0 ? after : [{ name: sessions.name, value: "" }];
      setIn(event.cookies, await cookiesAfter(sessions, existing, session, { status }));
    };
    try {
      define(event.locals, session);
      const response = await (refused ?? respond(resolve, event, session, saveRedirect));
      checkDefined(session);
      return await save(response);
    } finally {
      release();
    }
  };
}

/**
 * Returns true while a page is rendered at build time: SvelteKit then throws when the query is read or, for the fallback page of static
 * hosts, when the visitor's address is read.
 */
const isOfBuild = ({ url, getClientAddress }) => throws(() => url?.search) || (url?.pathname === "/[fallback]" && throws(getClientAddress));

function throws(read) {
  try {
    read();
    return false;
  } catch {
    return true;
  }
}

/** Calls the next hooks. Saves with a redirect that they throw, because SvelteKit adds only the event's own cookies to it. */
async function respond(resolve, event, session, saveRedirect) {
  try {
    const response = await resolve(event);
    const state = stateOf(session);
    const { failure } = state;
    // SvelteKit answers an error of any status with 500.
    if (!failure?.status || response?.status !== 500) return response;
    noteFailure(state, true);
    const failed = new Response(response.body, { status: failure.status, headers: response.headers });
    for (const [name, value] of Object.entries(failure.headers ?? {})) failed.headers.set(name, value);
    return failed;
  } catch (error) {
    if (typeof error?.location === "string") await saveRedirect(error);
    throw error;
  }
}

/** Returns the cookies of the session in the event. */
const cookiesIn = ({ cookies }, { name }) => cookies?.getAll().filter((cookie) => isOfSession(cookie.name, name)) ?? [];

function setIn(cookies, set) {
  try {
    for (const { name, value, options } of set) cookies.set(name, value, options);
  } catch {
    // SvelteKit accepts no cookies once the page is rendered.
  }
}
