export const GET = ({ locals }) => new Response(`visits ${locals.session.get("visits") ?? 0}`);
