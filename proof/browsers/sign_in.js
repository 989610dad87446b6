// The sign-ins at another site, of examples/integrations and of js/examples/google, in a real browser: answers that come twice,
// tabs that open together, and answers in forms.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Demo, launch } from "./demo.js";
import { siteOfGoogle } from "./google.js";
import { closeServers, inFrontOf } from "./servers.js";

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser.close();
  closeServers();
});

/** A service worker leaves the callback alone, so that it does not disturb the sign-in, and uses its preloads or not. */
const WORKERS = {
  "that uses preloads": `event.respondWith((async () => (await event.preloadResponse) ?? fetch(event.request))())`,
  "that fetches anew": `event.respondWith(fetch(event.request))`,
  "that answers nothing": "",
};
const workerOf = (name) => `
  addEventListener("activate", (event) => event.waitUntil(registration.navigationPreload.enable().then(() => clients.claim())));
  addEventListener("fetch", (event) => {
    if (event.request.mode !== "navigate" || new URL(event.request.url).pathname.includes("callback")) return;
    ${WORKERS[name]}
  });`;

/** The Rust example as a process, on the other side of a server that adds a worker, and shows its provider as another site. */
async function siteOfRust() {
  const example = await Demo.of("openid", "0");
  const scripts = {};
  const own = await inFrontOf(example.address, {
    scripts,
    change({ fields }) {
      const isOfProvider = fields.location?.startsWith(`${example.address}/provider/`);
      if (fields.location) fields.location = fields.location.replace(example.address, isOfProvider ? own.replace("127.0.0.1", "localhost") : own);
    },
  });
  return { own, signIn: "/sign-in", page: (name) => `/?${name}`, worker: (text) => (scripts["/worker.js"] = text), stop: () => example.stop() };
}

for (const [language, siteOf] of Object.entries({ Rust: siteOfRust, JavaScript: siteOfGoogle })) {
  describe(language, () => {
    let site, context;
    before(async () => {
      site = await siteOf();
    });
    after(() => site.stop());

    const fresh = async (options) => {
      await context?.close();
      context = await browser.createBrowserContext(options);
    };
    const addressOf = (name) => `${site.own}${site.signIn}?next=${encodeURIComponent(site.page(name))}`;
    const textOf = async (page) => {
      await page.waitForFunction(() => location.protocol !== "about:" && document.readyState === "complete", { timeout: 5_000 });
      return page.$eval("body", ({ innerText }) => innerText);
    };

    /** Begins a sign-in in a tab, and returns the page that it shows in the end. */
    async function signedIn(tab, name) {
      await tab.goto(addressOf(name)).catch(() => {});
      for (let tries = 0; tries < 100 && (await tab.url()) !== site.own + site.page(name); tries++) await new Promise((done) => setTimeout(done, 50));
      return (await tab.url()).replace(site.own, "");
    }

    for (const name of Object.keys(WORKERS)) {
      test(`behind a worker with navigation preload ${name}, the visitor comes to the page, signed in`, async () => {
        site.worker(workerOf(name));
        await fresh();
        const tab = await context.newPage();
        await tab.goto(site.own);
        await tab.evaluate(async () => {
          await navigator.serviceWorker.register("/worker.js");
          await navigator.serviceWorker.ready;
        });
        await tab.goto(site.own);
        assert.ok(await tab.evaluate(() => Boolean(navigator.serviceWorker.controller)), "the worker is in control");
        const shown = await signedIn(tab, "own");
        assert.equal(shown, site.page("own"));
        await new Promise((done) => setTimeout(done, 300));
        await tab.goto(site.own);
        assert.match(await textOf(tab), /Hello ada/);
      });
    }

    for (const count of [2, 4, 10]) {
      test(`${count} tabs that open together come to their own pages, signed in`, async () => {
        await fresh({ pageLoadStrategy: "none" }); // which only WebKit's driver reads
        const tabs = await Promise.all(Array.from({ length: count }, () => context.newPage()));
        const shown = await Promise.all(tabs.map((tab, at) => signedIn(tab, String(at))));
        assert.deepEqual(shown, tabs.map((_, at) => site.page(String(at))));
        const tab = await context.newPage();
        await tab.goto(site.own);
        assert.match(await textOf(tab), /Hello ada/);
      });
    }
  });
}
