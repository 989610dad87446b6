// What the vectors do not say: the interface.

import assert from "node:assert/strict";
import { test } from "node:test";

import Koa from "koa";

import { CsrfGuard } from "../src/csrf_guard.js";
import { KeyRing, SessionCookie, SessionHeader, SessionToken, attributes, csrfToken, generateKey, revalidation, revocation, verifyCsrf } from "../src/index.js";
import { oldCookie } from "../src/old_cookies.js";
import { NOW, XAES_KEY, cookies, field, filled, later, refused } from "./visitor.js";

test("a key named __proto__ is a key", async () => {
  const arrived = await filled((session) => session.set("__proto__", JSON.parse('{"__proto__": 1}')));
  const session = await cookies.load(arrived, NOW);
  assert.deepEqual(session.keys(), ["__proto__"]);
  assert.deepEqual(Object.getOwnPropertyNames(session.get("__proto__")), ["__proto__"]);
  assert.equal(Object.getPrototypeOf(session.get("__proto__")), Object.prototype);
});

test("a change that does not fit is refused at that line, with the way out", async () => {
  const session = await cookies.load(null, NOW);
  const room = session.remainingBytes;
  assert.equal(room, 2171);
  const message = /^session has room for 2171 bytes of content, found 21\d+; store less or raise `size`$/;
  assert.throws(() => session.set("note", "x".repeat(room)), { name: "SessionError", code: "size", message });
  assert.equal(session.remainingBytes, room);
  session.set("note", "x".repeat(2100));
  const [line] = await cookies.save(session);
  assert.ok(line.length <= 3072);
});

test("an error with an answer is one of HTTP for NestJS and Koa", async () => {
  const thrown = (act) => {
    try {
      return act();
    } catch (error) {
      return error;
    }
  };
  const session = await cookies.load(null, NOW);
  const full = thrown(() => session.set("note", "x".repeat(4000)));
  const refusal = await new CsrfGuard().check(new Request("http://localhost/", { method: "POST" }), session);
  const revalidateAfter = revalidation({ seconds: 60, validate: () => Promise.reject(new Error("no database")) });
  const asking = await SessionCookie.encrypted(XAES_KEY, { revalidateAfter });
  const unvalidated = await asking.load(await filled(), later(100)).catch((error) => error);
  const other = thrown(() => session.set("note", undefined));
  const facts = [full, refusal, unvalidated, other].map((error) => [error instanceof Koa.HttpError, error.status, error.statusCode, error.expose]);
  // Only the refusal has a message for the visitor.
  assert.deepEqual(facts, [[true, 413, 413, false], [true, 403, 403, true], [true, 503, 503, false], [false, undefined, undefined, false]]);
  // Handlers of errors, http-errors and @koa/cors write to them.
  for (const error of [full, refusal, unvalidated, other]) {
    const written = { status: 400, statusCode: 400, expose: true, headers: { "x-a": "1" } };
    const { status, statusCode, expose, headers } = Object.assign(error, written);
    assert.deepEqual({ status, statusCode, expose, headers }, written);
  }
});

test("what is drawn for the browser has no two hyphens in a row, which firewalls refuse", async () => {
  for (let i = 0; i < 500; i++) {
    // Without other draws, every tenth of these sessions would have them.
    const session = await cookies.load(null, NOW);
    session.set("note", "x".repeat(200));
    const token = await csrfToken(session);
    assert.ok(!token.includes("--"));
    assert.ok(await verifyCsrf(session, token));
    const [line] = await cookies.save(session);
    assert.ok(!line.includes("--"));
  }
});

test("what a form without a field gives, or one with several, is no token", async () => {
  const session = await cookies.load(null, NOW);
  const token = await csrfToken(session);
  for (const given of [undefined, null, 43, [token], [...token], { length: 43 }]) assert.equal(await verifyCsrf(session, given), false);
});

test("a session in two cookies seldom has them", async () => {
  const split = await SessionCookie.encrypted(XAES_KEY, { size: "split:2" });
  let count = 0;
  for (let i = 0; i < 50; i++) {
    const session = await split.load(null, NOW);
    session.set("note", "x".repeat(3_500));
    const lines = await split.save(session);
    assert.equal(lines.length, 2);
    if (lines.some((line) => line.includes("--"))) count += 1;
  }
  // One draw has them more often than not.
  assert.ok(count < 12, `${count} of 50`);
});

test("tokens of a generated key do not begin with two hyphens", async (t) => {
  const draws = ["100608090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232407", "07".repeat(16) + "0102030405060708".repeat(2)];
  t.mock.method(globalThis.crypto, "getRandomValues", (bytes) => (bytes.set(Buffer.from(draws.shift(), "hex")), bytes));
  // The first secret gives the id ffbecd95, with which tokens begin with `eP--zZU`.
  const ring = await KeyRing.parse(await generateKey(), { mode: "encrypted" });
  assert.notEqual(ring.keys[0].id, "ffbecd95");
  assert.deepEqual(draws, []);
});

test("a session that was taken over has changed once it is used, when a response stores it", async () => {
  const former = await SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ name: "__Host-visit" }) });
  const field = await filled(undefined, former);
  const cookies = await SessionCookie.encrypted(XAES_KEY, { migrateFrom: oldCookie({ cookie: former, from: NOW, until: later(86_400) }) });
  for (const [use, hasChanged] of [[() => {}, false], [(session) => session.get("user"), true], [(session) => session.isNew, true]]) {
    const session = await cookies.load(field, later(1));
    use(session);
    assert.equal(session.hasChanged, hasChanged, `${use}`);
    assert.equal((await cookies.save(session)).length > 0, hasChanged);
    assert.equal(session.outcome.kind, "migrated");
  }
});

test("a page that names no queue takes all messages in their order", async () => {
  const all = [["", "one"], ["errors", "other"], ["", "two"]];
  const session = await cookies.load(await filled((made) => all.forEach((message) => made.flash(...message))), NOW);
  assert.deepEqual(session.allFlashes(), all);
  session.allFlashes()[0][1] = "not theirs";
  assert.deepEqual([session.takeAllFlashes(), session.allFlashes(), session.flashes("errors")], [all, [], []]);
  assert.deepEqual(session.takeAllFlashes(), []);
});

test("a list that revokes is asked about each token that is good otherwise, and another one is taken", async () => {
  const asked = [];
  const revokedIf = ({ get }) => (asked.push(get("user")), get("user") === "eve");
  const asking = await SessionCookie.encrypted(XAES_KEY, { revokedIf: revocation(revokedIf) });
  const [ada, eve] = await Promise.all(["ada", "eve"].map((user) => filled((session) => session.set("user", user), asking)));
  for (const both of [`${ada}; ${eve}; __Host-session=junk`, `${eve}; ${ada}`]) {
    assert.equal((await asking.load(both, NOW)).get("user"), "ada");
    assert.deepEqual(asked.splice(0).sort(), ["ada", "eve"]);
  }
  assert.equal((await asking.load(`${eve}; __Host-session=junk`, NOW)).outcome.reason, "Revoked");
  // It is not asked about what is refused before.
  asked.length = 0;
  assert.equal((await asking.load(ada, later(1800))).outcome.reason, "Idle");
  assert.deepEqual(asked, []);
});

test("a list that fails refuses a session, and says why", async () => {
  const broken = new Error("no answer");
  const causeOf = async (revokedIf) => {
    const asking = await SessionCookie.encrypted(XAES_KEY, { revokedIf: revocation(revokedIf) });
    const { outcome } = await asking.load(await filled(), NOW);
    assert.equal(outcome.reason, "Revoked");
    return outcome.cause;
  };
  assert.equal(await causeOf(() => Promise.reject(broken)), broken);
  assert.equal((await causeOf((session) => session.value.user)).name, "TypeError");
  for (const answer of [undefined, null, 0, 1, "", "false", {}, Promise.resolve(undefined)]) {
    assert.match((await causeOf(() => answer)).message, /^`revokedIf` must return true or false, found (undefined|object|number|string)$/);
  }
  assert.equal(await causeOf(() => true), undefined);
});

test("a moment within a second ends the sessions of that second", async () => {
  const arrived = await filled();
  for (const [milliseconds, reason] of [[0, undefined], [1, "Revoked"], [500, "Revoked"], [999, "Revoked"], [1000, "Revoked"]]) {
    for (const moment of [new Date(NOW.getTime() + milliseconds), NOW.getTime() + milliseconds]) {
      const raised = await SessionCookie.encrypted(XAES_KEY);
      raised.raiseNotBefore(moment);
      // It is never lowered.
      raised.raiseNotBefore(later(-60));
      const built = await SessionCookie.encrypted(XAES_KEY, { notBefore: moment });
      for (const carrier of [raised, built]) assert.equal((await carrier.load(arrived, later(60))).outcome.reason, reason, `${milliseconds}`);
    }
  }
});

test("a bare token opens for its purpose alone, and what is no text is none", async () => {
  const tokens = await SessionToken.encrypted(XAES_KEY, { purpose: "jobs" });
  const session = await tokens.load(undefined, NOW);
  session.set("user", "ada");
  const token = await tokens.save(session);
  assert.equal((await tokens.load(token, NOW)).get("user"), "ada");
  assert.equal((await tokens.load("", NOW)).outcome.reason, "TooShort");
  for (const other of [[token], [token, token], { token }, 5, ` ${token}`]) assert.equal((await tokens.load(other, NOW)).outcome.reason, "Encoding");
  const others = [SessionToken.encrypted(XAES_KEY, { purpose: "job" }), SessionToken.encrypted(XAES_KEY, { purpose: "Jobs" }), SessionHeader.encrypted(XAES_KEY, { header: "jobs" })];
  for (const other of await Promise.all(others)) assert.equal((await other.load(token, NOW)).outcome.reason, "Auth");
  const ended = await tokens.load(token, NOW);
  ended.invalidate();
  assert.equal(await tokens.save(ended), "");
  assert.equal(await tokens.save(await tokens.load(token, NOW)), null);
  assert.deepEqual([tokens.name, (await SessionHeader.encrypted(XAES_KEY, { header: "X-Session" })).name], ["jobs", "x-session"]);
});

test("two tokens of one session differ", async () => {
  const arrived = await filled();
  const again = async () => {
    const session = await cookies.load(arrived, NOW);
    session.save();
    return field(await cookies.save(session));
  };
  assert.notEqual(await again(), await again());
});

test("a sign-in is recent for so many seconds", async () => {
  const arrived = await filled();
  assert.equal((await cookies.load(arrived, later(299))).isRecent(300), true);
  const session = await cookies.load(arrived, later(300));
  assert.equal(session.isRecent(300), false);
  session.renew();
  assert.equal(session.isRecent(300), true);
  const fresh = await cookies.load(null, NOW);
  assert.equal(fresh.isRecent(300), false);
  fresh.renew();
  assert.equal(fresh.isRecent(300), true);
  assert.throws(() => fresh.isRecent("300"), refused("seconds"));
});

test("activity does not make a sign-in recent", async () => {
  const always = await SessionCookie.encrypted(XAES_KEY, { refreshAfter: "always" });
  let arrived = await filled();
  for (let at = 100; at <= 600; at += 100) {
    const session = await always.load(arrived, later(at));
    assert.equal(session.isRecent(300), at < 300, `${at}`);
    arrived = field(await always.save(session));
    assert.equal((await always.load(arrived, later(at))).lastActiveAt.getTime(), later(at).getTime());
  }
});

test("a session that arrived too large has no bytes left", async () => {
  const large = await SessionCookie.encrypted(XAES_KEY, { size: "browser" });
  const session = await cookies.load(await filled((session) => session.set("note", "x".repeat(2800)), large), NOW);
  assert.deepEqual([session.get("note").length, session.remainingBytes], [2800, 0]);
});

test("a session that is remembered says until when, so that a cut shows", async () => {
  const remembering = await SessionCookie.encrypted(XAES_KEY, { rememberUpTo: 86_400 });
  const session = await remembering.load(null, NOW);
  assert.deepEqual(session.rememberFor(3600), later(3600));
  assert.deepEqual(session.rememberFor(100_000), later(86_400));
  session.limitTo(7200);
  assert.deepEqual([session.rememberFor(3600), session.rememberFor(100_000)], [later(3600), later(7200)]);
  // From the sign-in, not from now.
  const next = await remembering.load(await remembering.save(session), later(600));
  assert.deepEqual([next.rememberFor(3600), next.rememberFor(100_000)], [later(4200), later(7200)]);
  next.renew();
  assert.deepEqual(next.rememberFor(100_000), later(600 + 86_400));
  const never = await cookies.load(null, NOW);
  assert.throws(() => never.rememberFor(3600), refused("not-remembering"));
});

test("a sign-in keeps nothing of the visitor before", async () => {
  const remembering = await SessionCookie.encrypted(XAES_KEY, { rememberUpTo: 100_000 });
  const before = await remembering.load(null, NOW);
  before.renew();
  before.set("user", "ada");
  before.set("cart", [7]);
  before.flash("", "for ada");
  before.limitTo(900);
  before.rememberFor(50_000);
  const session = await remembering.load(await remembering.save(before), later(400));
  const cart = session.get("cart");
  assert.equal(session.signIn(), before.id);
  assert.deepEqual([session.keys(), session.takeFlashes("")], [[], []]);
  session.set("cart", cart);
  const fields = await remembering.save(session);
  assert.doesNotMatch(fields[0], /Max-Age/);
  const after = await remembering.load(fields, later(400 + 1_799));
  assert.deepEqual([after.get("cart"), after.get("user")], [[7], undefined]);
  assert.notEqual(after.id, before.id);
  assert.equal((await remembering.load(null, NOW)).signIn(), null);
});
