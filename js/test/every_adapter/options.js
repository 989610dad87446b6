// What an adapter is given: a cookie, or what makes it, and options.

import assert from "node:assert/strict";
import { test } from "node:test";

import { CsrfGuard } from "../../src/csrf_guard.js";
import { SessionHeader } from "../../src/index.js";
import { XAES_KEY } from "../visitor.js";
import { cookies, fails, page, printed } from "./site.js";

const header = await SessionHeader.encrypted(XAES_KEY, { header: "authorization" });
const misconfigured = (code, message) => ({ name: "ConfigError", code, message });

export function opensItsCookie(name, open) {
  test(`${name}: what is no cookie is refused`, async (t) => {
    printed(t);
    for (const wrong of [header, XAES_KEY, undefined, null, {}, 5]) {
      assert.throws(() => open(wrong, {}, page), misconfigured("cookies", "`cookies` must be what `SessionCookie.encrypted` returns"));
    }
    const ofAnother = await (await import("hardtack-session")).SessionCookie.encrypted(XAES_KEY);
    const message = "`cookies` must be what `SessionCookie.encrypted` of the same copy of this package returns";
    assert.throws(() => open(ofAnother, {}, page), misconfigured("cookies", message));
    const browser = await open(() => header, {}, page);
    assert.equal((await browser.get("/look")).status, 500);
  });

  test(`${name}: a cookie that cannot be made at one request is made at the next, once`, async (t) => {
    printed(t);
    let made = 0;
    const make = () => (made++ === 0 ? Promise.reject(new Error("no secret")) : cookies);
    const browser = await open(make, {}, page);
    assert.equal((await browser.get("/visit")).status, 500);
    for (const text of ["visit 1", "visit 2"]) assert.equal((await browser.get("/visit")).text, text);
    assert.equal(made, 2);
  });

  test(`${name}: a first request that waits for its cookie for ever holds up no other`, async (t) => {
    t.mock.method(console, "error", () => {});
    let calls = 0;
    const opening = [new Promise(() => {}), null, cookies];
    const browser = await open(() => opening[calls++] ?? fails(), {}, page);
    browser.get("/look").catch(() => {});
    while (calls === 0) await new Promise(setImmediate);
    assert.equal((await browser.get("/look")).status, 500);
    for (const _ of [1, 2]) assert.equal((await browser.get("/look")).text, "undefined");
    assert.equal(calls, 3);
  });
}

export function servesTenants(name, open) {
  test(`${name}: the session of one tenant does not open at another`, async () => {
    const hosts = [];
    const contextBy = async ({ headers }) => {
      const tenant = headers.get?.("x-tenant") ?? headers["x-tenant"];
      hosts.push(tenant);
      return [["tenant", tenant]];
    };
    const browser = await open(cookies, { contextBy }, page);
    const at = async (tenant, path = "/visit") => (await browser.get(path, { "x-tenant": tenant })).text;
    assert.deepEqual([await at("a"), await at("a"), await at("a", "/look")], ["visit 1", "visit 2", "2"]);
    assert.deepEqual([await at("b", "/look"), await at("b")], ["undefined", "visit 1"]);
    assert.equal(await at("a", "/look"), "undefined");
    assert.deepEqual(hosts, ["a", "a", "a", "b", "b", "a"]);
  });

  test(`${name}: a request without a context fails`, async (t) => {
    printed(t);
    const browser = await open(cookies, { contextBy: () => undefined }, page);
    assert.equal((await browser.get("/look")).status, 500);
  });
}

export function refusesOptions(name, open) {
  test(`${name}: options that do not exist, or are not what they must be, are refused`, async () => {
    const guard = new CsrfGuard();
    const advice = /; pass `\{ guard \}`$/;
    assert.throws(() => open(cookies, { csrf: guard }, page), misconfigured("option", advice));
    assert.throws(() => open(cookies, guard, page), misconfigured("option", advice));
    for (const wrong of [true, {}, "on", CsrfGuard]) {
      assert.throws(() => open(cookies, { guard: wrong }, page), misconfigured("guard", "`guard` must be a CsrfGuard"));
    }
    for (const hook of ["now", "contextBy", "onOutcome", "onRefused"]) {
      assert.throws(() => open(cookies, { [hook]: Date.now() }, page), misconfigured(hook, `\`${hook}\` must be a function`));
    }
    for (const options of [undefined, {}, { now: undefined }, { guard: null }]) await open(cookies, options, page);
  });
}
