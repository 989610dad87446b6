export default defineCachedEventHandler(sessionHandler((event, session) => `visits ${session.get("visits") ?? 0}`), { maxAge: 60 });
