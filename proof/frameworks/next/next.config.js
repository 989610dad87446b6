import { dirname } from "node:path";

const FOR_CDNS = ["CDN-Cache-Control", "Vercel-CDN-Cache-Control", "Cloudflare-CDN-Cache-Control", "Netlify-CDN-Cache-Control", "Surrogate-Control", "Edge-Control"];

export default {
  // Fields that CDNs prefer to `Cache-Control`, for pages that are the same for all.
  headers: async () => [{ source: "/:path*", headers: FOR_CDNS.map((key) => ({ key, value: "public, max-age=600" })) }],
  // Its source matches capitals, too.
  rewrites: async () => [{ source: "/account/old", destination: "/account/plain" }],
  experimental: { authInterrupts: true }, // for `forbidden` and `unauthorized`
  // The packages are in the folder above, as all frameworks have one lock file.
  outputFileTracingRoot: dirname(import.meta.dirname),
  turbopack: { root: dirname(import.meta.dirname) },
};
