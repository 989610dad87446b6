// The example `htmx`, with both versions of the library, in a real browser.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";

import { Demo, launch } from "./demo.js";
import { closeServers, inFrontOf } from "./servers.js";

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser.close();
  closeServers();
});

for (const version of ["htmx-2", "htmx-4"]) {
  describe(version, () => {
    const script = readFileSync(createRequire(import.meta.url).resolve(`${version}/dist/htmx.min.js`), "utf8");
    // Only version 4 has the hash that the page names.
    const named = version === "htmx-4" ? /src="https:[^"]+"/ : /src="https:[^>]+/;
    let example;
    let origin;
    let context;
    before(async () => {
      example = await Demo.of("htmx", "0");
      const change = (page) => (page.text = page.text.replace(named, 'src="/htmx.min.js"'));
      origin = await inFrontOf(example.address, { scripts: { "/htmx.min.js": script }, change });
      context = await browser.createBrowserContext();
    });
    after(async () => {
      await context.close();
      example.stop();
    });

    /** Opens the page in a new tab, with this version in place of the one that it names. */
    async function open() {
      const page = await context.newPage();
      await page.goto(origin);
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

    /** Signs in, follows a link, signs out and goes back. Returns the user whom the page shows then. */
    async function userAfterwards(prepare) {
      const page = await open();
      await refresh(page, "[hx-post='/sign-in']");
      await page.evaluate(prepare);
      const before = await page.evaluate(() => history.length);
      await page.click("[hx-boost]");
      await page.waitForFunction((before) => history.length > before, { timeout: 5_000 }, before);
      await refresh(page, "[hx-post='/sign-out']");
      await page.goBack({ waitUntil: "domcontentloaded" }).catch(() => {});
      await new Promise((done) => setTimeout(done, 500));
      return user(page);
    }

    test("after a sign-out, the back button shows no page of before", async () => {
      assert.equal(await userAfterwards(() => {}), "nobody");
    });

    test("without `hx-history`, version 2 shows the page of before", { skip: version !== "htmx-2" }, async () => {
      assert.equal(await userAfterwards(() => document.body.removeAttribute("hx-history")), "ada");
    });
  });
}
