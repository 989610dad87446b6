// The site behind TLS, at https://NAME.test:PORT, and browsers that keep their keys in software.

import { execFileSync, spawn } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request as forward } from "node:http";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "hardtack-devices-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

const [keyFile, certificateFile] = ["key.pem", "certificate.pem"].map((name) => join(folder, name));
execFileSync("openssl", [
  ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=test".split(" "),
  ...["-addext", "subjectAltName=DNS:*.test", "-keyout", keyFile, "-out", certificateFile],
], { stdio: "ignore" });
const certificate = readFileSync(certificateFile);
const spki = new X509Certificate(certificate).publicKey.export({ type: "spki", format: "der" });
const pin = createHash("sha256").update(spki).digest("base64");

export function freshKey() {
  return execFileSync("cargo", ["run", "--quiet", "-p", "hardtack-cli", "--", "keygen"], { cwd: root, encoding: "utf8" }).trim();
}

/** The program, and TLS before it. A restart keeps the port. */
export class Site {
  /** `command`: the program and its arguments. The demo answers to its own host alone, so a proxy names that. */
  static async start(keys, { command = ["hardtack-devices", "0"], renamesHost = false } = {}) {
    const site = Object.assign(new Site(), { command, renamesHost });
    await site.restart(keys);
    site.server = createServer({ key: readFileSync(keyFile), cert: certificate }, (request, response) => site.pass(request, response));
    site.server.listen(0, "127.0.0.1");
    await once(site.server, "listening");
    site.port = site.server.address().port;
    return site;
  }

  /** Requests that the browser made, as `METHOD /path`. */
  seen = [];
  /** Seconds by which the program's clock is ahead. */
  ahead = 0;
  /** Responses of `/stream` whose first part has been passed on. */
  streams = 0;
  began = new EventEmitter();
  /** A function that may answer a request in place of the program. */
  instead = null;

  async restart(keys) {
    this.program?.kill();
    const [program, ...options] = this.command;
    const path = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug", program);
    if (!existsSync(path)) {
      throw new Error(`${path} is missing; build it as proof/README.md says`);
    }
    this.program = spawn(path, options, { env: { ...process.env, SESSION_KEYS: keys }, stdio: ["ignore", "pipe", "inherit"] });
    const [line] = await once(createInterface({ input: this.program.stdout }), "line");
    this.upstream = Number(new URL(line.replace("listening on ", "")).port);
    if (this.ahead > 0) await this.moveClock(this.ahead);
  }

  /** Moves the clock of the program, which a restart keeps. */
  async wait(seconds) {
    this.ahead += seconds;
    await this.moveClock(seconds);
  }

  async moveClock(seconds) {
    await fetch(`http://127.0.0.1:${this.upstream}/clock?seconds=${seconds}`, { method: "POST" });
  }

  /** Waits until so many responses of `/stream` have begun. */
  async listening(count) {
    while (this.streams < count) await once(this.began, "stream");
  }

  url(host, path = "/") {
    return `https://${host}.test:${this.port}${path}`;
  }

  async pass(request, response) {
    const { method, url, headers } = request;
    this.seen.push({ method, path: url, cookie: headers.cookie ?? "" });
    if (await this.instead?.(request, response)) return;
    const host = this.renamesHost ? `127.0.0.1:${this.upstream}` : headers.host;
    const options = { host: "127.0.0.1", port: this.upstream, method, path: url, headers: { ...headers, host } };
    const passed = forward(options, (answer) => {
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
      if (url === "/stream") {
        answer.once("data", () => {
          this.streams += 1;
          this.began.emit("stream");
        });
      }
    });
    passed.on("error", () => response.writeHead(502).end());
    request.pipe(passed);
  }

  stop() {
    this.program.kill();
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** A browser with a profile of its own. */
export class Browser {
  static async start(profile = mkdtempSync(join(folder, "profile-"))) {
    const browser = new Browser();
    browser.profile = profile;
    browser.context = await chromium.launchPersistentContext(profile, {
      executablePath: "/usr/bin/chromium",
      headless: true,
      args: [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--enable-features=DeviceBoundSessions:RefreshQuota/false,EnableBoundSessionCredentialsSoftwareKeysForManualTesting",
        `--ignore-certificate-errors-spki-list=${pin}`,
        "--host-resolver-rules=MAP *.test 127.0.0.1",
      ],
    });
    browser.page = await browser.context.newPage();
    browser.cdp = await browser.context.newCDPSession(browser.page);
    browser.events = [];
    browser.waiting = [];
    browser.cdp.on("Network.deviceBoundSessionEventOccurred", (event) => {
      browser.events.push(event);
      browser.waiting.splice(0).forEach((wake) => wake());
    });
    await browser.cdp.send("Network.enable");
    await browser.cdp.send("Network.enableDeviceBoundSessions", { enable: true });
    return browser;
  }

  /** Waits for an event, and takes it out. */
  async event(matches) {
    const deadline = Date.now() + 20_000;
    for (;;) {
      const at = this.events.findIndex(matches);
      if (at >= 0) return this.events.splice(at, 1)[0];
      if (Date.now() > deadline) throw new Error(`no such event among ${JSON.stringify(this.events)}`);
      let timer;
      await new Promise((resolve) => {
        this.waiting.push(resolve);
        timer = setTimeout(resolve, deadline - Date.now());
      });
      clearTimeout(timer);
    }
  }

  async text(url) {
    await this.page.goto(url);
    return this.page.textContent("body");
  }

  close() {
    return this.context.close();
  }
}
