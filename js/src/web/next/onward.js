// Responses of the proxy after which Next.js renders a page: `NextResponse.next()` and `NextResponse.rewrite()`.

import { setChanges } from "../../carrier/head.js";

const OVERRIDDEN = "x-middleware-override-headers";
const OF_REQUEST = "x-middleware-request-";

export const leadsOn = ({ headers }) => ["x-middleware-next", "x-middleware-rewrite"].some((name) => headers?.has(name));

/** Returns the request headers for the page: those in the response or, without any, those of the request. */
export function fieldsForPage(request, given) {
  const names = given?.headers.get(OVERRIDDEN);
  // The handler may have changed the headers of the request itself.
  if (!names) return new Headers(request.headers);
  const pairs = names.split(",").map((name) => [name, given.headers.get(OF_REQUEST + name)]);
  return new Headers(pairs.filter(([, value]) => value !== null));
}

/** Returns a copy of `given` with the request headers of `next`. Without it, returns `next`. */
export function leadingOn(given, next) {
  if (!given) return next;
  // A copy, because the application may return one response to several visitors.
  const response = new Response(given.body, given);
  for (const [name] of [...response.headers].filter(isForPage)) response.headers.delete(name);
  setChanges(response.headers, [...next.headers].filter(isForPage));
  return response;
}

const isForPage = (/** @type {[string, string]} */ [name]) => name === OVERRIDDEN || name.startsWith(OF_REQUEST);
