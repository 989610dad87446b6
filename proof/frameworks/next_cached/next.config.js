import { dirname } from "node:path";

const FOR_CDNS = ["Cache-Control", "CDN-Cache-Control", "Vercel-CDN-Cache-Control", "Cloudflare-CDN-Cache-Control", "Netlify-CDN-Cache-Control", "Surrogate-Control", "Edge-Control"];

export default {
  // As create-next-app.
  cacheComponents: true,
  partialPrefetching: true,
  basePath: "/shop",
  trailingSlash: true,
  headers: async () => [{ source: "/:path*", headers: FOR_CDNS.map((key) => ({ key, value: "public, max-age=600" })) }],
  // The packages are in the folder above, as all frameworks have one lock file.
  outputFileTracingRoot: dirname(import.meta.dirname),
  turbopack: { root: dirname(import.meta.dirname) },
};
