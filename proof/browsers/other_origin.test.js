// The example `other_origin`: scripts of a page whose origin the API trusts, and of one that it does not. Both are of its site, so the
// browser sends its cookie with their requests.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Demo, launch } from "./demo.js";
import { closeServers, listen, scheme } from "./servers.js";

const pageOf = async () => `${scheme}://127.0.0.1:${await listen((_, response) => response.writeHead(200, { "content-type": "text/html" }).end("a page"))}`;

let browser, api, trusted, other;
before(async () => {
  [trusted, other] = [await pageOf(), await pageOf()];
  [browser, api] = await Promise.all([launch(), Demo.of("other_origin", "0", trusted)]);
});
after(async () => {
  await browser.close();
  api.stop();
  closeServers();
});

/** In the page. Returns what each request got. */
async function scripts(api) {
  const ask = (path, more) => fetch(api + path, { credentials: "include", ...more }).then((response) => response.text(), () => "blocked");
  const token = await ask("/csrf");
  const count = (more) => ask("/count", { method: "POST", ...more });
  const headers = { "x-csrf-token": token === "blocked" ? "guessed" : token };
  return [await count({ headers }), await count({ headers }), await count(), await count({ mode: "no-cors" })];
}

test("the scripts of a page that the API trusts use the session, with their token, and those of another page do not", async () => {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const shown = async (origin) => {
    await page.goto(origin);
    return page.evaluate(scripts, api.origin);
  };
  const [first, second, withoutToken] = await shown(trusted);
  assert.deepEqual([first, second], ["1", "2"]);
  assert.match(withoutToken, /token/); // a script can read the refusal
  assert.deepEqual(await shown(other), ["blocked", "blocked", "blocked", ""]);
  assert.deepEqual((await shown(trusted)).slice(0, 2), ["3", "4"]);
  await context.close();
});
