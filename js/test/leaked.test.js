// After a leak of a whole ring: forgeries under each of its keys, by the rings that `hardtack ring leaked` writes.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { keysInUse } from "../src/health.js";
import { KeyRing, SessionCookie, attributes, generateKey } from "../src/index.js";
import { oldCookie } from "../src/old_cookies.js";
import { field } from "./visitor.js";

const start = Math.floor(Date.now() / 1000) * 1000;
mock.method(Date, "now", () => start);
const at = (seconds) => start + seconds * 1000;
const shown = (seconds) => new Date(at(seconds)).toISOString().replace(".000", "");
const idOf = async (key) => (await KeyRing.parse(key)).keys[0].id;
const quiet = { log: null };
const FORMER = { log: null, cookie: attributes({ name: "__Host-was" }) };

/** A ring with a key that seals, one that waits and one that is planned; `ended`: the ring after `ring leaked --at`, at first or again. */
async function leak() {
  const [seals, waits, planned, fresh] = await Promise.all(Array.from({ length: 4 }, generateKey));
  const until = (end) => `accept_until=${shown(end)}`;
  return {
    keys: [seals, waits, planned],
    ids: (await Promise.all([seals, waits, planned].map(idOf))).toSorted(),
    fresh,
    ring: `${seals}\n${waits}\n${planned} seal_from=${shown(50)}`,
    ended: (end) =>
      `${seals} ${until(end)}\n${waits} ${until(end)}\n${planned} seal_from=${shown(50)} ${until(end)}\n${fresh} seal_from=${shown(end)}`,
  };
}

/** Visits, and returns the user. The browser keeps a cookie that does not open. */
async function visit(cookies, browser, seconds, change = () => {}) {
  const session = await cookies.load(browser.cookie ?? null, at(seconds));
  change(session);
  const user = session.get("user");
  const set = await cookies.save(session);
  if (user && set.length > 0) browser.cookie = field(set.slice(0, 1));
  return user;
}

const forged = (keys, options = quiet) =>
  Promise.all(
    keys.map(async (key) => {
      const thief = {};
      await visit(await SessionCookie.encrypted(key, options), thief, 0, (session) => session.set("user", "admin"));
      return thief;
    }),
  );

async function opened(cookies, thieves, seconds) {
  let count = 0;
  for (const thief of thieves) count += (await visit(cookies, thief, seconds)) === "admin" ? 1 : 0;
  return count;
}

/** A program that follows its ring; `take` returns the ids of the keys that it then reports. */
async function followed(text, options = quiet) {
  const source = { text };
  const told = [];
  const log = (level, message, { keyId }) => level === "error" && told.push(keyId);
  const ring = await KeyRing.follow(() => source.text, { every: 1, log });
  const cookies = await SessionCookie.encrypted(ring, options);
  const problems = async (seconds) => (await keysInUse(cookies, at(seconds))).problems.map(({ kind }) => kind);
  const take = async (next, seconds) => {
    source.text = next;
    await problems(seconds);
    return told.splice(0).toSorted();
  };
  return { cookies, problems, take };
}

const RETURNED = Array(3).fill("KeyReturned");

test("a leak that is put off twice ends once, and a backup is told", async () => {
  const { keys, ids, ring, ended } = await leak();
  const { cookies, problems, take } = await followed(ring);
  const thieves = await forged(keys);
  const visitor = {};
  await visit(cookies, visitor, 1, (session) => session.set("user", "ada"));
  assert.deepEqual(await take(ended(100), 10), []);
  assert.deepEqual(await take(ended(200), 60), ids);
  assert.deepEqual(await take(ended(300), 150), ids);
  for (const seconds of [155, 250, 299]) {
    assert.equal(await opened(cookies, thieves, seconds), 3);
    assert.equal(await visit(cookies, visitor, seconds), "ada");
  }
  assert.deepEqual(await problems(299), RETURNED);
  assert.deepEqual(await problems(300), []);
  // From then on the visitor is signed out, once.
  assert.equal(await visit(cookies, visitor, 300), undefined);
  await visit(cookies, visitor, 300, (session) => session.set("user", "ada"));
  for (const seconds of [300, 301, 1000]) {
    assert.equal(await opened(cookies, thieves, seconds), 0);
    assert.equal(await visit(cookies, visitor, seconds), "ada");
  }
  // What is in the ring is obeyed, and told.
  assert.deepEqual(await take(ring, 1010), ids);
  assert.equal(await opened(cookies, thieves, 1011), 3);
  assert.deepEqual(await problems(1012), RETURNED);
  // The new key, which the backup lacked, is no news.
  assert.deepEqual(await take(ended(300), 1020), []);
  assert.deepEqual(await problems(1020), []);
  assert.equal(await opened(cookies, thieves, 1021), 0);
  assert.equal(await visit(cookies, visitor, 1021), "ada");
});

test("a backup that comes before the time of a leak is told", async () => {
  const { keys, ids, ring, ended } = await leak();
  const { cookies, problems, take } = await followed(ring);
  const thieves = await forged(keys);
  assert.deepEqual(await take(ended(100), 10), []);
  assert.deepEqual(await take(ring, 40), ids);
  for (const seconds of [41, 100, 5000]) assert.deepEqual(await problems(seconds), RETURNED);
  assert.equal(await opened(cookies, thieves, 100), 3);
  // The right ring, after its time.
  await take(ended(100), 5001);
  assert.equal(await opened(cookies, thieves, 5002), 0);
});

test("a program without polls opens no forgery from the time on, or from its next start on", async () => {
  const { keys, ring, ended, fresh } = await leak();
  const thieves = await forged(keys);
  // The planned key seals them again.
  assert.equal(await opened(await SessionCookie.encrypted(ring, quiet), thieves, 60), 3);
  const before = await SessionCookie.encrypted(ended(100), quiet);
  assert.equal(await opened(before, thieves, 99), 3);
  for (const [cookies, seconds] of [[before, 100], [await SessionCookie.encrypted(fresh, quiet), 61]]) {
    for (const later of [seconds, 1000]) assert.equal(await opened(cookies, thieves, later), 0);
    // Its first ring is all that it knows.
    assert.deepEqual((await keysInUse(cookies, at(1000))).problems, []);
  }
});

test("forgeries that were taken over from an old cookie end by the `not_before` of the new one", async () => {
  const { keys, ring, ended } = await leak();
  const was = await followed(ring, FORMER);
  const key = await generateKey();
  const migrateFrom = oldCookie({ cookie: was.cookies, from: new Date(at(0)), until: new Date(at(100_000)) });
  const site = await followed(key, { ...quiet, migrateFrom });
  const early = await forged(keys, FORMER);
  const late = await forged(keys, FORMER);
  assert.equal(await opened(site.cookies, early, 20), 3);
  await was.take(ended(100), 30);
  assert.equal(await opened(site.cookies, late, 100), 0);
  assert.equal(await opened(site.cookies, early, 101), 3);
  // As `ring end-sessions` writes it.
  await site.take(`${key}\nnot_before=${shown(102)}`, 102);
  assert.equal(await opened(site.cookies, early, 103), 0);
  assert.equal(await opened(site.cookies, late, 103), 0);
});
