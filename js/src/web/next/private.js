// Responses of Next.js that no cache may store.

import { withChanges } from "../../carrier/head.js";

/**
 * Headers that some caches prefer to `Cache-Control`. `headers` of next.config.js may set them after the proxy has run, so the proxy
 * cannot see them. But its own headers win.
 */
const TARGETED = /** @type {[string, string][]} */ ([
  ...["cdn", "vercel-cdn", "cloudflare-cdn", "netlify-cdn"].map((of) => [`${of}-cache-control`, "no-store"]),
  ...["surrogate-control", "edge-control"].map((name) => [name, "no-store"]),
  ...["x-accel-expires", "expires"].map((name) => [name, "0"]),
]);

/**
 * Headers of a response that no cache may store. `Cache-Control` is that of Next.js for dynamic pages.
 *
 * @type {[string, string][]}
 */
export const FOR_NO_CACHE = [["cache-control", "private, no-cache, no-store, max-age=0, must-revalidate"], ...TARGETED];

/** Makes a response private for every cache if its `Cache-Control` is. Returns the response, or a copy if its headers are immutable. */
export const keptPrivate = (response) =>
  /(^|[\s,])(private|no-store)([\s,]|$)/i.test(response.headers.get("cache-control")) ? withChanges(response, TARGETED) : response;
