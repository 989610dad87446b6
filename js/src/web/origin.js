// A worker in front of an origin that shares its sessions.

import { readSetCookie, restBeside } from "../format/cookie/response.js";
import { isExpiry, toSetCookie } from "../format/cookie/set_cookie.js";
import { reopen } from "../state/actions.js";
import { decide, isToWrite, tellsFailure } from "../state/decide.js";
import { stateOf } from "../session/session.js";
import { cacheChanges } from "../carrier/caching.js";
import { headChanges, offerAfter, ownOf } from "../carrier/cookie.js";
import { withChanges } from "../carrier/head.js";
import { isOfSession, setCookieField } from "./cookie_field.js";

export async function forward(cookies, session, request, fetch = globalThis.fetch) {
  const state = stateOf(session);
  // Throws for a session that is closed. A second origin would otherwise get it without its changes.
  if (isToWrite(state)) state.change(true);
  const { isClosed } = state;
  // The origin needs the changes in its request, before its status is known. So both cases are decided now.
  const isWritten = isWrittenWith(200, session);
  const isKept = isWrittenWith(500, session);
  const own = isWritten ? await cookies.saveAsCookies(session) : [];
  const headers = new Headers(request.headers);
  if (isWritten) setCookieField(headers, cookies.name, own);
  let response;
  try {
    // The visitor follows a redirect. Followed here, the cookies of the redirecting response would be lost.
    response = await fetch(new Request(request, { headers, redirect: "manual" }));
  } catch (error) {
    // Nothing was saved, so the response that the worker makes instead, or that of another origin, may save the session.
    if (!isClosed) reopen(state);
    throw error;
  }
  return withChanges(response, await changesTo(response, cookies, session, { isWritten, isKept, own }));
}

/** Returns true if a response of this status sets or drops the session. */
function isWrittenWith(status, session) {
  const state = stateOf(session);
  const { change, dependence } = decide(state, { place: state.sealer.placeOf(state), status });
  return change !== "keep" && dependence === "written";
}

/** Returns the changes to the head of the origin's response. `isKept`: saves even with an error. `own`: the cookies of the session. */
async function changesTo(response, cookies, session, { isWritten, isKept, own }) {
  const fields = [...response.headers];
  // A cookie of the same name with another path, domain or partition is another cookie, and replaces nothing of ours.
  const theirs = response.headers.getSetCookie().map(readSetCookie);
  const setAs = (own) => theirs.filter((cookie) => restBeside(own, cookie) === "");
  const sets = setAs(ownOf(cookies));
  const isOrigins = sets.length > 0;
  if (!isWritten) {
    return headChanges(cookies, fields, session, { status: response.status });
  }
  // As for a handler here: an origin that failed may have made only a part of its changes.
  const { status } = response;
  const isLost = status === 408 || ((status >= 500 || tellsFailure(stateOf(session), status)) && !isKept);
  if (isLost && !isOrigins) return cacheChanges(fields, "touched", "Cookie");
  // Next to the origin's session, adds our other cookies, such as the mark of an ended session, and expiries of parts that the origin
  // did not get.
  const isSet = (cookie) => setAs(readSetCookie(toSetCookie(cookie))).length > 0;
  const isLeft = (cookie) => !isSet(cookie) && (isExpiry(cookie) || !isOfSession(cookie.name, cookies.name));
  const left = isOrigins ? own.filter(isLeft) : own;
  // The offer is valid for the origin's session, too, unless the origin drops the session or makes an offer itself.
  const isDropped = isOrigins && sets.every(isExpiry);
  const offer = isDropped ? [] : offerAfter(session, fields).filter(([name]) => !isOrigins || !response.headers.has(name));
  return [...cacheChanges(fields, "written", "Cookie"), ...left.map((cookie) => ["set-cookie", toSetCookie(cookie)]), ...offer];
}
