import { cookie } from "./lib/session.js";

// So that a wrong key or option is an error when the server starts.
export const register = async () => void (await cookie());
