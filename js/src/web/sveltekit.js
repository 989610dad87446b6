// SvelteKit.

import { headersOf, statusOf } from "../format/base/errors.js";
import { cookiesAfter, headChanges } from "../carrier/cookie.js";
import { withChanges } from "../carrier/head.js";
import { noteFailure } from "../state/actions.js";
import { isToWrite } from "../state/decide.js";
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
      return await (isNotModified(event, response) ? saveNotModified(response, sessions, session) : save(response));
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
    if (isToWrite(state) && (await isFailure(event, response))) noteFailure(state, true);
    // SvelteKit answers an error of any status with 500.
    const status = statusOf(failure);
    if (!status || response?.status !== 500) return response;
    const failed = new Response(response.body, { status, headers: response.headers });
    for (const [name, value] of Object.entries(headersOf(failure) ?? {})) failed.headers.set(name, value);
    return failed;
  } catch (error) {
    if (typeof error?.location === "string") await saveRedirect(error);
    throw error;
  }
}

/**
 * Returns true if SvelteKit answers a script with an error of 5xx inside of a 200: that of a remote function, or of a `load` whose page
 * the router of the browser asks for.
 */
async function isFailure({ isRemoteRequest, isDataRequest }, response) {
  const isOfKit = (isRemoteRequest || isDataRequest) && response?.headers.get("content-type")?.startsWith("application/json");
  if (!isOfKit) return false;
  const answer = await response.clone().json();
  return [answer, ...(answer.nodes ?? [])].some((part) => part?.type === "error" && !(statusIn(part) < 500));
}

/** The place in SvelteKit 3 or, for some answers of SvelteKit 2, the one there. */
const statusIn = ({ error, status }) => status ?? error?.status;

/** Returns true for a response of which SvelteKit makes a 304, after all hooks. */
function isNotModified({ request }, response) {
  const tag = response?.headers?.get?.("etag");
  return response?.status === 200 && !!tag && request.headers.get("if-none-match")?.replace(/^W\/(?=")/, "") === tag;
}

/**
 * Saves a session as with a 304, which carries no refresh. With a change, the page is sent as a whole, without its tag: older versions
 * of SvelteKit 2, such as 2.60, join all cookies of a 304 in one header.
 */
async function saveNotModified(response, sessions, session) {
  const changes = await headChanges(sessions, [...response.headers], session, { status: 304 });
  const isSet = changes.some(([name]) => name === "set-cookie");
  return withChanges(response, isSet ? [...changes, ["etag", null]] : changes);
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
