export const load = ({ locals }) => ({ visits: locals.session.get("visits") ?? 0 });

export const actions = {
  count: ({ locals }) => void locals.session.update("visits", (visits = 0) => visits + 1),
  out: ({ locals }) => void locals.session.invalidate(),
  // By the own API, whose cookies SvelteKit passes on.
  outInside: async ({ fetch }) => void (await fetch("/api/out", { method: "POST" })),
  countBesideALook: async ({ fetch, locals }) => {
    locals.session.update("visits", (visits = 0) => visits + 1);
    await fetch("/api/look");
  },
};
