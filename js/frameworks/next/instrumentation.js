import { sessions } from "./lib/session.js";

// So that a wrong key or option is an error when the server starts.
export const register = () => sessions.ready();
