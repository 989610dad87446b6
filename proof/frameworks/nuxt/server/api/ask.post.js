/** Asks other handlers, by the paths in `of`, and passes their cookies on. */
export default sessionHandler(async (event, session) => {
  for (const path of getQuery(event).of.split(",")) {
    const inner = await event.fetch(`/api/${path}`, { method: path === "look" ? "GET" : "POST" });
    for (const line of inner.headers.getSetCookie()) appendResponseHeader(event, "set-cookie", line);
  }
  return `visits ${session.get("visits") ?? 0}`;
});
