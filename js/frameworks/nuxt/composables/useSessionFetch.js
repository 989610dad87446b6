import { appendResponseHeader, getResponseHeader, setResponseHeader } from "h3";

/** `useFetch` for a handler with a session. While the server renders the page, its cookie goes to the browser with the page. */
export function useSessionFetch(path, options = {}) {
  const event = useRequestEvent();
  const passOn = ({ response: { headers } }) => {
    if (import.meta.client) return;
    for (const line of headers.getSetCookie()) appendResponseHeader(event, "set-cookie", line);
    if (headers.has("vary")) appendResponseHeader(event, "vary", headers.get("vary"));
    // The page is as private as the most private of its handlers.
    const controls = [headers.get("cache-control"), getResponseHeader(event, "cache-control")];
    const strictest = ["no-store", "private"].find((word) => controls.some((control) => control?.includes(word)));
    if (strictest) setResponseHeader(event, "cache-control", strictest);
  };
  return useFetch(path, { ...options, onResponse: [passOn, options.onResponse ?? []].flat() });
}
