// Follows the ring in a file; in a worker the source is `() => env.SESSION_KEYS.get()`.

import { readFile } from "node:fs/promises";
import { KeyRing, SessionCookie } from "hardtack-session";

const source = () => readFile(process.env.SESSION_KEYS_FILE, "utf8"); // in a worker: () => env.SESSION_KEYS.get()
const ring = await KeyRing.follow(source, { every: 60 });

export const cookies = await SessionCookie.encrypted(ring);
