import { sessions } from "./lib/session.js";

// So that a wrong key or option is in the log when the server starts. Next.js then answers every request with 500.
export const register = () => sessions.ready();
