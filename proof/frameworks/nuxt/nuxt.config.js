import { RULES } from "../../../js/test/beside/built.js";

const headers = Object.fromEntries(
  ["cache-control", "cdn-cache-control", "vercel-cdn-cache-control", "surrogate-control", "edge-control"].map((name) => [name, "public, max-age=600"]),
);

export default defineNuxtConfig({
  compatibilityDate: "2026-10-01",
  telemetry: false,
  // For all, unless it sets a cookie.
  routeRules: { ...RULES, "/for_all": { headers }, "/api/cached": { headers }, "/api/swr": { swr: 60 } },
});
