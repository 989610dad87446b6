export default sessionHandler((event, session) => String(session.get("visits") ?? 0));
