// What is refused, how it is answered, and who is told.

import assert from "node:assert/strict";
import { test } from "node:test";

import { CsrfGuard } from "../../src/csrf_guard.js";
import { SessionCookie, generateKey, revocation, sessionType } from "../../src/index.js";
import { struct, u32 } from "../../src/struct.js";
import { XAES_KEY } from "../visitor.js";
import { NAME, cookies, crossSite, fails, page, posted, printed, validatedBy, valueOfOld, visit } from "./site.js";

/** What was printed, without the text that a framework prints of an error. */
const errorsIn = (lines) => lines.filter(([error]) => error instanceof Error).map(([error]) => error.message);

export function guards(name, open) {
  test(`${name}: the guard refuses requests of other sites before the handler`, async () => {
    let called = 0;
    const counting = (session) => (called++, { body: visit(session) });
    const browser = await open(cookies, { guard: new CsrfGuard({ originCheckOnly: true }) }, counting);
    const refused = await browser.fetch("/", crossSite);
    const type = refused.headers.get("content-type");
    const sentence = "refused: the request comes from another site";
    assert.deepEqual([refused.status, refused.text, type, refused.setCookies, called], [403, sentence, "text/plain; charset=utf-8", [], 0]);
    const passed = await browser.fetch("/", posted({ "sec-fetch-site": "same-origin" }));
    assert.deepEqual([passed.status, passed.text, passed.setCookies.length, called], [200, "visit 1", 1, 1]);
  });

  test(`${name}: what the guard refuses is told once a minute`, async () => {
    const told = [];
    const log = (level, message, { method, path }) => level === "warn" && told.push([message, method, path]);
    const browser = await open(await SessionCookie.encrypted(XAES_KEY, { log }), { guard: new CsrfGuard({ originCheckOnly: true }) }, page);
    for (let i = 0; i < 3; i++) assert.equal((await browser.fetch("/visit?secret", crossSite)).status, 403);
    const [[, , path]] = told;
    assert.deepEqual(told, [["a request was refused by a CSRF check", "POST", path]]);
    assert.match(path, /\/visit$/);
  });

  test(`${name}: the guard asks for a token, and what depends on the session is the visitor's alone`, async () => {
    const browser = await open(cookies, { guard: new CsrfGuard() }, page);
    const { text: token } = await browser.get("/token");
    const cookie = [...browser.cookies].map((pair) => pair.join("=")).join("; ");
    const post = async (headers) => {
      const { status, headers: answered } = await browser.fetch("/visit", posted({ cookie, ...headers }));
      return [status, answered.get("cache-control"), answered.get("vary")];
    };
    assert.deepEqual(await post({}), [403, null, null]);
    assert.deepEqual(await post({ "x-csrf-token": "wrong" }), [403, "private", "Cookie"]);
    assert.deepEqual(await post({ "x-csrf-token": token }), [200, "no-store", "Cookie"]);
  });

  test(`${name}: a form with a token of another session is answered with a page that leads on`, async () => {
    const form = new Request("https://example.com/", { method: "POST", body: new URLSearchParams({ csrf_token: "of before" }) });
    const refusal = await new CsrfGuard({ tokensInForms: true }).check(form, await cookies.load(null));
    const browser = await open(cookies, { guard: { check: async () => refusal } }, page);
    const refused = await browser.fetch("/visit", posted());
    assert.deepEqual([refused.status, refused.headers.get("content-type")], [403, "text/html; charset=utf-8"]);
    assert.ok(refused.text.includes('<a href="">Load the page again</a>'), refused.text);
  });
}

export function answersRefusals(name, open) {
  test(`${name}: an application answers a refusal itself`, async () => {
    const refuse = ({ code }, request, response) => {
      if (!response) return Response.redirect(`http://localhost/login?${code}`, 303);
      return response.writeHead(303, { location: `http://localhost/login?${code}` }).end();
    };
    const guard = new CsrfGuard();
    const browser = await open(cookies, { guard, refuse }, page);
    await browser.get("/visit");
    const { status, headers, setCookies } = await browser.fetch("/visit", crossSite);
    assert.deepEqual([status, headers.get("location"), setCookies], [303, "http://localhost/login?cross-site", []]);
  });
}

export function saysWhereItCannotValidate(name, open) {
  test(`${name}: an application is asked once in a span, and without an answer the handler is not called`, async (t) => {
    const lines = printed(t);
    let asked = 0;
    let answer = () => true;
    const browser = await open(await validatedBy(() => (asked++, answer())), {}, page);
    const old = await valueOfOld();
    const bringOld = () => browser.cookies.set(NAME, old);
    bringOld();
    assert.deepEqual([(await browser.get("/visit")).text, asked], ["visit 2", 1]);
    assert.deepEqual([(await browser.get("/visit")).text, asked], ["visit 3", 1]);
    bringOld();
    answer = fails;
    const failed = await browser.get("/visit");
    assert.deepEqual([failed.status, failed.setCookies, asked], [503, [], 2]);
    assert.equal(failed.headers.get("retry-after"), "10");
    assert.deepEqual(errorsIn(lines()), ["no database"]);
    // Frameworks answer what `next` is given.
    const isNext = /^(Express|Koa|Fastify)/.test(name);
    const expected = isNext ? [failed.text, null] : ["please try again later", "private"];
    assert.deepEqual([failed.text, failed.headers.get("cache-control")], expected);
    answer = () => true;
    assert.deepEqual([(await browser.get("/look")).text, asked], ["1", 3]);
    bringOld();
    answer = () => false;
    assert.equal((await browser.get("/visit")).text, "visit 1");
  });
}

export function saysThatASessionCannotBeReadHere(name, open) {
  test(`${name}: a change of a session that only another instance can read is answered with 503, and the cookie stays`, async (t) => {
    const lines = printed(t);
    const type = sessionType({ label: "", schema: 1, shape: struct({ visits: u32 }) });
    const key = await generateKey();
    const others = { UnknownKey: [key, { keepUnknownKeys: true }], Payload: [XAES_KEY, { type }] };
    for (const [reason, given] of Object.entries(others)) {
      const said = [];
      const browser = await open(await SessionCookie.encrypted(...given), {}, (session, path) => (said.push(session.outcome.reason), page(session, path)));
      const value = await valueOfOld();
      browser.cookies.set(NAME, value);
      const refused = await browser.get("/renew-id");
      assert.deepEqual([refused.status, refused.setCookies, said], [503, [], [reason]]);
      assert.equal(refused.headers.get("retry-after"), "10");
      assert.ok(!refused.text.includes("key"), refused.text);
      assert.equal(browser.cookies.get(NAME), value);
      assert.equal((await browser.get("/out")).setCookies.length, 1);
    }
    lines();
  });
}

export function saysThatASessionIsFull(name, open) {
  test(`${name}: a session that is full is answered with 413, and nothing but a sign-out is saved`, async (t) => {
    const lines = printed(t);
    const { mock: warned } = t.mock.method(console, "warn", () => {});
    // Of its own, because it prints this once in a minute.
    const browser = await open(await SessionCookie.encrypted(XAES_KEY), {}, page);
    await browser.get("/visit");
    const full = await browser.get("/full");
    assert.deepEqual([full.status, full.setCookies], [413, []]);
    assert.ok(!full.text.includes("bytes"), full.text);
    const isOfTheAdapter = ["fetch", "Astro", "the proxy of Next.js", "Node", "Hono", "Hono on Node", "h3", "h3 1"].includes(name);
    // Frameworks print what they answer themselves.
    const told = lines().filter(([{ code }]) => code);
    assert.deepEqual(told.map(([{ code }, method]) => [code, method]), isOfTheAdapter ? [["size", "GET"]] : []);
    assert.equal((await browser.get("/look")).text, "1");
    const untold = () => warned.calls.filter(({ arguments: [line] }) => /^session has room for/.test(line)).length;
    assert.equal(untold(), 0);
    assert.equal((await browser.get("/full-and-caught")).text, "caught");
    // Only the handler knows whether the rest is complete without it.
    assert.equal(untold(), 1);
    assert.equal((await browser.get("/look")).text, "2");
    const out = await browser.get("/out-and-full");
    assert.deepEqual([out.status, out.setCookies.length], [413, 1]);
    assert.equal((await browser.get("/look")).text, "undefined");
  });
}

export function savesWithAnAnswerOfItsOwn(name, open) {
  test(`${name}: a handler that catches the error of a full session saves nothing with a 413 of its own`, async () => {
    const browser = await open(cookies, {}, page);
    await browser.get("/visit");
    const { status, text, setCookies } = await browser.get("/full-and-answered");
    assert.deepEqual([status, text, setCookies.length], [413, "caught", 0]);
    assert.equal((await browser.get("/look")).text, "1");
  });
}

export function tellsOperators(name, open) {
  const methodAndPath = ({ method, url }) => `${method} ${new URL(url, "http://localhost").pathname}`;

  test(`${name}: operators are told what came of each session, and what was refused`, async () => {
    const told = [];
    const onOutcome = ({ kind, reason }, request) => told.push([kind, reason, methodAndPath(request)]);
    const onRefused = ({ code }, request) => told.push([code, methodAndPath(request)]);
    const browser = await open(cookies, { guard: new CsrfGuard(), onOutcome, onRefused }, page);
    await browser.get("/untouched");
    await browser.get("/visit");
    await browser.get("/look");
    browser.cookies.set(NAME, "junk");
    await browser.get("/look");
    await browser.fetch("/look", crossSite);
    assert.deepEqual(told, [
      ["absent", undefined, "GET /untouched"],
      ["absent", undefined, "GET /visit"],
      ["opened", undefined, "GET /look"],
      ["rejected", "TooShort", "GET /look"],
      ["rejected", "TooShort", "POST /look"],
      ["cross-site", "POST /look"],
    ]);
  });

  test(`${name}: a hook that fails is printed, and fails no request`, async (t) => {
    const lines = printed(t);
    const boom = new Error("boom");
    const throwing = () => {
      throw boom;
    };
    const options = { guard: new CsrfGuard(), onOutcome: async () => throwing(), onRefused: throwing };
    const browser = await open(cookies, options, page);
    assert.equal((await browser.get("/visit?secret")).text, "visit 1");
    assert.equal((await browser.fetch("/visit?secret", crossSite)).status, 403);
    assert.deepEqual(lines().map(([error, method]) => [error, method]), [[boom, "GET"], [boom, "POST"], [boom, "POST"]]);
    for (const [, , url] of lines()) assert.match(url, /\/visit$/);
  });

  test(`${name}: a change that an inner request leaves out is told, or printed`, async (t) => {
    const lines = printed(t);
    const told = [];
    const browser = await open(cookies, {}, page);
    await browser.get("/visit");
    const cookie = [...browser.cookies].map((pair) => pair.join("=")).join("; ");
    const inner = await cookies.load(cookie);
    inner.invalidate();
    const headers = { "set-cookie": await cookies.save(inner) };
    for (const options of [{ onRefused: ({ code, cause }) => told.push(code, cause) }, {}]) {
      const { setCookies } = await (await open(cookies, options, (session) => (visit(session), { body: "x", headers }))).get("/", { cookie });
      assert.deepEqual(setCookies, headers["set-cookie"]);
    }
    assert.deepEqual([told, lines().map(([{ code }]) => code)], [["left-out", undefined], ["left-out"]]);
  });

  test(`${name}: why \`revokedIf\` failed is printed, once in a minute, and told`, async (t) => {
    const lines = printed(t);
    const failing = await SessionCookie.encrypted(XAES_KEY, { revokedIf: revocation(fails) });
    const causes = [];
    for (const options of [{}, { onOutcome: ({ cause }) => causes.push(cause?.message) }]) {
      const browser = await open(failing, options, page);
      await browser.get("/visit");
      assert.equal((await browser.get("/visit")).text, "visit 1");
    }
    assert.deepEqual(lines().map(([error]) => error.message), ["no database"]);
    assert.ok(!JSON.stringify(lines()).includes(NAME));
    assert.deepEqual(causes, [undefined, "no database"]);
  });

  test(`${name}: a session that cannot be validated is told`, async (t) => {
    const lines = printed(t);
    const told = [];
    const onRefused = (refusal) => told.push([refusal.code, refusal.status, refusal.cause.message]);
    const browser = await open(await validatedBy(fails), { onRefused }, page);
    browser.cookies.set(NAME, await valueOfOld());
    assert.equal((await browser.get("/visit")).status, 503);
    assert.deepEqual(told, [["unvalidated", 503, "no database"]]);
    assert.deepEqual(errorsIn(lines()), ["no database"]);
  });
}
