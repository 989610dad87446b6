// Another site, and what a real browser sends with its requests: none of them signs a visitor out. The site is one of the
// JavaScript package, whose rules are those of the vectors.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { postAgain } from "../../js/examples/form_post.js";
import { CsrfGuard } from "../../js/src/csrf_guard.js";
import { KeyRing, SessionCookie, attributes, csrfToken } from "../../js/src/index.js";
import { withSession } from "../../js/src/web/node.js";
import { launch } from "./demo.js";
import { closeServers, listen, scheme, textOf } from "./servers.js";

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
  const own = `${scheme}://127.0.0.1:${port}`;
  const elsewhere = await listen((request, response) => {
    const { pathname } = new URL(request.url, "http://elsewhere");
    if (pathname === "/moved") return response.writeHead(307, { location: `${own}/missing` }).end();
    response.writeHead(200, { "content-type": "text/html" }).end(pageOf(own));
  });
  return { own, other: `${scheme}://localhost:${elsewhere}`, asked: () => asked };
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
const isWebKit = process.env.BROWSER === "webkit";
// WebKitGTK has no links of this kind.
if (isWebKit) delete ATTACKS["a prefetch"];

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
    // The driver of WebKit tells the cookies of the page alone.
    await page.goto(`${site.own}/who`);
    assert.equal((await context.cookies()).length, expected);
    await context.close();
  }
});

/**
 * A site with a sign-in by a provider, which is another site: the session keeps `state`, and the callback compares it, takes it out
 * and signs in. Of a form of the provider, a page outside the session posts the fields again, with a long one as SAML has it.
 */
async function openWithProvider(sameSite) {
  const cookies = await SessionCookie.encrypted(await KeyRing.generate(), { cookie: attributes({ sameSite }) });
  let provider;
  const seen = [];
  const inSession = withSession(cookies, async (request, response, session) => {
    const { pathname, searchParams } = new URL(request.url, "http://site");
    const lead = (location) => response.writeHead(303, { location }).end();
    if (request.method === "POST") for (const field of new URLSearchParams(await textOf(request))) searchParams.append(...field);
    if (pathname === "/sign-in") {
      const state = crypto.randomUUID();
      session.set("sign-in", { state });
      return lead(`${scheme}://localhost:${provider}/authorize?state=${state}&mode=${searchParams.get("mode")}`);
    }
    if (pathname === "/callback") {
      response.on("finish", () => seen.push(request.headers["sec-fetch-site"]));
      assert.equal(request.method === "POST", searchParams.get("SAMLResponse")?.length === 20_000);
      if (searchParams.get("state") !== session.get("sign-in")?.state) return response.writeHead(403).end("You are not signed in.");
      session.delete("sign-in");
      session.signIn();
      session.set("user", "ada");
      return lead("/who");
    }
    response.writeHead(200, { "content-type": "text/html" }).end(session.get("user") ?? "nobody");
  });
  const port = await listen(async (request, response) => {
    if (request.url !== "/callback/form") return inSession(request, response);
    const page = await postAgain(new Request("http://site", { method: "POST", body: await textOf(request) }), "/callback");
    response.writeHead(page.status, [...page.headers].flat()).end(await page.text());
  });
  const own = `${scheme}://127.0.0.1:${port}`;
  provider = await listen((request, response) => {
    const { searchParams } = new URL(request.url, "http://provider");
    const state = searchParams.get("state");
    const back = `${own}/callback?code=1&state=${state}`;
    if (searchParams.get("mode") === "redirect") return response.writeHead(302, { location: back }).end();
    if (searchParams.get("mode") === "page") return response.writeHead(200, { "content-type": "text/html" }).end(links("")(back));
    const form = `<form method="post" action="${own}/callback/form"><input name="state" value="${state}"><input name="SAMLResponse" value="${"<&+'".repeat(5_000)}"></form>`;
    response.writeHead(200, { "content-type": "text/html" }).end(`${form}<script>document.forms[0].submit()</script>`);
  });
  return { own, seen };
}

/** Of a redirect before the provider shows a page, Chromium sends a `Strict` cookie, and Firefox none. */
const WAYS_BACK = [["redirect", "Lax", "ada"], ["page", "Lax", "ada"], ["form_post", "Lax", "ada"], ["page", "Strict", "nobody"], ["form_post", "Strict", "ada"]];

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
    assert.deepEqual(seen, [mode === "form_post" ? "same-origin" : "cross-site"]);
    assert.equal(await userOf(page, own), user);
    await context.close();
  });
}

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
    await page.goto(`${scheme}://127.0.0.1:${port}/sign-in`);
    await page.evaluate(() => localStorage.setItem("draft", "kept"));
    await page.goto(`${scheme}://127.0.0.1:${port}/sign-out`);
    const found = await page.evaluate(() => `${document.body.innerText.trim()};${localStorage.getItem("draft")}`);
    // WebKit ignores the field of a redirect.
    assert.equal(found, isWebKit ? "Goodbye.;nobody;kept" : expected, directives ?? "no field");
    await context.close();
  }
});
