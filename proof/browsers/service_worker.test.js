// Forms of the site and of another one, also where a service worker of the site answers navigations: what guards see of them, and
// which they refuse.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { CsrfGuard } from "../../js/src/csrf_guard.js";
import { KeyRing, SessionCookie, csrfToken } from "../../js/src/index.js";
import { withSession } from "../../js/src/web/node.js";
import { launch } from "./demo.js";
import { closeServers, listen, scheme, textOf } from "./servers.js";

const isFirefox = process.env.BROWSER === "firefox";
const isChromium = (process.env.BROWSER ?? "chromium") === "chromium";

const originOnly = () => new CsrfGuard({ originCheckOnly: true });
const tokens = () => new CsrfGuard({ tokensInForms: true });

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

/** A site with this worker and this guard, and another site that posts a form to it. Both give their forms these attributes. */
async function open(worker, guard, policy = "origin", attributes = "", ofRefusal = "") {
  const cookies = await SessionCookie.encrypted(await KeyRing.generate());
  const site = { answers: [], begun: 0 };
  const refuse = (refusal, _, response) => response.writeHead(403, { "content-type": "text/html" }).end(refusal.message + ofRefusal);
  const inSession = withSession(
    cookies,
    async (request, response, session) => {
      if (request.url === "/favicon.ico") return response.writeHead(204).end();
      if (request.url === "/sign-in") session.set("user", "ada");
      if (request.method === "POST") session.update("posted", (posted = 0) => posted + 1);
      // A token would begin a session.
      const field = attributes ? "" : `<input name="csrf_token" value="${await csrfToken(session)}">`;
      response.writeHead(200, { "content-type": "text/html" });
      const form = `<form method="post" action="/pay" ${attributes}>${field}<button>Pay</button></form>`;
      response.end(`<p>${session.get("user") ?? "nobody"}</p>${form}`);
    },
    { guard, refuse },
  );
  const port = await listen(async (request, response) => {
    if (request.url === "/worker.js") return response.writeHead(200, { "content-type": "text/javascript" }).end(worker);
    if (request.method === "POST") {
      response.on("finish", () => {
        site.answers.push(response.statusCode);
        if (response.hasHeader("set-cookie")) site.begun++;
      });
    }
    request.body = Object.fromEntries(new URLSearchParams(await textOf(request)));
    await inSession(request, response);
  });
  site.own = `${scheme}://localhost:${port}`;
  const form = `<form method="post" action="${site.own}/pay" ${attributes}><input name="amount" value="7"><button>Win</button></form>`;
  const fields = { "content-type": "text/html", "referrer-policy": policy };
  const elsewhere = await listen((_, response) => response.writeHead(200, fields).end(form));
  site.other = `${scheme}://127.0.0.1:${elsewhere}`;
  return site;
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

/** Presses the button of the page, and waits for the page to which it leads. */
const pressed = (page) => Promise.all([page.waitForNavigation(), page.click("button")]);

/** Waits until this many forms are answered. */
async function answered({ answers }, count) {
  for (let tries = 0; tries < 100 && answers.length < count; tries++) await new Promise((done) => setTimeout(done, 50));
}

// What a worker passes on tells nothing sure of its origin, and in Firefox not that a worker has passed it on.
const passedOn = isFirefox ? 200 : 403;
const CASES = [
  ["none", originOnly, 200, 403],
  ["none", tokens, 200, 403],
  ["that passes navigations on", originOnly, passedOn, passedOn],
  ["that passes navigations on", tokens, 200, 403],
  ["that leaves forms alone", originOnly, 200, 403],
  ["that leaves forms alone", tokens, 200, 403],
  ["that makes requests anew", originOnly, 200, 200],
  ["that makes requests anew", tokens, 200, 403],
];

for (const [name, guard, ofSite, ofOther] of CASES) {
  const checks = guard === tokens ? "tokens" : "the origin alone";
  test(`a worker ${name}, a guard that checks ${checks}: a form of the site gets ${ofSite}, and one of another site ${ofOther}`, async () => {
    const site = await open(WORKERS[name], guard());
    const { context, page } = await visitor(site, WORKERS[name]);
    await pressed(page);
    await page.goto(site.other);
    await pressed(page);
    assert.deepEqual(site.answers, [ofSite, ofOther]);
    await context.close();
  });
}

for (const policy of ["origin", "no-referrer"]) {
  test(`a worker that passes navigations on, no guard: a form of another site, whose referrer policy is ${policy}, replaces no session`, { skip: isFirefox }, async () => {
    const site = await open(WORKERS["that passes navigations on"], undefined, policy);
    const { context, page } = await visitor(site, "registered");
    await page.goto(`${site.own}/sign-in`);
    await page.goto(site.other);
    await pressed(page);
    await page.goto(site.own);
    assert.equal(await page.$eval("p", ({ innerText }) => innerText), "ada");
    await context.close();
  });
}

for (const attributes of ['target="_blank"', 'target="_blank" rel="noopener"', 'target="elsewhere"', 'target="_blank" enctype="multipart/form-data"', ""]) {
  test(`a form of the site with the attributes \`${attributes}\` passes, begins a session, and one of another site does neither`, async () => {
    const site = await open("", originOnly(), "origin", attributes);
    for (const address of [site.own, site.other]) {
      const { context, page } = await visitor(site, "");
      await page.goto(address);
      await page.click("button");
      await answered(site, address === site.own ? 1 : 2);
      await context.close();
    }
    assert.deepEqual([site.answers, site.begun], [[200, 403], 1]);
  });
}

test("a page for a refusal that writes `location.replace` sends the form once, and one that reloads itself twice, in Chromium", async () => {
  for (const [script, answers] of [["location.replace(location.href)", [403]], ["location.reload()", isChromium ? [403, 200] : null]]) {
    const site = await open("", originOnly(), "origin", "", `<script>if (!sessionStorage.done) { sessionStorage.done = 1; ${script} }</script>`);
    const { context, page } = await visitor(site, "");
    await page.goto(site.other);
    await page.click("button");
    await answered(site, answers?.length ?? 1);
    await new Promise((done) => setTimeout(done, 500));
    if (answers) assert.deepEqual(site.answers, answers);
    else assert.ok(!site.answers.includes(200));
    await context.close();
  }
});
