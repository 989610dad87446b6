// SvelteKit, Astro, React Router, TanStack Start, Nitro and Nuxt with the packed package, built and started as in production.
// `.ci/packages js proof/runtimes proof/frameworks` and `node build.js` in js/ first; `node --test`. Next.js is in next.test.js.

import assert from "node:assert/strict";
import { cp, readFile, readdir, rm } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { Browser, XAES_KEY, cookies, field } from "../../js/test/visitor.js";
import { SVELTEKIT, browse } from "./in_browsers.js";
import { copyForSvelteKit2, start } from "./site.js";

const path = (file) => fileURLToPath(new URL(file, import.meta.url));
const visitsOf = ({ text }) => Number(/visits (?:<!--.*?-->)*(\d+)/.exec(text)?.[1]);

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

/** Brings a session of three visits, for which a refresh is due. */
async function bringOld(browser, minutes = 10) {
  const session = await cookies.load(null, Date.now() - minutes * 60_000);
  session.set("visits", 3).ensureId();
  const [name, value] = field(await cookies.save(session)).split("=");
  browser.cookies.set(name, value);
}

for (const [version, folder] of [["SvelteKit 3", "sveltekit"], ["SvelteKit 2", "sveltekit2"]]) {
  test(`${version}: pages read, actions write, and a hook that redirects signs out`, (t) => inSvelteKit(t, folder));
}

async function inSvelteKit(t, folder) {
  if (folder === "sveltekit2") await copyForSvelteKit2();
  const browser = new Browser(await start(folder, ["vite", "build"], () => ["build/index.js"]));
  await countsAndSignsOut(browser, () => formTo(browser, "/?/count"), () => formTo(browser, "/?/out"));
  await formTo(browser, "/?/count");
  // Once a page is rendered, SvelteKit takes no more cookies.
  for (const [path, left] of [["/left", 1], ["/leave", 0]]) {
    const { status, headers } = await browser.get(path);
    assert.deepEqual([status, headers.get("location")], [303, "/"], path);
    assert.equal(visitsOf(await browser.get("/")), left, path);
  }
  // Pages made at build time have no session.
  assert.match((await browser.get("/static")).text, /a session: (?:<!--.*?-->)*false/);
  await isCachedWithoutCookie(browser, "/cached", "/cached?count");
  // What an action's own API does stays, although the page only reads, and a refresh is due.
  for (const [action, left] of [["outInside", 0], ["countBesideALook", 4]]) {
    await bringOld(browser);
    const { setCookies } = await formTo(browser, `/?/${action}`);
    assert.deepEqual([setCookies.length, visitsOf(await browser.get("/"))], [1, left], action);
  }
  // Its `csrf.trustedOrigins` have the worker's address.
  if (folder === "sveltekit2") await passesFormsBehindAWorker(folder, browser.origin, ["/?/count", {}]);
  await savesNothingThatFails(browser, folder);
  await browse(t, browser.origin, SVELTEKIT);
}

/** Posts this form by way of the worker of js/examples/origin.js, from its own site and from another one. */
async function passesFormsBehindAWorker(folder, ORIGIN, [form, fields], more = {}) {
  const worker = path(`${folder}/worker.js`);
  await cp(path("../../js/examples/origin.js"), worker);
  const { default: site } = await import(worker).finally(() => rm(worker));
  for (const [origin, ...expected] of [["https://shop.example", 200, ["seen", 1], ["visits", 1]], ["https://elsewhere.example", 403, ["seen", 1]]]) {
    const headers = { origin, accept: "text/html", ...more };
    const request = new Request(`https://shop.example${form}`, { method: "POST", body: new URLSearchParams(fields), headers });
    const answer = await site.fetch(request, { SESSION_KEYS: XAES_KEY, ORIGIN });
    const session = await cookies.load(field(answer.headers.getSetCookie()));
    assert.deepEqual([answer.status, ...session.entries()], expected, folder);
  }
}

/** Remote functions, and the data of pages, whose errors are inside of a 200. */
async function savesNothingThatFails(browser, folder) {
  const client = await textsIn(path(`${folder}/build/client`), ".js");
  const [, hash] = /["'`](\w+)\/fail["'`]/.exec(client.join());
  // Without a proxy in front of it, SvelteKit 3 has https in its addresses.
  const origin = folder === "sveltekit" ? browser.origin.replace("http:", "https:") : browser.origin;
  const headers = { origin, "content-type": "application/json" };
  const call = (name) => browser.fetch(`/_app/remote/${hash}/${name}`, { method: "POST", headers, body: JSON.stringify({ payload: "", refreshes: [] }) });
  for (const [ask, type, count] of [
    [() => call("count"), "result", 1],
    [() => call("fail"), "error", 0],
    [() => call("fill"), "error", 0],
    [() => call("refuse"), "error", 1],
    [() => call("leave_and_fail"), "error", 1],
    [() => browser.get("/halves/__data.json"), "data", 1],
    [() => browser.get("/halves/__data.json?fail"), "data", 0],
  ]) {
    await bringOld(browser, 0);
    const { status, text, setCookies } = await ask();
    assert.deepEqual([status, JSON.parse(text).type, setCookies.length], [200, type, count], text);
  }
}

/** The files of a folder, at any depth, whose names end like this. */
async function textsIn(folder, end) {
  const names = await readdir(folder, { recursive: true });
  return Promise.all(names.filter((name) => name.endsWith(end)).map((name) => readFile(`${folder}/${name}`, "utf8")));
}

/** Fields that CDNs prefer to `Cache-Control`, set for a path, give way where the session sets its cookie. */
async function isCachedWithoutCookie(browser, looked, counted) {
  const saysOf = ({ headers }) => FOR_CACHES.map((name) => headers.get(name));
  const look = await browser.get(looked);
  assert.deepEqual([look.setCookies, saysOf(look)], [[], FOR_CACHES.map(() => "public, max-age=600")], looked);
  const count = await browser.get(counted);
  assert.deepEqual([count.setCookies.length, saysOf(count)], [1, FOR_CACHES.map(() => "no-store")], counted);
  assert.match(count.headers.get("vary"), /Cookie/);
}

const FOR_CACHES = ["cache-control", "cdn-cache-control", "vercel-cdn-cache-control", "surrogate-control", "edge-control"];

for (const [version, folder] of [["Astro 7", "astro"], ["Astro 6", "astro6"], ["Astro 5", "astro5"]]) {
  test(`${version}: pages read and write, and one made at build time has no session`, () => inAstro(folder));
}

async function inAstro(folder) {
  if (folder !== "astro") for (const name of ["src", "astro.config.mjs"]) await cp(path(`astro/${name}`), path(`${folder}/${name}`), { recursive: true });
  const browser = new Browser(await start(folder, ["astro", "build"], () => ["dist/server/entry.mjs"]));
  await countsAndSignsOut(browser, () => formTo(browser, "/", { action: "count" }), () => formTo(browser, "/", { action: "out" }));
  assert.match((await browser.get("/static/")).text, /static, for nobody/);
  // Two pages of one request, which share its session.
  const moved = await browser.get("/moved");
  assert.deepEqual([visitsOf(moved), moved.setCookies.length], [7, 1]);
  await isCachedWithoutCookie(browser, "/cached", "/cached?count");
  // Its `security.allowedDomains` have the worker's host.
  const forwarded = { "x-forwarded-host": "shop.example", "x-forwarded-proto": "https" };
  await passesFormsBehindAWorker(folder, browser.origin, ["/", { action: "count" }], forwarded);
}

const IN_REACT = {
  "React Router": ["react_router", ["react-router", "build"], () => ["node_modules/@react-router/serve/bin.cjs", "build/server/index.js"], "/?index"],
  "TanStack Start": ["tanstack", ["vite", "build"], () => ["serve.js"], "/"],
};

for (const [name, [folder, build, command, forms]] of Object.entries(IN_REACT)) {
  test(`${name}: middleware of /fetch gives pages and forms their session`, async () => {
    const browser = new Browser(await start(folder, build, command, "127.0.0.1", () => {}));
    const act = (action) => formTo(browser, forms, { action });
    await countsAndSignsOut(browser, () => act("count"), () => act("out"));
    await bringOld(browser);
    const refreshed = await browser.get("/");
    assert.deepEqual([visitsOf(refreshed), refreshed.setCookies.length, refreshed.headers.get("cache-control")], [3, 1, "private"]);
    for (const [action, statuses] of [["fail", [500]], ["fill", [413, 500]]]) {
      const failed = await act(action);
      assert.deepEqual([statuses.includes(failed.status), failed.setCookies], [true, []], `${action}: ${failed.status}`);
    }
    for (const action of ["throw", "move", "out and fail"]) {
      const { status, setCookies } = await act(action);
      const isOut = action.startsWith("out");
      assert.deepEqual([isOut ? status : Math.trunc(status / 100), setCookies.length, /Max-Age=0/.test(setCookies[0])], [isOut ? 500 : 3, 1, isOut], action);
    }
    const refused = await browser.fetch(forms, { method: "POST", body: new URLSearchParams(), headers: { "sec-fetch-site": "cross-site" } });
    assert.deepEqual([refused.status, refused.setCookies], [403, []]);
  });
}

test("Nitro: handlers read and write, and a route that it caches gives nobody the page or the cookie of another", async () => {
  const complaints = [];
  const origin = await start("nitro", ["nitro", "build"], () => [".output/server/index.mjs"], "127.0.0.1", (text) => complaints.push(`${text}`));
  const browser = new Browser(origin);
  await countsAndSignsOut(browser, () => formTo(browser, "/"), () => formTo(browser, "/out"));
  for (const path of ["/swr", "/cache", "/isr"]) {
    const [ada, bob, nobody] = [new Browser(origin), new Browser(origin), new Browser(origin)];
    await bringOld(ada);
    await formTo(bob, "/");
    for (const visitor of [ada, bob, nobody]) {
      const { status, setCookies, text } = await visitor.get(path);
      assert.deepEqual([status, setCookies, /visits/.test(text)], [500, [], false], path);
    }
  }
  assert.match(complaints.join(""), /route is cached, and everybody would get one visitor's session; take `swr`/);
  // It caches no answer to a form.
  assert.equal((await formTo(browser, "/form")).text, "visits 1");
});

test("Nuxt: handlers read and write, and pages by them", async () => {
  const browser = new Browser(await start("nuxt", ["nuxt", "build"], () => [".output/server/index.mjs"]));
  assert.equal(visitsOf(await browser.get("/")), 0);
  for (let visits = 1; visits <= 2; visits++) {
    const counted = await formTo(browser, "/api/count");
    assert.deepEqual([counted.text, counted.setCookies.length, counted.headers.get("cache-control")], [`visits ${visits}`, 1, "no-store"]);
    assert.equal(visitsOf(await browser.get("/")), visits);
  }
  assert.match((await formTo(browser, "/api/out")).setCookies[0], /^__Host-session=;/);
  assert.equal(visitsOf(await browser.get("/")), 0);
  // Handlers that answer themselves, or fail.
  for (const [path, status] of [["leave", 303], ["fail", 403]]) {
    await formTo(browser, "/api/count");
    const left = await formTo(browser, `/api/${path}`);
    assert.deepEqual([left.status, left.setCookies.map((line) => line.split(";")[0])], [status, ["__Host-session="]], path);
  }
  await isCachedWithoutCookie(browser, "/api/cached", "/api/cached?count");
  // Nitro 2 keeps no cookie, and shows a handler that it caches no visitor.
  for (const path of ["/api/swr", "/api/kept"]) assert.equal((await browser.get(path)).status, 500, path);
  // A handler that asks others, of which the last has not seen the sign-out.
  for (const [of, left] of [["out", 0], ["out,look", 0], ["look", 3], ["count", 4]]) {
    await bringOld(browser);
    const { setCookies } = await formTo(browser, `/api/ask?of=${of}`);
    assert.deepEqual([setCookies.length, visitsOf(await browser.get("/"))], [1, left], of);
  }
  // A page keeps what the handler has done that it asks while it is rendered.
  const refreshed = [3, 1, "private"];
  for (const [minutes, ...expected] of [[0, 3, 0, "private"], [10, ...refreshed], [20, ...refreshed], [29, ...refreshed], [31, 0, 1, "no-store"]]) {
    await bringOld(browser, minutes);
    const page = await browser.get("/");
    assert.deepEqual([visitsOf(page), page.setCookies.length, page.headers.get("cache-control")], expected, `${minutes} minutes`);
    assert.match(page.headers.get("vary"), /\bCookie\b/);
  }
  // A page is as private as the most private of its handlers, of which some have no session.
  for (const [minutes, control] of [[0, "private"], [31, "no-store"]]) {
    for (const also of [["/api/shared"], ["/api/nothing"], ["/api/look", "/api/shared"], ["/api/shared", "/api/look"]]) {
      await bringOld(browser, minutes);
      const page = await browser.get(`/?${new URLSearchParams(also.map((path) => ["also", path]))}`);
      assert.equal(page.headers.get("cache-control"), control, also.join());
      assert.match(page.headers.get("vary"), /^Cookie(, Cookie)*$/);
      assert.match(page.text, new RegExp(`answered ${also.map(() => "200").join(" ")}<`), "the `onResponse` of a page");
    }
  }
  // A new visitor gets a token, and so a session.
  const forAll = await new Browser(browser.origin).get("/for_all");
  assert.deepEqual([forAll.setCookies.length, FOR_CACHES.map((name) => forAll.headers.get(name))], [1, FOR_CACHES.map(() => "no-store")]);
  const visitor = new Browser(browser.origin);
  const tokenIn = ({ text }) => /csrf_token" value="([^"]+)"/.exec(text)[1];
  for (const again of [await visitor.get("/"), await visitor.get("/")]) {
    const noted = await visitor.fetch("/api/note", { method: "POST", headers: { origin: visitor.origin, "x-csrf-token": tokenIn(again) } });
    assert.deepEqual([noted.status, noted.text], [200, "noted"]);
    const shown = [await visitor.get("/"), await visitor.get("/")].map(({ text }) => text.includes("Saved."));
    assert.deepEqual(shown, [true, false]);
  }
});
