// The programs for Next.js and other frameworks run, with stand-ins for what the frameworks give.

import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { test } from "node:test";

import express from "express";
import { transform } from "esbuild";
import { Hono } from "hono";

import { SessionCookie, csrfToken, sessionType } from "../src/index.js";
import { struct, text } from "../src/struct.js";
import { cookieOf, folder, here, load, programs } from "./programs.js";
import { listening } from "./stand_ins.js";
import { XAES_KEY } from "./visitor.js";

test("programs of other frameworks are those that are tested with them", async () => {
  const places = {
    next: ["lib/session.js"],
    next_cached: ["lib/session.js", "instrumentation.js", "app/actions.js"],
  };
  for (const [framework, names] of Object.entries(places)) {
    for (const name of names) assert.equal(programs.get(name), await readFile(here(`../proof/frameworks/${framework}/${name}`), "utf8"), name);
  }
});

/** The cookies of a request of Next.js. */
const jar = { set: (name, value) => jar.pairs.set(name, value), getAll: () => [...jar.pairs].map(([name, value]) => ({ name, value })), pairs: new Map() };

/** What takes the place of a module that is not here. */
const STAND_INS = {
  react: "const Suspense = null;",
  "next/headers": "const cookies = async () => jarOfNext;",
  "next/server": "const [connection, NextResponse] = [async () => {}, { next: ({ request }) => new Response(null, request) }];",
  "next/navigation": "const redirect = (to) => { throw Object.assign(new Error(to), { digest: `NEXT_REDIRECT;push;${to};307;` }); };",
  arctic: `const [generateCodeVerifier, decodeIdToken] = [() => "a verifier", JSON.parse];
    const used = new Set();
    class Google {
      createAuthorizationURL = (state, verifier, scopes) => new URL(\`https://google.example/?state=\${encodeURIComponent(state)}&scope=\${scopes.join("+")}\`);
      async validateAuthorizationCode(code, verifier) {
        if (!code.startsWith("a code") || used.has(code) || verifier !== "a verifier") throw new Error("refused");
        used.add(code);
        return { idToken: () => JSON.stringify({ sub: "7", name: "Ada" }) };
      }
    }`,
};

/** Writes this program of the guide for Next.js, with stand-ins, and imports it. */
async function loadOfNext(name) {
  const file = new URL(name.replace(/x$/, ""), folder);
  await mkdir(new URL("./", file), { recursive: true });
  // The bundlers of Next.js find modules without the ends of their names, in TypeScript too.
  const named = programs.get(name).replace(/((?:from |import\()"\..*)"/g, '$1.js"');
  const text = named.replace(/^import .* "(.*)";$/gm, (line, from) => STAND_INS[from] ?? line);
  const { code } = await transform(text, { loader: "jsx", jsxFactory: "jsx" });
  await writeFile(file, `const jsx = (type, given, ...children) => ({ type, ...given, children });\n${code}`);
  return import(file);
}

/** Writes the module of the sessions of Next.js, with this jar. */
async function withJar() {
  globalThis.jarOfNext = jar;
  jar.pairs.clear();
  await loadOfNext("lib/session.js");
}

test("a wrong key stops Next.js when it starts", async (t) => {
  await withJar();
  const { register } = await loadOfNext("instrumentation.js");
  t.after(() => {
    process.env.SESSION_KEYS = XAES_KEY;
    delete process.env.NEXT_RUNTIME;
  });
  process.env.NEXT_RUNTIME = "nodejs";
  process.env.SESSION_KEYS = XAES_KEY.slice(0, -1);
  await assert.rejects(register(), { name: "ConfigError", code: "key" });
  process.env.SESSION_KEYS = XAES_KEY;
  await register();
});

test("the proxy gives sessions an id, and lets those pass that it cannot change", async () => {
  await withJar();
  const { default: proxy } = await loadOfNext("proxy.js");
  const type = sessionType({ label: "", schema: 1, shape: struct({ user: text }) });
  const newer = await SessionCookie.encrypted(XAES_KEY, { type });
  const session = await newer.load(null);
  session.value = { user: "ada" };
  const [line] = await newer.save(session);
  for (const [cookie, count] of [["", 1], [line.split(";")[0], 0]]) {
    const request = new Request("https://app.example.com/", { headers: { cookie } });
    const { status, headers } = await proxy(Object.assign(request, { nextUrl: new URL(request.url) }));
    assert.deepEqual([status, headers.getSetCookie().length], [200, count]);
  }
});

const formOf = (fields) => Object.entries(fields).reduce((form, [name, value]) => (form.set(name, value), form), new FormData());

/** What a page has inside of its `<Suspense>`. */
const shown = (page) => (given) => {
  const [{ type, ...props }] = page(given).children;
  return type(props);
};

/** The actions and pages of the guide for Next.js. */
async function siteInNext() {
  await withJar();
  const users = 'export const check = async (name, password) => (password === "right" ? { name } : null);';
  await writeFile(new URL("lib/users.js", folder), users);
  const actions = await loadOfNext("app/actions.js");
  const page = async (name) => shown((await loadOfNext(`app/${name}/page.jsx`)).default);
  return { ...actions, login: await page("login"), account: await page("account") };
}

test("in Next.js a visitor signs in and out by actions, and pages show the user", async () => {
  const { signIn, signOut, login, account } = await siteInNext();
  await assert.rejects(account(), { message: "/login" });
  const form = await login({ searchParams: Promise.resolve({ next: "/account/orders" }) });
  assert.equal(form.action, signIn);
  const next = form.children.find(({ name }) => name === "next").value;
  await assert.rejects(signIn(formOf({ name: "ada", password: "wrong" })), { message: "/login" });
  assert.equal(jar.pairs.size, 0);
  await assert.rejects(signIn(formOf({ name: "ada", password: "right", next })), { message: "/account/orders" });
  assert.deepEqual((await account()).children[0].children, ["Hello ", "ada"]);
  await assert.rejects(signIn(formOf({ name: "ada", password: "right", next: "https://evil.example/" })), { message: "/account" });
  await assert.rejects(signOut(), { message: "/" });
  jar.pairs.clear(); // A browser drops what has `Max-Age=0`.
  await assert.rejects(account(), { message: "/login" });
});

test("an action behind `protect` checks the session itself, because it may be posted to any page", async () => {
  const { addToCart } = await siteInNext();
  const { sessions } = await import(new URL("lib/session.js", folder));
  const form = formOf({ item: "7" });
  await assert.rejects(addToCart(form), { message: "/login" });
  assert.deepEqual([...jar.pairs.keys()], []);
  await sessions.update((session) => session.set("user", "ada"));
  await addToCart(form);
  assert.deepEqual((await sessions.load()).get("cart"), ["7"]);
});

test("a route handler of Next.js takes the form of its user, and refuses those without a token and of other sites", async () => {
  await withJar();
  const { POST } = await loadOfNext("app/api/cart/route.js");
  const cookies = await SessionCookie.encrypted(XAES_KEY);
  const session = await cookies.load(null);
  session.signIn();
  session.set("user", "ada");
  const [name, value] = (await cookies.save(session))[0].split(";")[0].split("=");
  jar.set(name, value);
  const form = (await loadOfNext("app/shop/page.jsx")).default();
  const { name: field, value: csrf_token } = await form.children[0].children[0].type();
  assert.deepEqual([form.action, form.method, field], ["/api/cart", "post", "csrf_token"]);
  const cookie = `${name}=${value}`;
  const post = (fields, headers) => POST(new Request("http://localhost/api/cart", { method: "POST", body: new URLSearchParams(fields), headers }));
  const added = await post({ csrf_token, item: "7" }, { cookie });
  assert.deepEqual([added.status, added.headers.get("location")], [303, "/account"]);
  assert.deepEqual((await cookies.load(cookieOf(added))).get("cart"), ["7"]);
  assert.equal((await post({ item: "7" }, { cookie })).status, 403);
  assert.equal((await post({ csrf_token, item: "7" }, { cookie, "sec-fetch-site": "cross-site" })).status, 403);
  const visitor = await cookies.load(null);
  const token = await csrfToken(visitor);
  const [line] = await cookies.save(visitor);
  assert.equal((await post({ csrf_token: token, item: "7" }, { cookie: line.split(";")[0] })).status, 401);
});

/** Begins and ends sign-ins by the routes of the example. */
async function google() {
  await withJar();
  await loadOfNext("lib/google.js");
  await loadOfNext("lib/form_post.js");
  const begin = await loadOfNext("app/api/google/route.js");
  const end = await loadOfNext("app/api/google/callback/route.js");
  const stateOf = ({ status, headers }) => {
    assert.equal(status, 302);
    const { origin, searchParams } = new URL(headers.get("location"));
    assert.deepEqual([origin, searchParams.get("scope")], ["https://google.example", "openid profile"]);
    return encodeURIComponent(searchParams.get("state"));
  };
  const ask = ({ GET }, query, cookie) => GET(new Request(`http://localhost/api/google?${query}`, { headers: { cookie } }));
  return {
    stateOf,
    /** Of a page that posts the answer again, does so. */
    async back(query, cookie) {
      const answered = await ask(end, query, cookie);
      if (answered.status !== 200) return answered;
      assert.deepEqual([answered.headers.getSetCookie(), answered.headers.get("cache-control")], [[], "no-store"]);
      const body = new URLSearchParams(query);
      for (const name of ["code", "state"]) assert.ok((await answered.clone().text()).includes(`name="${name}" value="${body.get(name)}"`));
      return end.POST(new Request("http://localhost/api/google/callback", { method: "POST", body, headers: { cookie } }));
    },
    async start(cookie = "", next = "/account?tab=1") {
      const started = await ask(begin, `next=${encodeURIComponent(next)}`, cookie);
      const [line] = started.headers.getSetCookie();
      return { cookie: line?.split(";")[0] ?? cookie, state: stateOf(started) };
    },
  };
}

/** Returns the page to which the visitor comes back. */
function pageOf(response) {
  assert.equal(response.status, 303);
  return response.headers.get("location");
}

test("a visitor comes back from Google signed in, and only in the browser that began it", async (t) => {
  const { mock } = t.mock.method(console, "error", () => {});
  const { back, start } = await google();
  const cookies = await SessionCookie.encrypted(XAES_KEY);
  const { cookie, state } = await start();
  const answer = `code=a+code&state=${state}`;
  for (const query of ["code=a+code&state=another", "code=a+code", `state=${state}`, `error=access_denied&state=${state}`]) {
    const refused = await back(query, cookie);
    assert.deepEqual([refused.status, await refused.text()], [400, '<a href="/api/google">Please sign in again</a>'], query);
    assert.deepEqual(refused.headers.getSetCookie(), []);
  }
  assert.equal((await back(answer, "")).status, 400);
  assert.equal((await back(answer, (await start()).cookie)).status, 302);
  assert.equal(mock.calls.length, 0); // Google was not asked
  const response = await back(answer, cookie);
  assert.equal(pageOf(response), "/account?tab=1");
  const signedIn = cookieOf(response);
  assert.deepEqual((await cookies.load(signedIn)).entries(), [["name", "Ada"], ["user", "7"]]);
  // A second answer, or one of somebody else, changes nothing.
  for (const query of [answer, `code=a+code+2&state=${(await start()).state}`, "code=a+code&state=another"]) {
    const again = await back(query, signedIn);
    assert.match(pageOf(again), /^\/account/);
    assert.deepEqual(again.headers.getSetCookie(), []);
  }
  const elsewhere = await start("", "//evil.example");
  assert.equal(pageOf(await back(`code=a+code+3&state=${elsewhere.state}`, elsewhere.cookie)), "/account");
});

test("an answer that comes twice writes nothing the second time, and leads to the page by another attempt", async (t) => {
  const { mock } = t.mock.method(console, "error", () => {});
  const { back, start, stateOf } = await google();
  const { cookie, state } = await start();
  // At half of the idle timeout, when a session that stays is written again.
  const now = Date.now();
  t.mock.method(Date, "now", () => now + 890_000);
  const twins = await Promise.all([1, 2].map(() => back(`code=a+code+twice&state=${state}`, cookie)));
  const [[first], [second]] = [twins.filter(({ status }) => status === 303), twins.filter(({ status }) => status === 302)];
  assert.deepEqual(second.headers.getSetCookie(), []);
  assert.equal(pageOf(await back(`code=a+code+later&state=${stateOf(second)}`, cookieOf(first))), "/account?tab=1");
  assert.deepEqual(mock.calls.map(({ arguments: [error] }) => error.message), ["refused"]);
});

test("tabs that begin together come to their own pages, and a site that never gets its cookie does not begin again and again", async () => {
  const { back, start, stateOf } = await google();
  const tabs = await Promise.all([1, 2, 3, 4, 5].map((tab) => start("", `/tab/${tab}`)));
  let { cookie } = tabs.at(-1); // the browser keeps the last one
  for (const [at, { state }] of tabs.entries()) {
    let response = await back(`code=a+code+of+${at}&state=${state}`, cookie);
    if (response.status === 302) response = await back(`code=a+code+of+${at}&state=${stateOf(response)}`, cookie);
    assert.equal(pageOf(response), `/tab/${at + 1}`);
    [cookie] = response.headers.getSetCookie().map((line) => line.split(";")[0]).concat(cookie);
  }
  let { state } = tabs[0];
  const statuses = [];
  for (let attempt = 0; attempt < 4; attempt++) {
    const response = await back(`code=a+code+again&state=${state}`, (await start()).cookie);
    statuses.push(response.status);
    if (response.status === 302) state = stateOf(response);
  }
  assert.deepEqual(statuses, [302, 302, 302, 400]);
});

test("a health check in Hono, Express and Next.js shows the keys in use", async () => {
  await withJar();
  const { sessions } = await import(new URL("lib/session.js", folder));
  const { inHono, inExpress, inNext } = await load("health.js");
  const cookies = sessions.ready();
  const hono = new Hono();
  inHono(hono, cookies);
  const app = express();
  inExpress(app, cookies);
  const { text } = await (await listening(createServer(app))).get("/health");
  const bodies = [text, await (await hono.request("/health")).text(), await (await inNext(sessions)()).text()];
  for (const body of bodies) assert.match(body, /^seals 3063b66e\naccepts 3063b66e\nfingerprint e2414bb8e74af671\nsettings 331a75f197d27245\n/);
});
