// WebKitGTK's MiniBrowser behind WebKitWebDriver, with the methods of puppeteer that the tests call. Puppeteer does not drive it.
// Each context is a browser of its own. This engine keeps no `Secure` cookie without TLS, so the sites of tests have TLS for it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";

const MINI_BROWSER = ["x86_64", "aarch64"].map((machine) => `/usr/lib/${machine}-linux-gnu/webkit2gtk-4.1/MiniBrowser`);
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Starts a screen that nobody sees, for the browsers of a test. */
export async function launchWebKit() {
  const screen = spawn("Xvfb", ["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], { stdio: ["ignore", "pipe", "ignore"] });
  const [number] = await once(screen.stdout, "data");
  const contexts = new Set();
  return {
    createBrowserContext: (options) => Context.open(`:${String(number).trim()}`, contexts, options),
    async newPage() {
      return (await this.createBrowserContext()).newPage();
    },
    async close() {
      for (const context of contexts) await context.close();
      screen.kill();
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

class Context {
  #all;
  #driver;
  #address;
  #hasPage = false;

  /** With "none", opening a page does not wait for it, so that other tabs open theirs. */
  static async open(screen, all, { pageLoadStrategy = "normal" } = {}) {
    const context = new Context();
    const port = await freePort();
    context.#driver = spawn("WebKitWebDriver", [`--port=${port}`], { env: { ...process.env, DISPLAY: screen, GDK_BACKEND: "x11", LIBGL_ALWAYS_SOFTWARE: "1" }, stdio: "ignore" });
    context.#address = `http://127.0.0.1:${port}/session`;
    const browserOptions = { binary: MINI_BROWSER.find(existsSync), args: ["--automation"] };
    const alwaysMatch = { acceptInsecureCerts: true, pageLoadStrategy, "webkitgtk:browserOptions": browserOptions };
    for (let tries = 0; ; tries++) {
      const begun = await context.call("POST", "", { capabilities: { alwaysMatch } }).catch((error) => (tries < 100 && error.cause ? null : Promise.reject(error)));
      if (begun) {
        context.#address += `/${begun.sessionId}`;
        break;
      }
      await pause(50);
    }
    context.#all = all.add(context);
    return context;
  }

  #last = Promise.resolve();

  async call(method, path, body) {
    const response = await fetch(`${this.#address}${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${path}: ${value.error}: ${value.message}`);
    return value;
  }

  /** Calls the driver for a window, after what it was asked before. */
  callIn(handle, method, path, body) {
    const answer = this.#last.then(async () => {
      await this.call("POST", "/window", { handle });
      return this.call(method, path, body);
    });
    this.#last = answer.catch(() => {});
    return answer;
  }

  async newPage() {
    const isFirst = !this.#hasPage;
    this.#hasPage = true;
    return new Page(this, isFirst ? await this.call("GET", "/window") : (await this.call("POST", "/window/new", { type: "window" })).handle);
  }

  cookies = async () => (await this.call("GET", "/cookie")).map(({ expiry, ...cookie }) => ({ ...cookie, expires: expiry }));

  async close() {
    if (!this.#all.delete(this)) return;
    await this.call("DELETE", "").catch(() => {});
    this.#driver.kill();
  }
}

class Page {
  #context;
  #handle;

  constructor(context, handle) {
    this.#context = context;
    this.#handle = handle;
  }

  #call = (method, path, body) => this.#context.callIn(this.#handle, method, path, body);
  browserContext = () => this.#context;
  goto = (url) => this.#call("POST", "/url", { url });
  goBack = () => this.#call("POST", "/back", {});
  url = () => this.#call("GET", "/url");
  title = () => this.#call("GET", "/title");
  close = () => this.#call("DELETE", "/window");
  bringToFront = async () => {};
  setViewport = ({ width, height }) => this.#call("POST", "/window/rect", { width, height });

  /** Calls a function in the page, or runs a script. */
  evaluate = (action, ...values) => (typeof action === "string" ? this.#call("POST", "/execute/sync", { script: action, args: [] }) : this.#calls(action, ...values));

  /** Calls a function in the page, given as a text or not, and waits for what it returns. */
  async #calls(action, ...values) {
    const script = `const [values, done] = [[...arguments].slice(0, -1), [...arguments].at(-1)];
Promise.resolve((${action})(...values)).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const { value, error } = await this.#call("POST", "/execute/async", { script, args: values });
    if (error) throw new Error(error);
    return value;
  }

  $eval = (css, action, ...values) => this.#calls(`(css, ...values) => (${action})(document.querySelector(css), ...values)`, css, ...values);
  $$eval = (css, action, ...values) => this.#calls(`(css, ...values) => (${action})([...document.querySelectorAll(css)], ...values)`, css, ...values);
  addScriptTag = ({ content }) => this.evaluate((content) => void document.head.append(Object.assign(document.createElement("script"), { textContent: content })), content);

  #find = (css) => this.#call("POST", "/element", { using: "css selector", value: css }).catch(() => null);

  async $(css) {
    const element = await this.#find(css);
    return element && {
      click: ({ offset }) => this.#clickAt(css, offset),
      screenshot: async () => Buffer.from(await this.#element(css, "screenshot"), "base64"),
    };
  }

  async #element(css, path, body) {
    const element = await this.#find(css);
    if (!element) throw new Error(`no element ${css}`);
    return this.#call(body ? "POST" : "GET", `/element/${element[ELEMENT]}/${path}`, body);
  }

  /** Moves the pointer by some pixels from the middle of an element, or from the corner of the page, and then does `more`. */
  async #point(origin, x, y, more = []) {
    const move = { type: "pointerMove", duration: 0, origin, x, y };
    await this.#call("POST", "/actions", { actions: [{ type: "pointer", id: "mouse", actions: [move, ...more] }] });
  }

  /** Clicks at some pixels from the corner of an element. */
  async #clickAt(css, offset) {
    const { x, y } = await this.$eval(css, (element) => {
      element.scrollIntoView({ block: "center", behavior: "instant" });
      return element.getBoundingClientRect().toJSON();
    });
    const press = ["pointerDown", "pointerUp"].map((type) => ({ type, button: 0 }));
    await this.#point("viewport", Math.round(x + offset.x), Math.round(y + offset.y), press);
  }

  mouse = { move: (x, y) => this.#point("viewport", x, y) };
  hover = async (css) => this.#point(await this.#find(css), 0, 0);
  click = (css) => this.#element(css, "click", {});
  type = (css, text) => this.#element(css, "value", { text });
  focus = (css) => this.$eval(css, (element) => element.focus());
  keyboard = {
    press: async (key) => {
      const value = { Enter: "\uE007", Tab: "\uE004" }[key] ?? key;
      const actions = ["keyDown", "keyUp"].map((type) => ({ type, value }));
      await this.#call("POST", "/actions", { actions: [{ type: "key", id: "keys", actions }] });
    },
  };

  async waitForFunction(action, { timeout = 30_000 } = {}, ...values) {
    for (const end = Date.now() + timeout; ; await pause(50)) {
      // A page that is on its way to another one answers nothing.
      const found = await this.evaluate(action, ...values).catch(() => null);
      if (found) return found;
      if (Date.now() > end) throw new Error(`${action} stays false`);
    }
  }

  /** Waits until another document is there and loaded. */
  async waitForNavigation() {
    const mark = () => Boolean((window.__isOld = true));
    await this.evaluate(mark);
    await this.waitForFunction(() => !window.__isOld && document.readyState === "complete");
  }
}
