// What a health check shows of a program: its keys, its clock, and the settings that programs have in common.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { keysInUse } from "../src/health.js";
import { KeyRing, SessionCookie, SessionHeader, SessionToken, generateKey } from "../src/index.js";
import { NOW, XAES_KEY, filled, later, misconfigured } from "./visitor.js";

mock.method(console, "warn", () => {});
const start = Math.floor(Date.now() / 1000) * 1000;
mock.method(Date, "now", () => start);
const OTHER_KEY = await generateKey();
const THIRD_KEY = await generateKey();
const idOf = async (key) => (await KeyRing.parse(key)).keys[0].id;
const [id, other, third] = await Promise.all([XAES_KEY, OTHER_KEY, THIRD_KEY].map(idOf));
const timeAt = (seconds) => later(seconds).toISOString().replace(".000", "");
/** The settings of a cookie with all defaults, as the vectors have them. */
const DEFAULTS = "331a75f197d27245";
const DEFAULT_TEXT =
  "cookie=__Host-session mode=encrypted application= type= schema=0 context= idle_timeout=1800 absolute_timeout=43200 " +
  "remember_up_to=off remembered_idle_timeout=off revalidate_after=off clock_skew=60 size=1x3072 padding=none path=%2F domain= " +
  "same_site=lax secure=true partitioned=false persistent=false device_bound=false";

test("the text has a line for each field, and those without a value have none", async () => {
  const ring = await KeyRing.parse(XAES_KEY);
  const cookies = await SessionCookie.encrypted(ring);
  const lines = [
    `seals ${id}`, `accepts ${id}`, `fingerprint ${await ring.fingerprint()}`, `settings ${DEFAULTS}`, `settings_text ${DEFAULT_TEXT}`, "backend WebCrypto", `now ${timeAt(7)}`,
  ];
  assert.equal(`${await keysInUse(cookies, later(7.9))}`, `${lines.join("\n")}\n`);
  const { now, notBefore, next, ...more } = await keysInUse(cookies, NOW.getTime());
  assert.deepEqual([now, notBefore, next], [NOW, null, null]);
  assert.deepEqual({ ...more }, { seals: id, accepts: [id], retired: [], fingerprint: await ring.fingerprint(), settings: DEFAULTS, settingsText: DEFAULT_TEXT, backend: "WebCrypto", problems: [] });
  for (const other of [null, {}, ring, () => cookies]) await assert.rejects(keysInUse(other), TypeError);
  await assert.rejects(keysInUse(cookies, NaN), misconfigured("now"));
  assert.ok(Math.abs((await keysInUse(cookies)).now - Date.now()) < 60_000);
});

test("the keys are those of the time, and the next change of a role is shown", async () => {
  const text = [
    `${OTHER_KEY} seal_from=${timeAt(100)} accept_until=${timeAt(250)}`,
    `${THIRD_KEY} seal_from=${timeAt(150)}`,
    `${XAES_KEY} accept_until=${timeAt(300)}`,
  ].join("\n");
  const cookies = await SessionCookie.encrypted(text, { idleTimeout: 60, absoluteTimeout: 60, clockSkew: 0 });
  const shown = async (seconds) => {
    const { seals, accepts, retired, next } = await keysInUse(cookies, later(seconds));
    assert.deepEqual([...retired, ...accepts].toSorted(), [id, other, third].toSorted());
    return [seals, accepts, next && [next.at, next.key, next.role]];
  };
  assert.deepEqual(await shown(0), [id, [id, other, third], [later(100), other, "seals"]]);
  assert.deepEqual(await shown(100), [other, [id, other, third], [later(150), third, "seals"]]);
  assert.deepEqual(await shown(150), [third, [id, other, third], [later(250), other, "retires"]]);
  assert.deepEqual(await shown(250), [third, [id, third], [later(300), id, "retires"]]);
  assert.deepEqual(await shown(300), [third, [third], null]);
  assert.match(String(await keysInUse(cookies, later(299))), new RegExp(`\\naccepts ${id} ${third}\\nretired ${other}\\nfingerprint `));
  assert.match(String(await keysInUse(cookies, later(0))), new RegExp(`\\nnext ${timeAt(100)} ${other} seals\\n$`));
});

test("of keys that seal from one time on, the next change names the one that then seals", async () => {
  const cookies = await SessionCookie.encrypted(`${OTHER_KEY} seal_from=${timeAt(100)}\n${THIRD_KEY} seal_from=${timeAt(100)}\n${XAES_KEY}`);
  const { next } = await keysInUse(cookies, NOW);
  assert.deepEqual([next.key, next.key === (await keysInUse(cookies, later(100))).seals], [other, true]);
});

test("the later `not_before` is shown, of the ring, of the option, or raised", async () => {
  const [ofRing, ofOption] = [timeAt(-20), later(-10)];
  const at = async (cookies) => (await keysInUse(cookies, NOW)).notBefore;
  const cookies = await SessionCookie.encrypted(`${XAES_KEY}\nnot_before=${ofRing}`, { notBefore: ofOption });
  assert.deepEqual(await at(cookies), ofOption);
  assert.deepEqual(await at(await SessionCookie.encrypted(`${XAES_KEY}\nnot_before=${ofRing}`)), new Date(ofRing));
  cookies.raiseNotBefore(NOW);
  assert.deepEqual(await at(cookies.inContext([["tenant", "acme"]])), NOW);
  assert.match(String(await keysInUse(cookies, NOW)), new RegExp(`\\nnot_before ${timeAt(0)}\\n$`));
});

test("programs that disagree have different lines `settings`, and the context of a request makes no difference", async () => {
  const settingsOf = async (options, of = SessionCookie) => (await keysInUse(of.encrypted(XAES_KEY, options), NOW)).settings;
  const found = await Promise.all([
    settingsOf({}),
    settingsOf({ rememberUpTo: 30 * 86_400 }),
    settingsOf({ idleTimeout: 600 }),
    settingsOf({ application: "shop" }),
    settingsOf({ header: "authorization" }, SessionHeader),
    settingsOf({ purpose: "jobs" }, SessionToken),
  ]);
  assert.equal(new Set(found).size, found.length);
  assert.equal(await settingsOf({ refreshAfter: "never", saveOnServerError: true, notBefore: NOW, log: null }), DEFAULTS);
  const cookies = await SessionCookie.encrypted(XAES_KEY);
  assert.equal((await keysInUse(cookies.inContext([["tenant", "acme"]]), NOW)).settings, DEFAULTS);
});

test("a health check asks the source of a ring that is followed, so that an instance without visitors shows the new ring", async () => {
  let text = XAES_KEY;
  const ring = await KeyRing.follow(() => text, { log: null });
  const cookies = await SessionCookie.encrypted(ring, { log: null });
  text = `${OTHER_KEY}\n${XAES_KEY}`;
  const shown = await keysInUse(cookies, Date.now() + 61_000);
  assert.deepEqual([shown.seals, shown.fingerprint], [other, await (await KeyRing.parse(text)).fingerprint()]);
});

/** The lines of problems in a health check. */
const problemsAt = async (cookies, now) => String(await keysInUse(cookies, now)).match(/^problem .*$/gm) ?? [];

test("a `not_before` in the future is a problem until its time has come", async () => {
  const cookies = await SessionCookie.encrypted(`${XAES_KEY}\nnot_before=${timeAt(100)}`, { log: null });
  assert.match((await problemsAt(cookies, later(99))).join(), /^problem NotBeforeAhead: `not_before` is in the future: until then every session is rejected/);
  assert.deepEqual(await problemsAt(cookies, later(100)), []);
});

test("a clock that sessions contradict is a problem for ten minutes, in all contexts", async () => {
  const cookies = await SessionCookie.encrypted(XAES_KEY, { log: null });
  const tenant = cookies.inContext([["tenant", "acme"]]);
  const cookie = await filled(undefined, tenant);
  await tenant.load(cookie, later(-60));
  assert.deepEqual(await problemsAt(cookies, later(-60)), []);
  await tenant.load(cookie, later(-700));
  await tenant.load(cookie, later(-101));
  const sentence =
    "a session of the last ten minutes is from the future, so this clock is behind, or that of another program is ahead: compare `now` of " +
    "all with a clock that you trust";
  for (const seconds of [498, -700]) assert.deepEqual(await problemsAt(cookies, later(seconds)), [`problem ClockDisagrees since ${timeAt(-700)}: ${sentence}`]);
  for (const seconds of [499, -701]) assert.deepEqual(await problemsAt(cookies, later(seconds)), []);
});

test("a program that lacks the ring is a problem for ten minutes, at each program that has it, and is told once a minute", async () => {
  const told = [];
  const ring = `${XAES_KEY}\n${OTHER_KEY} seal_from=${timeAt(0)}`;
  const cookies = await SessionCookie.encrypted(ring, { log: (level, ...event) => level === "warn" && told.push(event) });
  const old = await SessionCookie.encrypted(XAES_KEY, { log: null });
  const bring = async (sealedAt, second) => cookies.load(await filled(undefined, old, later(sealedAt)), later(second));
  await bring(59, 59);
  assert.deepEqual([await problemsAt(cookies, later(59)), told], [[], []]);
  for (const second of [60, 100]) await bring(60, second);
  const sentence =
    "a session was sealed under an earlier key after the next one had begun: a program lacks the ring, or sessions are forged; " +
    "compare each `fingerprint` and push the ring";
  const [{ id: keyId }] = (await KeyRing.parse(XAES_KEY)).keys;
  assert.deepEqual(told, [[sentence, { purpose: "__Host-session", keyId, lateBy: 60 }]]);
  assert.deepEqual(await problemsAt(cookies, later(699)), [`problem ProgramLacksRing since ${timeAt(60)}: ${sentence}`]);
  assert.deepEqual(await problemsAt(cookies, later(700)), []);
});

/** A ring that is followed, and a cookie; what the ring has told since the last time. */
async function followed(text = XAES_KEY) {
  const source = { text };
  const told = [];
  const log = (level, message, fields) => told.push([level, message, fields]);
  const ring = await KeyRing.follow(() => (source.text instanceof Error ? Promise.reject(source.text) : source.text), { log });
  const rejected = [];
  const cookies = await SessionCookie.encrypted(ring, { log: (level, message, fields) => message === "session rejected" && rejected.push(fields) });
  return { source, told: () => told.splice(0), rejected: () => rejected.splice(0), cookies };
}

const at = (seconds) => start + seconds * 1000;
const textAt = (seconds) => new Date(at(seconds)).toISOString().replace(".000", "");
const REFUSED = "key ring refused, the earlier one stays in use";

test("a source that stays refused is a problem since its first refusal, told every five minutes, until it is readable again", async () => {
  const { source, told, cookies } = await followed();
  assert.deepEqual(await problemsAt(cookies, at(60)), []);
  source.text = "";
  const line = `problem SourceRefused since ${textAt(120)}: ${REFUSED}: key ring must have a key; `;
  for (const seconds of [120, 180, 419]) assert.ok((await problemsAt(cookies, at(seconds))).join().startsWith(line), seconds);
  assert.deepEqual(told().map(([level, message, { error }]) => [level, message, error.code]), [["error", REFUSED, "empty"]]);
  await problemsAt(cookies, at(480));
  assert.deepEqual(told().map(([level]) => level), ["error"]);
  // Another reason is told at once, and is the same problem. What a source says may be secret.
  source.text = new Error("connect ECONNREFUSED vault.internal");
  assert.deepEqual(await problemsAt(cookies, at(540)), [`problem SourceRefused since ${textAt(120)}: ${REFUSED}: the source failed; the log has its error`]);
  assert.deepEqual(told().map(([level, , { error }]) => [level, error.message]), [["error", source.text.message]]);
  source.text = XAES_KEY;
  for (const seconds of [600, 660]) assert.deepEqual(await problemsAt(cookies, at(seconds)), []);
  assert.deepEqual(told(), [["info", "the key source is readable again", { refusedSince: new Date(at(120)) }]]);
});

test("a source that does not answer is a problem after 5 seconds, and told when it is asked again", async () => {
  const told = [];
  let answer;
  const late = new Promise((resolve) => (answer = resolve));
  const answers = [XAES_KEY, late, XAES_KEY];
  const ring = await KeyRing.follow(() => answers.shift(), { every: 4, log: (...event) => told.push(event) });
  const cookies = await SessionCookie.encrypted(ring, { log: null });
  // This request waits for ever.
  cookies.load(null, at(10));
  assert.deepEqual(await problemsAt(cookies, at(13)), []);
  const sentence = "the sources of the key ring have not answered for 5 seconds, the earlier one stays in use: give them a timeout";
  answers.unshift(new Promise(() => {}));
  keysInUse(cookies, at(15));
  await new Promise(setImmediate);
  assert.deepEqual(told, [["warn", sentence, {}]]);
  assert.deepEqual(await problemsAt(cookies, at(16)), [`problem SourceHangs since ${textAt(15)}: ${sentence}`]);
  // An answer to a later question is enough, also if the earlier one is answered at last.
  assert.deepEqual(await problemsAt(cookies, at(19)), []);
  answer(XAES_KEY);
  await new Promise(setImmediate);
  assert.deepEqual(await problemsAt(cookies, at(22)), []);
});

test("a health check whose own question is not answered shows what is in use, and that the source hangs at the next one", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let isFirst = true;
  const ring = await KeyRing.follow(() => (isFirst ? ((isFirst = false), XAES_KEY) : new Promise(() => {})), { log: null });
  const cookies = await SessionCookie.encrypted(ring, { log: null });
  const check = async (seconds) => {
    const facts = keysInUse(cookies, at(seconds));
    // Until it waits.
    for (let i = 0; i < 20; i++) await new Promise(setImmediate);
    t.mock.timers.tick(500);
    return (await facts).problems.map(({ kind }) => kind);
  };
  assert.deepEqual(await check(60), []);
  assert.deepEqual(await check(120), ["SourceHangs"]);
});

test("a clock that is set back before the end of a key shows no key as returned", async () => {
  const { source, cookies } = await followed();
  const ended = `${OTHER_KEY} seal_from=2026-01-01T00:00:00Z\n${XAES_KEY} accept_until=${textAt(60)}`;
  source.text = ended;
  assert.deepEqual(await problemsAt(cookies, at(61)), []);
  assert.deepEqual(await problemsAt(cookies, at(59)), []);
  assert.match(String(await keysInUse(cookies, at(59))), /^seals /);
});

test("a key that a followed ring loses and has again is a problem as long as it opens tokens", async () => {
  const { source, told, rejected, cookies } = await followed();
  const cookie = await filled(undefined, cookies);
  source.text = OTHER_KEY;
  assert.deepEqual(await problemsAt(cookies, at(60)), []);
  const drops = "key ring replaced by one that drops keys or ends them too early: their sessions end; after a leak this is right, otherwise a mistake";
  assert.deepEqual(told().slice(1), [["warn", drops, { fingerprint: await (await KeyRing.parse(OTHER_KEY)).fingerprint(), dropped: [id] }]]);
  // Somebody else's does not hide it from the log.
  for (const arrived of [await filled(undefined, await SessionCookie.encrypted(THIRD_KEY)), cookie]) await cookies.load(arrived, at(61));
  assert.deepEqual(rejected().map(({ keyId, known }) => [keyId, known]), [[third, undefined], [id, "dropped"]]);
  assert.deepEqual((await cookies.load(cookie, at(61))).outcome, { kind: "rejected", reason: "UnknownKey", keyId: id, known: "dropped" });
  source.text = `${OTHER_KEY}\n${XAES_KEY}`;
  const cameBack =
    "a key opens longer than an earlier ring of this program said: if it leaked, forgeries open, so give all programs the ring in which it " +
    "ends; if that is on purpose, a restart ends this problem";
  assert.deepEqual(await problemsAt(cookies, at(120)), [`problem KeyReturned since ${textAt(120)}: key ${id}: ${cameBack}`]);
  assert.deepEqual(told().slice(1), [["error", cameBack, { keyId: id, endedAt: new Date(at(60)) }]]);
  // With a time at which it ended, it may stay, until it loses that again.
  source.text = `${OTHER_KEY}\n${XAES_KEY} accept_until=${textAt(170)}`;
  assert.deepEqual(await problemsAt(cookies, at(180)), []);
  source.text = `${OTHER_KEY}\n${XAES_KEY}`;
  assert.match((await problemsAt(cookies, at(240))).join(), new RegExp(`^problem KeyReturned since ${textAt(240)}: key ${id}: `));
});

test("keys that a new ring drops, or ends before their sessions, are named, and keys that had ended or never sealed are not", async () => {
  const key = (text, { from, until } = {}) => `${text}${from ? ` seal_from=${textAt(from)}` : ""}${until ? ` accept_until=${textAt(until)}` : ""}`;
  // Sessions live for 1,860 seconds without a request.
  for (const [earlier, next, dropped] of [
    [[key(XAES_KEY), key(OTHER_KEY)], [key(XAES_KEY)], [other]],
    [[key(XAES_KEY), key(OTHER_KEY, { until: 50 })], [key(XAES_KEY)], []],
    [[key(XAES_KEY), key(OTHER_KEY, { from: 900 })], [key(XAES_KEY)], []],
    [[key(XAES_KEY)], [key(OTHER_KEY, { from: 60 }), key(XAES_KEY, { until: 60 + 1859 })], [id]],
    [[key(XAES_KEY)], [key(OTHER_KEY, { from: 60 }), key(XAES_KEY, { until: 60 + 1860 })], []],
    [[key(XAES_KEY), key(OTHER_KEY)], [key(XAES_KEY), key(OTHER_KEY, { until: 61 })], []],
  ]) {
    const { source, told, cookies } = await followed(earlier.join("\n"));
    source.text = next.join("\n");
    await keysInUse(cookies, at(60));
    assert.deepEqual(told().flatMap(([, , fields]) => fields.dropped ?? []), dropped, next.join());
  }
});

test("a key that had retired leaves and comes back without a word as long as it opens nothing", async () => {
  const { source, told, cookies } = await followed(`${OTHER_KEY}\n${XAES_KEY} accept_until=${textAt(50)}`);
  const cookie = await filled(undefined, await SessionCookie.encrypted(XAES_KEY));
  for (const [seconds, text] of [[60, OTHER_KEY], [120, source.text], [180, OTHER_KEY]]) {
    source.text = text;
    assert.deepEqual(await problemsAt(cookies, at(seconds)), []);
    assert.deepEqual(told().map(([level]) => level), ["info"]);
  }
  // Its visitors return late.
  assert.equal((await cookies.load(cookie, at(181))).outcome.known, undefined);
  source.text = `${OTHER_KEY}\n${XAES_KEY}`;
  for (const seconds of [240, 300]) assert.match((await problemsAt(cookies, at(seconds))).join(), new RegExp(`since ${textAt(240)}: key ${id}:`));
  assert.deepEqual(told().map(([level]) => level), ["info", "error"]);
  // Another ring with the key is no news.
  source.text = `${OTHER_KEY}\n${XAES_KEY}\n${THIRD_KEY}`;
  await problemsAt(cookies, at(360));
  assert.deepEqual(told().map(([level]) => level), ["info"]);
});

const until = (key, seconds) => `${key} accept_until=${textAt(seconds)}`;
const from = (key, seconds) => `${key} seal_from=${textAt(seconds)}`;

test("a key whose end was put off is a problem until it ends, and a backup after that is another", async () => {
  const ring = (end) => `${until(XAES_KEY, end)}\n${from(OTHER_KEY, end)}`;
  const { source, cookies } = await followed(ring(100));
  source.text = ring(300);
  const seen = async (seconds) => (await problemsAt(cookies, at(seconds))).map((line) => line.replace(/: a key opens .*/, ""));
  for (const seconds of [60, 299]) assert.deepEqual(await seen(seconds), [`problem KeyReturned since ${textAt(60)}: key ${id}`]);
  assert.deepEqual(await seen(300), []);
  source.text = XAES_KEY;
  assert.deepEqual(await seen(360), [`problem KeyReturned since ${textAt(360)}: key ${id}`]);
  // The ring with the end is the remedy, although it brings back the key that the backup lacked.
  source.text = ring(300);
  assert.deepEqual(await seen(420), []);
});

test("of keys that left, the last 64 are remembered", async () => {
  const keys = await Promise.all(Array.from({ length: 65 }, () => generateKey()));
  const { source, cookies } = await followed(keys.join("\n"));
  source.text = XAES_KEY;
  await keysInUse(cookies, at(60));
  const knownOf = async (key) => (await cookies.load(await filled(undefined, await SessionCookie.encrypted(key)), at(61))).outcome.known;
  // In a ring without times, the last line is the first to seal.
  assert.deepEqual(await Promise.all([keys[0], keys[63], keys[64]].map(knownOf)), ["dropped", "dropped", undefined]);
});
