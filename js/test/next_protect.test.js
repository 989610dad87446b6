// Protected pages of Next.js, with a stand-in for `NextURL`. proof/frameworks has them in Next.js.

import assert from "node:assert/strict";
import { test } from "node:test";

import { protect, sessionProxy, wayBack } from "../src/web/next.js";
import { cookies, filled } from "./visitor.js";

/** A URL whose path has no `basePath` and no locale, as in Next.js. */
class NextUrl extends URL {
  #base;
  #end;

  /** `end`: the slash of `trailingSlash`. */
  constructor(url, base = "", end = "") {
    super(url);
    this.#base = base;
    this.#end = end;
  }

  clone() {
    return new NextUrl(super.href, this.#base, this.#end);
  }

  get href() {
    const { origin, pathname, search } = this;
    return `${origin}${this.#base}${pathname.endsWith("/") ? pathname : pathname + this.#end}${search}`;
  }
}

/** Where a visitor ends who asks for a path: the status and the place, or undefined. */
async function sent(path, { user, given = {}, paths = ["/account", "/settings"], base, locales, ...init } = {}) {
  const request = new Request(`http://localhost${path}`, init);
  const session = await cookies.load(null);
  if (user) session.set("user", user);
  const handler = protect(paths, { to: "/login", unless: (session) => session.has("user"), ...given });
  const nextUrl = Object.assign(new NextUrl(request.url, base), locales);
  const answer = await handler(Object.assign(request, { nextUrl }), session);
  assert.equal(nextUrl.href, new NextUrl(request.url, base).href);
  return answer && [answer.status, answer.headers.get("location"), answer.headers.get("x-action-redirect")];
}

test("a path is protected with those below it, and others are not", async () => {
  for (const path of ["/account", "/account/", "/account/orders/7", "/settings?tab=2", "/%61ccount", "/account%2Forders", "/Account", "/ACCOUNT/x", "/%41ccount"]) {
    assert.equal((await sent(path))?.[0], 307, path);
    assert.equal(await sent(path, { user: "ada" }), undefined, path);
  }
  // A segment that cannot be decoded hides no other, nor the rest of itself.
  for (const path of ["/acc%6funt/%ff", "/acc%6Funt/%", "/%61ccount/%E0%A4%A", "/account%2f%ff", "/acc%6funt%2f%ff", "//account", "/x/..//account//x"]) {
    assert.equal((await sent(path))?.[0], 307, path);
  }
  for (const path of ["/", "/accounts", "/Accounts", "/my/account", "/login", "/%E0%A4%A", "/%2561ccount", "/account%ff"]) assert.equal(await sent(path), undefined, path);
  // Everything, but the page itself.
  assert.equal((await sent("/", { paths: "/" }))[0], 307);
  assert.equal((await sent("/anything", { paths: "/" }))[0], 307);
  assert.equal(await sent("/login", { paths: "/" }), undefined);
  assert.equal(await sent("/account/login", { given: { to: "/account/login" } }), undefined);
  // The rewrites of Next.js match these as well.
  for (const [prefix, path] of [["/Account", "/account/x"], ["/stra\u00dfe", "/STRA\u00dfE"], ["/\u03bf\u03c3", "/\u039f\u03a3"], ["/\u00c4", "/%C3%A4"], ["/%61ccount", "/account/x"]]) {
    assert.equal((await sent(path, { paths: prefix }))?.[0], 307, path);
  }
});

test("the way back comes along, for those who wanted to look", async () => {
  assert.deepEqual(await sent("/account?tab=2&_rsc=abc"), [307, "http://localhost/login?next=%2Faccount%3Ftab%3D2", null]);
  assert.deepEqual(await sent("/account", { method: "HEAD" }), [307, "http://localhost/login?next=%2Faccount", null]);
  assert.deepEqual(await sent("/account", { given: { back: "from" } }), [307, "http://localhost/login?from=%2Faccount", null]);
  assert.deepEqual(await sent("/account?tab=2", { given: { back: null } }), [307, "http://localhost/login", null]);
  assert.deepEqual(await sent("/account", { method: "POST" }), [303, "http://localhost/login", null]);
  assert.deepEqual(await sent("/account", { base: "/shop" }), [307, "http://localhost/shop/login?next=%2Faccount", null]);
  for (const [locale, back] of [["fr", "%2Ffr%2Faccount"], ["en", "%2Faccount"]]) {
    const place = await sent("/account", { locales: { locale, defaultLocale: "en" } });
    assert.equal(place[1], `http://localhost/login?next=${back}`);
  }
});

test("nobody is sent in a circle, by whatever path the form is asked for", async () => {
  for (const [to, given] of [["/login", "/"], ["/account/login", "/account"], ["/\u00e9t\u00e9", "/"], ["/%C3%A9t%C3%A9", "/"], ["/a/b", ["/a", "/a/b"]]]) {
    for (const base of ["", "/shop"]) {
      for (const end of ["", "/"]) {
        const handler = protect(given, { to, unless: () => false });
        const walk = async (path) => {
          const request = { nextUrl: new NextUrl(`http://localhost${path}`, base, end), method: "GET", headers: new Headers() };
          const place = (await handler(request, await cookies.load(null)))?.headers.get("location");
          return place && new URL(place).pathname.slice(base.length);
        };
        const form = encodeURI(decodeURI(to)) + end;
        assert.equal(await walk(form), undefined, form);
        for (const path of [to.toUpperCase(), `${to}/sub`, `${to.toUpperCase()}/`]) assert.equal(await walk(encodeURI(decodeURI(path))), form, path);
      }
    }
  }
});

test("an action leads the router of Next.js to the form", async () => {
  assert.deepEqual(await sent("/account", { method: "POST", headers: { "next-action": "00aa" } }), [401, null, "/login;push"]);
});

test("`unless` is asked about paths that are protected, and may take its time", async () => {
  const asked = [];
  const unless = async (session, { url }) => {
    asked.push([session.isNew, url]);
    return false;
  };
  assert.equal(await sent("/", { given: { unless } }), undefined);
  assert.equal((await sent("/account", { given: { unless } }))[0], 307);
  assert.deepEqual(asked, [[true, "http://localhost/account"]]);
});

test("a page that is protected is for its visitor alone, be it made at build time", async () => {
  const proxy = sessionProxy(cookies, { next: () => new Response() }, protect("/account", { to: "/login", unless: (session) => session.has("user") }));
  const signedIn = await filled(undefined, cookies, Date.now());
  const NO_CACHE = "private, no-cache, no-store, max-age=0, must-revalidate|no-store|no-store|0|Cookie";
  const controlOf = async (path, given = {}, cookie = signedIn) => {
    const request = new Request(`http://localhost${path}`, { headers: { cookie, ...given } });
    const { headers } = await proxy(Object.assign(request, { nextUrl: new NextUrl(request.url) }));
    return ["cache-control", "cdn-cache-control", "surrogate-control", "x-accel-expires", "vary"].map((name) => headers.get(name)).join("|");
  };
  for (const headers of [{}, { accept: "text/html" }, { "sec-purpose": "prefetch" }, { "next-router-prefetch": "1" }, { "x-action-redirect": "/account;push" }]) {
    assert.equal(await controlOf("/account/plain", headers), NO_CACHE, JSON.stringify(headers));
    assert.equal(await controlOf("/about", headers), "||||", JSON.stringify(headers));
    // The redirect as well; that of an action is for the router, which drops it.
    if (!("x-action-redirect" in headers)) assert.equal(await controlOf("/account/plain", headers, ""), NO_CACHE, JSON.stringify(headers));
  }
});

test("before a proxy the answer has the session", async () => {
  const proxy = sessionProxy(cookies, { next: assert.fail }, protect("/account", { to: "/login", unless: (session) => session.flash("notice", "Sign in first.") }));
  const request = new Request("http://localhost/account");
  const response = await proxy(Object.assign(request, { nextUrl: new NextUrl(request.url) }));
  assert.equal(response.status, 307);
  const session = await cookies.load(response.headers.getSetCookie()[0].split(";")[0]);
  assert.deepEqual(session.flashes("notice"), ["Sign in first."]);
});

test("a way back stays on the site", () => {
  for (const value of ["/", "/account", "/account?tab=2#top", "/a//b", "/%2F%2Fexample.com", "/a b?c=/\\d"]) {
    assert.equal(new URL(wayBack(value, "/other"), "https://shop.test").href, new URL(value, "https://shop.test").href, value);
  }
  const others = [
    "https://example.com/", "//example.com", "///example.com", "/\\example.com", "\\\\example.com", "/\t/example.com", "/\n/example.com",
    "/.//example.com", "/..//example.com", "/%2e//example.com", "/a/..//example.com", "//[", "javascript:alert(1)", "account", "", " /a",
    null, undefined, 7, ["/account"], new Blob(["/account"]),
  ];
  for (const value of others) assert.equal(wayBack(value, "/other"), "/other", String(value));
  assert.equal(wayBack(null), "/");
});

test("mistakes in the arguments are named at once", () => {
  const right = { to: "/login", unless: () => true };
  const refused = [
    [[], right, /paths of `protect`/],
    [undefined, right, /paths of `protect`/],
    ...["account", "/account/", "//account", "/account/*", "/users/:id", "/account?a", "", 7, /^\/account/].map((path) => [[path], right, /paths of `protect`/]),
    ["/account", { ...right, to: "https://example.com/" }, /`to` must be the path/],
    ["/account", { ...right, to: "//example.com" }, /`to` must be the path/],
    ["/account", { ...right, to: "/" }, /`to` must be the path/],
    ["/account", { to: "/login" }, /`unless` must be a function/],
    ["/account", { ...right, unless: true }, /`unless` must be a function/],
    ["/account", { ...right, back: true }, /`back` must be the name/],
    ["/account", { ...right, except: [] }, /no option `except` in `protect`/],
    ["/account", undefined, /`to` must be the path/],
  ];
  for (const [paths, options, message] of refused) {
    assert.throws(() => protect(paths, options), { name: "ConfigError", code: "option", message }, `${paths} ${JSON.stringify(options)}`);
  }
});
