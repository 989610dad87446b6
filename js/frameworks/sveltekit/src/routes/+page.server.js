export const load = ({ locals }) => ({ visits: locals.session.get("visits") ?? 0 });

export const actions = {
  count: ({ locals }) => void locals.session.update("visits", (visits = 0) => visits + 1),
  out: ({ locals }) => void locals.session.invalidate(),
};
