import { appendResponseHeader, setResponseHeader } from "h3";

/** `useFetch` for a handler with a session. While the server renders the page, its cookie goes to the browser with the page. */
export function useSessionFetch(path, options) {
  const event = useRequestEvent();
  return useFetch(path, {
    ...options,
    onResponse({ response: { headers } }) {
      if (import.meta.client) return;
      for (const line of headers.getSetCookie()) appendResponseHeader(event, "set-cookie", line);
      appendResponseHeader(event, "vary", headers.get("vary"));
      setResponseHeader(event, "cache-control", headers.get("cache-control"));
    },
  });
}
