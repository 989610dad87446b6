// A worker before an origin that shares its sessions.

import { cacheChanges } from "../caching.js";
import { stateOf } from "../session.js";
import { headChanges, offerAfter, withChanges } from "../session_cookie.js";
import { isExpiry, toSetCookie } from "../set_cookie.js";
import { setCookieField } from "./cookie_field.js";

/**
 * Passes a request on to the origin, with the session as it is now in its `Cookie`, and returns the origin's response with
 * the session saved. Where the origin writes the session too, its cookies count, because it began with the changes made
 * here. The session cannot be changed afterwards.
 */
export async function forward(cookies, session, request, fetch = globalThis.fetch) {
  const isWritten = stateOf(session).decide().touch === "written";
  const own = isWritten ? await cookies.saveAsCookies(session) : [];
  const headers = new Headers(request.headers);
  if (isWritten) setCookieField(headers, cookies.name, own);
  // A redirect is the visitor's to follow; else its cookies would be lost.
  const response = await fetch(new Request(request, { headers, redirect: "manual" }));
  return withChanges(response, await changesTo(response, cookies, session, isWritten, own));
}

async function changesTo(response, cookies, session, isWritten, own) {
  const fields = [...response.headers];
  const setByOrigin = new Set(response.headers.getSetCookie().map((line) => line.split("=")[0].trim()));
  const isOrigins = setByOrigin.has(cookies.name);
  if (!isWritten) {
    // A refresh is left out where the origin has written.
    return headChanges(cookies, fields, session, { status: response.status, ...(isOrigins && { isSubresource: true }) });
  }
  const { policy, wish, ended } = stateOf(session);
  const isSilenced = response.status >= 500 && !policy.saveOnServerError && wish !== "force" && ended === null;
  if (isSilenced && !isOrigins) return cacheChanges(fields, "touched", "Cookie");
  // Of ours, the expiries of parts that the origin has not seen.
  const isLeft = (cookie) => isExpiry(cookie) && cookie.name !== cookies.name && !setByOrigin.has(cookie.name);
  const left = isOrigins ? own.filter(isLeft) : own;
  // The session is that of the origin's cookies, too, unless the origin makes an offer for another.
  const offer = offerAfter(session).filter(([name]) => !response.headers.has(name));
  return [...cacheChanges(fields, "written", "Cookie"), ...left.map((cookie) => ["set-cookie", toSetCookie(cookie)]), ...offer];
}
