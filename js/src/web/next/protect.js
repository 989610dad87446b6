// Pages for visitors who have signed in.

import { ensure, optionsOf } from "../../format/base/errors.js";
import { refuseUnknown } from "../../base/remedies.js";
import { FOR_NO_CACHE } from "./private.js";

/** Sessions that `protect` let pass. Caches must not store their pages, even static ones, which nobody else may see. */
export const letIn = new WeakSet();

export function protect(paths, options = {}) {
  const { to, unless, back = "next", ...unknown } = optionsOf(options);
  refuseUnknown(unknown, " in `protect`");
  const prefixes = [paths].flat();
  check(prefixes.length > 0 && prefixes.every(isPath), 'the paths of `protect` must be prefixes such as "/account", without patterns');
  check(isPath(to) && to !== "/", '`to` must be the path of the page for signing in, such as "/login"');
  check(typeof unless === "function", "`unless` must be a function of the session, which returns true for those who may pass");
  check(back === null || typeof back === "string", "`back` must be the name of a parameter, or null");
  const page = plainPath(to);
  return async (request, session) => {
    const { nextUrl, method, headers } = request;
    const path = plainPath(nextUrl.pathname);
    if (path === page || !prefixes.some((prefix) => isBelow(folded(path), folded(plainPath(prefix))))) return undefined;
    if (await unless(session, request)) return void letIn.add(session);
    const respond = (status, field) => new Response(null, { status, headers: [...FOR_NO_CACHE, field] });
    // After a server action only the router of Next.js follows a redirect, and only in this form.
    if (headers.has("next-action")) return respond(401, ["x-action-redirect", `${to};push`]);
    const url = nextUrl.clone();
    // A parameter of the router, which Next.js removes from most requests.
    url.searchParams.delete("_rsc");
    const { locale, defaultLocale } = nextUrl;
    const wanted = (locale && locale !== defaultLocale ? `/${locale}` : "") + url.pathname + url.search;
    url.pathname = to;
    url.search = "";
    const isLook = ["GET", "HEAD"].includes(method);
    if (back !== null && isLook) url.searchParams.set(back, wanted);
    return respond(isLook ? 307 : 303, ["location", url.href]);
  };
}

const check = (isRight, sentence) => ensure(isRight, "option", sentence);
const isPath = (path) => typeof path === "string" && (path === "/" || /^(\/[^/\\?#*:]+)+$/.test(path));
/** Returns a path decoded, and without the slash at its end that `trailingSlash` adds. */
const plainPath = (path) => `/${path.split("/").filter(Boolean).map(decodedSegment).join("/")}`;

/** Decodes a segment, or only its ASCII if the rest cannot be decoded: an encoded letter must not bypass a prefix. */
function decodedSegment(text) {
  const whole = decoded(text);
  return whole === text ? text.replace(/%[2-7][0-9a-f]/gi, decodeURIComponent) : whole;
}

/** Folds the case, because rewrites of Next.js ignore it: `/ACCOUNT` must not bypass `/account`. */
const folded = (path) => path.toUpperCase().toLowerCase();
const isBelow = (path, prefix) => prefix === "/" || path === prefix || path.startsWith(`${prefix}/`);

/** An origin that no site can have. */
const NOWHERE = "http://nowhere.invalid";

// A forged link must not lead to another site.
export function wayBack(value, otherwise = "/") {
  if (typeof value !== "string" || !value.startsWith("/") || !URL.canParse(value, NOWHERE)) return otherwise;
  const { origin, pathname, search, hash } = new URL(value, NOWHERE);
  // `/.//example.com` has another site in its path.
  return origin === NOWHERE && !pathname.startsWith("//") ? pathname + search + hash : otherwise;
}

/** Decodes a value of a cookie or a path as Next.js does. A value that cannot be decoded stays as it is. */
export function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
