// Answers after which Next.js goes on to a page: `NextResponse.next()` and `NextResponse.rewrite()`.

import { setChanges } from "../../carrier/cookie.js";

const OVERRIDDEN = "x-middleware-override-headers";
const OF_REQUEST = "x-middleware-request-";

export const leadsOn = ({ headers }) => ["x-middleware-next", "x-middleware-rewrite"].some((name) => headers?.has(name));

/** Returns the fields of the request that the page gets: those that the answer has for it, or as the handler left them. */
export function fieldsForPage(request, answer) {
  const names = answer?.headers.get(OVERRIDDEN);
  // The handler may also have set a field in the request, or removed one of the client's.
  if (!names) return new Headers(request.headers);
  const pairs = names.split(",").map((name) => [name, answer.headers.get(OF_REQUEST + name)]);
  return new Headers(pairs.filter(([, value]) => value !== null));
}

/** Returns the answer with the fields for the page that `next` has, or `next` if there is none. */
export function leadingOn(answer, next) {
  if (!answer) return next;
  // A copy, because the application may give one answer to several visitors.
  const response = new Response(answer.body, answer);
  for (const [name] of [...response.headers].filter(isForPage)) response.headers.delete(name);
  setChanges(response.headers, [...next.headers].filter(isForPage));
  return response;
}

const isForPage = ([name]) => name === OVERRIDDEN || name.startsWith(OF_REQUEST);
