// Responses of Next.js that no cache may store.

import { withChanges } from "../../carrier/cookie.js";

/**
 * Fields that some caches prefer to `Cache-Control`. `headers` of next.config.js may set them behind a proxy, which does not see
 * them, and whose fields win.
 */
const TARGETED = [
  ...["cdn", "vercel-cdn", "cloudflare-cdn", "netlify-cdn"].map((of) => [`${of}-cache-control`, "no-store"]),
  ...["surrogate-control", "edge-control"].map((name) => [name, "no-store"]),
  ...["x-accel-expires", "expires"].map((name) => [name, "0"]),
];

/** The fields of a response that no cache may store. `Cache-Control` as Next.js has it for pages that are made for one request. */
export const FOR_NO_CACHE = [["cache-control", "private, no-cache, no-store, max-age=0, must-revalidate"], ...TARGETED];

/** Makes a response private for every cache if it is for some: the same one, or a copy if its headers cannot be changed. */
export const keptPrivate = (response) =>
  /(^|[\s,])(private|no-store)([\s,]|$)/i.test(response.headers.get("cache-control")) ? withChanges(response, TARGETED) : response;
