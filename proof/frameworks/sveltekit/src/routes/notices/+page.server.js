export const load = ({ locals }) => ({ notices: locals.session.takeFlashes("notice"), visits: locals.session.get("visits") ?? 0 });
