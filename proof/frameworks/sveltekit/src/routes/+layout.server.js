export const load = ({ locals }) => ({ user: locals.session?.get("user") });
