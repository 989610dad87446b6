export function load({ locals, url }) {
  locals.session.update("visits", (visits = 0) => visits + 1);
  if (url.searchParams.has("fail")) throw new Error("half of it");
}
