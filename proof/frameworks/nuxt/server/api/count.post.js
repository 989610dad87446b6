export default sessionHandler((event, session) => `visits ${session.update("visits", (visits = 0) => visits + 1).get("visits")}`);
