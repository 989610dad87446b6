import { defineNitroConfig } from "nitro/config";

/** For ../beside.test.js. */
const BESIDE = Object.fromEntries(
  Object.entries({
    cors: { cors: true },
    id: { headers: { "x-request-id": "1" } },
    private: { headers: { "cache-control": "private, max-age=60", vary: "Accept" } },
    public: { headers: { "cache-control": "public, max-age=60", "cdn-cache-control": "max-age=60" } },
  }).map(([name, rule]) => [`/beside/*/before/${name}/**`, rule]),
);

export default defineNitroConfig({
  compatibilityDate: "2026-10-01",
  routeRules: { ...BESIDE, "/swr": { swr: 60 }, "/form": { swr: 60 }, "/cache": { cache: { maxAge: 60 } }, "/isr": { isr: 60 } },
});
