import { join } from "node:path";

const FOR_CDNS = ["CDN-Cache-Control", "Vercel-CDN-Cache-Control", "Cloudflare-CDN-Cache-Control", "Netlify-CDN-Cache-Control", "Surrogate-Control", "Edge-Control"];

const ROOT = join(import.meta.dirname, "../../..");

/** For ../beside.test.js. */
const BESIDE = Object.entries({
  id: { "X-Request-Id": "1" },
  security: { "X-Frame-Options": "DENY", "Strict-Transport-Security": "max-age=60" },
}).map(([name, fields]) => ({ source: `/api/beside/:whose/before/${name}/:case`, headers: Object.entries(fields).map(([key, value]) => ({ key, value })) }));

export default {
  // Fields that CDNs prefer to `Cache-Control`, for pages that are the same for all.
  headers: async () => [{ source: "/:path*", headers: FOR_CDNS.map((key) => ({ key, value: "public, max-age=600" })) }, ...BESIDE],
  // Its source matches capitals, too.
  rewrites: async () => [{ source: "/account/old", destination: "/account/plain" }],
  experimental: { authInterrupts: true }, // for `forbidden` and `unauthorized`
  // The packages are in the folder above, as all frameworks have one lock file, and the cases of ../beside.test.js in js/.
  outputFileTracingRoot: ROOT,
  turbopack: { root: ROOT },
};
