// A worker before an origin that shares its sessions.

import { readSetCookie, restBeside } from "../cookie/response.js";
import { isExpiry, toSetCookie } from "../cookie/set_cookie.js";
import { stateOf } from "../session/session.js";
import { cacheChanges } from "../carrier/caching.js";
import { headChanges, offerAfter, ownOf, withChanges } from "../carrier/cookie.js";
import { isOfSession, setCookieField } from "./cookie_field.js";

/**
 * Passes a request on to the origin, with the session as it is now in its `Cookie`, and returns the origin's response with
 * the session saved. If the origin writes the session too, its cookies count, because it began with the changes made
 * here. The session cannot be changed afterwards, unless there is no response.
 */
export async function forward(cookies, session, request, fetch = globalThis.fetch) {
  const state = stateOf(session);
  // A second origin would get the session as it came.
  if (state.isToWrite()) state.change(true);
  const { isClosed } = state;
  const isWritten = isWrittenWith(200, session);
  const isKept = isWrittenWith(500, session);
  const own = isWritten ? await cookies.saveAsCookies(session) : [];
  const headers = new Headers(request.headers);
  if (isWritten) setCookieField(headers, cookies.name, own);
  let response;
  try {
    // A redirect is the visitor's to follow; else its cookies would be lost.
    response = await fetch(new Request(request, { headers, redirect: "manual" }));
  } catch (error) {
    // The answer in its place, or of another origin, may save the session.
    state.isClosed = isClosed;
    throw error;
  }
  return withChanges(response, await changesTo(response, cookies, session, { isWritten, isKept, own }));
}

/** Returns true if a response of this status sets or drops the session. */
const isWrittenWith = (status, session) => stateOf(session).decide({ status }).touch === "written";

/** `isKept`: the session is saved whatever the status. `own`: the cookies of the session. */
async function changesTo(response, cookies, session, { isWritten, isKept, own }) {
  const fields = [...response.headers];
  // One of the same name with another path, domain or partition is another cookie.
  const theirs = response.headers.getSetCookie().map(readSetCookie);
  const setAs = (own) => theirs.filter((cookie) => restBeside(own, cookie) === "");
  const sets = setAs(ownOf(cookies));
  const isOrigins = sets.length > 0;
  if (!isWritten) {
    return headChanges(cookies, fields, session, { status: response.status });
  }
  const isLost = response.status === 408 || (response.status >= 500 && !isKept);
  if (isLost && !isOrigins) return cacheChanges(fields, "touched", "Cookie");
  // Our cookies next to the session, such as the mark of one that has ended, and expiries of parts that the origin has not seen.
  const isSet = (cookie) => setAs(readSetCookie(toSetCookie(cookie))).length > 0;
  const isLeft = (cookie) => !isSet(cookie) && (isExpiry(cookie) || !isOfSession(cookie.name, cookies.name));
  const left = isOrigins ? own.filter(isLeft) : own;
  // The offer is for the origin's session, too, unless the origin drops it, or makes an offer itself.
  const isOver = isOrigins && sets.every(isExpiry);
  const offer = isOver ? [] : offerAfter(session, fields).filter(([name]) => !isOrigins || !response.headers.has(name));
  return [...cacheChanges(fields, "written", "Cookie"), ...left.map((cookie) => ["set-cookie", toSetCookie(cookie)]), ...offer];
}
