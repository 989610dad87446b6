// The example `signed_in`: the parts of a page that htmx and Turbo load, after the end of the session.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { Demo, launch } from "./demo.js";
import { closeServers } from "./servers.js";

const { resolve } = createRequire(import.meta.url);
const textOf = (path) => readFileSync(resolve(path), "utf8");
const SCRIPTS = {
  "htmx 2": { content: textOf("htmx-2/dist/htmx.min.js") },
  "htmx 4": { content: textOf("htmx-4/dist/htmx.min.js") },
  Turbo: { content: textOf("@hotwired/turbo/dist/turbo.es2017-umd.js") },
};

let browser, site;
before(async () => {
  [browser, site] = await Promise.all([launch(), Demo.of("signed_in", "0")]);
});
after(async () => {
  await browser.close();
  site.stop();
  closeServers();
});

// Each with the page to which the visitor comes back.
for (const [script, css, back] of [
  ["htmx 2", "[hx-get]", "/page"],
  ["htmx 4", "[hx-get]", "/page"],
  ["htmx 2", "#boosted", "/part"],
  ["htmx 4", "#boosted", "/part"],
  ["Turbo", "turbo-frame a", "/page"],
  ["Turbo", "#boosted", "/part"],
]) {
  test(`${script}, ${css}: a visitor whose session is over sees the sign-in page, and comes back to ${back}`, async () => {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.goto(`${site.origin}/page`);
    await page.addScriptTag(SCRIPTS[script]);
    await page.click(css);
    await page.waitForFunction(() => document.querySelector("h1")?.innerText === "Sign in" && !document.querySelector("turbo-frame"), { timeout: 30_000 });
    await page.type("[name=password]", "lovelace");
    const arrived = page.waitForFunction((back) => location.pathname === back, { timeout: 30_000 }, back);
    await page.click("form button");
    await arrived;
    // And now the part comes.
    await page.goto(`${site.origin}/page`);
    await page.addScriptTag(SCRIPTS[script]);
    await page.click(css);
    await page.waitForFunction(() => document.body.innerText.includes("part of user 42"), { timeout: 30_000 });
    await context.close();
  });
}
