import { defineNitroConfig } from "nitro/config";

import { RULES } from "../../../js/test/beside/built.js";

export default defineNitroConfig({
  compatibilityDate: "2026-10-01",
  routeRules: { ...RULES, "/swr": { swr: 60 }, "/form": { swr: 60 }, "/cache": { cache: { maxAge: 60 } }, "/isr": { isr: 60 } },
});
