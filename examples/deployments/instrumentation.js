import { cookieOf } from "./site.js";

// A wrong variable is an error when the server starts.
export const register = async () => void (await cookieOf(process.env));
