// What a request to the proxy is for, as far as Next.js lets it see: the fields that mark prefetches and other requests of its
// router are taken out before.

/**
 * Returns the kind of a request:
 *
 * - `inner`: Next.js renders the page to which a server action redirects, and drops the cookies of this response;
 * - `prefetch`: a page for which nobody waits yet, where that shows;
 * - `document`: a page that the browser itself loads and shows;
 * - `look`: any other look, such as those of the router of Next.js, be it for a click or for a link in view;
 * - `act`: another method, whose handler saves the session itself.
 */
export function kindOf({ method, headers }) {
  if (!["GET", "HEAD"].includes(method)) return "act";
  if (headers.has("x-action-redirect")) return "inner";
  if (PREFETCHES.some((name) => headers.has(name)) || isAhead(headers)) return "prefetch";
  return method === "GET" && isDocument(headers) ? "document" : "look";
}

const PREFETCHES = ["next-router-prefetch", "next-router-segment-prefetch"];
const isAhead = (headers) => (headers.get("sec-purpose") ?? headers.get("purpose") ?? "").includes("prefetch");

/** Browsers without `Sec-Fetch-Dest` ask for documents by their type, and the router of Next.js for anything. */
const isDocument = (headers) => (headers.get("sec-fetch-dest") ?? (accepts(headers, "text/html") && "document")) === "document";
const accepts = (headers, type) => (headers.get("accept") ?? "").includes(type);
