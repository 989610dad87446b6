import { cookies } from "next/headers";
import { connection } from "next/server";
import { SessionCookie } from "hardtack-session";
import { inNext } from "hardtack-session/next";

export const cookie = () => SessionCookie.encrypted(process.env.SESSION_KEYS);
export const sessions = inNext(cookie, async () => (await connection(), cookies()));
