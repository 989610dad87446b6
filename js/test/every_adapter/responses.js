// What vectors do not say of responses: what fails, methods and statuses, and responses that are not the handler's own.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { SessionCookie } from "../../src/index.js";
import { listening } from "../stand_ins.js";
import { XAES_KEY } from "../visitor.js";
import { ANSWERED_ELSEWHERE, NAME, PAGES, cookies, fieldOf, namesOf, page, printed, visit } from "./site.js";

export function answers(name, open) {
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

  test(`${name}: a redirect whose headers cannot be changed, and other cookies, carry the session too`, async () => {
    const browser = await open(cookies, {}, page);
    for (const path of Object.keys(PAGES).filter((path) => /^\/(moved|redirect)\//.test(path))) {
      const { status, headers, setCookies } = await browser.get(path);
      assert.deepEqual([status, headers.get("location"), setCookies.length], [Number(path.slice(-3)), "http://localhost/look", 1], path);
    }
    assert.deepEqual(namesOf((await browser.get("/cookies")).setCookies).toSorted(), [NAME, "a", "b"]);
    assert.equal((await browser.get("/look")).text, "11");
  });

  test(`${name}: one response that answers all visitors gives none the session of another`, async () => {
    const moved = new Response(null, { status: 303, headers: { location: "http://localhost/look" } });
    const browser = await open(cookies, {}, (session, path) => (PAGES[path](session), { response: moved }));
    const visitor = async (path) => {
      browser.cookies.clear();
      const { status, setCookies } = await browser.get(path);
      const session = await cookies.load(fieldOf(setCookies));
      return [status, setCookies.length, session.get("user"), session.get("visits")];
    };
    assert.deepEqual(await visitor("/sign-in"), [303, 1, "ada", undefined]);
    assert.deepEqual(await visitor("/look"), [303, 0, undefined, undefined]);
    assert.deepEqual(await visitor("/plain"), [303, 0, undefined, undefined]);
    assert.deepEqual(await visitor("/visit"), [303, 1, undefined, 1]);
  });

  test(`${name}: a response that was fetched has each field once`, async () => {
    const fields = { "cache-control": "public", "x-a": "1", "set-cookie": "a=1" };
    const { origin } = await listening(createServer((request, response) => response.writeHead(200, fields).end("far")));
    const browser = await open(cookies, {}, async (session) => (visit(session), { response: await fetch(origin) }));
    const { text, headers, setCookies } = await browser.get("/");
    assert.deepEqual([text, headers.get("cache-control"), headers.get("x-a")], ["far", "no-store", "1"]);
    assert.deepEqual(namesOf(setCookies).toSorted(), [NAME, "a"]);
  });
}
