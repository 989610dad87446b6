// The site of ../beside.test.js, whose folder is `beside/`.

import node from "@astrojs/node";
import { defineConfig } from "astro/config";

// A form of the tests comes from an origin of their own.
const security = { checkOrigin: false };

export default defineConfig({ output: "server", adapter: node({ mode: "standalone" }), security, srcDir: "./beside", outDir: "./dist/beside" });
