// One application in Next.js 16 and in Next.js 15, built and started as in production; and in browsers, with JavaScript on.
// `.ci/packages js proof/frameworks` and `node build.js` in js/ first; `node --test`.

import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { SessionCookie, attributes } from "../../js/src/index.js";
import { Browser, XAES_KEY } from "../../js/test/visitor.js";
import { NEXT, browse } from "./in_browsers.js";
import { start } from "./site.js";

const path = (file) => fileURLToPath(new URL(file, import.meta.url));

/** Next.js 15 calls the proxy a middleware. */
async function copyFor15() {
  for (const folder of ["app", "lib", "pages", "public", "instrumentation.js", "next.config.js", "tsconfig.json"]) {
    await cp(path(`next/${folder}`), path(`next15/${folder}`), { recursive: true });
  }
  await cp(path("next/proxy.js"), path("next15/middleware.js"));
}

const SITES = { "Next.js 16": "next", "Next.js 15": "next15" };

for (const [version, folder] of Object.entries(SITES)) {
  test(version, async (t) => {
    if (folder === "next15") await copyFor15();
    const command = (port) => ["node_modules/next/dist/bin/next", "start", "-p", `${port}`, "-H", "localhost"];
    // Next.js 15 takes 127.0.0.1 for another host, and would redirect there.
    const origin = await start(folder, ["next", "build"], command, "localhost");
    for (const [name, behaviour] of Object.entries(BEHAVIOURS)) await t.test(name, () => behaviour(new Visitor(origin)));
    await browse(t, origin, NEXT);
  });
}

test("Next.js 16 with cacheComponents, basePath, trailingSlash and a handler that leads on", async (t) => {
  const complaints = [];
  const command = (port) => ["node_modules/next/dist/bin/next", "start", "-p", `${port}`, "-H", "localhost"];
  const origin = await start("next_cached", ["next", "build"], command, "localhost", (text) => complaints.push(`${text}`));
  for (const [name, behaviour] of Object.entries(CACHED)) await t.test(name, () => behaviour(new Visitor(`${origin}/shop`)));
  const told = complaints.join("").split("\n").filter((line) => /^[^ }]/.test(line));
  assert.deepEqual(told, Array(2).fill("a request was refused by a CSRF check {"));
});

const CACHED = {
  "the programs of docs/nextjs.md sign in, take a form with its token, and sign out": async (visitor) => {
    const { origin } = new URL(visitor.origin);
    assert.match((await visitor.look("/account/")).text, /url=\/shop\/login\b/);
    const signedIn = await visitor.submit("/login/", null, { name: "ada", password: "right", next: "" });
    assert.deepEqual([signedIn.status, placeOf(signedIn)], [303, "/account"]);
    const order = (csrf_token) => {
      const body = new URLSearchParams({ csrf_token, item: "7" });
      return visitor.fetch("/api/cart/", { method: "POST", body, headers: { origin } });
    };
    const [, token] = /name="csrf_token" value="([^"]+)"/.exec((await visitor.look("/shop/")).text);
    assert.deepEqual([(await order(token)).status, (await order("")).status], [303, 403]);
    assert.equal(placeOf(await visitor.submit("/account/", null)), "/");
    assert.equal((await order(token)).status, 403);
  },

  "components read, and actions write": async (visitor) => {
    for (const visits of [0, 1, 2]) {
      assert.equal(visitsOf(await visitor.look("/")), visits);
      assert.equal((await visitor.submit("/", "count")).status, 200);
    }
  },

  "before a rewrite, or `NextResponse.next()`, the page has the session as the handler left it, and messages once": async ({ origin }) => {
    for (const [path, own, on] of [["/?", [], "null"], ["/en/?", [], "null"], ["/?on=1&", ["locale"], "null"], ["/?on=fields&", ["locale"], "fields"]]) {
      const visitor = new Visitor(origin);
      const names = ({ setCookies }) => setCookies.map((line) => line.split("=")[0]);
      const first = await visitor.look(`${path}count&say=Hello.`);
      assert.deepEqual([visitsOf(first), noticesOf(first), names(first)], [1, ["Hello."], ["__Host-session", ...own]], path);
      assert.match(first.text, /name="csrf_token" value="[\w-]/, path);
      assert.equal(/, on (?:<!--.*?-->)*(\w+)/.exec(first.text)[1], on, path);
      const again = await visitor.look(path);
      assert.deepEqual([visitsOf(again), noticesOf(again), names(again)], [1, [], own], path);
      assert.equal(first.headers.get("content-language"), path.startsWith("/en") ? "en" : null);
    }
  },

  "what carries a session's cookie, or is protected, is in no cache, whatever next.config.js says": async (visitor) => {
    const paths = ["/", "/en/", "/?on=1", "/members/plain/", "/members/sign-in/", "/answered/"];
    for (const path of paths) isKeptFromCaches(await new Visitor(visitor.origin).look(path), path);
    await visitor.look("/?user");
    // With nothing to set; the first is what the page itself says.
    for (const path of ["/members/plain/", "/answered/"]) isKeptFromCaches(await visitor.look(path), path);
    assert.equal((await visitor.look("/members/sign-in/")).headers.get("cdn-cache-control"), "public, max-age=600");
    for (const headers of [{ "sec-purpose": "prefetch" }, { "x-action-redirect": "/" }]) {
      isKeptFromCaches(await new Visitor(visitor.origin).look("/members/plain/", headers), JSON.stringify(headers));
    }
  },

  "a redirect of `protect` ends at its form, and nothing is let through": async ({ origin }) => {
    const encoded = ["/%6Dembers/plain/", "/members%2Fplain/", "/%6dembers/%ff/", "/mem%62ers%2f%ff/"];
    for (const path of ["/members/sign-in/", "/members/plain/", "/members/plain", "/MEMBERS/plain/", "/MEMBERS/SIGN-IN/", "//members/plain/", ...encoded]) {
      let url = origin + path;
      for (let left = 4; ; left--) {
        const response = await fetch(url, { redirect: "manual" });
        assert.doesNotMatch(await response.text(), /for members/, path);
        if (response.status === 200) break;
        assert.ok([307, 308].includes(response.status) && left > 0, `${path}: ${response.status} of ${url}`);
        url = new URL(response.headers.get("location"), url).href;
      }
      assert.equal(new URL(url).pathname, "/shop/members/sign-in/", path);
    }
    assert.equal((await fetch(`${origin}/members/sign%2Din/`, { redirect: "manual" })).status, 404);
  },
};

class Visitor extends Browser {
  /** Loads a page as a browser does. */
  look(path, headers) {
    return this.get(path, { accept: "text/html", ...headers });
  }

  /** Asks for a page as the router of Next.js does, which has to hash its fields; the server tells how. */
  async route(path, headers = {}) {
    const fields = { rsc: "1", accept: "*/*", "sec-fetch-dest": "empty", "next-url": "/", ...headers };
    const answer = await this.get(path, fields);
    const [, hash] = /[?&](_rsc=[^&]+)/.exec(answer.headers.get("location")) ?? [];
    return hash ? this.get(`${path}?${hash}`, fields) : answer;
  }

  /** Submits a form of a page, without JavaScript. */
  async submit(path, id, fields = {}) {
    const form = new FormData();
    for (const [name, value] of Object.entries({ [`$ACTION_ID_${await this.actionOf(path, id)}`]: "", ...fields })) form.append(name, value);
    return this.fetch(path, { method: "POST", body: form, headers: { origin: this.origin } });
  }

  /** Calls the action of a form, as the router of Next.js does. */
  async act(path, id, fields = {}) {
    const headers = { origin: this.origin, accept: "text/x-component", "next-action": await this.actionOf(path, id) };
    const body = new FormData();
    // The name of a field in the protocol of React, for Next.js 16 and for 15.
    for (const prefix of ["_1_", "1_"]) for (const [name, value] of Object.entries(fields)) body.append(prefix + name, value);
    body.append("0", '["$K1"]');
    return this.fetch(path, { method: "POST", body, headers });
  }

  /** The id of a form's action, by a look at its page that changes nothing. With null, of the first form. */
  async actionOf(path, id) {
    const { text } = await this.get(path);
    const before = id === null ? "" : `id="${id}"[^]*?`;
    return new RegExp(`${before}name="\\$ACTION_ID_([0-9a-f]+)"`).exec(text)[1];
  }

  async signIn() {
    const signedIn = await this.submit("/login", "sign-in", { user: "ada", next: "" });
    assert.deepEqual([signedIn.status, placeOf(signedIn)], [303, "/account"]);
    assert.deepEqual(noticesOf(await this.look("/account")), ["Welcome."]);
  }

  /** Posts a form that carries the token of the page. */
  note({ text }) {
    const [, token] = /name="csrf_token" value="([^"]+)"/.exec(text);
    return this.fetch("/api/note", { method: "POST", body: new URLSearchParams({ csrf_token: token }), headers: { origin: this.origin, "sec-fetch-site": "same-origin" } });
  }
}

const placeOf = ({ headers }) => headers.get("location");
const visitsOf = ({ text }) => Number(/visits (?:<!--.*?-->)*(\d+)/.exec(text)?.[1]);
const noticesOf = ({ text }) => [...text.matchAll(/role="status">([^<]*)</g)].map(([, notice]) => notice);
const isPage = ({ headers }) => headers.get("content-type")?.startsWith("text/x-component") ?? false;

/** Shown at the next look, and never again. */
async function isShownOnce(visitor, path, notice) {
  const page = await visitor.look(path);
  assert.deepEqual(noticesOf(page), [notice]);
  assert.deepEqual(noticesOf(await visitor.look(path)), []);
  return page;
}

/** The session of ten minutes ago, as the field of a request. */
async function earlier() {
  const cookies = await SessionCookie.encrypted(XAES_KEY);
  const session = await cookies.load(null, Date.now() - 600_000);
  session.ensureId();
  const [line] = await cookies.save(session.set("visits", 9));
  return line.split(";")[0];
}

/** No field lets a shared cache store it: neither that of all caches, nor those of some, which `headers` of next.config.js sets. */
function isKeptFromCaches({ headers }, what) {
  assert.match(headers.get("cache-control"), /private|no-store/, what);
  assert.doesNotMatch(headers.get("cache-control"), /s-maxage|public/, what);
  for (const name of ["cdn-cache-control", "vercel-cdn-cache-control", "cloudflare-cdn-cache-control", "netlify-cdn-cache-control", "surrogate-control", "edge-control"]) {
    assert.equal(headers.get(name), "no-store", `${what}: ${name}`);
  }
}

const BEHAVIOURS = {
  "components read, actions and handlers write": async (visitor) => {
    assert.equal(visitsOf(await visitor.look("/")), 0);
    // The page that the action renders sees its change.
    assert.equal(visitsOf(await visitor.submit("/", "count")), 1);
    assert.equal(visitsOf(await visitor.submit("/", "count")), 2);
    const look = await visitor.look("/");
    assert.deepEqual([visitsOf(look), look.setCookies], [2, []]);
    const handled = await visitor.get("/api/count");
    assert.deepEqual([visitsOf(handled), handled.headers.get("cache-control")], [3, "no-store"]);
    assert.equal(visitsOf(await visitor.fetch("/api/count", { method: "POST" })), 4);
    assert.deepEqual(JSON.parse((await visitor.get("/api/note")).text), ["/api/note", false, "object"]);
  },

  "of two cookies that another host can set none is taken, and what a request has written it reads": async ({ origin }) => {
    const shared = await SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ name: "__Secure-shared" }) });
    const pairOf = async (visits) => (await shared.save((await shared.load(null)).set("visits", visits)))[0].split(";")[0];
    const [one, two] = [await pairOf(1), await pairOf(2)];
    const answer = async (cookie, method) => (await fetch(`${origin}/api/shared`, { method, headers: { cookie } })).text();
    assert.deepEqual([await answer(one), await answer(`${one}; ${two}`), await answer(one, "POST")], ["visits 1", "Duplicate", "visits 2"]);
  },

  "the proxy writes what pages cannot: that a session is used": async ({ origin }) => {
    const page = await fetch(`${origin}/`, { headers: { cookie: await earlier() } });
    assert.match(await page.text(), /visits 9/);
    assert.match(page.headers.getSetCookie().join(), /^__Host-session=\w/);
    assert.match(page.headers.get("cache-control"), /no-store/);
  },

  "a page that was built is not kept with a visitor's cookie, and files are left alone": async (visitor) => {
    const fixed = await visitor.look("/fixed");
    assert.match(fixed.text, /fixed page/);
    assert.equal(fixed.setCookies.length, 1);
    isKeptFromCaches(fixed);
    const again = await visitor.look("/fixed");
    assert.match(again.headers.get("cache-control"), /s-maxage/);
    assert.match(again.headers.get("cdn-cache-control"), /public/);
    const file = await fetch(`${visitor.origin}/note.txt`, { headers: { cookie: await earlier() } });
    assert.deepEqual([file.status, file.headers.getSetCookie(), file.headers.get("vary")?.includes("Cookie") ?? false], [200, [], false]);
  },

  "without JavaScript a message is shown once, and the next form is good": async (visitor) => {
    await visitor.signIn();
    const saved = await visitor.submit("/account", "save");
    assert.deepEqual([saved.status, placeOf(saved)], [303, "/account"]);
    await isShownOnce(visitor, "/account", "Saved.");
    const out = await visitor.submit("/account", "sign-out");
    assert.deepEqual([out.status, placeOf(out)], [303, "/"]);
    const home = await isShownOnce(visitor, "/", "Goodbye.");
    assert.equal((await visitor.note(home)).status, 303);
    await isShownOnce(visitor, "/", "Noted.");
  },

  "with JavaScript a message is shown once, and the next form is good": async (visitor) => {
    await visitor.signIn();
    const saved = await visitor.act("/account", "save");
    assert.match(saved.headers.get("x-action-redirect"), /^\/account;/);
    // The browser loads the page, because Next.js would drop the cookies of one that is rendered here.
    assert.equal(isPage(saved), false);
    await isShownOnce(visitor, "/account", "Saved.");
    assert.equal(isPage(await visitor.act("/account", "sign-out")), false);
    const home = await isShownOnce(visitor, "/", "Goodbye.");
    assert.equal((await visitor.note(home)).status, 303);
    await isShownOnce(visitor, "/", "Noted.");
    // Where the page writes nothing, it comes with the answer.
    const moved = await visitor.act("/ways", "way", { way: "redirect" });
    assert.deepEqual([isPage(moved), /visits 1/.test(moved.text)], [true, true]);
  },

  "a message waits while the visitor is at another site": async (visitor) => {
    await visitor.signIn();
    assert.equal(placeOf(await visitor.submit("/account", "leave")), "https://example.com/");
    await isShownOnce(visitor, "/account", "You have left.");
    assert.match((await visitor.act("/account", "leave")).headers.get("x-action-redirect"), /^https:\/\/example\.com\//);
    await isShownOnce(visitor, "/account", "You have left.");
  },

  "links in view take no message, and write nothing": async (visitor) => {
    await visitor.signIn();
    await visitor.submit("/account", "save");
    const full = { "next-router-state-tree": encodeURIComponent('["",{"children":["__PAGE__",{}]},null,"refetch"]') };
    for (const headers of [{ "next-router-prefetch": "1" }, { "next-router-prefetch": "1", "next-router-segment-prefetch": "/_tree" }, full]) {
      const { status, setCookies } = await visitor.route("/account", headers);
      assert.deepEqual([status, setCookies], [200, []]);
    }
    const ahead = await visitor.look("/account", { "sec-purpose": "prefetch" });
    assert.deepEqual([noticesOf(ahead), ahead.setCookies], [[], []]);
    await isShownOnce(visitor, "/account", "Saved.");
  },

  "redirects and their kin save, and failures do not": async (visitor) => {
    await visitor.look("/");
    let visits = 0;
    for (const way of ["redirect", "permanentRedirect", "notFound", "forbidden", "unauthorized"]) {
      for (const how of ["submit", "act"]) {
        assert.ok((await visitor[how]("/ways", "way", { way })).status < 500, way);
        assert.equal(visitsOf(await visitor.look("/")), ++visits, `${way}, ${how}`);
      }
    }
    for (const how of ["submit", "act"]) {
      assert.equal((await visitor[how]("/ways", "way", { way: "error" })).status, 500);
      assert.equal(visitsOf(await visitor.look("/")), visits);
    }
  },

  "updates at once and inside of another lose nothing, and a sign-out stands": async ({ origin }) => {
    const ways = { both: ["a", "b"], inside: ["a", "b"], out: [], outAtOnce: [] };
    for (const [way, keys] of Object.entries(ways)) {
      const notices = keys.length === 0 ? ["Goodbye."] : [];
      const handled = new Visitor(origin);
      await handled.signIn();
      const kept = keys.length === 0 ? [] : ["user"];
      const entries = JSON.parse((await handled.fetch("/api/at_once", { method: "POST", body: way })).text);
      assert.deepEqual(entries.map(([key]) => key), [...keys, ...kept], way);
      assert.deepEqual(noticesOf(await handled.look("/")), notices, way);
      for (const how of ["submit", "act"]) {
        const visitor = new Visitor(origin);
        await visitor.signIn();
        await visitor[how]("/at_once", "at-once", { way });
        assert.deepEqual(noticesOf(await visitor.look("/")), notices, `${way}, ${how}`);
        const [, has] = /has ([a-z,]*)</.exec((await visitor.look("/at_once")).text);
        assert.equal(has, [...keys, ...kept].join(), `${way}, ${how}`);
      }
    }
  },

  "an action that fails later keeps what it has saved": async (visitor) => {
    await visitor.signIn();
    assert.equal((await visitor.submit("/account", "fail")).status, 500);
    assert.match((await visitor.look("/account")).text, /failed true/);
  },

  "those who have not signed in are sent to do so, and come back": async (visitor) => {
    const sent = await visitor.look("/account?tab=2");
    assert.deepEqual([sent.status, placeOf(sent)], [307, "/login?next=%2Faccount%3Ftab%3D2"]);
    for (const path of ["/account/none", "/%61ccount", "/Account", "/account/plain", "/account/files/x.json", "/ACCOUNT/old"]) {
      assert.equal((await visitor.look(path)).status, 307, path);
    }
    assert.equal((await visitor.look("/accounts")).status, 404);
    for (const [next, place] of [["/account?tab=2", "/account?tab=2"], ["https://example.com/", "/account"], ["//example.com", "/account"]]) {
      const signedIn = await new Visitor(visitor.origin).submit("/login", "sign-in", { user: "ada", next });
      assert.deepEqual([signedIn.status, placeOf(signedIn)], [303, place]);
    }
  },

  "what is protected is in no cache for all": async (visitor) => {
    assert.match((await visitor.look("/fixed")).text, /fixed page/);
    assert.match((await visitor.look("/fixed")).headers.get("cache-control"), /s-maxage/);
    await visitor.signIn();
    for (const path of ["/account/plain", "/account/plain?again", "/account/files/x.json"]) {
      const page = await visitor.look(path);
      assert.match(page.text, /for members/, path);
      isKeptFromCaches(page, path);
      // As Next.js says itself of pages that are made for one request.
      assert.match(page.headers.get("cache-control"), /no-store/, path);
    }
    const moved = await new Visitor(visitor.origin).look("/account/plain");
    assert.equal(moved.status, 307);
    isKeptFromCaches(moved);
  },

  "an action of a page leads to the form after the session has ended": async (visitor) => {
    await visitor.signIn();
    const [save, fields] = [await visitor.actionOf("/account", "save"), { origin: visitor.origin }];
    visitor.cookies.clear();
    const acted = await visitor.fetch("/account", { method: "POST", body: "[]", headers: { ...fields, "next-action": save } });
    assert.deepEqual([acted.status, acted.headers.get("x-action-redirect")], [401, "/login;push"]);
    const body = new FormData();
    body.append(`$ACTION_ID_${save}`, "");
    const submitted = await visitor.fetch("/account", { method: "POST", body, headers: fields });
    assert.deepEqual([submitted.status, placeOf(submitted)], [303, "/login"]);
  },

  "who a visitor is comes from the session, whatever fields a client sends": async (visitor) => {
    const forged = { "x-user": "admin", "x-middleware-request-cookie": "user=admin", "x-middleware-override-headers": "cookie" };
    const userOf = ({ text }) => /user (\w+)/.exec(text)[1];
    for (const headers of [{}, { "sec-purpose": "prefetch" }]) {
      assert.equal(userOf(await visitor.look("/", { ...forged, ...headers })), "nobody");
    }
    for (const headers of [{}, { "next-router-prefetch": "1" }]) assert.doesNotMatch((await visitor.route("/", { ...forged, ...headers })).text, /admin/);
    await visitor.signIn();
    for (let look = 0; look < 2; look++) assert.equal(userOf(await visitor.look("/", forged)), "ada");
  },

  "the pages router reads and writes": async (visitor) => {
    assert.equal((await visitor.get("/api/legacy")).text, '{"visits":1}');
    assert.equal(visitsOf(await visitor.look("/legacy")), 2);
    assert.equal(visitsOf(await visitor.look("/legacy")), 3);
    assert.equal((await visitor.get("/api/legacy")).text, '{"visits":4}');
  },
};
