// The matrix of ../../js/test/beside in built sites. As frameworks.test.js, which says what it needs; what a server prints is not compared.

import { beside } from "../../js/test/beside/matrix.js";
import { addressOf } from "../../js/test/beside/built.js";
import { SERVED } from "../../js/test/beside/served.js";
import { Browser } from "../../js/test/visitor.js";
import { copyForSvelteKit2, start } from "./site.js";

const named = (names, more) => Object.fromEntries(names.map((name) => [name, { make: () => name, ...more }]));

const HOOKS = {
  ...named(["nothing", "transformed", "id", "security", "cookie", "copied", "private"]),
  // A hook outside of the session has the last word.
  ...named(["public", "late"], { only: "behind" }),
};

/** What README excepts. */
const LOST = ["throw", "sign out and throw"];

/** Fields of next.config.js that are not for caches, which docs/nextjs.md excepts, and a cookie that the handler sets by `cookies` of next/headers. */
const ON_NEXT = {
  ...named(["nothing", "id", "security"], { only: "before", without: LOST }),
  ...named(["jar"], { only: "behind", without: LOST }),
};

const ON_ASTRO = { ...SERVED, ...named(["a cookie of Astro"], { without: LOST }) };

/** Nitro 3.0 sends each cookie of an error twice, also others'. */
const RULES = named(["nothing", "cors", "id", "private", "public"], { only: "before", without: ["sign out and throw"] });
const ON_NUXT = named(["nothing", "cors", "id", "private", "public"], { only: "before" });
const COOKIE = named(["cookie"], { only: "before", without: ["sign out and throw", "full", "unreadable", "throw"] });

const SITES = {
  "SvelteKit 3": ["sveltekit", ["vite", "build"], ["build/index.js"], HOOKS],
  "SvelteKit 2": ["sveltekit2", ["vite", "build"], ["build/index.js"], HOOKS],
  "Astro 7": ["astro", ["astro", "build", "--config", "beside.config.mjs"], ["dist/beside/server/entry.mjs"], ON_ASTRO],
  Nuxt: ["nuxt", ["nuxt", "build"], [".output/server/index.mjs"], ON_NUXT],
  "Next.js": ["next", ["next", "build"], ["node_modules/next/dist/bin/next", "start"], ON_NEXT],
  "Nitro 3": ["nitro", ["nitro", "build"], [".output/server/index.mjs"], { ...RULES, ...COOKIE }],
};

// Tests begin after all builds, which stop everything else.
const origins = {};
for (const [name, [folder, build, command]] of Object.entries(SITES)) {
  if (folder === "sveltekit2") await copyForSvelteKit2();
  origins[name] = await start(folder, build, () => command, "127.0.0.1", () => {});
}
for (const [name, [folder, , , companions]] of Object.entries(SITES)) {
  beside(name, { companions, open: (site) => new Browser(addressOf(origins[name] + (folder === "next" ? "/api" : ""), site)) });
}
