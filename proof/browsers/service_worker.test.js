// A service worker of the site that answers navigations, and a form of another site: what guards see of it, and which refuse it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { CsrfGuard } from "../../js/src/csrf_guard.js";
import { KeyRing, SessionCookie, csrfToken } from "../../js/src/index.js";
import { withSession } from "../../js/src/web/node.js";
import { launch } from "./demo.js";
import { closeServers, listen } from "./servers.js";

const isFirefox = process.env.BROWSER === "firefox";

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser.close();
  closeServers();
});

const WORKERS = {
  none: "",
  "that passes navigations on": `addEventListener("fetch", (event) => event.request.mode === "navigate" && event.respondWith(fetch(event.request)))`,
  // As in docs/guides.md.
  "that leaves forms alone": `addEventListener("fetch", (event) => {
    if (event.request.method !== "GET") return;
    event.respondWith(fetch(event.request));
  })`,
  "that makes requests anew": `addEventListener("fetch", (event) => {
    if (event.request.mode !== "navigate") return;
    const { url, method, headers } = event.request;
    event.respondWith(event.request.text().then((body) => fetch(url, { method, headers, body: method === "GET" ? undefined : body, credentials: "include" })));
  })`,
};

async function textOf(request) {
  let text = "";
  for await (const part of request) text += part;
  return text;
}

/** A site with this worker and this guard, and another site that posts a form to it. */
async function open(worker, guard) {
  const cookies = await SessionCookie.encrypted(await KeyRing.generate());
  const handled = [];
  const inSession = withSession(
    cookies,
    async (request, response, session) => {
      if (request.method === "POST") handled.push(request.url);
      const field = `<input name="csrf_token" value="${await csrfToken(session)}">`;
      response.writeHead(200, { "content-type": "text/html" });
      response.end(`<form method="post" action="/pay">${field}<button>Pay</button></form>`);
    },
    { guard },
  );
  const port = await listen(async (request, response) => {
    if (request.url === "/worker.js") return response.writeHead(200, { "content-type": "text/javascript" }).end(worker);
    request.body = Object.fromEntries(new URLSearchParams(await textOf(request)));
    await inSession(request, response);
  });
  const own = `http://localhost:${port}`;
  const form = `<form method="post" action="${own}/pay"><input name="amount" value="7"></form><button onclick="document.forms[0].submit()">Win</button>`;
  const elsewhere = await listen((_, response) => response.writeHead(200, { "content-type": "text/html" }).end(form));
  return { own, other: `http://127.0.0.1:${elsewhere}`, handled };
}

/** Opens the site in a new browser, with its worker in control of its pages. */
async function visitor({ own }, worker) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.goto(own);
  if (!worker) return { context, page };
  await page.evaluate(async () => {
    await navigator.serviceWorker.register("/worker.js");
    await navigator.serviceWorker.ready;
  });
  await page.goto(own);
  assert.ok(await page.evaluate(() => Boolean(navigator.serviceWorker.controller)), "the worker is in control");
  return { context, page };
}

/** Presses the button of the page, and returns the status of the page to which it leads. */
async function pressed(page) {
  const [response] = await Promise.all([page.waitForNavigation(), page.click("button")]);
  return response.status();
}

const originOnly = () => new CsrfGuard({ originCheckOnly: true });
const tokens = () => new CsrfGuard({ tokensInForms: true });

// With the origin alone, Firefox lets pass what a worker passes on.
const CASES = [
  ["none", originOnly, 403],
  ["none", tokens, 403],
  ["that passes navigations on", originOnly, isFirefox ? 200 : 403],
  ["that passes navigations on", tokens, 403],
  ["that leaves forms alone", originOnly, 403],
  ["that leaves forms alone", tokens, 403],
  ["that makes requests anew", originOnly, 200],
  ["that makes requests anew", tokens, 403],
];

for (const [name, guard, status] of CASES) {
  const checks = guard === tokens ? "tokens" : "the origin alone";
  test(`a worker ${name}, a guard that checks ${checks}: a form of another site gets ${status}, and one of the site 200`, async () => {
    const site = await open(WORKERS[name], guard());
    const { context, page } = await visitor(site, WORKERS[name]);
    assert.equal(await pressed(page), 200);
    assert.equal(site.handled.length, 1);
    await page.goto(site.other);
    assert.equal(await pressed(page), status);
    assert.equal(site.handled.length, status === 200 ? 2 : 1);
    await context.close();
  });
}
