export const POST = ({ locals }) => (locals.session.invalidate(), new Response("out"));
