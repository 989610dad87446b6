// Counts for Prometheus, by prom-client.

import { SessionCookie } from "hardtack-session";
import { prometheus } from "hardtack-session/prometheus";
import { register } from "prom-client";

export const cookies = SessionCookie.encrypted(process.env.SESSION_KEYS, { metrics: prometheus(register) });
export const scrape = async () => new Response(await register.metrics(), { headers: { "content-type": register.contentType } });
