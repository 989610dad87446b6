// An application that is asked again whether a session goes on, through the carriers and the adapters.

import assert from "node:assert/strict";
import { test } from "node:test";

import { CsrfGuard } from "../src/csrf_guard.js";
import { deviceBound } from "../src/device.js";
import { SessionCookie, csrfToken, revalidation, revocation, sessionType, verifyCsrf } from "../src/index.js";
import { oldCookie } from "../src/old_cookies.js";
import { withSession } from "../src/web/fetch.js";
import { NOW, XAES_KEY, cookies, field, filled, later, misconfigured, refused, sealedAs } from "./visitor.js";

const failure = new Error("no database");
const fails = () => Promise.reject(failure);

/** Cookies of an application that is asked after a minute, and what it was shown. */
async function asking(answer = () => true, { unvalidatedUpTo, ...options } = {}) {
  const asked = [];
  const validate = (session) => (asked.push(session), answer(session));
  const revalidateAfter = revalidation({ seconds: 60, validate, unvalidatedUpTo });
  return { asked, cookies: await SessionCookie.encrypted(XAES_KEY, { ...options, revalidateAfter }) };
}

const arrived = await filled((session) => (session.ensureId(), session.set("user", "ada")));

/** The error with which a session does not load. */
async function errorOf(loading) {
  try {
    await loading;
  } catch (error) {
    return error;
  }
  return assert.fail("it was loaded");
}

const isUnvalidated = (error) => refused("unvalidated")(error) && error.cause === failure && error.status === 503;

// What is asked, and when

test("an application is shown what a session is, and what is in it, and so is a list that revokes", async () => {
  const told = [];
  const revokedIf = revocation((info) => (told.push(info), false));
  const { asked, cookies } = await asking(() => true, { rememberUpTo: 86_400, revokedIf });
  const fill = (session) => (session.ensureId(), session.limitTo(600), session.rememberFor(1200), session.set("roles", ["editor"]));
  const session = await cookies.load(await filled(fill, cookies), later(60));
  const { keyId } = session.outcome;
  assert.deepEqual([asked.length, told.length], [1, 1]);
  for (const { get, has, value, ...facts } of [...asked, ...told]) {
    assert.deepEqual(facts, { id: session.id, createdAt: NOW, lastActiveAt: NOW, limit: 600, remembered: 1200, keyId, binding: "unbound" });
    assert.deepEqual([get("roles"), get("user"), has("roles"), has("user"), value], [["editor"], undefined, true, false, undefined]);
    assert.throws(() => get("roles").push("admin"), TypeError);
  }
});

test("of a typed session an application is shown the value, and a list that revokes, too, where it can be read", async () => {
  const json = {
    encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
    decode: (payload) => JSON.parse(new TextDecoder().decode(payload)),
  };
  const type = sessionType({ label: "json", schema: 1, shape: json, empty: { user: null } });
  const told = [];
  const revokedIf = revocation(({ value }) => (told.push(value), value !== undefined && !Object.isFrozen(value)));
  const { asked, cookies } = await asking(({ value }) => Object.isFrozen(value) && value.user === "ada", { type, revokedIf });
  const session = await cookies.load(await filled((session) => (session.value = { user: "ada" }), cookies), later(60));
  assert.deepEqual(session.value, { user: "ada" });
  assert.throws(() => asked[0].get("user"), TypeError);
  // A payload that cannot be read is not asked about.
  const newer = { type: sessionType({ label: "json", schema: 2, shape: json, empty: {} }) };
  const cookie = await filled((session) => (session.value = { user: "ada" }), cookies);
  const other = await asking(fails, { ...newer, revokedIf });
  assert.deepEqual([(await other.cookies.load(cookie, later(60))).outcome.reason, other.asked.length], ["Payload", 0]);
  assert.deepEqual(told, [{ user: "ada" }, undefined]);
  const strict = await SessionCookie.encrypted(XAES_KEY, { ...newer, revokedIf: revocation(() => true) });
  assert.equal((await strict.load(cookie, NOW)).outcome.reason, "Revoked");
});

// Its answers

test("where there is no answer, `load` fails with the reason, and the cookie is left alone", async () => {
  const { cookies } = await asking(fails);
  const error = await errorOf(cookies.load(arrived, later(60)));
  assert.ok(isUnvalidated(error));
  const { session } = error;
  assert.deepEqual([session.outcome.reason, session.isNew, session.get("user")], ["Unvalidated", true, undefined]);
  for (const change of [() => session.set("a", 1), () => session.clear(), () => session.ensureId(), () => session.save()]) {
    assert.throws(change, refused("unvalidated"));
  }
  assert.deepEqual(await cookies.save(session), []);
  // As its error says.
  const { session: ended } = await errorOf(cookies.load(arrived, later(60)));
  assert.throws(() => ended.set("a", 1), /`invalidate` begins a new one/);
  ended.invalidate();
  assert.equal(ended.set("a", 1).get("a"), 1);
});

test("only true and false are answers", async () => {
  for (const answer of [undefined, null, 1, "true", {}, Promise.resolve("goes on")]) {
    const { cause } = await errorOf((await asking(() => answer)).cookies.load(arrived, later(60)));
    assert.match(cause.message, /`validate` must return true or false, found \w+/);
  }
  const throwing = (thrown) => () => {
    throw thrown;
  };
  for (const thrown of [failure, true, false, undefined]) {
    const error = await errorOf((await asking(throwing(thrown))).cookies.load(arrived, later(60)));
    assert.deepEqual([error.code, error.cause], ["unvalidated", thrown]);
  }
});

test("where there is no answer, a session may go on for a while", async () => {
  const told = [];
  const log = (level, sentence, { kept, error }) => level === "error" && told.push([sentence, kept, error]);
  const { asked, cookies } = await asking(fails, { unvalidatedUpTo: 600, log });
  const session = await cookies.load(arrived, later(599));
  assert.deepEqual([session.outcome.kind, session.get("user"), asked.length], ["opened", "ada", 1]);
  // It is no answer.
  assert.deepEqual(await cookies.save(session), []);
  assert.ok(isUnvalidated(await errorOf(cookies.load(arrived, later(600)))));
  // The error of these loads throws itself, and the others are logged once a minute.
  assert.deepEqual(told, [["the application could not say whether a session is still valid", true, failure]]);
});

test("a session of another library is always asked about, and never goes on without an answer", async () => {
  const migrateFrom = oldCookie({ name: "sid", read: (user) => ({ entries: { user }, createdAt: NOW, lastActiveAt: NOW }), from: new Date("2026-01-02"), until: later(1000) });
  const loading = async (answer, options) => {
    const { asked, cookies } = await asking(answer, { ...options, migrateFrom });
    return { asked, cookies, session: await cookies.load("sid=ada", NOW) };
  };
  const { asked, cookies, session } = await loading(({ keyId, get }) => keyId === null && get("user") === "ada");
  assert.deepEqual([session.outcome, session.get("user"), asked.length], [{ kind: "migrated" }, "ada", 1]);
  const next = await cookies.load(field((await cookies.save(session)).slice(0, 1)), later(59));
  assert.deepEqual([next.get("user"), asked.length], ["ada", 1]);
  const ended = await loading(() => false);
  assert.deepEqual([ended.session.outcome, ended.session.isNew], [{ kind: "notMigrated", reason: "Revoked" }, true]);
  assert.deepEqual(await ended.cookies.save(ended.session), []);
  const error = await errorOf(loading(fails, { unvalidatedUpTo: 600 }));
  assert.deepEqual([error.code, error.session.outcome], ["unvalidated", { kind: "notMigrated", reason: "Unvalidated" }]);
  assert.equal(await verifyCsrf(error.session, "x".repeat(43)), false);
});

test("a stale session is not asked about, and of a bound one the application is told", async () => {
  const device = new Uint8Array(16).fill(1);
  const tag = Buffer.from(await crypto.subtle.digest("SHA-256", device)).subarray(0, 6).toString("base64url");
  const alone = `__Host-session=${await sealedAs("__Host-session", { device }, [])}`;
  const bound = `${alone}; __Host-session.b-${tag}=${await sealedAs("device:bound:__Host-session", {}, device)}`;
  const { asked, cookies } = await asking(fails, { deviceBound: deviceBound({ path: "/.session" }) });
  assert.equal((await cookies.load(alone, later(60))).binding, "stale");
  assert.equal(asked.length, 0);
  await errorOf(cookies.load(bound, later(60)));
  assert.deepEqual(asked.map(({ binding }) => binding), ["bound"]);
});

// Forms

test("the token of a form passes before and after an answer, and not when the session has ended", async () => {
  const guard = new CsrfGuard();
  const { cookies } = await asking();
  const token = await csrfToken(await cookies.load(arrived, NOW));
  const post = () => new Request("http://localhost/", { method: "POST", headers: { cookie: arrived, "x-csrf-token": token } });
  for (const seconds of [59, 60]) assert.equal(await guard.check(post(), await cookies.load(post(), later(seconds))), null);
  const ended = await (await asking(() => false)).cookies.load(arrived, later(60));
  assert.equal((await guard.check(post(), ended)).code, "wrong-token");
  const { session } = await errorOf((await asking(fails)).cookies.load(arrived, later(60)));
  assert.equal(await verifyCsrf(session, token), true);
  await assert.rejects(csrfToken(session), { code: "unvalidated" });
});

// Settings

test("mistakes in the settings are refused", async () => {
  const validate = () => true;
  for (const options of [{}, { validate }, { seconds: 60 }, { seconds: 60, validate: true }, ...[0, 1.5, -1, "60", null].map((seconds) => ({ seconds, validate }))]) {
    assert.throws(() => revalidation(options), misconfigured("revalidateAfter"), JSON.stringify(options));
  }
  for (const unvalidatedUpTo of [0, 59, 60, 90.5, "3600"]) {
    assert.throws(() => revalidation({ seconds: 60, validate, unvalidatedUpTo }), misconfigured("unvalidatedUpTo"));
  }
  assert.throws(() => revalidation({ seconds: 60, validate, unvalidatedUpto: 61 }), misconfigured("option"));
  assert.throws(() => revalidation(), misconfigured("revalidateAfter"));
  const build = (seconds, options) =>
    SessionCookie.encrypted(XAES_KEY, { ...options, revalidateAfter: revalidation({ seconds, validate, unvalidatedUpTo: seconds + 1 }) });
  await assert.rejects(build(60, { refreshAfter: null }), misconfigured("refreshAfter"));
  await assert.rejects(build(901), misconfigured("revalidateAfter"));
  for (const revalidateAfter of [60, 0, "", false, {}, { seconds: 60, validate }]) {
    await assert.rejects(SessionCookie.encrypted(XAES_KEY, { revalidateAfter }), (error) => misconfigured("revalidateAfter")(error) && /`revalidation`/.test(error.message));
  }
});

// Adapters

test("what else fails while a session is loaded goes through the adapters", async () => {
  const { cookies } = await asking();
  for (const thrown of [new Error("no clock"), undefined]) {
    const now = () => {
      throw thrown;
    };
    const error = await withSession(cookies, () => assert.fail("it was called"), { now })(new Request("http://localhost/")).catch((error) => ({ error }));
    assert.deepEqual(error, { error: thrown });
  }
});

test("a positive answer of one program counts in all, because the cookie does not say which gave it", async () => {
  const [site, front] = [await asking(() => false), await asking(() => true)];
  let cookie = arrived;
  for (let now = 60; now <= 300; now += 60) {
    cookie = field(await front.cookies.save(await front.cookies.load(cookie, later(now))));
    assert.equal((await site.cookies.load(cookie, later(now + 1))).get("user"), "ada");
  }
  assert.equal(site.asked.length, 0);
  assert.equal((await site.cookies.load(arrived, later(60))).isNew, true);
});
