export default sessionHandler((event, session) => `visits ${session.get("visits") ?? 0}`);
