const FOR_CDNS = ["cdn-cache-control", "vercel-cdn-cache-control", "surrogate-control", "edge-control"];

/** What is the same for all may be in every cache, unless it sets a cookie. */
export function load({ locals, setHeaders, url }) {
  setHeaders(Object.fromEntries(["cache-control", ...FOR_CDNS].map((name) => [name, "public, max-age=600"])));
  if (url.searchParams.has("count")) locals.session.update("visits", (visits = 0) => visits + 1);
}
