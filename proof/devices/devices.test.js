// Bound sessions in Chromium. Every wait is for an event of the browser or a request at the site.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, afterEach, before, test } from "node:test";

import { SessionCookie } from "../../js/src/index.js";
import { Browser, Site, freshKey } from "./site.js";

/** The module of the edge that reads and writes bound sessions. */
const devicesOfEdge = new URL("../../js/src/device.js", import.meta.url);
const key = freshKey();
let site;
let browser;
let hosts = 0;

before(async () => {
  site = await Site.start(key);
  browser = await Browser.start();
});
afterEach(() => {
  site.instead = null;
});
after(async () => {
  await browser.close();
  site.stop();
});

const created = (event) => event.creationEventDetails?.fetchResult === "Success";
const refreshed = (event) => event.refreshEventDetails?.refreshResult === "Refreshed";
const ended = (event) => event.terminationEventDetails !== undefined;

/** A host of its own for each test: browsers count proofs by site. */
const newHost = () => `app${++hosts}`;

/** Signs in by the form, and waits for the key. */
async function signIn(host) {
  await browser.page.goto(site.url(host, "/form"));
  await browser.page.click("button");
  assert.equal(await browser.page.textContent("body"), "ada 0 Unbound");
  await browser.event(created);
}

/** Signs in, and shows that the session is bound. */
async function bound(host) {
  await signIn(host);
  assert.equal(await browser.text(site.url(host)), "ada 0 Bound");
}

const cookiesOf = async (host) => {
  const cookies = await browser.context.cookies(site.url(host));
  return cookies.filter(({ domain }) => domain === `${host}.test`);
};

/** Lets the bound cookie expire. */
async function loseBoundCookie(host) {
  const cookies = (await cookiesOf(host)).filter(({ name }) => name.includes(".b-"));
  assert.equal(cookies.length, 1);
  await browser.cdp.send("Network.deleteCookies", { name: cookies[0].name, url: site.url(host) });
}

/** Another client, with a copy of these cookies. */
async function stolen(host, cookies, site_ = site, path = "/") {
  const { default: https } = await import("node:https");
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const headers = { host: `${host}.test:${site.port}`, cookie };
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: site_.port, path, rejectUnauthorized: false, headers, servername: `${host}.test` };
    const request = https.get(options, async (response) => {
      let text = "";
      for await (const part of response) text += part;
      resolve({ text, setCookie: response.headers["set-cookie"] ?? [] });
    });
    request.on("error", reject);
  });
}

/** Follows a link of the page, which may be one of another site, and waits until `end` has loaded. */
async function follow(url, end = url) {
  await Promise.all([
    browser.page.waitForURL(end),
    browser.page.evaluate((url) => { location = url; }, url),
  ]);
}

const inPage = (host, script) => browser.page.evaluate(script, site.url(host));
const requests = (path) => site.seen.filter((request) => request.path === path);

test("a registration binds the session before the next page", async () => {
  const host = newHost();
  await signIn(host);
  site.seen.length = 0;
  const cookies = await cookiesOf(host);
  const session = cookies.filter(({ name }) => name === "__Host-session");
  assert.equal((await stolen(host, session)).text, "nobody 0 Stale");
  assert.equal((await stolen(host, cookies)).text, "ada 0 Bound");
  assert.ok(site.seen.every(({ path }) => path === "/"), "the browser has asked for nothing since");
  const response = await browser.page.goto(site.url(host));
  assert.equal(await response.text(), "ada 0 Bound");
  assert.equal(await response.headerValue("set-cookie"), null, "nothing is left to be written");
});

test("the cookies of a bound session are one beside its own, and no script reads them", async () => {
  const host = newHost();
  await bound(host);
  const names = (await cookiesOf(host)).map(({ name }) => name).toSorted();
  assert.equal(names.length, 2);
  assert.match(names[1], /^__Host-session\.b-[\w-]{8}$/);
  assert.equal(await browser.page.evaluate(() => document.cookie), "");
});

test("a sign-in by fetch is bound", async () => {
  const host = newHost();
  await browser.text(site.url(host));
  const text = await browser.page.evaluate(async () => (await fetch("/sign-in", { method: "POST" })).text());
  assert.equal(text, "ada 0 Unbound");
  await browser.event(created);
  assert.equal(await browser.text(site.url(host)), "ada 0 Bound");
});

test("a sign-in that ends with a redirect from another site is bound, though its registration brings no cookie", async () => {
  const host = newHost();
  await browser.page.goto(site.url("elsewhere"));
  site.seen.length = 0;
  const to = encodeURIComponent(site.url(host));
  await follow(site.url(host, `/callback?to=${to}`), site.url(host));
  await browser.event(created);
  const [registration] = requests("/.session/register");
  assert.equal(registration.cookie, "");
  assert.equal(await browser.text(site.url(host)), "ada 0 Bound");
});

test("a request without the bound cookie waits for a refresh", async () => {
  const host = newHost();
  await bound(host);
  await loseBoundCookie(host);
  assert.equal(await browser.text(site.url(host)), "ada 0 Bound");
  await browser.event(refreshed);
});

test("a link from another site is followed after a refresh without cookies", async () => {
  const host = newHost();
  await bound(host);
  await loseBoundCookie(host);
  await browser.page.goto(site.url("elsewhere"));
  site.seen.length = 0;
  await follow(site.url(host));
  assert.equal(await browser.page.textContent("body"), "ada 0 Bound");
  const refreshes = requests("/.session/refresh");
  assert.ok(refreshes.length > 0 && refreshes.every(({ cookie }) => cookie === ""), JSON.stringify(refreshes));
});

test("ten requests at once wait for one refresh", async () => {
  const host = newHost();
  await bound(host);
  await loseBoundCookie(host);
  site.seen.length = 0;
  const texts = await inPage(host, (url) => Promise.all(Array.from({ length: 10 }, async () => (await fetch(url)).text())));
  assert.deepEqual(new Set(texts), new Set(["ada 0 Bound"]));
  // One asks for a challenge, one answers it.
  assert.ok(requests("/.session/refresh").length <= 2);
});

test("a POST that waits for a refresh is made once, with its body", async () => {
  const host = newHost();
  await bound(host);
  await loseBoundCookie(host);
  site.seen.length = 0;
  const text = await browser.page.evaluate(async () => (await fetch("/count", { method: "POST", body: "x=1" })).text());
  assert.equal(text, "ada 1 Bound");
  assert.equal(requests("/count").length, 1);
});

test("a second sign-in ends the first session of the device", async () => {
  const host = newHost();
  await bound(host);
  browser.events.length = 0;
  await browser.page.evaluate(async () => (await fetch("/sign-in", { method: "POST" })).text());
  await browser.event(created);
  assert.equal(await browser.text(site.url(host)), "ada 0 Bound");
  await loseBoundCookie(host);
  assert.equal(await browser.text(site.url(host)), "ada 0 Bound");
});

test("signing out ends the session of the device, also where a link from another site asks", async () => {
  for (const origin of ["elsewhere", null]) {
    const host = newHost();
    await bound(host);
    browser.events.length = 0;
    const text = await browser.page.evaluate(async () => (await fetch("/sign-out", { method: "POST" })).text());
    assert.equal(text, "nobody 0 Unbound");
    await browser.page.goto(site.url(origin ?? host, "/form"));
    await follow(site.url(host));
    await browser.event(ended);
    assert.equal(await browser.page.textContent("body"), "nobody 0 Unbound");
    assert.deepEqual(await cookiesOf(host), []);
  }
});

test("stolen cookies open nothing without the bound one, and nothing is written to them", async () => {
  const host = newHost();
  await bound(host);
  const cookies = await cookiesOf(host);
  const session = cookies.filter(({ name }) => name === "__Host-session");
  assert.deepEqual(await stolen(host, session), { text: "nobody 0 Stale", setCookie: [] });
  // For the ten minutes of the bound cookie, both open.
  assert.equal((await stolen(host, cookies)).text, "ada 0 Bound");
  assert.equal(await browser.text(site.url(host)), "ada 0 Bound");
});

test("a copied jar is refused after the end of its bound cookie, and a stream ends with it", async () => {
  const host = newHost();
  await bound(host);
  const cookies = await cookiesOf(host);
  const streamed = browser.page.evaluate(async () => (await fetch("/stream")).text());
  const copied = stolen(host, cookies, site, "/stream");
  await site.listening(2);
  await site.wait(590);
  assert.equal((await stolen(host, cookies)).text, "ada 0 Bound");
  await site.wait(10);
  assert.deepEqual(await stolen(host, cookies), { text: "nobody 0 Stale", setCookie: [] });
  for (const stream of [await streamed, (await copied).text]) {
    assert.equal(stream, "alive alive over");
  }
  // The browser goes on, once its own clock has seen the end.
  await loseBoundCookie(host);
  assert.equal(await browser.text(site.url(host)), "ada 0 Bound");
  assert.equal((await stolen(host, cookies)).text, "nobody 0 Stale");
});

test("a visitor whose device does not prove itself is asked to sign in, and can", async () => {
  const host = newHost();
  await bound(host);
  await loseBoundCookie(host);
  site.instead = (request, response) => {
    if (request.url !== "/.session/refresh") return false;
    // As a proxy might answer, which makes the browser drop its key.
    response.writeHead(403).end();
    return true;
  };
  assert.equal(await browser.text(site.url(host)), "nobody 0 Stale");
  site.instead = null;
  const counted = await browser.page.evaluate(async () => {
    const response = await fetch("/count", { method: "POST" });
    return [response.status, await response.text()];
  });
  assert.deepEqual(counted, [403, "please sign in again"]);
  await bound(host);
});

/** A page of an edge in Node, which shows and counts as the program does. */
async function edge(sessions, request, response) {
  const now = Date.now() + site.ahead * 1000;
  const session = await sessions.load([request.headers.cookie ?? ""], now);
  const [user, count] = [session.get("user"), session.get("count") ?? 0];
  if (user !== undefined) session.set("count", count + 1);
  const fields = await sessions.save(session);
  response.writeHead(200, { "set-cookie": fields }).end(`${user ?? "nobody"} ${count}`);
}

test("an edge in Node shares a session until it is bound, and then leaves it alone", async () => {
  const host = newHost();
  const sessions = await SessionCookie.encrypted(key);
  let registers = false;
  site.instead = async (request, response) => {
    if (request.url === "/.session/register" && !registers) {
      response.writeHead(500).end();
      return true;
    }
    if (request.url !== "/edge") return false;
    await edge(sessions, request, response);
    return true;
  };
  await browser.page.goto(site.url(host, "/form"));
  await browser.page.click("button");
  assert.equal(await browser.page.textContent("body"), "ada 0 Unbound");
  await browser.event((event) => event.creationEventDetails?.fetchResult === "TransientHttpError");
  assert.equal(await browser.text(site.url(host, "/edge")), "ada 0");
  assert.equal(await browser.text(site.url(host)), "ada 1 Unbound");
  // The next sign-in is bound.
  registers = true;
  await browser.page.goto(site.url(host, "/form"));
  await browser.page.click("button");
  await browser.event(created);
  assert.equal(await browser.text(site.url(host)), "ada 1 Bound");
  const before = await cookiesOf(host);
  assert.equal(await browser.text(site.url(host, "/edge")), "nobody 0");
  assert.deepEqual(await cookiesOf(host), before);
  assert.equal(await browser.text(site.url(host)), "ada 1 Bound");
});

test("an edge in Node shares a bound session", { skip: !existsSync(devicesOfEdge) && "it opens none" }, async () => {
  const host = newHost();
  await bound(host);
  const { deviceBound } = await import(devicesOfEdge.href);
  const sessions = await SessionCookie.encrypted(key, { deviceBound: deviceBound({ path: "/.session" }) });
  site.instead = async (request, response) => {
    if (request.url !== "/edge") return false;
    await edge(sessions, request, response);
    return true;
  };
  assert.equal(await browser.text(site.url(host, "/edge")), "ada 0");
  assert.equal(await browser.text(site.url(host)), "ada 1 Bound");
  // As the program does, the edge opens nothing without the bound cookie.
  const session = (await cookiesOf(host)).filter(({ name }) => name === "__Host-session");
  assert.equal((await stolen(host, session, site, "/edge")).text, "nobody 0");
  await loseBoundCookie(host);
  assert.equal(await browser.text(site.url(host, "/edge")), "ada 1");
  await browser.event(refreshed);
});

test("a restart of the server, and a rotation, keep the session of the device", async () => {
  const host = newHost();
  await bound(host);
  await site.restart(`${freshKey()},${key}`);
  await loseBoundCookie(host);
  assert.equal(await browser.text(site.url(host)), "ada 0 Bound");
  await site.restart(key);
  assert.equal(await browser.text(site.url(host)).then((text) => text.split(" ")[0]), "nobody");
});

test("an instance without the key ends no session of a device", async () => {
  const host = newHost();
  await bound(host);
  await loseBoundCookie(host);
  browser.events.length = 0;
  await site.restart(freshKey());
  assert.match(await browser.text(site.url(host)), /^nobody/);
  await site.restart(key);
  assert.equal(await browser.text(site.url(host)), "ada 0 Bound");
  assert.ok(!browser.events.some(ended));
});

test("a server that fails during a refresh ends no session of a device", async () => {
  const host = newHost();
  await bound(host);
  await loseBoundCookie(host);
  site.instead = (request, response) => {
    if (request.url !== "/.session/refresh") return false;
    response.writeHead(500).end();
    return true;
  };
  const text = await browser.text(site.url(host));
  site.instead = null;
  assert.equal(text, "nobody 0 Stale");
  assert.equal(await browser.text(site.url(host)), "ada 0 Bound");
});

test("a restart of the browser keeps the key", async () => {
  const host = newHost();
  await bound(host);
  // A session cookie ends with the browser, so it is kept here as a remembered one would be.
  const cookies = await cookiesOf(host);
  const { profile } = browser;
  await browser.close();
  browser = await Browser.start(profile);
  const kept = cookies.filter(({ name }) => name === "__Host-session");
  await browser.context.addCookies(kept.map((cookie) => ({ ...cookie, expires: Date.now() / 1000 + 3600 })));
  await loseBoundCookie(host);
  assert.equal(await browser.text(site.url(host)), "ada 0 Bound");
  await browser.event(refreshed);
});

test("the demo shows the device, and a copied cookie jar is refused", async () => {
  const command = ["examples/demo", "--port", "0", "--device-bound"];
  const demo = await Site.start(key, { command, renamesHost: true });
  const host = newHost();
  await browser.page.goto(demo.url(host));
  await browser.page.fill("input[name=name]", "Ada");
  await browser.page.click("form[action='/sign-in'] button");
  await browser.event(created);
  const lab = await browser.text(demo.url(host));
  assert.match(lab, /"binding": "bound"/);
  const cookies = await browser.context.cookies(demo.url(host));
  const jar = cookies.filter(({ name }) => !name.includes(".b-"));
  const copied = JSON.parse((await stolen(host, jar, demo, "/api/session")).text);
  assert.deepEqual([copied.binding, copied.reason, copied.data], ["stale", "Stale", {}]);
  demo.stop();
});
