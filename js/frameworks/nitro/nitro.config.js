import { defineNitroConfig } from "nitro/config";

export default defineNitroConfig({
  compatibilityDate: "2026-10-01",
  routeRules: { "/swr": { swr: 60 }, "/form": { swr: 60 }, "/cache": { cache: { maxAge: 60 } }, "/isr": { isr: 60 } },
});
