// The proxy before the pages of Next.js, which cannot set cookies.

import { ensure } from "../../base/errors.js";
import { isExpiry, toSetCookie } from "../../cookie/set_cookie.js";
import { stateOf } from "../../session/session.js";
import { offerAfter, setChanges } from "../../carrier/cookie.js";
import { admission, answered } from "../adapter.js";
import { isOfSession, setCookieField } from "../cookie_field.js";
import { fieldsForPage, leadingOn, leadsOn } from "./onward.js";
import { checkOptions } from "./options.js";
import { FOR_NO_CACHE, keptPrivate } from "./private.js";
import { letIn } from "./protect.js";

/**
 * The function `proxy`, before Next.js 16 `middleware`: it refreshes the session of a visitor who only looks at pages, which
 * cannot set cookies. `NextResponse` comes from `next/server`. `handler(request, session)` may change the session, which the
 * page of the same request then loads; and may answer the request, by a redirect for example, or lead on to a page, by a rewrite.
 * `flashes` names the queues that pages show, or is true for all: the page has their messages, and the browser's cookie has them no longer.
 */
export function sessionProxy(sessions, NextResponse, handler = () => {}, options = {}) {
  ensure(typeof NextResponse?.next === "function", "option", "`sessionProxy` takes the `NextResponse` of next/server after the sessions");
  ensure(typeof handler === "function", "option", "the handler of `sessionProxy` is a function, and its options come after it");
  checkOptions("sessionProxy", options, ["flashes", "now", "onOutcome", "onRefused"]);
  const { flashes = [], now, ...hooks } = options;
  const areTexts = Array.isArray(flashes) && flashes.every((queue) => typeof queue === "string");
  ensure(areTexts || flashes === true, "option", "`flashes` is a list of the queues whose messages pages show, or true for all");
  const isShown = (queue) => flashes === true || flashes.includes(queue);
  const admit = admission(sessions, { now, ...hooks });
  return async (request) => {
    const [session, save, refused, cookie] = await admit(request);
    const kind = kindOf(request, stateOf(session));
    const answer = await (refused ?? answered(() => handler(request, session), request, session));
    const isAnswered = answer && !leadsOn(answer);
    if (isAnswered && kind !== "inner") {
      // What is done for a page that may never be looked at is not kept; only a refresh is.
      if (kind === "prefetch") stateOf(session).isClosed = true;
      return keptPrivate(await save(answer));
    }
    const hasFlashes = session.allFlashes().some(([queue]) => isShown(queue));
    const isKept = !stateOf(session).isToWrite() || kind !== "prefetch";
    // Others than pages refresh the session themselves, or need not.
    const isPage = !["inner", "act"].includes(kind);
    const set = await cookie.saveAsCookies(session, isPage ? {} : { isSubresource: true });
    if (kind === "inner" && (isAnswered || hasFlashes || set.length > 0)) return leftToTheBrowser();
    const headers = fieldsForPage(request, answer);
    if (set.length > 0) setCookieField(headers, cookie.name, set);
    const quiet = isPage && hasFlashes ? await withoutFlashes(cookie, headers, isShown, now) : null;
    // The browser keeps the messages for the page that it loads itself, so no other shows them.
    if (quiet && kind !== "document") setCookieField(headers, cookie.name, quiet);
    const response = leadingOn(answer, NextResponse.next({ request: { headers } }));
    if (letIn.has(session)) keepFromCaches(response);
    if (!isKept) return response;
    const isReplaced = (one) => !isExpiry(one) && isOfSession(one.name, cookie.name);
    return withCookies(response, quiet && kind === "document" ? [...set.filter((one) => !isReplaced(one)), ...quiet] : set, session);
  };
}

/**
 * Next.js drops the cookies of this response. Where it is no page, the browser loads the page to which the action redirects
 * itself.
 */
const leftToTheBrowser = () => new Response(null, { status: 204, headers: FOR_NO_CACHE });

/** The cookies of a session that a page is given, without the messages of these queues. */
async function withoutFlashes(cookie, headers, isShown, now) {
  const session = await cookie.load(headers, now?.());
  const state = stateOf(session).change();
  state.setFlash(state.flash.filter(([queue]) => !isShown(queue)));
  return cookie.saveAsCookies(session);
}

function withCookies(response, set, session) {
  const others = response.headers.getSetCookie();
  response.headers.delete("set-cookie");
  // Its `cookies` keep one of each name, and another path may have to be expired. Next.js drops what stands behind those that the
  // handler has set by `cookies`.
  for (const line of [...set.map(toSetCookie), ...others]) response.headers.append("set-cookie", line);
  setChanges(response.headers, offerAfter(session, [...response.headers]));
  if (set.length > 0) keepFromCaches(response);
  return response;
}

function keepFromCaches(response) {
  setChanges(response.headers, FOR_NO_CACHE);
  // Next.js puts its own in the place of this for pages of the app router.
  response.headers.append("vary", "Cookie");
}

/**
 * Returns the kind of a request, as far as Next.js lets the proxy see it: the fields that mark prefetches and other requests of
 * its router are taken out before.
 *
 * - `inner`: Next.js renders the page to which a server action redirects, and drops the cookies of this response;
 * - `prefetch`: a page that may never be looked at, if the request says so;
 * - `document`: a page that the browser itself loads and shows;
 * - `look`: any other GET or HEAD, such as those of the router of Next.js, for a click or for a link in view;
 * - `act`: another method, whose handler saves the session itself.
 */
function kindOf({ method, headers }, { isPrefetch }) {
  if (!["GET", "HEAD"].includes(method)) return "act";
  if (headers.has("x-action-redirect")) return "inner";
  if (isPrefetch || PREFETCHES.some((name) => headers.has(name))) return "prefetch";
  return method === "GET" && isDocument(headers) ? "document" : "look";
}

const PREFETCHES = ["next-router-prefetch", "next-router-segment-prefetch"];

/** Browsers without `Sec-Fetch-Dest` ask for documents by their type, and the router of Next.js for anything. */
const isDocument = (headers) => (headers.get("sec-fetch-dest") ?? (accepts(headers, "text/html") && "document")) === "document";
const accepts = (headers, type) => (headers.get("accept") ?? "").includes(type);
