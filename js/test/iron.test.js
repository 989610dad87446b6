// Sessions of iron-session, taken over from what iron-session itself writes.

import assert from "node:assert/strict";
import { createCipheriv, createHmac, pbkdf2Sync } from "node:crypto";
import { test } from "node:test";

import * as nine from "iron-session";
import * as eight from "iron-session-8";

import { SessionCookie, revocation } from "../src/index.js";
import { ironSession } from "../src/iron_session.js";
import { oldCookie } from "../src/old_cookies.js";
import { XAES_KEY, eventsOf } from "./visitor.js";

const NOW = Date.now();
const DAY = 86_400_000;
const password = "a password of at least 32 characters";
const old = { cookieName: "sid", password };
/** Sessions without a date began with the range. */
const long = { idleTimeout: null, absoluteTimeout: 7 * 86_400 };
const range = { from: NOW - DAY, until: NOW + DAY };
const migrating = (options = {}, { from, until } = range) =>
  SessionCookie.encrypted(XAES_KEY, { ...long, migrateFrom: ironSession({ ...old, ...options, from, until }) });

const sealed = (data, options = {}, { sealData } = nine) => sealData(data, { password, ...options });
const load = async (cookies, value, now = NOW) => cookies.load(`sid=${value}`, now);

for (const [version, iron] of Object.entries({ 8: eight, 9: nine })) {
  test(`a session that iron-session ${version} wrote goes on under the new cookie`, async () => {
    const response = new Response();
    const theirs = await iron.getIronSession(new Request("http://shop.example"), response, old);
    theirs.user = { id: 7, roles: ["editor"] };
    await theirs.save();
    const [line] = response.headers.getSetCookie();
    const cookies = await migrating();
    const session = await cookies.load(line.split(";")[0], NOW);
    assert.deepEqual([session.outcome, session.isNew], [{ kind: "migrated" }, false]);
    assert.deepEqual(session.get("user"), { id: 7, roles: ["editor"] });
    assert.equal(session.createdAt.getTime(), Math.floor((NOW - DAY) / 1000) * 1000);
    // It was read, and is written all the same.
    const [fresh, dropped] = await cookies.save(session);
    assert.match(dropped, /^sid=; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=0; /);
    const next = await cookies.load(`${fresh.split(";")[0]}; ${line.split(";")[0]}`, NOW);
    assert.deepEqual([next.outcome.kind, next.get("user").id], ["opened", 7]);
  });
}

test("passwords rotate", async () => {
  const passwords = { 1: password, 2: "another password, of 32 characters" };
  const cookies = await migrating({ password: passwords });
  for (const of of [{ 1: password }, passwords]) {
    assert.equal((await load(cookies, await sealed({ user: 7 }, { password: of }))).get("user"), 7);
  }
  const one = await migrating();
  assert.equal((await load(one, await sealed({ user: 7 }, { password: passwords }))).outcome.kind, "notMigrated");
});

/** A seal under a password of any length, and with any id. */
function sealedUnder(id, password, data) {
  const [salt, tagSalt, iv] = ["a".repeat(64), "b".repeat(64), Buffer.alloc(16)];
  const keyOf = (salt) => pbkdf2Sync(password, salt, 1, 32, "sha1");
  const cipher = createCipheriv("aes-256-cbc", keyOf(salt), iv);
  const encrypted = Buffer.concat([cipher.update(JSON.stringify(data)), cipher.final()]);
  const signed = ["Fe26.2", id, salt, iv.toString("base64url"), encrypted.toString("base64url"), ""].join("*");
  const tag = createHmac("sha256", keyOf(tagSalt)).update(signed).digest("base64url");
  return `${signed}*${tagSalt}*${tag}~2`;
}

test("a seal names one of the passwords, and nothing else that every object has", async () => {
  const cookies = await migrating();
  assert.equal((await load(cookies, sealedUnder("1", password, { user: 7 }))).get("user"), 7);
  for (const [id, known] of [["constructor", String(Object)], ["toString", String(Object.prototype.toString)], ["__proto__", String({})], ["2", ""]]) {
    const { outcome } = await load(cookies, sealedUnder(id, known, { user: 7 }));
    assert.equal(outcome.kind, "notMigrated", id);
  }
});

test("what iron-session would refuse is refused", async () => {
  const cookies = await migrating();
  const good = await sealed({ user: 7 });
  const parts = good.split("*");
  const changed = (index, change) => parts.map((part, i) => (i === index ? change(part) : part)).join("*");
  const flip = (text) => (text[0] === "A" ? "B" : "A") + text.slice(1);
  const bad = [
    ...[1, 2, 3, 4, 6, 7].map((index) => changed(index, flip)),
    changed(5, (end) => `${Number(end) + 1}`),
    changed(0, () => "Fe26.1"),
    parts.slice(1).join("*"),
    await sealed({ user: 7 }, { password: "another password, of 32 characters" }),
    "",
    "junk",
    "Fe26.2********",
    `${good}x`.slice(1),
  ];
  for (const value of bad) {
    const session = await load(cookies, value);
    assert.deepEqual([session.isNew, session.outcome.kind], [true, "notMigrated"], value);
  }
});

test("a seal ends at its end, if it has one", async () => {
  const cookies = await migrating();
  const short = await sealed({ user: 7 }, { ttl: 600 });
  const end = Number(short.split("*")[5]);
  assert.equal((await load(cookies, short, Math.floor(end / 1000) * 1000 - 1000)).isNew, false);
  assert.equal((await load(cookies, short, end)).outcome.reason, "Expired");
  const forever = await sealed({ user: 7 }, { ttl: 0 });
  assert.equal((await load(cookies, forever, range.until - 1000)).outcome.kind, "migrated");
});

test("entries are converted, and refused where they have no form or no room", async () => {
  const cookies = await migrating({ convert: ({ userId, ...rest }) => (userId === 13 ? null : { ...rest, user: userId }) });
  assert.equal((await load(cookies, await sealed({ userId: 7, theme: "dark" }))).get("user"), 7);
  const locked = await load(cookies, await sealed({ userId: 13 }));
  assert.deepEqual([locked.isNew, locked.outcome.reason], [true, "Revoked"]);
  const failing = await migrating({ convert: () => assert.fail("of the application") });
  assert.equal((await load(failing, await sealed({ user: 7 }))).outcome.reason, "Payload");
  // It may be asynchronous, as `read` may be.
  const asked = await migrating({ convert: async ({ userId }) => (userId === 13 ? null : { user: await userId }) });
  assert.equal((await load(asked, await sealed({ userId: 7 }))).get("user"), 7);
  assert.equal((await load(asked, await sealed({ userId: 13 }))).outcome.reason, "Revoked");
  const down = await migrating({ convert: () => Promise.reject(new Error("no database")) });
  assert.equal((await load(down, await sealed({ userId: 7 }))).outcome.reason, "Payload");
  const picking = await migrating({ convert: ({ user, theme }) => ({ user, theme }) });
  assert.deepEqual((await load(picking, await sealed({ user: 7 }))).entries(), [["user", 7]]);
  const plain = await migrating();
  const tooLong = { note: "x".repeat(2300) };
  const { reason, cause } = (await load(plain, await sealed(tooLong))).outcome;
  assert.deepEqual([reason, cause.code], ["TooLong", "size"]);
  assert.match(cause.message, /at most 2171 bytes of content, found 2309; choose a larger `size`, such as `browser`$/);
  const larger = await SessionCookie.encrypted(XAES_KEY, { ...long, size: "browser", migrateFrom: ironSession({ ...old, ...range }) });
  assert.equal((await load(larger, await sealed(tooLong))).outcome.kind, "migrated");
  const empty = await load(plain, await sealed({}));
  assert.deepEqual([empty.isNew, empty.outcome.kind], [true, "absent"]);
});

test("an old cookie is dropped with the attributes that it had", async () => {
  const cookieOptions = { path: "/shop", domain: "example.com", partitioned: true, sameSite: "none", httpOnly: true };
  const cookies = await migrating({ cookieOptions });
  const session = await load(cookies, await sealed({ user: 7 }));
  session.invalidate();
  const [, dropped] = await cookies.save(session);
  assert.match(dropped, /^sid=; Path=\/shop; Domain=example\.com; Secure; .*; Partitioned; Max-Age=0; /);
});

test("the options of iron-session are taken as they are, and others refused", async () => {
  const cookies = await migrating({ ttl: 3600, chunk: true, onUnsealError: () => {} });
  assert.equal((await load(cookies, await sealed({ user: 7 }))).get("user"), 7);
  assert.throws(() => ironSession({ ...old, ...range, tll: 3600 }), { code: "option" });
});

test("what a visitor writes behind the seal chooses no other session", async () => {
  const cookies = await migrating();
  const seal = await sealed({ user: 7, persistent: { user: 1 } });
  assert.equal((await load(cookies, seal)).get("user"), 7);
  for (const version of ["", "~", "~1", "~3", "~02"]) {
    assert.equal((await load(cookies, seal.replace(/~2$/, version))).isNew, true, version);
  }
  // iron-session 9 seals the entries of a list, as an object.
  for (const data of [[1], "text", 5, null]) assert.equal((await load(cookies, await sealed(data, {}, eight))).isNew, true);
});

test("a rollout before its date is told of at start-up, as it would sign everyone out", async (t) => {
  const { mock } = t.mock.method(console, "warn", () => {});
  await migrating();
  assert.deepEqual(eventsOf(mock.calls), []);
  await migrating({}, { from: NOW + DAY, until: NOW + 2 * DAY });
  const [[sentence]] = eventsOf(mock.calls);
  assert.equal(sentence, "old cookie `sid`: `from` is in the future, and until then its sessions are not taken over");
});

test("a list that revokes sees an old session, and what it fails with is told", async () => {
  const broken = new Error("no answer");
  const answers = { 7: false, 8: true };
  const revokedIf = ({ get }) => answers[get("user")] ?? Promise.reject(broken);
  const cookies = await SessionCookie.encrypted(XAES_KEY, { ...long, revokedIf: revocation(revokedIf), migrateFrom: ironSession({ ...old, ...range }) });
  const outcomeOf = async (user) => (await load(cookies, await sealed({ user }))).outcome;
  assert.deepEqual(await outcomeOf(7), { kind: "migrated" });
  assert.deepEqual(await outcomeOf(8), { kind: "notMigrated", reason: "Revoked" });
  assert.deepEqual(await outcomeOf(9), { kind: "notMigrated", reason: "Revoked", cause: broken });
});

test("mistakes in the settings are refused", async () => {
  const build = (migrateFrom) => SessionCookie.encrypted(XAES_KEY, { migrateFrom });
  assert.throws(() => ironSession({ ...old, from: NOW, until: NOW }), { code: "until" });
  assert.throws(() => ironSession({ ...old, from: "soon", until: NOW }), { code: "from" });
  assert.throws(() => ironSession({ ...old, from: NOW / 1000, until: NOW }), { code: "from" });
  assert.throws(() => ironSession({ ...old, from: new Date("2025-12-31T23:59:59Z"), until: NOW }), { code: "from" });
  for (const password of ["short", undefined, null, {}, [], { 1: undefined }]) {
    assert.throws(() => ironSession({ ...old, password, ...range }), { code: "password", message: /is its variable set\?$/ });
  }
  assert.throws(() => oldCookie({ name: "a", ...range }), { code: "migrateFrom" });
  for (const wrong of [{ name: "a" }, "sid", 7]) await assert.rejects(build(wrong), { code: "migrateFrom" });
  await assert.rejects(build(ironSession({ ...old, cookieName: "__Host-session", ...range })), { code: "migrateFrom" });
});

test("what a reader of one's own throws, or gives in place of a session, is none", async () => {
  const bad = [() => null, () => undefined, async () => ({}), () => ({ entries: { a: Symbol("x") } }), () => ({ entries: { a: 1 }, createdAt: NaN }), () => ({ entries: { a: 1 }, createdAt: 0 }), () => JSON.parse("")];
  for (const read of bad) {
    const cookies = await SessionCookie.encrypted(XAES_KEY, { ...long, migrateFrom: oldCookie({ name: "sid", read, ...range }) });
    assert.deepEqual([(await load(cookies, "x")).isNew, (await load(cookies, "x")).outcome.kind], [true, "notMigrated"], `${read}`);
  }
});
