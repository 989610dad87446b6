// Responses of the proxy after which Next.js renders a page: `NextResponse.next()` and `NextResponse.rewrite()`.

import { setChanges } from "../../carrier/cookie.js";

const OVERRIDDEN = "x-middleware-override-headers";
const OF_REQUEST = "x-middleware-request-";

export const leadsOn = ({ headers }) => ["x-middleware-next", "x-middleware-rewrite"].some((name) => headers?.has(name));

/** Returns the request headers for the page: those in the response or, without any, those of the request. */
export function fieldsForPage(request, answer) {
  const names = answer?.headers.get(OVERRIDDEN);
  // The handler may have changed the headers of the request itself.
  if (!names) return new Headers(request.headers);
  const pairs = names.split(",").map((name) => [name, answer.headers.get(OF_REQUEST + name)]);
  return new Headers(pairs.filter(([, value]) => value !== null));
}

/** Returns a copy of `answer` with the request headers of `next`. Without an answer, returns `next`. */
export function leadingOn(answer, next) {
  if (!answer) return next;
  // A copy, because the application may return one response to several visitors.
  const response = new Response(answer.body, answer);
  for (const [name] of [...response.headers].filter(isForPage)) response.headers.delete(name);
  setChanges(response.headers, [...next.headers].filter(isForPage));
  return response;
}

const isForPage = ([name]) => name === OVERRIDDEN || name.startsWith(OF_REQUEST);
