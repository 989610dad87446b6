// A session, from its first request to its last.

import assert from "node:assert/strict";
import { test } from "node:test";

import { SessionCookie } from "../../src/index.js";
import { XAES_KEY } from "../visitor.js";
import { ANSWERED_ELSEWHERE, HALF_DONE, NAME, cookies, fieldOf, namesOf, page, posted, printed } from "./site.js";

export function writesSessions(name, open) {
  test(`${name}: a session is loaded, changed, saved and ended`, async () => {
    const browser = await open(cookies, {}, page);
    const first = await browser.get("/visit");
    assert.equal(first.text, "visit 1");
    assert.deepEqual([first.setCookies.length, first.headers.get("cache-control"), first.headers.get("vary")], [1, "no-store", "Cookie"]);
    assert.equal((await browser.get("/visit")).text, "visit 2");
    const look = await browser.get("/look");
    assert.deepEqual([look.text, look.setCookies, look.headers.get("cache-control"), look.headers.get("vary")], ["2", [], "private", "Cookie"]);
    const out = await browser.get("/out");
    assert.deepEqual([out.setCookies.length, out.headers.get("cache-control")], [1, "no-store"]);
    assert.match(out.setCookies[0], /^__Host-session=; .*Max-Age=0/);
    assert.equal((await browser.get("/look")).text, "undefined");
  });

  test(`${name}: a sign-in begins a session of its own, with a message for the next page`, async () => {
    const browser = await open(cookies, {}, page);
    await browser.get("/visit");
    const { status, headers, setCookies } = await browser.fetch("/sign-in", posted());
    assert.deepEqual([status, headers.get("location"), setCookies.length], [303, "/", 1]);
    const session = await cookies.load(fieldOf(setCookies));
    assert.deepEqual([session.get("user"), session.get("visits"), session.flashes("notice")], ["ada", undefined, ["hello"]]);
    assert.notEqual(session.id, null);
  });

  test(`${name}: what fails changes nothing, and signs out all the same`, async (t) => {
    printed(t);
    const browser = await open(cookies, {}, page);
    await browser.get("/visit");
    for (const path of ["/fail", "/throw"]) {
      const failed = await browser.get(path);
      assert.deepEqual([failed.status, failed.setCookies], [500, []], path);
    }
    assert.equal((await browser.get("/look")).text, "1");
    for (const path of ["/out-and-fail", ...(ANSWERED_ELSEWHERE.includes(name) ? [] : ["/out-and-throw"])]) {
      const out = await browser.get(path);
      assert.deepEqual([out.status, out.setCookies.length], [500, 1], path);
      assert.equal((await browser.get("/look")).text, "undefined");
      await browser.get("/visit");
    }
  });

  test(`${name}: nothing is saved with the status of a timeout, which gave the handler up`, async () => {
    for (const options of [{}, { saveOnServerError: true }]) {
      const browser = await open(await SessionCookie.encrypted(XAES_KEY, options), {}, page);
      const late = async () => {
        for (const work of Object.keys(HALF_DONE)) {
          const { status, setCookies, headers } = await browser.get(`/late/${work}`);
          assert.deepEqual([status, setCookies, headers.get("cache-control"), headers.get("vary")], [408, [], "private", "Cookie"], work);
        }
      };
      await late();
      await browser.get("/visit");
      await late();
      assert.equal((await browser.get("/look")).text, "1");
    }
  });

  test(`${name}: a 304 refreshes nothing, as caches put its fields into what they have stored, and carries a change`, async () => {
    for (const options of [{}, { refreshAfter: "every-request" }]) {
      let now = new Date("2027-01-15T12:00:00Z");
      const browser = await open(await SessionCookie.encrypted(XAES_KEY, options), { now: () => now }, page);
      await browser.get("/visit");
      now = new Date("2027-01-15T12:10:00Z");
      assert.deepEqual((await browser.get("/same/read")).setCookies, []);
      assert.equal((await browser.get("/same/visit")).setCookies.length, 1);
    }
  });

  test(`${name}: a request for the head gets the session of the page`, async () => {
    const browser = await open(cookies, {}, page);
    const { setCookies, headers } = await browser.fetch("/visit", { method: "HEAD" });
    assert.deepEqual([setCookies.length, headers.get("cache-control")], [1, "no-store"]);
    assert.equal((await browser.get("/look")).text, "1");
  });

  test(`${name}: a large session goes in several cookies, which a smaller one drops`, async () => {
    const browser = await open(await SessionCookie.encrypted(XAES_KEY, { size: "split:2" }), {}, page);
    assert.deepEqual(namesOf((await browser.get("/large")).setCookies), [NAME, `${NAME}.1`]);
    const small = await browser.get("/small");
    assert.deepEqual(small.setCookies.map((line) => [line.split("=")[0], line.includes("Max-Age=0")]), [[NAME, false], [`${NAME}.1`, true]]);
    assert.deepEqual([(await browser.get("/look")).text, [...browser.cookies.keys()]], ["1", [NAME]]);
  });

  test(`${name}: a session is used at the time of the option \`now\``, async () => {
    const noon = new Date("2027-01-15T12:00:00Z");
    const browser = await open(cookies, { now: () => noon }, page);
    const { setCookies } = await browser.get("/visit");
    assert.deepEqual((await cookies.load(fieldOf(setCookies), noon)).createdAt, noon);
  });
}

export function hidesFromOtherSites(name, open) {
  test(`${name}: another site that posts a form begins no session, but by a sign-in`, async () => {
    const form = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", origin: "https://other.example" };
    const browser = await open(cookies, {}, page);
    const count = async (path, headers) => {
      browser.cookies.clear();
      return (await browser.get(path, headers)).setCookies.length;
    };
    for (const path of ["/visit", "/token", "/out"]) assert.equal(await count(path, form), 0, path);
    assert.deepEqual([await count("/sign-in", form), await count("/visit", {})], [1, 1]);
    // One that came was not hidden.
    assert.equal((await browser.get("/visit", form)).text, "visit 2");
  });
}
