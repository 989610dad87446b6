// The address of a case in a built site, which is `/beside/ours/before/COMPANION/CASE`, or `plain` in place of `ours`.

export const addressOf = (origin, { session, before: [before], behind: [behind] }) =>
  `${origin}/beside/${session ? "ours" : "plain"}/${before ? "before" : "behind"}/${encodeURIComponent(before ?? behind)}`;

export function wishOf(pathname) {
  const [, , whose, order, companion, name] = pathname.split("/");
  return { isOurs: whose === "ours", order, companion: decodeURIComponent(companion), path: `/${name}` };
}
