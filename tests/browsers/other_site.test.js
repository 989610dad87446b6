// Another site, and what a real browser sends with its requests: none of them signs a visitor out. The site is one of the
// JavaScript package, whose rules are those of the vectors.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { after, before, test } from "node:test";

import { CsrfGuard } from "../../js/src/csrf_guard.js";
import { KeyRing, SessionCookie, attributes, csrfToken } from "../../js/src/index.js";
import { withSession } from "../../js/src/web/node.js";
import { launch } from "./demo.js";

let browser;
const servers = [];
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser.close();
  for (const server of servers) server.close();
});

async function listen(listener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return server.address().port;
}

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

const userOf = async (page, own) => {
  await page.goto(`${own}/who`);
  return page.$eval("body", ({ innerText }) => innerText);
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
