/** For all visitors, without a session. */
export default defineEventHandler((event) => (setResponseHeader(event, "cache-control", "public, max-age=600"), { shared: true }));
