export const prerender = true;

export const load = ({ locals }) => ({ has: "session" in locals });
