// The site in a frame of another site, where browsers ignore a cookie with another `SameSite` than `None`, also one that only
// drops another, and keep about 10 kB of partitioned cookies; and a page of another site that has pages prefetched. The site is
// one of the JavaScript package, whose rules are those of the vectors. The browser sends cookies in frames.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test as tests } from "node:test";

import { KeyRing, SessionCookie, attributes } from "../../js/src/index.js";
import { oldCookie } from "../../js/src/old_cookies.js";
import { withSession } from "../../js/src/web/node.js";
import { launchForFrames } from "./demo.js";
import { closeServers, listen, scheme } from "./servers.js";

const MINUTE = 60_000;

// WebKitGTK takes no cookies in frames of other sites.
const test = process.env.BROWSER === "webkit" ? tests.skip : tests;

let browser, page, now;
beforeEach(async () => {
  now = Date.now();
  browser = await launchForFrames();
  page = await browser.newPage();
});
afterEach(async () => {
  await browser.close();
  closeServers();
});

const inHtml = (response, body) => response.setHeader("content-type", "text/html").end(body);

/** Returns the address of another site, whose pages show one of `own` in a frame, or are empty. */
async function siteBeside(own) {
  const port = await listen(({ url }, response) => inHtml(response, url === "/frame" ? `<iframe src="${own}/empty"></iframe>` : "<p>"));
  return `${scheme}://localhost:${port}`;
}

/** Returns a function that requests a path from the page of `own` in a frame of the other site, and returns the text of the answer. */
async function frameOf(own, other) {
  await page.goto(`${other}/frame`);
  const frame = page.frames().find((frame) => frame.url().startsWith(own));
  return (path) => frame.evaluate((path) => fetch(path, { method: "POST" }).then((answer) => answer.text()), path);
}

async function openTop(address) {
  await page.goto(address);
  return page.$eval("body", ({ innerText }) => innerText.trim());
}

/** A site that takes the sessions of an old cookie over, which comes in frames. */
async function openWithOldCookie(sameSite) {
  const read = (value) => ({ entries: { user: value } });
  const migrateFrom = oldCookie({ name: "old", read, from: now - MINUTE, until: now + 60 * MINUTE });
  const cookies = await SessionCookie.encrypted(await KeyRing.generate(), { cookie: attributes({ sameSite }), migrateFrom });
  const acts = {
    "/old": (session, response) => response.setHeader("set-cookie", "old=ada; Path=/; Secure; HttpOnly; SameSite=None"),
    "/sign-out": (session) => session.invalidate(),
    "/sign-out-with-message": (session) => (session.invalidate(), session.flash("", "Bye.")),
    "/sign-in": (session) => session.signIn(),
    "/change": (session) => session.update("visits", (visits = 0) => visits + 1),
  };
  const port = await listen(
    withSession(cookies, (request, response, session) => {
      acts[request.url]?.(session, response);
      inHtml(response, request.url === "/who" ? (session.get("user") ?? "nobody") : "ok");
    }),
  );
  return `${scheme}://127.0.0.1:${port}`;
}

for (const sameSite of ["Lax", "None"]) {
  for (const way of ["/sign-out", "/sign-out-with-message", "/sign-in"]) {
    test(`SameSite=${sameSite}: in a frame of another site, ${way} leaves no session of an old cookie`, async () => {
      const own = await openWithOldCookie(sameSite);
      const inFrame = await frameOf(own, await siteBeside(own));
      await inFrame("/old");
      assert.equal(await inFrame("/who"), "ada");
      await inFrame(way);
      assert.equal(await inFrame("/who"), "nobody");
      assert.equal(await openTop(`${own}/who`), "nobody");
    });
  }
  test(`SameSite=${sameSite}: in a frame of another site, a change signs nobody out`, async () => {
    const own = await openWithOldCookie(sameSite);
    await openTop(`${own}/old`);
    const inFrame = await frameOf(own, await siteBeside(own));
    for (let i = 0; i < 2; i++) {
      await inFrame("/change");
      assert.equal(await inFrame("/who"), "ada");
    }
    assert.equal(await openTop(`${own}/who`), "ada");
  });
}

test("a partitioned session that is full arrives whole, with other cookies of the site, in a frame and on a page of its own", async () => {
  const cookie = attributes({ sameSite: "None", partitioned: true });
  const cookies = await SessionCookie.encrypted(await KeyRing.generate(), { cookie, size: "split:3" });
  const beside = `beside=${"x".repeat(900)}; Path=/; Secure; SameSite=None; Partitioned`;
  const port = await listen(
    withSession(cookies, (request, response, session) => {
      if (request.url === "/beside") response.setHeader("set-cookie", beside);
      if (request.url === "/fill") {
        session.set("user", "ada");
        const room = session.remainingBytes - 16;
        session.set("data", "x".repeat(room));
        assert.throws(() => session.set("more", "x".repeat(16)), { code: "size" });
        return inHtml(response, String(room));
      }
      const sent = (request.headers.cookie ?? "").includes("beside=");
      inHtml(response, `${session.get("user") ?? "nobody"} ${session.get("data")?.length} ${sent}`);
    }),
  );
  const own = `${scheme}://127.0.0.1:${port}`;
  const inFrame = await frameOf(own, await siteBeside(own));
  const room = await inFrame("/beside").then(() => inFrame("/fill"));
  assert.ok(room > 6500, room);
  assert.equal(await inFrame("/who"), `ada ${room} true`);
  // Another partition.
  assert.equal(await openTop(`${own}/beside`), "nobody undefined false");
  assert.equal(await openTop(`${own}/fill`), room);
  assert.equal(await openTop(`${own}/who`), `ada ${room} true`);
});

/** Only Chromium prerenders. */
const isChromium = (process.env.BROWSER ?? "chromium") === "chromium";
/** What a page has fetched with it, as its head and its `Link` say: the ways that do not have the destination of a part of a page. */
const PRELOADS = `<link rel="preload" as="fetch" href="/data-1" crossorigin="use-credentials">
<link rel="preload" as="fetch" href="/data-2" crossorigin><link rel="preload" as="fetch" href="/data-3">`;
const LINKS = ["</data-4>; rel=preload; as=fetch; crossorigin=use-credentials", "</data-5>; rel=preload; as=fetch", "</data-6>; rel=prefetch"];
const DATA = 7;
test("another site that has pages prerendered, which preload data, keeps no session from becoming idle", { skip: !isChromium }, async () => {
  const cookies = await SessionCookie.encrypted(await KeyRing.generate(), { idleTimeout: 1800 });
  const asked = [];
  const app = withSession(
    cookies,
    (request, response, session) => {
      if (request.url === "/sign-in") session.set("user", "ada");
      if (/page|data/.test(request.url)) asked.push(request);
      if (request.url.startsWith("/page")) response.setHeader("link", LINKS).setHeader("speculation-rules", '"/data-7"');
      inHtml(response, (request.url.startsWith("/page") ? PRELOADS : "") + (session.get("user") ?? "nobody"));
    },
    { now: () => now },
  );
  const own = `${scheme}://127.0.0.1:${await listen(app)}`;
  const other = await siteBeside(own);
  assert.equal(await openTop(`${own}/sign-in`), "ada");
  await page.goto(other);
  for (let i = 0; i < 3; i++) {
    now += 12 * MINUTE;
    asked.length = 0;
    const prerender = (href) => document.head.append(Object.assign(document.createElement("link"), { rel: "prerender", href }));
    await page.evaluate(prerender, `${own}/page-${i}`);
    for (let tries = 0; tries < 100 && asked.length <= DATA; tries++) await new Promise((done) => setTimeout(done, 50));
    // Otherwise this would show nothing.
    const found = asked.map(({ url, headers }) => `${url} ${headers["sec-fetch-site"]} ${headers["sec-purpose"]} ${/__Host-session=/.test(headers.cookie)}`);
    const expected = Array.from({ length: DATA }, (_, n) => `/data-${n + 1} same-origin prefetch true`);
    assert.deepEqual(found.toSorted(), [...expected, `/page-${i} cross-site prefetch true`]);
    // Chromium prerenders one page in half a second.
    await new Promise((done) => setTimeout(done, 1000));
  }
  assert.equal(await openTop(`${own}/who`), "nobody");
});
