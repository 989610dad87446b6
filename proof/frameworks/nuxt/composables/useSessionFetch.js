import { appendResponseHeader, getResponseHeaders, setResponseHeader } from "h3";

/** Fields that CDNs prefer to `Cache-Control`. */
const FOR_CDNS = /-cache-control$|^(surrogate|edge)-control$/;

/** `useFetch` for a handler with a session. While the server renders the page, its cookie goes to the browser with the page. */
export function useSessionFetch(path, options = {}) {
  const event = useRequestEvent();
  const passOn = ({ response: { headers } }) => {
    if (import.meta.client) return;
    for (const line of headers.getSetCookie()) appendResponseHeader(event, "set-cookie", line);
    if (headers.has("vary")) appendResponseHeader(event, "vary", headers.get("vary"));
    // The page is as private as the most private of its handlers.
    const ofPage = getResponseHeaders(event);
    const controls = [headers.get("cache-control"), ofPage["cache-control"]];
    const strictest = ["no-store", "private"].find((word) => controls.some((control) => control?.includes(word)));
    if (strictest) setResponseHeader(event, "cache-control", strictest);
    if (strictest !== "no-store") return;
    for (const name of Object.keys(ofPage).filter((name) => FOR_CDNS.test(name))) setResponseHeader(event, name, "no-store");
  };
  return useFetch(path, { ...options, onResponse: [passOn, options.onResponse ?? []].flat() });
}
