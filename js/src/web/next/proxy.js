// The proxy before the pages of Next.js, which cannot set cookies.

import { changed } from "../../base/changed.js";
import { ensure } from "../../format/base/errors.js";
import { isExpiry, toSetCookie } from "../../format/cookie/set_cookie.js";
import { close, setFlash } from "../../state/actions.js";
import { isToWrite } from "../../state/decide.js";
import { stateOf } from "../../session/session.js";
import { sealerOf } from "../../carrier/carrier.js";
import { SessionCookie, offerAfter, settingsOf } from "../../carrier/cookie.js";
import { setChanges } from "../../carrier/head.js";
import { admission, responded } from "../adapter.js";
import { isOfSession, setCookieField } from "../cookie_field.js";
import { fieldsForPage, leadingOn, leadsOn } from "./onward.js";
import { checkOptions } from "./options.js";
import { FOR_NO_CACHE, keptPrivate } from "./private.js";
import { letIn } from "./protect.js";

export function sessionProxy(sessions, NextResponse, handler = (_, __) => {}, options = {}) {
  ensure(typeof NextResponse?.next === "function", "option", "`sessionProxy` takes the `NextResponse` of next/server after the sessions");
  ensure(typeof handler === "function", "option", "the handler of `sessionProxy` must be a function; pass options after it");
  const { flashes = [], now, ...hooks } = checkOptions("sessionProxy", options, ["flashes", "now", "onOutcome", "onRefused"]);
  const areTexts = Array.isArray(flashes) && flashes.every((queue) => typeof queue === "string");
  ensure(areTexts || flashes === true, "option", "`flashes` must be a list of the queues whose messages pages show, or true for all");
  const isShown = (queue) => flashes === true || flashes.includes(queue);
  const admit = admission(sessions, { now, ...hooks });
  return async (request) => {
    const { session, save, refused, sessions: cookie } = await admit(request);
    const kind = kindOf(request, stateOf(session));
    const given = await (refused ?? responded(() => handler(request, session), request, session));
    const isFinal = given && !leadsOn(given);
    if (isFinal && kind !== "inner") {
      // The visitor may never see a prefetched page, so its changes are not saved. A refresh is.
      if (kind === "prefetch") close(stateOf(session));
      return keptPrivate(await save(given));
    }
    const hasFlashes = session.allFlashes().some(([queue]) => isShown(queue));
    const isKept = !isToWrite(stateOf(session)) || kind !== "prefetch";
    // Requests for anything but a page refresh the session themselves, or do not need it.
    const isPage = !["inner", "act"].includes(kind);
    const set = await cookie.saveAsCookies(session, isPage ? {} : { refreshesNothing: true });
    if (kind === "inner" && (isFinal || hasFlashes || set.length > 0)) return leftToTheBrowser();
    const headers = fieldsForPage(request, given);
    if (set.length > 0) setCookieField(headers, cookie.name, set);
    const isForBrowser = kind === "document";
    // The browser gets one of the two cookies at most, so the second one counts only if it is the only one.
    const again = () => forReadingAgain(cookie, isForBrowser && set.length === 0);
    const quiet = isPage && hasFlashes ? await withoutFlashes(again(), headers, isShown, now) : null;
    // The messages are for the page that the browser loads itself. In any other request, the page gets a cookie without them.
    if (quiet && !isForBrowser) setCookieField(headers, cookie.name, quiet);
    const response = leadingOn(given, NextResponse.next({ request: { headers } }));
    if (letIn.has(session)) keepFromCaches(response);
    if (!isKept) return response;
    const isReplaced = (one) => !isExpiry(one) && isOfSession(one.name, cookie.name);
    return withCookies(response, quiet && isForBrowser ? [...set.filter((one) => !isReplaced(one)), ...quiet] : set, session);
  };
}

/**
 * Returns an empty response to an `inner` request, of which Next.js would drop the cookies. The browser then loads the page to which the
 * action redirects by a request of its own.
 */
const leftToTheBrowser = () => new Response(null, { status: 204, headers: FOR_NO_CACHE });

/** Returns the cookies of the session in these request headers, without the messages that pages show. */
async function withoutFlashes(cookie, headers, isShown, now) {
  const session = await cookie.load(headers, now?.());
  const state = stateOf(session).change();
  setFlash(state, state.flash.filter(([queue]) => !isShown(queue)));
  return cookie.saveAsCookies(session);
}

/**
 * Returns the cookie for a session that the request has loaded: it is not counted again, nor is the application asked again.
 * `isSent`: its write is counted.
 */
function forReadingAgain(cookie, isSent) {
  const sealer = sealerOf(cookie);
  const policy = changed(sealer.policy, { revokedIf: null, revalidateAfter: null });
  const metrics = sealer.metrics && { ...sealer.metrics, arrived() {}, read() {}, ...(!isSent && { finished() {} }) };
  return new SessionCookie(changed(sealer, { policy, metrics }), settingsOf(cookie));
}

function withCookies(response, set, session) {
  const others = response.headers.getSetCookie();
  response.headers.delete("set-cookie");
  // Not by `response.cookies`, which has one cookie of each name, while one may have to be expired at two paths. First in order, because
  // Next.js drops lines after those that the handler has set by `cookies`.
  for (const line of [...set.map(toSetCookie), ...others]) response.headers.append("set-cookie", line);
  setChanges(response.headers, offerAfter(session, [...response.headers]));
  if (set.length > 0) keepFromCaches(response);
  return response;
}

function keepFromCaches(response) {
  setChanges(response.headers, FOR_NO_CACHE);
  // For pages of the app router, Next.js replaces this by its own.
  response.headers.append("vary", "Cookie");
}

/**
 * Returns the kind of a request, as far as the proxy can see it: Next.js removes the headers by which its router marks prefetches.
 *
 * - `inner`: Next.js renders the page to which a server action redirects, and drops the cookies of this response;
 * - `prefetch`: a page that the visitor may never see, if the request says so;
 * - `document`: a page that the browser itself loads and shows;
 * - `look`: any other GET or HEAD, such as a request of the router for a click or for a link in view;
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
