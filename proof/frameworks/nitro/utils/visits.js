import { sessionHandler } from "./session.js";

export const look = sessionHandler((event, session) => `visits ${session.get("visits") ?? 0}`);

export const count = sessionHandler((event, session) => `visits ${session.update("visits", (visits = 0) => visits + 1).get("visits")}`);
