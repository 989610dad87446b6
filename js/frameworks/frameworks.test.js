// Next.js, SvelteKit, Astro and Nuxt with the packed package, built and started as in production. `npm ci` in each folder
// and `node build.js` in js/ first; `node --test`.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execPath } from "node:process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { SessionCookie } from "../src/index.js";
import { Browser } from "../test/browser.js";
import { XAES_KEY } from "../test/keys.js";
import { packInto } from "../test/packed.js";

const { tarball } = packInto(await mkdtemp(join(tmpdir(), "hardtack-frameworks-")));
const QUIET = { NEXT_TELEMETRY_DISABLED: "1", ASTRO_TELEMETRY_DISABLED: "1", NUXT_TELEMETRY_DISABLED: "1" };

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Builds a site, and starts it. The build has no keys, and needs none. */
async function start(name, build, command) {
  const cwd = fileURLToPath(new URL(name, import.meta.url));
  const options = { cwd, env: { ...process.env, ...QUIET }, stdio: ["ignore", "ignore", "inherit"] };
  execFileSync("npm", ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", tarball], options);
  execFileSync(join(cwd, "node_modules/.bin", build[0]), build.slice(1), options);
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const env = { ...options.env, SESSION_KEYS: XAES_KEY, PORT: `${port}`, HOST: "127.0.0.1", ORIGIN: origin };
  const server = spawn(execPath, command(port), { ...options, env });
  after(() => server.kill());
  await untilItAnswers(origin, server);
  return new Browser(origin);
}

/** Asks until somebody listens. */
async function untilItAnswers(origin, server) {
  for (;;) {
    assert.equal(server.exitCode, null, "the server has ended");
    try {
      return await fetch(origin);
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

const visitsOf = ({ text }) => Number(/visits (?:<!--.*?-->)*(\d+)/.exec(text)?.[1]);

test("Next.js: components read, actions and handlers write", async () => {
  const browser = await start("next", ["next", "build"], (port) => ["node_modules/next/dist/bin/next", "start", "-p", `${port}`, "-H", "127.0.0.1"]);
  const submit = async (id) => {
    const { text } = await browser.get("/");
    const [, action] = new RegExp(`id="${id}"[^]*?name="(\\$ACTION_ID_[0-9a-f]+)"`).exec(text);
    const form = new FormData();
    form.append(action, "");
    return browser.fetch("/", { method: "POST", body: form, headers: { origin: browser.origin } });
  };
  assert.equal(visitsOf(await browser.get("/")), 0);
  // The page that the action renders sees its change.
  assert.equal(visitsOf(await submit("count")), 1);
  assert.equal(visitsOf(await submit("count")), 2);
  const look = await browser.get("/");
  assert.deepEqual([visitsOf(look), look.setCookies], [2, []]);
  const handled = await browser.get("/api/count");
  assert.deepEqual([visitsOf(handled), handled.headers.get("cache-control")], [3, "no-store"]);
  assert.equal(visitsOf(await browser.fetch("/api/count", { method: "POST" })), 4);
  assert.match((await submit("out")).setCookies.join(), /^__Host-session=;/);
  assert.equal(visitsOf(await browser.get("/")), 0);
  // The proxy writes what pages cannot: that a session is used.
  const cookies = await SessionCookie.encrypted(XAES_KEY);
  const earlier = await cookies.load(null, Date.now() - 600_000);
  const [line] = await cookies.save(earlier.set("visits", 9));
  const page = await fetch(`${browser.origin}/`, { headers: { cookie: line.split(";")[0] } });
  assert.match(await page.text(), /visits 9/);
  assert.match(page.headers.getSetCookie().join(), /^__Host-session=\w/);
  assert.match(page.headers.get("cache-control"), /no-store/);
  // The page of the same request sees what the proxy changed, and so do those after it.
  for (const path of ["/?from=mail", "/"]) assert.match((await browser.get(path)).text, /from mail/);
  const { text } = await browser.get("/");
  const [, action] = /id="count"[^]*?name="(\$ACTION_ID_[0-9a-f]+)"/.exec(text);
  const form = new FormData();
  form.append(action, "");
  const counted = await browser.fetch("/?from=post", { method: "POST", body: form, headers: { origin: browser.origin } });
  assert.match(counted.text, /from post/);
  assert.equal(visitsOf(counted), 1);
  const seen = await browser.get("/");
  assert.match(seen.text, /from post/);
  assert.equal(visitsOf(seen), 1);
  // One that no handler of the page renders for each visitor is not kept by caches with a visitor's cookie.
  const fixed = await browser.get("/fixed?from=fixed");
  assert.match(fixed.text, /fixed page/);
  assert.deepEqual([fixed.setCookies.length, fixed.headers.get("cache-control")], [1, "no-store"]);
  assert.match((await browser.get("/fixed")).headers.get("cache-control"), /s-maxage/);
});

const formTo = (browser, path, fields = {}) =>
  browser.fetch(path, { method: "POST", body: new URLSearchParams(fields), headers: { origin: browser.origin } });

async function countsAndSignsOut(browser, count, out) {
  assert.equal(visitsOf(await browser.get("/")), 0);
  for (let visits = 1; visits <= 2; visits++) {
    const counted = await count();
    assert.equal(counted.setCookies.length, 1);
    assert.equal(counted.headers.get("cache-control"), "no-store");
    assert.equal(visitsOf(await browser.get("/")), visits);
  }
  const look = await browser.get("/");
  assert.deepEqual(look.setCookies, []);
  assert.match(look.headers.get("cache-control") ?? "private", /private/);
  assert.match((await out()).setCookies[0], /^__Host-session=;/);
  assert.equal(visitsOf(await browser.get("/")), 0);
}

test("SvelteKit: pages read, actions write", async () => {
  const browser = await start("sveltekit", ["vite", "build"], () => ["build/index.js"]);
  await countsAndSignsOut(browser, () => formTo(browser, "/?/count"), () => formTo(browser, "/?/out"));
});

test("Astro: pages read and write, and one made at build time has no session", async () => {
  const browser = await start("astro", ["astro", "build"], () => ["dist/server/entry.mjs"]);
  await countsAndSignsOut(browser, () => formTo(browser, "/", { action: "count" }), () => formTo(browser, "/", { action: "out" }));
  assert.match((await browser.get("/static/")).text, /static/);
  // Two pages of one request, which share its session.
  const moved = await browser.get("/moved");
  assert.deepEqual([visitsOf(moved), moved.setCookies.length], [7, 1]);
});

test("Nuxt: handlers read and write, and pages by them", async () => {
  const browser = await start("nuxt", ["nuxt", "build"], () => [".output/server/index.mjs"]);
  assert.equal(visitsOf(await browser.get("/")), 0);
  for (let visits = 1; visits <= 2; visits++) {
    const counted = await formTo(browser, "/api/count");
    assert.deepEqual([counted.text, counted.setCookies.length, counted.headers.get("cache-control")], [`visits ${visits}`, 1, "no-store"]);
    assert.equal(visitsOf(await browser.get("/")), visits);
  }
  assert.match((await formTo(browser, "/api/out")).setCookies[0], /^__Host-session=;/);
  assert.equal(visitsOf(await browser.get("/")), 0);
});
