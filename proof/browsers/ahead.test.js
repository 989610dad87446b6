// Pages that a browser, or a script of the page, fetches before their visitor asks for them, and pages that a service worker
// passes on. What the visitor then sees is a page like any other. The site is one of the JavaScript package, whose rules are
// those of the vectors, with a clock that each page moves by three minutes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { CsrfGuard } from "../../js/src/csrf_guard.js";
import { KeyRing, SessionCookie, csrfToken } from "../../js/src/index.js";
import { withSession } from "../../js/src/web/node.js";
import { launch } from "./demo.js";
import { closeServers, listen, scheme } from "./servers.js";

const STEP = 3 * 60_000;
const BEGUN = Date.UTC(2026, 10, 28);
const PURPOSES = ["sec-purpose", "x-sec-purpose", "purpose", "hx-preloaded"];
const require = createRequire(import.meta.url);
const SCRIPTS = {
  "/turbo.js": require.resolve("@hotwired/turbo"),
  "/htmx.js": require.resolve("htmx-2/dist/htmx.min.js"),
  "/preload.js": require.resolve("htmx-ext-preload/dist/preload.min.js"),
};
const WORKER = `addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => event.request.mode === "navigate" && event.respondWith(fetch(event.request)));`;

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser.close();
  closeServers();
});

/** A site with numbered pages, each with a link to the next. `head` is what the pages have in their heads. */
async function open(head = "", fields = {}, frame = "") {
  const site = { now: BEGUN, asked: [], leavesAt: null };
  const cookies = await SessionCookie.encrypted(await KeyRing.generate());
  const guard = new CsrfGuard({ tokensInForms: true });
  const pageOf = async (session, path) => {
    const number = Number(path.split("/")[2] ?? 0);
    return `<!doctype html><html><head>${head}</head><body hx-boost="true" hx-ext="preload"><p id="number">${number}</p>
<p id="user">${session.get("user") ?? "nobody"}</p><p id="messages">${session.takeFlashes("").join()}</p>
<a id="next" preload="mouseover" href="/page/${number + 1}">next</a>
${frame}
<form method="post" action="/notes"><input name="csrf_token" value="${await csrfToken(session)}"><button>Save</button></form></body></html>`;
  };
  const port = await listen(
    withSession(
      cookies,
      async (request, response, session) => {
        const { pathname } = new URL(request.url, "http://site");
        if (pathname === "/favicon.ico") return response.writeHead(204).end();
        if (pathname === "/worker.js") return response.writeHead(200, { "content-type": "text/javascript" }).end(WORKER);
        if (SCRIPTS[pathname]) return response.writeHead(200, { "content-type": "text/javascript" }).end(readFileSync(SCRIPTS[pathname]));
        const isAhead = PURPOSES.some((name) => request.headers[name]);
        site.asked.push({ method: request.method, pathname, isAhead, dest: request.headers["sec-fetch-dest"], site: request.headers["sec-fetch-site"] });
        if (pathname === "/sign-in") {
          session.signIn();
          session.set("user", "ada");
        }
        if (pathname === site.leavesAt) session.flash("left", "Seven.");
        if (pathname === "/left") {
          response.writeHead(200, { "content-type": "text/html" });
          return response.end(`<turbo-frame id="left">${session.takeFlashes("left").join()}</turbo-frame>`);
        }
        if (request.method === "POST") {
          const chunks = [];
          for await (const chunk of request) chunks.push(chunk);
          request.body = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
          const refusal = await guard.check(request, session);
          if (refusal) return response.writeHead(refusal.status, { "content-type": "text/html" }).end(`<p id="user">${refusal.message}</p>`);
          session.flash("", "Saved.");
          return response.writeHead(303, { location: "/page/0" }).end();
        }
        const body = await pageOf(session, pathname);
        response.writeHead(200, { "content-type": "text/html", ...fields }).end(body);
      },
      { now: () => site.now },
    ),
  );
  site.origin = `${scheme}://127.0.0.1:${port}`;
  return site;
}

const textOf = (page, css) => page.$eval(css, ({ textContent }) => textContent);
const shows = (page, css, text) =>
  page.waitForFunction((css, text) => document.querySelector(css)?.textContent === text, { timeout: 30_000 }, css, String(text));

async function signedIn(site) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.goto(`${site.origin}/sign-in`);
  assert.equal(await textOf(page, "#user"), "ada");
  return page;
}

/** Rests the pointer on the link to the next page, three minutes after the last, and clicks it. */
async function next(page, site, number) {
  site.now += STEP;
  await page.mouse.move(0, 0);
  await page.hover("#next");
  const path = `/page/${number}`;
  for (let tries = 0; tries < 40 && !site.asked.some(({ pathname }) => pathname === path); tries++) await new Promise((done) => setTimeout(done, 25));
  await new Promise((done) => setTimeout(done, 50));
  await page.click("#next");
  await shows(page, "#number", number);
}

const AHEAD = `<script>document.addEventListener("mouseover", ({ target }) => {
  if (target.id !== "next" || document.querySelector("link[rel=prefetch]")) return;
  document.head.append(Object.assign(document.createElement("link"), { rel: "prefetch", href: target.href }));
});</script>`;
const RULES = `<script type="speculationrules">{"prefetch":[{"where":{"href_matches":"/page/*"},"eagerness":"moderate"}]}</script>`;
const WAYS = {
  "Turbo as it comes": [`<script type="module" src="/turbo.js"></script>`],
  // A private copy answers the click.
  "the extension preload of htmx": [`<script src="/htmx.js"></script><script src="/preload.js"></script>`, { "cache-control": "private, max-age=60" }],
  "links of the kind prefetch, as Astro and instant.page make them": [AHEAD, { "cache-control": "private, max-age=60" }],
};
const kind = process.env.BROWSER ?? "chromium";
if (kind === "chromium") WAYS["speculation rules"] = [RULES];
// WebKitGTK has no links of this kind.
if (kind === "webkit") delete WAYS["links of the kind prefetch, as Astro and instant.page make them"];

for (const [name, [head, fields]] of Object.entries(WAYS)) {
  test(`${name}: a visitor who opens pages for longer than the idle timeout stays signed in`, { timeout: 120_000 }, async () => {
    const site = await open(head, fields);
    const page = await signedIn(site);
    for (let number = 1; number <= 12; number++) await next(page, site, number);
    assert.equal(await textOf(page, "#user"), "ada");
    const pages = site.asked.filter(({ pathname }) => pathname.startsWith("/page/"));
    const ahead = pages.filter(({ isAhead }) => isAhead).length;
    // A refresh changes the cookie, so the copy that was fetched with it answers no click.
    // WebKit asks again for a page that it has.
    assert.ok(ahead >= 10 && (kind === "webkit" || pages.length - ahead <= 5), `${ahead} of ${pages.length} were fetched ahead`);
    await page.browserContext().close();
  });
}

test("Turbo: a message is seen once, on the page after a form and in a frame that its page loads", { timeout: 60_000 }, async () => {
  const site = await open(WAYS["Turbo as it comes"][0], {}, `<turbo-frame id="left" src="/left"></turbo-frame>`);
  const page = await signedIn(site);
  await page.click("button");
  await shows(page, "#messages", "Saved.");
  for (let number = 1; number <= 6; number++) {
    await next(page, site, number);
    assert.equal(await textOf(page, "#messages"), "");
  }
  // A page that was fetched ahead leaves it.
  site.leavesAt = "/page/7";
  await next(page, site, 7);
  await shows(page, "#left", "Seven.");
  await next(page, site, 8);
  await shows(page, "#left", "");
  await page.browserContext().close();
});

test("a worker that passes pages on: a first page by a link begins a session, and its form is taken", { timeout: 60_000 }, async () => {
  const site = await open();
  const own = `${site.origin}/page/1`;
  const other = await listen((request, response) => {
    const isForm = request.url === "/form";
    const body = isForm
      ? `<form method="post" action="${own}"></form><script>document.forms[0].submit()</script>`
      : `<a href="${own}">go</a><script>document.links[0].click()</script>`;
    response.writeHead(200, { "content-type": "text/html" }).end(body);
  });
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.goto(`${site.origin}/worker.js`);
  await page.evaluate(() => navigator.serviceWorker.register("/worker.js").then(() => navigator.serviceWorker.ready).then(() => {}));
  await page.goto(`${scheme}://localhost:${other}/`).catch(() => {});
  await shows(page, "#number", 1);
  // In WebKit, this shows the worker's requests of forms alone.
  if (kind !== "webkit") assert.equal(site.asked.at(-1).dest, "empty", "the worker passed the page on");
  await page.click("button");
  await shows(page, "#messages", "Saved.");
  // A form of the other site replaces no session.
  await page.goto(`${site.origin}/sign-in`);
  await page.goto(`${scheme}://localhost:${other}/form`).catch(() => {});
  await page.waitForFunction(() => document.querySelector("#user")?.textContent.startsWith("refused"), { timeout: 30_000 });
  await page.goto(own);
  assert.equal(await textOf(page, "#user"), "ada");
  await context.close();
});
