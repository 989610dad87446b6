// Another site, and what a real browser sends with its requests: none of them signs a visitor out. The site is one of the
// JavaScript package, whose rules are those of the vectors.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { CsrfGuard } from "../../js/src/csrf_guard.js";
import { KeyRing, SessionCookie, attributes, csrfToken } from "../../js/src/index.js";
import { withSession } from "../../js/src/web/node.js";
import { launch } from "./demo.js";
import { closeServers, listen } from "./servers.js";

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser.close();
  closeServers();
});

/** A site whose every page has a form with a token, as a layout has it, and another site, whose pages are given. */
async function open(sameSite, pageOf) {
  let asked = 0;
  const cookies = await SessionCookie.encrypted(await KeyRing.generate(), { cookie: attributes({ sameSite }) });
  const guard = new CsrfGuard({ originCheckOnly: true });
  const layout = async (session) => `<p id="user">${session.get("user") ?? "nobody"}</p><form><input value="${await csrfToken(session)}"></form>`;
  const port = await listen(
    withSession(cookies, async (request, response, session) => {
      const { pathname } = new URL(request.url, "http://site");
      if (pathname === "/favicon.ico") return response.writeHead(204).end();
      asked++;
      const refusal = pathname === "/guarded" ? await guard.check(request, session) : null;
      if (pathname === "/sign-in") {
        session.signIn();
        session.set("user", "ada");
      }
      if (pathname === "/callback") session.set("cancelled", true);
      if (pathname === "/counts") session.update("visits", (visits = 0) => visits + 1);
      if (pathname === "/moves") return response.writeHead(303, { location: "/counts" }).end();
      const status = refusal ? refusal.status : pathname === "/missing" ? 404 : 200;
      const body = pathname === "/who" ? (session.get("user") ?? "nobody") : await layout(session);
      response.writeHead(status, { "content-type": "text/html" }).end(body);
    }),
  );
  const own = `http://127.0.0.1:${port}`;
  const elsewhere = await listen((request, response) => {
    const { pathname } = new URL(request.url, "http://elsewhere");
    if (pathname === "/moved") return response.writeHead(307, { location: `${own}/missing` }).end();
    response.writeHead(200, { "content-type": "text/html" }).end(pageOf(own));
  });
  return { own, other: `http://localhost:${elsewhere}`, asked: () => asked };
}

const posts = (path) => (own) => `<form method="post" action="${own}${path}"></form><script>document.forms[0].submit()</script>`;
const links = (path) => (own) => `<a href="${own}${path}">go</a><script>document.links[0].click()</script>`;

/** Pages of the other site. Each ends at the site, or has asked it when it is loaded. */
const ATTACKS = {
  "a form that the guard refuses": posts("/guarded"),
  "a form to a page outside the guard": posts("/missing"),
  "a form to a callback that stores something": posts("/callback"),
  "a form whose answer leads to another page": posts("/moves"),
  "a form that a redirect passes on": () => `<form method="post" action="/moved"></form><script>document.forms[0].submit()</script>`,
  "a form in a sandbox": (own) => `<iframe sandbox="allow-scripts allow-forms allow-top-navigation" srcdoc='<form method="post" target="_top" action="${own}/guarded"></form><script>document.forms[0].submit()</script>'></iframe>`,
  "a link": links("/counts"),
  "a frame": (own) => `<iframe src="${own}/counts"></iframe>`,
  "an image": (own) => `<img src="${own}/counts">`,
  "a script that fetches": (own) => `<script>fetch("${own}/counts", { mode: "no-cors", credentials: "include" })</script>`,
  "a script that posts": (own) => `<script>fetch("${own}/missing", { method: "POST", mode: "no-cors", credentials: "include" })</script>`,
  "a prefetch": (own) => `<link rel="prefetch" href="${own}/counts">`,
};

/** Opens the other site's page, and waits until it has asked the site. */
async function visit(page, { own, other, asked }) {
  const before = asked();
  await page.goto(other).catch(() => {});
  for (let tries = 0; tries < 100 && asked() === before; tries++) await new Promise((done) => setTimeout(done, 50));
  await new Promise((done) => setTimeout(done, 200));
  assert.ok(asked() > before, `${own} was not asked`);
}

/** In a tab of its own, because the page may still be on its way to another one. */
const userOf = async (page, own) => {
  const tab = await page.browserContext().newPage();
  await tab.goto(`${own}/who`);
  const user = await tab.$eval("body", ({ innerText }) => innerText);
  await tab.close();
  return user;
};

for (const [name, pageOf] of Object.entries(ATTACKS)) {
  for (const sameSite of ["Lax", "Strict"]) {
    // A link to a page that begins a session: with `Strict`, it looks like the first visit of somebody.
    const isFirst = sameSite === "Strict" && ["a link", "a form whose answer leads to another page"].includes(name);
    test(`SameSite=${sameSite}, ${name}: the visitor ${isFirst ? "looks like a new one" : "stays signed in"}`, async () => {
      const site = await open(sameSite, pageOf);
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      await page.goto(`${site.own}/sign-in`);
      assert.equal(await userOf(page, site.own), "ada");
      await visit(page, site);
      assert.equal(await userOf(page, site.own), isFirst ? "nobody" : "ada");
      await context.close();
    });
  }
}

test("a first visit by a link gets its session, and a form of another site gets one by a sign-in alone", async () => {
  for (const [pageOf, expected] of [[links("/counts"), 1], [posts("/missing"), 0], [posts("/sign-in"), 1]]) {
    const site = await open("Lax", pageOf);
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await visit(page, site);
    assert.equal((await context.cookies()).length, expected);
    await context.close();
  }
});

/**
 * A site with a sign-in by a provider, which is another site, as docs/guides.md describes it: the session keeps `state`, and the
 * callback compares it, takes it out and signs in. A form of the provider becomes the query of a GET, outside the session.
 */
async function openWithProvider(sameSite) {
  const cookies = await SessionCookie.encrypted(await KeyRing.generate(), { cookie: attributes({ sameSite }) });
  let provider;
  const seen = [];
  const inSession = withSession(cookies, async (request, response, session) => {
    const { pathname, searchParams } = new URL(request.url, "http://site");
    const lead = (location) => response.writeHead(303, { location }).end();
    if (pathname === "/sign-in") {
      const state = crypto.randomUUID();
      session.set("sign-in", { state });
      return lead(`http://localhost:${provider}/authorize?state=${state}&mode=${searchParams.get("mode")}`);
    }
    if (pathname === "/callback") {
      response.on("finish", () => seen.push(request.headers["sec-fetch-site"]));
      if (searchParams.get("state") !== session.get("sign-in")?.state) return response.writeHead(403).end("You are not signed in.");
      session.delete("sign-in");
      session.signIn();
      session.set("user", "ada");
      return lead("/who");
    }
    response.writeHead(200, { "content-type": "text/html" }).end(session.get("user") ?? "nobody");
  });
  const port = await listen((request, response) => {
    if (request.url !== "/callback/form") return inSession(request, response);
    let fields = "";
    request.on("data", (piece) => (fields += piece)).on("end", () => response.writeHead(303, { location: `/callback?${fields}` }).end());
  });
  const own = `http://127.0.0.1:${port}`;
  provider = await listen((request, response) => {
    const { searchParams } = new URL(request.url, "http://provider");
    const state = searchParams.get("state");
    const back = `${own}/callback?code=1&state=${state}`;
    if (searchParams.get("mode") === "redirect") return response.writeHead(302, { location: back }).end();
    if (searchParams.get("mode") === "link") return response.writeHead(200, { "content-type": "text/html" }).end(`<a href="${back}">go</a>`);
    if (searchParams.get("mode") === "page") return response.writeHead(200, { "content-type": "text/html" }).end(links("")(back));
    const form = `<form method="post" action="${own}/callback/form"><input name="state" value="${state}"></form>`;
    response.writeHead(200, { "content-type": "text/html" }).end(`${form}<script>document.forms[0].submit()</script>`);
  });
  return { own, seen };
}

/** Of a redirect before the provider shows a page, Chromium sends a `Strict` cookie, and Firefox none. */
const WAYS_BACK = [["redirect", "Lax", "ada"], ["page", "Lax", "ada"], ["form_post", "Lax", "ada"], ["page", "Strict", "nobody"], ["form_post", "Strict", "nobody"]];

for (const [mode, sameSite, user] of WAYS_BACK) {
  test(`SameSite=${sameSite}: the provider of a sign-in leads back by a ${mode}, and ${user} is signed in`, async () => {
    const { own, seen } = await openWithProvider(sameSite);
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    // From a page of the site, as by a click there.
    await page.goto(`${own}/who`);
    // The call has returned before the page goes.
    await page.evaluate((address) => void setTimeout(() => (location.href = address)), `${own}/sign-in?mode=${mode}`);
    for (let tries = 0; tries < 100 && seen.length === 0; tries++) await new Promise((done) => setTimeout(done, 50));
    await new Promise((done) => setTimeout(done, 200));
    assert.deepEqual(seen, ["cross-site"]);
    assert.equal(await userOf(page, own), user);
    await context.close();
  });
}

test("of two tabs that begin a sign-in, the later one finishes, and the earlier one is refused", async () => {
  const { own } = await openWithProvider("Lax");
  const context = await browser.createBrowserContext();
  const tabs = [await context.newPage(), await context.newPage()];
  for (const tab of tabs) await tab.goto(`${own}/sign-in?mode=link`);
  const shown = [];
  for (const tab of tabs) {
    await tab.bringToFront();
    await Promise.all([tab.waitForNavigation(), tab.click("a")]);
    shown.push(await tab.$eval("body", ({ innerText }) => innerText));
  }
  assert.deepEqual(shown, ["You are not signed in.", "ada"]);
  await context.close();
});

test("a sign-out clears what scripts and caches keep, and its message is shown; with the cookies it would be lost", async () => {
  const cookies = await SessionCookie.encrypted(await KeyRing.generate());
  for (const [directives, expected] of [['"cache", "storage"', "Goodbye.;nobody;null"], ['"cookies"', ";nobody;kept"], ['"*"', ";nobody;null"], [null, "Goodbye.;nobody;kept"]]) {
    const port = await listen(
      withSession(cookies, async (request, response, session) => {
        if (request.url === "/sign-in") session.set("user", "ada");
        if (request.url !== "/sign-out") {
          const user = `${session.takeFlashes("notices").join()};${session.get("user") ?? "nobody"}`;
          return response.writeHead(200, { "content-type": "text/html" }).end(`<p>${user}</p>`);
        }
        session.invalidate();
        session.flash("notices", "Goodbye.");
        response.writeHead(303, { location: "/", ...(directives && { "clear-site-data": directives }) }).end();
      }),
    );
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${port}/sign-in`);
    await page.evaluate(() => localStorage.setItem("draft", "kept"));
    await page.goto(`http://127.0.0.1:${port}/sign-out`);
    const found = await page.evaluate(() => `${document.body.innerText.trim()};${localStorage.getItem("draft")}`);
    assert.equal(found, expected, directives ?? "no field");
    await context.close();
  }
});
