import { dirname } from "node:path";

export default {
  // Its source matches capitals, too.
  rewrites: async () => [{ source: "/account/old", destination: "/account/plain" }],
  experimental: { authInterrupts: true }, // for `forbidden` and `unauthorized`
  // The packages are in the folder above, as all frameworks have one lock file.
  outputFileTracingRoot: dirname(import.meta.dirname),
  turbopack: { root: dirname(import.meta.dirname) },
};
