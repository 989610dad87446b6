// What becomes of a response beside its session.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { SessionCookie } from "../../src/index.js";
import { listening } from "../stand_ins.js";
import { XAES_KEY } from "../visitor.js";
import { NAME, PAGES, cookies, fieldOf, namesOf, page, posted, visit } from "./site.js";

export function keepsOthers(name, open) {
  test(`${name}: a session that is not touched leaves the response as it is`, async () => {
    const browser = await open(cookies, {}, page);
    await browser.get("/visit");
    const { text, setCookies, headers } = await browser.get("/untouched");
    assert.deepEqual([text, setCookies, headers.get("cache-control"), headers.get("vary")], ["hello", [], "public", null]);
  });

  test(`${name}: with every-request a handler that leaves the session alone refreshes it, and sends nothing where there is none`, async () => {
    const refreshing = await SessionCookie.encrypted(XAES_KEY, { refreshAfter: "every-request", persistent: true });
    let now = new Date("2027-01-15T12:00:00Z");
    const browser = await open(refreshing, { now: () => now }, page);
    const headOf = async (headers) => {
      const answer = await browser.get("/plain", headers);
      return [answer.setCookies.length, answer.headers.get("vary"), answer.headers.get("cache-control")];
    };
    assert.deepEqual(await headOf(), [0, null, null]);
    browser.cookies.set(NAME, "junk");
    assert.deepEqual(await headOf(), [0, null, null]);
    await browser.get("/visit");
    now = new Date("2027-01-15T12:00:01Z");
    // What caches share, or parts of a page, do not depend on it.
    assert.deepEqual(await headOf({ "sec-fetch-dest": "image" }), [0, null, null]);
    assert.deepEqual((await browser.get("/untouched")).headers.get("vary"), null);
    const { text, setCookies } = await browser.get("/plain");
    assert.deepEqual([text, setCookies.length], ["hello", 1]);
    assert.match(setCookies[0], /; Max-Age=1800$/);
    assert.deepEqual((await refreshing.load(fieldOf(setCookies), now)).lastActiveAt, now);
    assert.deepEqual(await headOf(), [1, "Cookie", "private"]);
  });

  test(`${name}: what is prefetched is activity, and what polls is none, and neither takes a message`, async () => {
    const start = Date.parse("2027-01-15T12:00:00Z");
    for (const options of [{}, { refreshAfter: "every-request" }]) {
      let now = start;
      const browser = await open(await SessionCookie.encrypted(XAES_KEY, options), { now: () => now }, page);
      const answers = [];
      const look = async (path, headers) => {
        const { text, setCookies } = await browser.get(path, headers);
        answers.push([text, setCookies.length]);
      };
      await browser.fetch("/sign-in", posted());
      now = start + 600_000;
      for (const headers of [{ "sec-purpose": "prefetch" }, { "x-sec-purpose": "prefetch" }]) {
        await look("/notices", headers);
        await look("/plain", headers);
      }
      for (const path of ["/poll", "/poll", "/notices", "/notices"]) await look(path);
      assert.deepEqual(answers.slice(0, 6).map(([text]) => text), ["", "hello", "", "hello", "undefined", "undefined"]);
      // The proxy of Next.js leaves prefetches to the page that the visitor opens.
      const prefetches = name.includes("Next.js") ? [0, 0, 0, 0] : options.refreshAfter ? [1, 1, 1, 1] : [1, 0, 0, 0];
      assert.deepEqual(answers.slice(0, 6).map(([, count]) => count), [...prefetches, 0, 0]);
      assert.deepEqual(answers.slice(6).map(([text]) => text), ["hello", ""]);
      assert.equal(answers[6][1], 1);
    }
  });

  test(`${name}: a page for everybody that writes a session is for its visitor alone`, async () => {
    const browser = await open(cookies, {}, page);
    const { setCookies, headers } = await browser.get("/public");
    const fields = ["cache-control", "cdn-cache-control", "vary"].map((name) => headers.get(name));
    assert.deepEqual([setCookies.length, ...fields], [1, "no-store", "no-store", "Cookie"]);
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
