// What a visitor does in Chromium, with JavaScript on.

import assert from "node:assert/strict";

import puppeteer from "puppeteer-core";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

export async function browses(t, origin) {
  const browser = await puppeteer.launch({ executablePath: "/usr/bin/chromium", args: FLAGS, headless: true });
  t.after(() => browser.close());
  for (const [name, behaviour] of Object.entries(BEHAVIOURS)) {
    await t.test(name, async () => {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      await behaviour(Object.assign(new Tab(), { page, origin, context }));
      await context.close();
    });
  }
}

class Tab {
  open(path) {
    return this.page.goto(this.origin + path, { waitUntil: "networkidle0" });
  }

  /** Clicks, and waits for what the page says then. */
  async click(css, says) {
    await this.page.click(css);
    await this.says(says);
  }

  /** Asks again and again, because the page may be left for the next one meanwhile. */
  async says(text) {
    const end = Date.now() + 30_000;
    let shown = "";
    while (!shown.includes(text)) {
      assert.ok(Date.now() < end, `${this.page.url()} does not say ${text}, but ${shown}`);
      shown = await this.page.evaluate(() => document.body?.innerText ?? "").catch(() => "");
    }
  }

  get path() {
    const { origin, pathname, search } = new URL(this.page.url());
    assert.equal(origin, this.origin);
    return pathname + search;
  }

  /** The messages that are shown. */
  notices() {
    return this.page.$$eval("[role=status]", (all) => all.map(({ textContent }) => textContent));
  }

  async isShownOnce(notice) {
    await this.says(notice);
    assert.deepEqual(await this.notices(), [notice]);
    await this.page.reload({ waitUntil: "networkidle0" });
    assert.deepEqual(await this.notices(), []);
  }

  async cookie() {
    const [cookie] = (await this.context.cookies()).filter(({ name }) => name === "__Host-session");
    return cookie?.value ?? null;
  }

  async signIn() {
    await this.open("/account?tab=2");
    assert.equal(this.path, "/login?next=%2Faccount%3Ftab%3D2");
    await this.page.type("[name=user]", "ada");
    await this.click("#sign-in button", "account of ada");
    assert.equal(this.path, "/account?tab=2");
    await this.isShownOnce("Welcome.");
  }
}

const BEHAVIOURS = {
  "signs in, acts, and signs out": async (tab) => {
    await tab.signIn();
    await tab.click("#save button", "Saved.");
    await tab.isShownOnce("Saved.");
    await tab.click("#sign-out button", "Goodbye.");
    assert.equal(tab.path, "/");
    // The form of the very page to which the action led.
    await tab.click("#note button", "Noted.");
    await tab.isShownOnce("Noted.");
    await tab.click("#count button", "visits 1");
    await tab.open("/account");
    assert.match(tab.path, /^\/login/);
  },

  "follows links, whose prefetches write nothing": async (tab) => {
    await tab.signIn();
    const before = await tab.cookie();
    let documents = 0;
    tab.page.on("response", (response) => (documents += response.request().resourceType() === "document"));
    await tab.click("a[href='/']", "visits 0");
    await tab.click("a[href='/fixed']", "fixed page");
    await tab.click("a[href='/account']", "account of ada");
    assert.deepEqual([await tab.cookie(), documents], [before, 0]);
    // A message that another page asks for waits for a page that shows it.
    await tab.page.evaluate(() => document.querySelectorAll("nav a").forEach((link) => link.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }))));
    await tab.click("#save button", "Saved.");
    await tab.isShownOnce("Saved.");
  },

  "the back button shows no page of before the sign-out": async (tab) => {
    await tab.signIn();
    await tab.click("#sign-out button", "Goodbye.");
    // The browser shows the page that it kept, which the layout then loads again.
    await tab.page.evaluate(() => history.back());
    await tab.says("sign in");
    assert.match(tab.path, /^\/login/);
    assert.doesNotMatch(await tab.page.$eval("body", ({ innerText }) => innerText), /account of ada/);
    await tab.open("/");
    assert.deepEqual(await tab.notices(), []);
  },
};
