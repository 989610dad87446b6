// The demo as a process, and a browser in front of it: `BROWSER=chromium` (the default), `firefox` or `webkit`.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import puppeteer from "puppeteer-core";

import { kinds } from "./kinds.js";
import { inFrontOf, scheme } from "./servers.js";
import { launchWebKit } from "./webkit.js";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** A demo on a port of its own, with a key of its own. */
export class Demo {
  static start(...flags) {
    return Demo.of("demo", "--port", "0", ...flags);
  }

  /** Another example of this name, whose arguments include the port. */
  static async of(example, ...args) {
    const demo = new Demo();
    const { SESSION_KEYS: _, ...env } = process.env;
    const program = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug/examples", example);
    if (!existsSync(program)) {
      const place = example === "openid" ? "--manifest-path examples/integrations/Cargo.toml" : "-p hardtack-examples";
      throw new Error(`${program} is missing; build it by \`cargo build ${place} --example ${example}\``);
    }
    demo.process = spawn(program, args, { env, stdio: ["ignore", "pipe", "ignore"] });
    const [line] = await once(createInterface({ input: demo.process.stdout }), "line");
    demo.address = line.replace("listening on ", "");
    demo.origin = scheme === "https" ? await inFrontOf(demo.address) : demo.address;
    demo.otherOrigin = demo.origin.replace("127.0.0.1", "localhost");
    return demo;
  }

  stop() {
    this.process.kill();
  }
}

export function launch(kind = process.env.BROWSER ?? "chromium") {
  return kind === "webkit" ? launchWebKit() : puppeteer.launch(kinds[kind]);
}

const folders = [];
process.once("exit", () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

export function folderUntilExit(prefix) {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  folders.push(folder);
  return folder;
}

/** Starts a browser that sends cookies in frames of other sites, which some packages, and all private windows, do not. */
export function launchForFrames(kind = process.env.BROWSER ?? "chromium") {
  if (kind === "firefox") return puppeteer.launch({ ...kinds.firefox, extraPrefsFirefox: { "network.cookie.cookieBehavior": 0 } });
  const userDataDir = folderUntilExit("hardtack-frames-");
  mkdirSync(join(userDataDir, "Default"));
  const profile = { cookie_controls_mode: 0, block_third_party_cookies: false };
  writeFileSync(join(userDataDir, "Default/Preferences"), JSON.stringify({ profile }));
  return puppeteer.launch({ ...kinds.chromium, userDataDir });
}

export const screens = {
  desktop: { width: 1200, height: 900 },
  phone: { width: 360, height: 740 },
};

/** A visitor with a cookie jar of its own, on a page of the lab. */
export class Visitor {
  static async of(browser, demo, screen) {
    const visitor = new Visitor();
    visitor.context = await browser.createBrowserContext();
    visitor.demo = demo;
    visitor.page = await visitor.context.newPage();
    await visitor.page.setViewport(screen);
    await visitor.open("/");
    return visitor;
  }

  open(path) {
    return this.page.goto(new URL(path, this.demo.origin).href);
  }

  /** Does what leads to another page, and waits for that. */
  async goes(act) {
    const [response] = await Promise.all([this.page.waitForNavigation(), act()]);
    return response;
  }

  click(css) {
    return this.goes(() => this.page.click(css));
  }

  /** Presses a button of a card, as somebody without a mouse does. */
  press(css) {
    return this.goes(async () => {
      await this.page.focus(css);
      await this.page.keyboard.press("Enter");
    });
  }

  async type(css, text) {
    await this.page.$eval(css, (input) => (input.value = ""));
    await this.page.type(css, text);
  }

  /** The text that is to be seen. */
  text(css) {
    return this.page.$eval(css, (element) => element.innerText);
  }

  has(css) {
    return this.page.$(css).then(Boolean);
  }

  /** What the lab says once of the last form: at its card, or at the picture of the cookie if that changed. */
  effect(place = "cookie") {
    return this.text(`#${place} .effect`);
  }

  /** Tells what is at the top of the screen: the part of the page that the last form led to. */
  place() {
    return this.page.evaluate(() => location.hash);
  }

  verdict() {
    return this.text("#cookie .verdict");
  }

  /** What the server sees inside, as the playground answers it. */
  async session() {
    return JSON.parse(await this.text("#server pre"));
  }

  /** The cookies of this site, by name. */
  async cookies() {
    const cookies = await this.context.cookies();
    return Object.fromEntries(cookies.map((cookie) => [cookie.name, cookie]));
  }

  async signIn(name = "Ada") {
    await this.type("#name", name);
    await this.press("#sign-in .primary");
  }

  close() {
    return this.context.close();
  }
}
