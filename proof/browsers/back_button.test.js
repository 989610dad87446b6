// What a browser shows after a sign-out: what docs/ending-sessions.md says keeps the account away.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { KeyRing, SessionCookie } from "../../js/src/index.js";
import { withSession } from "../../js/src/web/node.js";
import { launch } from "./demo.js";
import { closeServers, listen, scheme } from "./servers.js";

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser.close();
  closeServers();
});

/** A tab of a visitor who is signed in at a site. `fields` has response headers for paths, and `html` what else their pages have. */
async function signedIn(fields, html) {
  const cookies = await SessionCookie.encrypted(await KeyRing.generate());
  const asked = [];
  const inSession = withSession(cookies, (request, response, session) => {
    asked.push(request.url);
    if (request.url === "/sign-in") {
      session.signIn();
      session.set("user", "ada");
    }
    if (request.url === "/sign-out") session.invalidate();
    response.writeHead(200, { "content-type": "text/html", ...fields[request.url] });
    response.end(`<p>account of ${session.get("user") ?? "nobody"}</p>${html[request.url] ?? ""}`);
  });
  const site = `${scheme}://127.0.0.1:${await listen(inSession)}`;
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.goto(`${site}/sign-in`);
  return { asked, page, site };
}

/** What the visitor sees. Closes the tab. */
async function seen(page) {
  const textOf = () => page.$eval("p", ({ innerText }) => innerText).catch(() => null);
  let before, text;
  // A page that loads itself again is on its way: what stays counts.
  do {
    before = text;
    await new Promise((done) => setTimeout(done, 500));
    text = await textOf();
  } while (text === null || text !== before);
  await page.browserContext().close();
  return text;
}

/** Signs in, looks at the account, signs out and goes back. Returns what the visitor sees then. */
async function seenAfterwards(headers, script) {
  const { page, site } = await signedIn({ "/account": headers }, { "/account": script && `<script>${script}</script>` });
  for (const path of ["/account", "/sign-out"]) await page.goto(`${site}${path}`);
  await page.goBack({ waitUntil: "domcontentloaded" }).catch(() => {});
  return seen(page);
}

const SCRIPT = "onpageshow = ({ persisted }) => persisted && location.reload()";

test("without `no-store`, the back button shows the account to whoever comes next", async () => {
  assert.equal(await seenAfterwards({}), "account of ada");
});

test("a page with `no-store` does not come back", async () => {
  assert.equal(await seenAfterwards({ "cache-control": "no-store" }), "account of nobody");
});

test("a page with the script loads itself again", async () => {
  assert.equal(await seenAfterwards({}, SCRIPT), "account of nobody");
});

const isChromium = (process.env.BROWSER ?? "chromium") === "chromium";

/** Opens a page that has the account fetched ahead, signs out by a script, and follows the link. Returns what the visitor sees then. */
async function seenAfterFetch(action, fields) {
  const rules = { [action]: [{ urls: ["/account"], eagerness: "immediate" }] };
  const html = `<script type="speculationrules">${JSON.stringify(rules)}</script><a href="/account">account</a>`;
  const { asked, page, site } = await signedIn(
    { "/account": { "cache-control": "no-store" }, "/sign-out": fields },
    { "/account": `<script>${SCRIPT}</script>`, "/home": html },
  );
  await page.goto(`${site}/home`);
  for (let tries = 0; tries < 200 && !asked.includes("/account"); tries++) await new Promise((done) => setTimeout(done, 25));
  assert.ok(asked.includes("/account"));
  // What came for it is stored.
  await new Promise((done) => setTimeout(done, 200));
  await page.evaluate(() => fetch("/sign-out").then(() => {}));
  await Promise.all([page.waitForNavigation(), page.click("a")]);
  return seen(page);
}

for (const action of ["prefetch", "prerender"]) {
  test(`${action}: an account that was fetched ahead is shown after a sign-out by a script, whatever it says of itself`, { skip: !isChromium }, async () => {
    assert.equal(await seenAfterFetch(action, {}), "account of ada");
  });

  test(`${action}: an account that was fetched ahead is gone after \`Clear-Site-Data\``, { skip: !isChromium }, async () => {
    assert.equal(await seenAfterFetch(action, { "clear-site-data": '"prefetchCache", "prerenderCache"' }), "account of nobody");
  });
}
