// The address of a case in a built site, which is `/beside/ours/before/COMPANION/CASE`, or `plain` in place of `ours`.

export const addressOf = (origin, { session, before: [before], behind: [behind] }) =>
  `${origin}/beside/${session ? "ours" : "plain"}/${before ? "before" : "behind"}/${encodeURIComponent(before ?? behind)}`;

export function wishOf(pathname) {
  const [, , whose, order, companion, name] = pathname.split("/");
  return { isOurs: whose === "ours", order, companion: decodeURIComponent(companion), path: `/${name}` };
}

/** Rules of routes of Nitro and Nuxt, which are companions. */
export const RULES = Object.fromEntries(
  Object.entries({
    cors: { cors: true },
    id: { headers: { "x-request-id": "1" } },
    private: { headers: { "cache-control": "private, max-age=60", vary: "Accept" } },
    public: { headers: { "cache-control": "public, max-age=60", "cdn-cache-control": "max-age=60" } },
  }).map(([name, rule]) => [`/beside/*/before/${name}/**`, rule]),
);
