import { dirname } from "node:path";

export default {
  // As create-next-app.
  cacheComponents: true,
  partialPrefetching: true,
  // The packages are in the folder above, as all frameworks have one lock file.
  outputFileTracingRoot: dirname(import.meta.dirname),
  turbopack: { root: dirname(import.meta.dirname) },
};
