// What a visitor does in Chromium and Firefox, with JavaScript on, at the sites of Next.js and of SvelteKit.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import puppeteer from "puppeteer-core";

import { kinds } from "../browsers/kinds.js";
import { cookies, field } from "../../js/test/visitor.js";

/** Each behaviour in each browser. */
export async function browse(t, origin, behaviours) {
  for (const [kind, options] of Object.entries(kinds)) {
    await t.test(`in ${kind}`, (t) => browseIn(t, options, origin, behaviours));
  }
}

async function browseIn(t, options, origin, behaviours) {
  const browser = await puppeteer.launch(options);
  t.after(() => browser.close());
  for (const [name, behaviour] of Object.entries(behaviours)) {
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

  /** Waits as well, because a router shows a page before it changes the address. */
  async isAt(pattern) {
    const end = Date.now() + 30_000;
    const path = () => {
      const { origin, pathname, search } = new URL(this.page.url());
      assert.equal(origin, this.origin);
      return pathname + search;
    };
    while (!pattern.test(path()) && Date.now() < end) await sleep(20);
    assert.match(path(), pattern);
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

  /** Brings the cookie of a user with a message, from some minutes ago: from 7½ on, a refresh is due. */
  async bring(minutes) {
    const session = await cookies.load(null, Date.now() - minutes * 60_000);
    session.set("user", "ada").set("visits", 3).flash("notice", "Saved.");
    const [name, value] = field(await cookies.save(session)).split("=");
    await this.context.setCookie({ name, value, domain: new URL(this.origin).hostname, path: "/", secure: true, httpOnly: true, sameSite: "Lax" });
  }

  /** Waits until the session in the browser was used a moment ago. */
  async isRefreshed() {
    const end = Date.now() + 30_000;
    let lastActiveAt = 0;
    while (Date.now() - lastActiveAt > 60_000) {
      assert.ok(Date.now() < end, "the session is not refreshed");
      ({ lastActiveAt } = await cookies.load(`__Host-session=${await this.cookie()}`));
    }
  }

  /** Counts from now on the pages that the browser loads itself, and the data of pages that SvelteKit loads. */
  counting() {
    const counted = { documents: 0, data: 0 };
    this.page.on("request", (request) => {
      counted.documents += request.isNavigationRequest();
      counted.data += request.url().includes("/__data.json");
    });
    return counted;
  }

  async signIn() {
    await this.open("/account?tab=2");
    await this.isAt(/^\/login\?next=%2Faccount%3Ftab%3D2$/);
    await this.page.type("[name=user]", "ada");
    await this.click("#sign-in button", "account of ada");
    await this.isAt(/^\/account\?tab=2$/);
    await this.isShownOnce("Welcome.");
  }
}

export const NEXT = {
  "signs in, acts, and signs out": async (tab) => {
    await tab.signIn();
    await tab.click("#save button", "Saved.");
    await tab.isShownOnce("Saved.");
    await tab.click("#sign-out button", "Goodbye.");
    await tab.isAt(/^\/$/);
    // The form of the very page to which the action led.
    await tab.click("#note button", "Noted.");
    await tab.isShownOnce("Noted.");
    await tab.click("#count button", "visits 1");
    await tab.open("/account");
    await tab.isAt(/^\/login/);
  },

  "follows links, whose prefetches write nothing": async (tab) => {
    await tab.signIn();
    const before = await tab.cookie();
    const loads = tab.counting();
    await tab.click("a[href='/']", "visits 0");
    await tab.click("a[href='/fixed']", "fixed page");
    await tab.click("a[href='/account']", "account of ada");
    assert.deepEqual([await tab.cookie(), loads.documents], [before, 0]);
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
    await tab.isAt(/^\/login/);
    await tab.says("sign in");
    assert.doesNotMatch(await tab.page.$eval("body", ({ innerText }) => innerText), /account of ada/);
    // In a new tab: one that has shown a kept page may never be idle in Chromium.
    tab.page = await tab.context.newPage();
    await tab.open("/");
    assert.deepEqual(await tab.notices(), []);
  },

  "a visitor whose page comes by a prefetch stays signed in, and sees a message on a page that the browser loads": async (tab) => {
    // Otherwise the router keeps the way to the form.
    await tab.bring(0);
    await tab.open("/browse");
    await tab.bring(10);
    const loads = tab.counting();
    await tab.page.$eval("#far", (link) => link.scrollIntoView());
    await tab.isRefreshed();
    await tab.click("#far", "account of ada");
    assert.deepEqual([await tab.notices(), loads.documents], [[], 0]);
    await tab.page.reload({ waitUntil: "networkidle0" });
    await tab.isShownOnce("Saved.");
  },
};

export const SVELTEKIT = {
  "a page that is loaded at the pointer refreshes the session, and shows its message with the click": async (tab) => {
    await tab.open("/");
    await tab.bring(10);
    const loads = tab.counting();
    await tab.page.hover("#hover");
    await tab.isRefreshed();
    await tab.click("#hover", "notices, visits 3");
    assert.deepEqual(loads, { documents: 0, data: 1 });
    await tab.isShownOnce("Saved.");
  },

  "a page that is loaded at the click leaves its message to a visitor who only passes the link": async (tab) => {
    await tab.open("/");
    await tab.bring(10);
    const loads = tab.counting();
    await tab.page.hover("#tap");
    await tab.page.hover("form button");
    assert.deepEqual(loads, { documents: 0, data: 0 });
    await tab.click("#tap", "notices, visits 3");
    await tab.isRefreshed();
    await tab.isShownOnce("Saved.");
  },
};
