// Logs every event as a line of JSON.

import { fromEnv } from "hardtack-session/settings";

// Otherwise an error would be an object without its sentence.
const withErrors = (name, value) => (value instanceof Error ? String(value) : value);
const log = (level, message, fields) => console.log(JSON.stringify({ level, message, ...fields }, withErrors));

export const cookies = await fromEnv("SESSION_", process.env, { log });
