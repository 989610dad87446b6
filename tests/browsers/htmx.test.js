// The example `htmx`, with both versions of the library, in a real browser.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";

import { Demo, launch } from "./demo.js";

/** Changes the element of the script before it is loaded. */
const withoutHash = () =>
  new MutationObserver(() => document.querySelector("script[integrity]")?.removeAttribute("integrity")).observe(document, { childList: true, subtree: true });

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

for (const version of ["htmx-2", "htmx-4"]) {
  describe(version, () => {
    const script = readFileSync(createRequire(import.meta.url).resolve(`${version}/dist/htmx.min.js`), "utf8");
    let site;
    let context;
    before(async () => {
      site = await Demo.of("htmx", "0");
      context = await browser.createBrowserContext();
    });
    after(async () => {
      await context.close();
      site.stop();
    });

    /** Opens the page in a new tab, with this version in place of the one that it names. */
    async function open() {
      const page = await context.newPage();
      // Only version 4 has the hash that the page names.
      if (version !== "htmx-4") await page.evaluateOnNewDocument(withoutHash);
      await page.setRequestInterception(true);
      page.on("request", (request) => {
        const isScript = request.url().endsWith("/htmx.min.js");
        const headers = { "access-control-allow-origin": "*" };
        return isScript ? request.respond({ headers, contentType: "text/javascript", body: script }) : request.continue();
      });
      await page.goto(site.origin);
      return page;
    }

    const user = (page) => page.$eval("#user", ({ innerText }) => innerText);

    /** Presses a button after which the page is loaded again. */
    const refresh = (page, css) => Promise.all([page.waitForNavigation(), page.click(css)]);

    async function counts(page, number) {
      await page.click("[hx-post='/count']");
      await page.waitForFunction((text) => document.querySelector("span").innerText === text, { timeout: 5_000 }, String(number));
    }

    test("every request has the token, also after a sign-in", async () => {
      const page = await open();
      await counts(page, 1);
      await refresh(page, "[hx-post='/sign-in']");
      assert.equal(await user(page), "ada");
      await counts(page, 1);
      await counts(page, 2);
    });

    test("a page with an old token is loaded again, and then has the right one", async () => {
      const [page, other] = [await open(), await open()];
      assert.equal(await user(page), "ada");
      await refresh(other, "[hx-post='/sign-out']");
      await page.bringToFront();
      await refresh(page, "[hx-post='/count']");
      assert.equal(await user(page), "nobody");
      await counts(page, 1);
    });
  });
}
