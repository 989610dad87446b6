// Visits with cookies of another library, against Rust: what both make of the same request, on both sides of every date.
// `VISITS=240000 node --test test/old_cookies.test.js` compares more of them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { SessionCookie, revocation } from "../src/index.js";
import { oldCookie } from "../src/old_cookies.js";
import { stateOf } from "../src/session/session.js";
import { isToWrite } from "../src/state/decide.js";
import { withSession } from "../src/web/fetch.js";
import { XAES_KEY, filled, random } from "./visitor.js";
import { ask } from "./rust.js";

const NOW = 1_800_000_000;
const NAME = "__Host-session";
const VISITS = Number(process.env.VISITS ?? 4000);
const AT_ONCE = 50;
const { next, oneOf, listOf, below } = random(Number(process.env.SEED ?? 31));
const chance = (part) => next() < part;

/** The settings of a site, with the carrier that has them here. */
async function deployment() {
  const source = () => {
    const from = NOW + oneOf([-200, -160, -100, -1, 0, 1, 100]);
    return { name: oneOf(["sid", "sid", "other"]), path: oneOf(["/", "/", "/app"]), from, until: from + oneOf([1, 100, 101, 5000, 5000]) };
  };
  const sources = [source(), ...listOf(4, source)];
  const [absolute, idle] = oneOf([[43_200, 1800], [43_200, 1800], [5000, null], [200, 200], [150, null], [150, null]]);
  const not_before = oneOf([null, null, null, NOW - 100, NOW]);
  const migrateFrom = sources.map(({ name, path, from, until }) => {
    const read = (value) => sessionOf(JSON.parse(value));
    return oldCookie({ name, path, read, from: from * 1000, until: until * 1000 });
  });
  const cookies = await SessionCookie.encrypted(XAES_KEY, {
    absoluteTimeout: absolute,
    idleTimeout: idle,
    notBefore: not_before && not_before * 1000,
    revokedIf: revocation(({ get }) => get("locked") === true),
    migrateFrom,
  });
  return { cookies, settings: { ring: XAES_KEY, absolute, idle, not_before, sources } };
}

/** As the reader in Rust. */
function sessionOf({ entries, created, active, expires }) {
  assert.equal(typeof entries, "object");
  const at = (seconds) => (seconds === null ? null : seconds * 1000);
  return { entries, createdAt: at(created), lastActiveAt: at(active), expiresAt: at(expires) };
}

/** The value of an old cookie, with dates around those that count at `now`. */
function oldValue({ absolute, idle, not_before }, now) {
  if (chance(0.1)) return oneOf(["junk", "", "{}", "a.b", "x".repeat(4097), '{"entries":5}', `"${"y".repeat(20)}"`]);
  const user = { user: below(2) };
  const entries = oneOf([user, user, user, user, {}, { locked: true }, { ...user, locked: false }, { note: "x".repeat(2400) }, { list: [1, { a: null }], text: "a b" }]);
  const created = oneOf([-50_000_000, -5000, -5000, -5000, -absolute - 1, -absolute, 1 - absolute, -100, -1, 0, 1, 60, 61, (not_before ?? now) - now]);
  const active = oneOf([-50_000_000, -(idle ?? 1) - 1, -(idle ?? 1), 1 - (idle ?? 1), -1, 0, 1, 60, 61]);
  const date = (offset) => (chance(0.4) ? null : now + offset);
  return JSON.stringify({ entries, created: date(created), active: date(active), expires: date(oneOf([-1, 0, 1, 100, 100])) });
}

/** A request, with sessions of its own among the cookies. */
function visitTo({ settings }, own) {
  const { from, until, name } = oneOf(settings.sources);
  const now = oneOf([from - 1, from, from + 1, Math.floor((from + until) / 2), until - 1, until, NOW]);
  const bare = (entries) => JSON.stringify({ entries, created: null, active: null, expires: null });
  const few = chance(0.5) ? listOf(3, () => oldValue(settings, now)) : [bare({}), "junk", bare({ note: "x".repeat(2400) }), bare({ user: 7 })];
  const value = () => (few.length > 0 && chance(0.8) ? oneOf(few) : oldValue(settings, now));
  const old = listOf(chance(0.1) ? 9 : 5, () => `${oneOf([name, name, "sid", "other", chance(0.8) ? name : oneOf(["id", "sid.1", "Sid"])])}=${value()}`);
  const ours = chance(0.75) ? [] : [oneOf([`${NAME}=${oneOf(own)}`, `${NAME}=junk`, `${NAME}=`, `${NAME}.1=x`, `${NAME}.9=x`, "theme=dark"])];
  const at = below(old.length + 1);
  const cookie = [...old.slice(0, at), ...ours, ...old.slice(at)].join(oneOf(["; ", ";"]));
  const actions = listOf(4, () => oneOf(ACTIONS));
  return { ...settings, now, cookie, actions, headers: oneOf([[], [], FRAME, LINK]), status: oneOf([200, 200, 200, 404, 408, 413, 500]) };
}

const ACTIONS = ["look", "set", "flash", "fill", "renew", "new-id", "sign-in", "sign-in", "clear", "invalidate", "invalidate", "discard", "save"];

/** What a browser says of a request that another site has it make. */
const LINK = [["sec-fetch-site", "cross-site"], ["sec-fetch-mode", "navigate"], ["sec-fetch-dest", "document"]];
const FRAME = [...LINK.slice(0, 2), ["sec-fetch-dest", "iframe"]];

async function inJavaScript({ cookies }, { now, cookie, actions, headers, status }) {
  const session = await cookies.load(new Headers([["cookie", cookie], ...headers]), now * 1000);
  const { kind, reason = null } = session.outcome;
  const seconds = (date) => date && date.getTime() / 1000;
  const seen = { data: Object.fromEntries(session.entries()), flashes: [], id: session.id, is_new: session.isNew };
  const dates = [session.createdAt, session.lastActiveAt, session.expiresAt].map(seconds);
  const act = {
    set: () => session.set("set", true),
    flash: () => session.flash("", "Bye."),
    fill: () => session.set("fill", "x".repeat(5000)),
    renew: () => session.renew(),
    "new-id": () => session.renewId(),
    "sign-in": () => session.signIn(),
    clear: () => session.clear(),
    invalidate: () => session.invalidate(),
    discard: () => session.discard(),
    save: () => session.save(),
  };
  const refused = actions.map((action) => {
    try {
      act[action]?.();
      return false;
    } catch (error) {
      assert.equal(error.name, "SessionError");
      return true;
    }
  });
  const response = new Headers();
  await cookies.saveTo(response, session, { status });
  return { outcome: kind, reason, seen, dates, refused, fields: response.getSetCookie() };
}

/** Without the tokens, which differ each time. */
const shapeOf = ({ outcome, fields, ...rest }) => ({
  outcome: outcome.startsWith("opened") ? "opened" : outcome,
  fields: fields.map((line) => line.replace(/^(__Host-session=)([^;]+)/, (_, name, token) => `${name}${token.length}`)),
  ...rest,
});

const tokenIn = ({ fields }) => fields.find((line) => line.startsWith(`${NAME}=e`))?.split(/[=;]/)[1];

test("both make the same of a visit with old cookies, and of what the other has written", async (t) => {
  t.mock.method(console, "warn", () => {});
  const deployments = await Promise.all(Array.from({ length: 200 }, deployment));
  const [, sealed] = (await filled((session) => session.set("user", 5), deployments[0].cookies, NOW * 1000)).split("=");
  const own = [sealed, "e".repeat(80)];
  const seen = new Map();
  const found = [];
  for (let begun = 0; begun < VISITS; begun += AT_ONCE) {
    const visits = Array.from({ length: AT_ONCE }, () => oneOf(deployments)).map((site) => ({ site, visit: visitTo(site, own) }));
    await Promise.all(visits.map(async ({ site, visit }, i) => {
      const [there, here] = await Promise.all([ask({ old: visit }), inJavaScript(site, visit)]);
      const kind = here.reason ? `${here.outcome} ${here.reason}` : here.outcome;
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
      const [a, b] = [shapeOf(here), shapeOf(there)].map((shape) => JSON.stringify(sorted(shape)));
      if (a !== b) found.push({ number: begun + i, visit, here: a, there: b });
      // What was written under an old cookie opens on the other side.
      const [ours, theirs] = [tokenIn(here), tokenIn(there)];
      if (!ours || !theirs || i % 10 > 0) return;
      const again = (token) => ({ ...visit, cookie: `${NAME}=${token}; ${visit.cookie}`, actions: ["look"], headers: [], status: 200 });
      const crossed = await Promise.all([ask({ old: again(ours) }), inJavaScript(site, again(theirs))]);
      const [c, d] = crossed.map((answer) => JSON.stringify(sorted({ data: answer.seen.data, is_new: answer.seen.is_new, dates: answer.dates, reason: answer.reason })));
      if (c !== d) found.push({ number: begun + i, crossed: again(ours), there: c, here: d });
    }));
  }
  if (VISITS > 10_000) console.log(`${VISITS} visits, ${found.length} differences`, Object.fromEntries(seen));
  assert.deepEqual(found.slice(0, 3), [], `${found.length} of ${VISITS}`);
  for (const kind of ["absent", "opened", "migrated", "rejected TooShort", ...["Auth", "Duplicate", "Expired", "Idle", "NotYetValid", "Revoked", "TooLong"].map((reason) => `notMigrated ${reason}`)]) {
    assert.ok(seen.get(kind) > 2, `${kind}: ${JSON.stringify([...seen])}`);
  }
});

const sorted = (value) => {
  if (Array.isArray(value) || value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
};

const DAY = 86_400;
/** A cookie that takes over what has a value, and what it warns of. */
async function taking(from, options) {
  const told = [];
  const log = (level, message) => level === "warn" && told.push(message);
  const read = (user) => ({ entries: { user } });
  const migrateFrom = oldCookie({ name: "sid", read, from: from * 1000, until: (from + 30 * DAY) * 1000 });
  const cookies = await SessionCookie.encrypted(XAES_KEY, { migrateFrom, log, ...options });
  // At start-up it is told of its dates.
  told.length = 0;
  return { told, cookies };
}
const pairOf = async (cookies, fields, now) => {
  const session = await cookies.load(fields, now * 1000);
  session.set("visited", now);
  return (await cookies.save(session)).find((field) => field.startsWith(NAME)).split(";")[0];
};

test("an old cookie that is refused is told once a minute, unless its session has ended", async () => {
  const cases = {
    old: () => ({ entries: { user: 1 }, createdAt: (NOW - DAY) * 1000 }),
    typed: () => ({ entries: { user: () => 1 } }),
    expired: () => Promise.reject(new Error("exp of ada")),
    junk: () => null,
  };
  const told = [];
  const log = (level, message, { reason, error }) => told.push([level, message, reason, error?.constructor.name]);
  const migrateFrom = oldCookie({ name: "sid", read: (value) => cases[value](), from: (NOW - 2 * DAY) * 1000, until: (NOW + DAY) * 1000 });
  const cookies = await SessionCookie.encrypted(XAES_KEY, { migrateFrom, log });
  told.length = 0;
  const handle = withSession(cookies, () => new Response(), { now: () => NOW * 1000 });
  const visit = (value) => handle(new Request("https://shop.example/", { headers: { cookie: `sid=${value}` } }));
  for (const value of ["old", "typed", "typed", "expired", "expired", "junk"]) await visit(value);
  // The error of `read` is not told, because it may contain what the cookie holds.
  const rejected = "old cookie rejected";
  assert.deepEqual(told, [["error", rejected, "Payload", "SessionError"], ["info", rejected, "Auth", undefined]]);
});

test("a failed response keeps the old cookie unless the visitor signed out, as in Rust", async () => {
  const old = { name: "old", from: NOW * 1000, until: (NOW + 100) * 1000, read: (user) => ({ entries: { user } }) };
  const cookies = await SessionCookie.encrypted(XAES_KEY, { migrateFrom: oldCookie(old) });
  const ours = await filled((session) => session.set("user", "ada"), cookies, new Date(NOW * 1000));
  const acts = [
    [(session) => session.get("user"), [0, 2, 0]],
    [(session) => session.set("count", 1), [0, 2, 0]],
    [(session) => (session.signIn(), session.set("user", 7)), [0, 2, 2]],
    [(session) => session.signIn(), [0, 2, 2]],
    [(session) => session.invalidate(), [2, 2, 2]],
    [(session) => (session.signIn(), session.invalidate()), [2, 2, 2]],
    [(session) => (session.signIn(), session.signIn()), [0, 2, 2]],
    // The application has asked for an end, and not only for a sign-in.
    [(session) => (session.invalidate(), session.signIn()), [2, 2, 2]],
    [(session) => (session.invalidate(), session.renew()), [2, 2, 2]],
    [(session) => (session.clear(), session.signIn()), [2, 2, 2]],
  ];
  for (const [act, expected] of acts) {
    const found = [];
    for (const [cookie, status] of [["old=ada", 500], ["old=ada", 404], [ours, 500]]) {
      const handler = (_, session) => (act(session), new Response(null, { status }));
      const app = withSession(cookies, handler, { now: () => NOW * 1000 });
      const response = await app(new Request("https://a.example/", { headers: { cookie } }));
      found.push(response.headers.getSetCookie().length);
    }
    assert.deepEqual(found, expected, String(act));
  }
});

test("a sign-out with a message in a frame of another site drops the old cookie, and a change leaves it, as in Rust", async () => {
  const old = { name: "old", from: NOW * 1000, until: (NOW + 100) * 1000, read: (user) => ({ entries: { user } }) };
  const cookies = await SessionCookie.encrypted(XAES_KEY, { migrateFrom: oldCookie(old) });
  const acts = [
    [(session) => session.set("count", 1), 0],
    [(session) => (session.invalidate(), session.flash("", "Bye.")), 2],
    [(session) => (session.clear(), session.flash("", "Bye.")), 2],
  ];
  for (const [act, expected] of acts) {
    const session = await cookies.load(new Headers({ cookie: "old=ada", "sec-fetch-site": "cross-site" }), NOW * 1000);
    act(session);
    assert.equal(isToWrite(stateOf(session)), expected > 0, String(act));
    assert.equal((await cookies.save(session)).length, expected, String(act));
  }
});

test("an old cookie that is still there after it was dropped is told once", async () => {
  const { told, cookies } = await taking(NOW);
  const late = await pairOf(cookies, "sid=ada", NOW + 1);
  const early = await pairOf(cookies, [], NOW - 1);
  const load = (fields) => cookies.load(fields, (NOW + 2) * 1000);
  for (const fields of [late, "sid=ada", `theme=dark; ${late}`, `${early}; sid=ada`, `${NAME}=junk; sid=ada`]) await load(fields);
  assert.deepEqual(told, []);
  for (const fields of [`${late}; sid=ada`, [late, "sid=eve"]]) assert.equal((await load(fields)).get("user"), "ada");
  const [one, ...more] = told;
  assert.match(one, /^old cookie `sid`: browsers still have it, .* the `path` and the `domain`/);
  assert.deepEqual(more, []);
});

test("old sessions without a date whose range began too long ago are told once", async () => {
  const toldOf = async (from, now, options) => {
    const { told, cookies } = await taking(from, options);
    for (let i = 0; i < 3; i++) await cookies.load(`sid=ada`, now * 1000);
    return told;
  };
  const [one, ...more] = await toldOf(NOW - DAY, NOW, { absoluteTimeout: DAY / 3 });
  assert.match(one, /^old cookie `sid`: its sessions are rejected: they have no date, .* longer ago than `absoluteTimeout`/);
  assert.deepEqual([more, await toldOf(NOW - 3600, NOW, { absoluteTimeout: DAY / 3 }), await toldOf(NOW, NOW + 1)], [[], [], []]);
});

test("an old cookie whose time is over is told once", async () => {
  const { told, cookies } = await taking(NOW);
  const late = NOW + 40 * DAY;
  for (const [cookie, now] of [["sid=ada", NOW], ["theme=dark", late]]) await cookies.load(cookie, now * 1000);
  assert.deepEqual(told, []);
  for (let i = 0; i < 3; i++) await cookies.load("sid=ada", late * 1000);
  assert.deepEqual([told.length, /^old cookie `sid`: `until` is over/.test(told[0])], [1, true]);
});
