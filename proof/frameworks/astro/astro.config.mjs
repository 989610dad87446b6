import node from "@astrojs/node";
import { defineConfig } from "astro/config";

// Without its host, or that of a worker in front of it, Astro takes every form for one of another site.
const security = { allowedDomains: [{ hostname: "127.0.0.1" }, { hostname: "shop.example", protocol: "https" }] };

export default defineConfig({ output: "server", adapter: node({ mode: "standalone" }), security });
