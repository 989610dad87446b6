// The programs of the README, of migration.md and of docs/, for the tests that run them.

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { after } from "node:test";

import { XAES_KEY } from "./visitor.js";

export const here = (file) => new URL(`../${file}`, import.meta.url);
export const readme = await readFile(here("README.md"), "utf8");
const others = ["migration.md", "docs/frameworks.md", "docs/nextjs.md", "docs/operations.md", "docs/sessions.md"].map((page) => readFile(here(page), "utf8"));
export const pages = [readme, ...(await Promise.all(others))];
/** By the comment in their first lines. */
export const programs = new Map([...pages.join("").matchAll(/```(?:jsx?|ts)\n\/\/ (\S+\.(?:jsx?|ts))\n([^]*?)```/g)].map(([, name, text]) => [name, text]));

/** The pages link to these. */
const LINKED = {
  examples: [
    "express.js", "follow.js", "form.js", "form_post.js", "handler.test.js", "health.js", "hooks.js", "koa_fastify.js", "lambda.js", "log.js", "login.test.js", "magic_link.js", "metrics.js", "migrate.js", "migrate_cookie_session.js",
    "migrate_fastify.js", "migrate_h3.js", "migrate_itsdangerous.js", "migrate_jwt.js", "migrate_own.js", "migrate_react_router.js", "nest.js", "origin.js",
    "passport.js", "provider.ts", "revalidate.js", "session.js", "struct.js", "tenants.js", "types.ts", "worker.js",
  ],
  "examples/google": ["lib/google.js", "app/api/google/route.js", "app/api/google/callback/route.js"],
  "../proof/frameworks/next": ["instrumentation.js", "lib/cookie.js", "pages/api/legacy.js", "pages/legacy.js", "proxy.js"],
  "../proof/frameworks/next_cached": ["app/account/page.jsx", "app/api/cart/route.js", "app/login/page.jsx", "app/shop/page.jsx"],
};
for (const [place, names] of Object.entries(LINKED)) {
  for (const name of names) programs.set(name, await readFile(here(`${place}/${name}`), "utf8"));
}
programs.set("lib/form_post.js", programs.get("form_post.js"));

process.env.SESSION_KEYS = XAES_KEY;
process.env.IRON_PASSWORD = "a password of at least 32 characters";
/** Of this test file alone, because each runs in a process of its own. */
export const folder = here(`dist-test/programs-${process.pid}/`);
await mkdir(folder, { recursive: true });
after(() => rm(folder, { recursive: true }));

/** Writes this program into the folder, and imports it. */
export async function load(name) {
  await writeFile(new URL(name, folder), programs.get(name));
  return import(new URL(name, folder));
}

export const cookieOf = (response) => response.headers.getSetCookie()[0].split(";")[0];
