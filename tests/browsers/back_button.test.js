// The back button after a sign-out: what docs/ending-sessions.md says keeps the account away.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { after, before, test } from "node:test";

import { KeyRing, SessionCookie } from "../../js/src/index.js";
import { withSession } from "../../js/src/web/node.js";
import { launch } from "./demo.js";

let browser;
let server;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser.close();
  server?.close();
});

/** Signs in, looks at the account, signs out and goes back. Returns what the visitor sees then. */
async function seenAfterwards(headers, script) {
  const cookies = await SessionCookie.encrypted(await KeyRing.generate());
  const inSession = withSession(cookies, (request, response, session) => {
    if (request.url === "/sign-in") {
      session.signIn();
      session.set("user", "ada");
    }
    if (request.url === "/sign-out") session.invalidate();
    const isAccount = request.url === "/account";
    response.writeHead(200, { "content-type": "text/html", ...(isAccount && headers) });
    response.end(`<p>account of ${session.get("user") ?? "nobody"}</p>${isAccount && script ? `<script>${script}</script>` : ""}`);
  });
  server?.close();
  server = createServer(inSession).listen(0, "127.0.0.1");
  await once(server, "listening");
  const site = `http://127.0.0.1:${server.address().port}`;
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  for (const path of ["/sign-in", "/account", "/sign-out"]) await page.goto(`${site}${path}`);
  await page.goBack({ waitUntil: "domcontentloaded" }).catch(() => {});
  // A page that loads itself again is on its way.
  await new Promise((done) => setTimeout(done, 500));
  const text = await page.$eval("p", ({ innerText }) => innerText);
  await context.close();
  return text;
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
