// What Prometheus reads of a program: counts of sessions, failures and rings, and gauges of what is in use, by the real prom-client.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { mock, test } from "node:test";

import { AggregatorRegistry, Registry, register as globalRegister } from "prom-client";

import { METRICS } from "../src/base/metrics.js";
import { CsrfGuard } from "../src/csrf_guard.js";
import { keysInUse } from "../src/health.js";
import { KeyRing, SessionCookie, SessionHeader, SessionToken, attributes, generateKey, revalidation, revocation, sessionType } from "../src/index.js";
import { prometheus } from "../src/prometheus.js";
import { fromSettings } from "../src/settings.js";
import { struct, u32 } from "../src/struct.js";
import { withSession } from "../src/web/fetch.js";
import { OF_CONNECT } from "./beside/of_connect.js";
import { siteOf } from "./every_adapter.js";
import { NOW, XAES_KEY, field, filled, later, misconfigured } from "./visitor.js";

const start = Math.floor(Date.now() / 1000) * 1000;
const clock = mock.method(Date, "now", () => start);
const at = (seconds) => start + seconds * 1000;
const OTHER_KEY = await generateKey();
const [own, others] = await Promise.all([XAES_KEY, OTHER_KEY].map((key) => SessionCookie.encrypted(key, { log: null })));

/** A register, and what has changed in it since the last time: lines of Prometheus without comments and zeros, in their order. */
function registered() {
  const register = new Registry();
  let before = new Map();
  const series = async () => new Map((await register.metrics()).split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split(/ (?=\S+$)/)));
  const changes = async () => {
    const now = await series();
    const changed = [...now].map(([name, value]) => [name, value - (before.get(name) ?? 0)]).filter(([name, by]) => by !== 0 && !/_bytes_(bucket|sum)/.test(name));
    before = now;
    return Object.fromEntries(changed.map(([name, by]) => [name.replace(/^hardtack_/, "").replaceAll('"', ""), by]));
  };
  return { register, metrics: prometheus(register), series, changes };
}

const read = (outcome, reason = "", known = "", purpose = "__Host-session") =>
  `sessions_read_total{purpose=${purpose},outcome=${outcome},reason=${reason},known=${known}}`;
const written = (change, purpose = "__Host-session", reason = "") => `sessions_written_total{purpose=${purpose},change=${change},reason=${reason}}`;
const returned = "sessions_returned_total{purpose=__Host-session,change=Began}";
const bytes = (purpose = "__Host-session") => `token_bytes_count{purpose=${purpose}}`;
const failure = (name) => `failures_total{failure=${name}}`;

/** Only counts, because gauges follow the clock, and of sessions by what came of them. */
const counted = (changes) => Object.fromEntries(Object.entries(changes).filter(([name]) => !/^(info|\w+_seconds|sessions_returned)/.test(name)));

test("each series begins at 0, so that an alert sees its first event", async () => {
  const { metrics, series } = registered();
  await SessionCookie.encrypted(XAES_KEY, { metrics, log: null });
  await SessionHeader.encrypted(XAES_KEY, { metrics, header: "x-session", log: null });
  await KeyRing.follow(() => XAES_KEY, { metrics, log: null });
  const all = await series();
  for (const name of [
    'hardtack_sessions_read_total{purpose="__Host-session",outcome="Rejected",reason="Malformed",known=""}',
    'hardtack_sessions_read_total{purpose="header:x-session",outcome="Rejected",reason="UnknownKey",known="dropped"}',
    'hardtack_sessions_read_total{purpose="__Host-session",outcome="NotMigrated",reason="Idle",known=""}',
    'hardtack_sessions_read_total{purpose="__Host-session",outcome="Absent",reason="",known=""}',
    'hardtack_sessions_written_total{purpose="header:x-session",change="Resealed",reason=""}',
    'hardtack_sessions_written_total{purpose="header:x-session",change="Began",reason="Auth"}',
    'hardtack_sessions_written_total{purpose="header:x-session",change="SignedIn",reason="Auth"}',
    'hardtack_sessions_read_total{purpose="__Host-session",outcome="OpenedUnderAcceptedKey",reason="",known="superseded"}',
    'hardtack_sessions_returned_total{purpose="__Host-session",change="SignedIn"}',
    'hardtack_token_bytes_bucket{le="3072",purpose="__Host-session"}',
    'hardtack_failures_total{failure="UnreadableSchema"}',
    'hardtack_csrf_refusals_total{refusal="TooLarge"}',
    'hardtack_failures_total{failure="ValidationHangs"}',
    'hardtack_csrf_refusals_total{refusal="OtherHost"}',
    "hardtack_keys_dropped_total",
    "hardtack_keys_returned_total",
    'hardtack_source_refused_since_seconds{purpose="__Host-session"}',
    'hardtack_not_before_seconds{purpose="__Host-session"}',
    'hardtack_program_lacks_ring_seconds{purpose="__Host-session"}',
    'hardtack_sessions_read_total{purpose="__Host-session",outcome="Rejected",reason="RetiredKey",known="superseded"}',
  ]) {
    assert.equal(all.get(name), "0", name);
  }
  const isInfo = (name) => name.startsWith("hardtack_info");
  assert.deepEqual([...all].filter(([name, value]) => value !== "0" && !isInfo(name)), []);
});

test("the metrics are those of Rust, which its alerts and its dashboard name", () => {
  const { register } = registered();
  const names = register.getMetricsAsArray().map(({ name }) => name.replace("hardtack_", ""));
  assert.deepEqual(names.toSorted(), Object.keys(METRICS).toSorted());
});

test("two cookies and a token in one register count what they read and write, by their purpose", async () => {
  const { metrics, changes } = registered();
  const [shop, admin, jobs] = [
    await SessionCookie.encrypted(XAES_KEY, { metrics, log: null }),
    await SessionCookie.encrypted(XAES_KEY, { metrics, log: null, cookie: attributes({ name: "admin" }), refreshAfter: 60 }),
    await SessionToken.encrypted(XAES_KEY, { metrics, log: null, purpose: "jobs" }),
  ];
  await changes();
  const visit = async (carrier, arrived, change = () => {}, seconds = 0, response = {}) => {
    const session = await carrier.load(arrived, later(seconds));
    change(session);
    const saved = await carrier.save(session, response);
    return Array.isArray(saved) ? field(saved) : saved;
  };
  const cookie = await visit(shop, null, (session) => session.set("user", "ada"));
  assert.deepEqual(counted(await changes()), { [read("Absent")]: 1, [written("Began")]: 1, [bytes()]: 1 });
  await visit(shop, cookie, (session) => session.set("user", "eve"));
  assert.deepEqual(counted(await changes()), { [read("Opened")]: 1, [written("Changed")]: 1, [bytes()]: 1 });
  await visit(shop, cookie, (session) => session.get("user"));
  assert.deepEqual(counted(await changes()), { [read("Opened")]: 1 });
  await visit(shop, cookie, (session) => session.invalidate());
  assert.deepEqual(counted(await changes()), { [read("Opened")]: 1, [written("Ended")]: 1 });
  await visit(shop, cookie, (session) => (session.invalidate(), session.flash("notice", "Goodbye.")));
  assert.deepEqual(counted(await changes()), { [read("Opened")]: 1, [written("Ended")]: 1, [written("Began")]: 1, [bytes()]: 1 });
  for (const begin of [(session) => session.signIn(), (session) => session.renew()]) {
    await visit(shop, cookie, begin);
    assert.deepEqual(counted(await changes()), { [read("Opened")]: 1, [written("SignedIn")]: 1, [bytes()]: 1 });
  }
  await visit(shop, await filled(undefined, others));
  assert.deepEqual(counted(await changes()), { [read("Rejected", "UnknownKey")]: 1 });

  const ofAdmin = await visit(admin, null, (session) => session.set("user", "ada"));
  await visit(admin, ofAdmin, (session) => session.get("user"), 60);
  const of = (count, ...given) => count(...given, "admin");
  assert.deepEqual(counted(await changes()), {
    [read("Absent", "", "", "admin")]: 1, [read("Opened", "", "", "admin")]: 1, [of(written, "Began")]: 1, [of(written, "Refreshed")]: 1, [of(bytes)]: 2,
  });
  const token = await visit(jobs, null, (session) => session.set("job", 1));
  await visit(jobs.inContext([["tenant", "acme"]]), token);
  assert.deepEqual(counted(await changes()), {
    [read("Absent", "", "", "token:jobs")]: 1, [read("Rejected", "Auth", "", "token:jobs")]: 1, [written("Began", "token:jobs")]: 1, [bytes("token:jobs")]: 1,
  });
});

test("a session is sealed again under a new key, and counted", async () => {
  const { metrics, changes } = registered();
  const ring = `${OTHER_KEY}\n${XAES_KEY}`;
  const cookies = await SessionCookie.encrypted(ring, { metrics, log: null });
  await changes();
  const use = async (arrived, now, of = cookies) => {
    const session = await of.load(arrived, now);
    session.get("user");
    await of.save(session);
  };
  await use(await filled(), NOW);
  assert.deepEqual(counted(await changes()), { [read("OpenedUnderAcceptedKey")]: 1, [written("Resealed")]: 1, [bytes()]: 1 });
  await use(await filled(), later(450));
  assert.deepEqual(counted(await changes()), { [read("OpenedUnderAcceptedKey")]: 1, [written("Refreshed")]: 1, [bytes()]: 1 });
  // What arrived larger than its size keeps its age.
  const larger = await SessionCookie.encrypted(XAES_KEY, { size: "split:2", log: null });
  await use(await filled((session) => session.set("note", "x".repeat(4000)), larger), later(450));
  assert.deepEqual(counted(await changes()), { [read("OpenedUnderAcceptedKey")]: 1, [written("Resealed")]: 1, [bytes()]: 1 });
});

test("a session that was sealed under an earlier key too late is told apart, because the program that sealed it lacks the ring", async () => {
  const { metrics, changes } = registered();
  const timeAt = (seconds) => later(seconds).toISOString().replace(".000", "");
  const superseded = read("OpenedUnderAcceptedKey", "", "superseded");
  const accepted = read("OpenedUnderAcceptedKey");
  const program = (ring) => SessionCookie.encrypted(ring, { metrics, log: null });
  const outcomeOf = async (cookies, arrived, second) => {
    await changes();
    const { outcome } = await cookies.load(arrived, later(second));
    assert.equal(outcome.known, undefined);
    return Object.keys(counted(await changes()))[0];
  };
  const next = await program(`${XAES_KEY}\n${OTHER_KEY} seal_from=${timeAt(0)}`);
  const sealedAt = (second) => filled(undefined, own, later(second));
  // The clock that sealed it may be behind, if the session began where one is ahead. And its program may have the ring by now.
  for (const [sealed, brought, expected] of [[59, 100, accepted], [60, 100, superseded], [60, 659, superseded], [60, 660, accepted]]) {
    assert.equal(await outcomeOf(next, await sealedAt(sealed), brought), expected, `${sealed} ${brought}`);
  }
  // Its last activity counts, and not when it began.
  const session = await own.load(await sealedAt(0), later(900));
  session.set("user", "eve");
  const changed = field(await own.save(session));
  for (const [second, expected] of [[840, superseded], [841, accepted]]) {
    assert.equal(await outcomeOf(await program(`${XAES_KEY}\n${OTHER_KEY} seal_from=${timeAt(second)}`), changed, 901), expected);
  }
  // Without a time, nobody knows since when the other key seals. And a planned key has no successor.
  for (const ring of [`${OTHER_KEY}\n${XAES_KEY}`, `${OTHER_KEY}\n${XAES_KEY} seal_from=${timeAt(910)}`]) {
    assert.equal(await outcomeOf(await program(ring), changed, 901), accepted, ring);
  }
});

test("a session that was used after the end of its key is told, although it is rejected, and lasts as a gauge and a problem", async () => {
  const timeAt = (seconds) => later(seconds).toISOString().replace(".000", "");
  const lines = [];
  const rings = [
    // As `ring leaked --at` writes it, and as a rotation that is over.
    `${XAES_KEY} accept_until=${timeAt(100)}\n${OTHER_KEY} seal_from=${timeAt(100)}`,
    `${XAES_KEY} accept_until=${timeAt(150)}\n${OTHER_KEY} seal_from=${timeAt(100)}`,
  ];
  const rejected = read("Rejected", "RetiredKey");
  const superseded = read("Rejected", "RetiredKey", "superseded");
  const gauge = 'hardtack_program_lacks_ring_seconds{purpose="__Host-session"}';
  for (const ring of rings) {
    const { metrics, changes, series } = registered();
    const cookies = await SessionCookie.encrypted(ring, { metrics, log: (level, message, fields) => lines.push([message, fields]) });
    let last = "0";
    for (const [sealed, brought, expected] of [[159, 200, rejected], [160, 200, superseded], [160, 759, superseded], [160, 760, rejected]]) {
      const arrived = await filled(undefined, own, later(sealed));
      await changes();
      lines.splice(0);
      const { outcome, isNew } = await cookies.load(arrived, later(brought));
      assert.deepEqual([outcome.kind, outcome.reason, outcome.known, isNew], ["rejected", "RetiredKey", undefined, true]);
      assert.deepEqual(counted(await changes()), { [expected]: 1 }, `${ring} ${sealed} ${brought}`);
      const isTold = expected === superseded;
      const told = lines.filter(([message]) => message.startsWith("a session was sealed under an earlier key"));
      assert.deepEqual(told.map(([, { lateBy }]) => lateBy), isTold ? [60] : []);
      if (isTold) last = `${later(brought).getTime() / 1000}`;
      assert.equal((await series()).get(gauge), last);
    }
    const problems = async (second) => (await keysInUse(cookies, later(second))).problems.map(({ kind }) => kind);
    assert.deepEqual([await problems(1358), await problems(1359)], [["ProgramLacksRing"], []]);
    // Of a token that is only named like one of that key, nothing is known.
    const forged = await filled(undefined, await SessionCookie.encrypted(XAES_KEY, { application: "other", log: null }), later(160));
    await changes();
    await cookies.load(forged, later(200));
    assert.deepEqual(counted(await changes()), { [rejected]: 1 });
  }
});

test("a session of a program that a push has not reached yet is not told apart, if a known key seals by it", async () => {
  const { metrics, changes } = registered();
  const timeAt = (seconds) => later(seconds).toISOString().replace(".000", "");
  for (const [sealedAt, known] of [[959, ""], [960, "superseded"]]) {
    let text = `${XAES_KEY}\n${OTHER_KEY}`;
    clock.mock.mockImplementation(() => later(-100).getTime());
    const ring = await KeyRing.follow(() => text, { log: null });
    clock.mock.mockImplementation(() => start);
    const cookies = await SessionCookie.encrypted(ring, { metrics, log: null });
    text = `${XAES_KEY}\n${OTHER_KEY} seal_from=${timeAt(0)}`;
    await keysInUse(cookies, later(60));
    await changes();
    await cookies.load(await filled(undefined, own, later(sealedAt)), later(sealedAt));
    assert.deepEqual(counted(await changes()), { [read("OpenedUnderAcceptedKey", "", known)]: 1 });
  }
});

test("a change that a 5xx drops is counted if a visitor loses it", async () => {
  const { metrics, changes } = registered();
  const cookies = await SessionCookie.encrypted(XAES_KEY, { metrics, log: null });
  const failed = async (status, arrived, change) => {
    await changes();
    const session = await cookies.load(arrived, NOW);
    change(session);
    await cookies.save(session, { status });
    return (await changes())[failure("ServerError")] ?? 0;
  };
  const set = (session) => session.set("user", "eve");
  const ours = await filled();
  assert.deepEqual([await failed(500, ours, set), await failed(503, ours, set)], [1, 1]);
  // A crawler that meets a page which fails, a page that changes nothing, a timeout, and a change that was discarded.
  const discarded = (session) => (set(session), session.discard());
  const others = [[500, null, set], [500, ours, () => {}], [408, ours, set], [500, ours, discarded], [200, ours, set]];
  // A full session is counted by itself, and anyone can cause it.
  const fill = (session) => (set(session), assert.throws(() => session.set("note", "x".repeat(9000))));
  others.push([413, ours, fill], [500, ours, fill]);
  for (const given of others) assert.equal(await failed(...given), 0);
  // So is that of another session, which fails the request.
  const handler = async (_, session) => (set(session), (await own.load(null, NOW)).set("note", "x".repeat(9000)));
  const { status } = await withSession(cookies, handler, { now: () => NOW })(new Request("https://shop.example/", { headers: { cookie: ours } }));
  assert.deepEqual([status, (await changes())[failure("ServerError")]], [413, undefined]);
});

test("questions that hang are counted, each that begins while earlier ones have waited for too long, and are a problem", async () => {
  const { metrics, changes } = registered();
  const told = [];
  const log = (level, sentence) => level === "error" && told.push(sentence);
  let questions = 0;
  const validate = ({ get }) => {
    questions += 1;
    return get("user") === "ada" ? new Promise(() => {}) : true;
  };
  const cookies = await SessionCookie.encrypted(XAES_KEY, { metrics, log, revalidateAfter: revalidation({ seconds: 60, validate }) });
  const [hanging, other] = [await filled(), await filled((session) => session.set("user", "eve"))];
  const ask = async (arrived, ...seconds) => {
    await changes();
    for (const second of seconds) {
      const before = questions;
      const asked = cookies.load(arrived, later(second));
      if (arrived === other) await asked;
      while (questions === before) await new Promise(setImmediate);
    }
    return (await changes())[failure("ValidationHangs")] ?? 0;
  };
  const problemsAt = async (second) => (await keysInUse(cookies, later(second))).problems.map(({ kind, since }) => [kind, since]);
  assert.equal(await ask(hanging, 100, 104), 0);
  assert.deepEqual(await problemsAt(104), []);
  assert.equal(await ask(hanging, 105, 200), 2);
  assert.deepEqual(await problemsAt(105), [["ValidationHangs", later(105)]]);
  const sentence = "the application has not said for 5 seconds whether sessions are still valid: give its query a timeout";
  assert.deepEqual(told, [sentence, sentence]);
  // An answer ends it, also for the questions before, as that of a row that is locked.
  assert.equal(await ask(other, 201), 1);
  assert.deepEqual(await problemsAt(300), []);
  assert.equal(await ask(hanging, 301), 0);
  assert.notDeepEqual(await problemsAt(306), []);
});

test("a session that comes back within a minute after it was written is counted, also if it is refused", async () => {
  const { metrics, changes } = registered();
  const cookies = await SessionCookie.encrypted(XAES_KEY, { metrics, log: null });
  const cookie = await filled();
  const countAt = async (seconds, of = cookies, arrived = cookie) => {
    await of.load(arrived, later(seconds));
    return (await changes())[returned] ?? 0;
  };
  assert.deepEqual([await countAt(0), await countAt(59), await countAt(60), await countAt(0, cookies, null)], [1, 1, 0, 0]);
  const session = await own.load(cookie, later(1000));
  session.set("user", "eve");
  const changed = field(await own.save(session));
  assert.equal(await countAt(1001, cookies, changed), 0);
  const writtenAt = async (seconds, arrived) => {
    await cookies.load(arrived, later(seconds));
    return (await changes())[returned.replace("Began", "Written")] ?? 0;
  };
  // The last is as if the response with the change were lost.
  assert.deepEqual([await writtenAt(1059, changed), await writtenAt(1060, changed), await writtenAt(1001, cookie)], [1, 0, 0]);
  const signedIn = await filled((session) => session.signIn());
  await changes();
  await cookies.load(signedIn, later(59));
  assert.deepEqual(Object.keys(await changes()).filter((name) => name.includes("returned")), [returned.replace("Began", "SignedIn")]);
  const refusing = await SessionCookie.encrypted(XAES_KEY, { metrics, log: null, revokedIf: revocation(() => true) });
  assert.deepEqual([await countAt(1, refusing), await countAt(1, cookies, await filled(undefined, others))], [1, 0]);
});

test("a session that replaces one that was rejected is counted by the reason", async () => {
  const { metrics, changes } = registered();
  const cookies = await SessionCookie.encrypted(XAES_KEY, { metrics, log: null });
  const other = await SessionCookie.encrypted(XAES_KEY, { application: "other", log: null });
  await changes();
  for (const [cookie, reason] of [[await filled(undefined, other), "Auth"], ["__Host-session=eyJh.eyJz.c2ln", "Incomplete"]]) {
    const session = await cookies.load(cookie, NOW);
    session.set("user", "ada");
    await cookies.save(session);
    assert.deepEqual(counted(await changes()), { [read("Rejected", reason)]: 1, [written("Began", undefined, reason)]: 1, [bytes()]: 1 });
    await cookies.save(await cookies.load(cookie, NOW));
    assert.deepEqual(counted(await changes()), { [read("Rejected", reason)]: 1 });
    const signing = await cookies.load(cookie, NOW);
    signing.signIn();
    await cookies.save(signing);
    assert.deepEqual(counted(await changes()), { [read("Rejected", reason)]: 1, [written("SignedIn", undefined, reason)]: 1, [bytes()]: 1 });
  }
});

test("requests that fail by an error of their session are counted, by their reason", async (t) => {
  const { metrics, changes } = registered();
  const options = { metrics, log: null };
  const fill = (session) => session.set("text", "x".repeat(4000));
  const request = (cookie = "") => new Request("https://shop.example/", { headers: { cookie } });
  const failed = async () => Object.fromEntries(Object.entries(await changes()).filter(([name]) => name.startsWith("failures")));
  const answer = async (of, handle, cookie) => {
    const response = await withSession(of, (_, session) => (handle(session), new Response()), { now: () => NOW })(request(cookie));
    return [response.status, await failed()];
  };
  const cookies = await SessionCookie.encrypted(XAES_KEY, options);
  assert.deepEqual(await answer(cookies, fill), [413, { [failure("Full")]: 1 }]);
  t.mock.method(console, "error", () => {});
  for (const open of [OF_CONNECT.Express, OF_CONNECT.Node].map(siteOf)) {
    const site = await open(await SessionCookie.encrypted(XAES_KEY, options), {}, fill);
    assert.equal((await site.get("/")).status, 413);
    assert.deepEqual(await failed(), { [failure("Full")]: 1 });
  }
  // One that is caught is no failure of the request.
  const caught = (session) => {
    try {
      fill(session);
    } catch {}
  };
  assert.deepEqual(await answer(cookies, caught), [200, {}]);

  const keeping = await SessionCookie.encrypted(XAES_KEY, { ...options, keepUnknownKeys: true });
  assert.deepEqual(await answer(keeping, (session) => session.set("a", 1), await filled(undefined, others)), [503, { [failure("UnreadableKey")]: 1 }]);
  const typed = await SessionCookie.encrypted(XAES_KEY, { ...options, type: sessionType({ label: "", schema: 1, shape: struct({ user: u32 }) }) });
  assert.deepEqual(await answer(typed, (session) => (session.value = { user: 1 }), await filled()), [503, { [failure("UnreadableSchema")]: 1 }]);

  const asking = (more) => SessionCookie.encrypted(XAES_KEY, { ...options, revalidateAfter: revalidation({ seconds: 60, validate: () => null, ...more }) });
  const old = await filled(undefined, own, later(-120));
  assert.deepEqual(await answer(await asking(), () => {}, old), [503, { [failure("Validation")]: 1 }]);
  assert.deepEqual(await answer(await asking({ unvalidatedUpTo: 600 }), () => {}, old), [200, { [failure("Validation")]: 1 }]);

  const at1970 = await cookies.load(null, 0);
  at1970.set("user", "ada");
  await assert.rejects(cookies.save(at1970), { code: "clock" });
  assert.deepEqual(await failed(), { [failure("Save")]: 1 });
  await assert.rejects(cookies.save(await own.load(null)), TypeError);
  assert.deepEqual(await failed(), { [failure("Setup")]: 1 });
});

test("a session that the response sets already has not come back, and revokedIf is not asked about it", async () => {
  const { metrics, changes } = registered();
  const asked = [];
  const revokedIf = revocation(({ issuedAt }) => (asked.push(issuedAt), false));
  const cookies = await SessionCookie.encrypted(XAES_KEY, { metrics, revokedIf, log: null });
  const begin = async (seconds) => own.save(((session) => (session.set("user", "ada"), session))(await own.load(null, at(seconds))));
  const session = await cookies.load(field(await begin(0)), at(100));
  session.get("user");
  await cookies.saveTo(new Headers([["set-cookie", ...(await begin(100))]]), session);
  assert.deepEqual([(await changes())[returned], asked.length], [undefined, 1]);
});

test("requests that a guard refuses are counted, by Rust's names", async () => {
  const { metrics, changes } = registered();
  const handle = withSession(SessionCookie.encrypted(XAES_KEY, { metrics, log: null }), () => new Response(), { guard: new CsrfGuard() });
  const send = (headers) => handle(new Request("https://shop.example/", { method: "POST", headers }));
  await send({ "sec-fetch-site": "cross-site" });
  await send({ origin: "null" });
  // As behind a proxy that changes `Host`, from a browser that does not know `Sec-Fetch-Site`.
  for (const origin of ["https://other.example", "https://shop.example:8443"]) await send({ origin });
  await send({ "sec-fetch-site": "same-origin" });
  await send({ "sec-fetch-site": "same-origin", "x-csrf-token": "wrong" });
  const refusals = Object.fromEntries(Object.entries(await changes()).filter(([name]) => name.startsWith("csrf")));
  const refusal = (name) => `csrf_refusals_total{refusal=${name}}`;
  assert.deepEqual(refusals, { [refusal("CrossSite")]: 2, [refusal("OtherHost")]: 2, [refusal("NoToken")]: 1, [refusal("WrongToken")]: 1 });
});

test("of two rings in one register, each gauge shows its own", async () => {
  const { metrics, changes, register } = registered();
  const texts = { shop: XAES_KEY, admin: OTHER_KEY };
  const follow = (name) => KeyRing.follow(() => texts[name], { metrics, log: null });
  const shop = await SessionCookie.encrypted(await follow("shop"), { metrics, log: null });
  const admin = await SessionCookie.encrypted(await follow("admin"), { metrics, log: null, cookie: attributes({ name: "admin" }) });
  const infoOf = async (cookies) => {
    const { fingerprint, settings } = await keysInUse(cookies, start);
    return `info{purpose=${cookies.name},fingerprint=${fingerprint},settings=${settings}}`;
  };
  const before = await infoOf(shop);
  const begun = await changes();
  assert.deepEqual([begun[before], begun[await infoOf(admin)]], [1, 1]);
  const changesAt = async (seconds) => {
    for (const cookies of [shop, admin]) await keysInUse(cookies, at(seconds));
    clock.mock.mockImplementation(() => at(seconds));
    const found = await changes();
    clock.mock.mockImplementation(() => start);
    return found;
  };
  texts.shop = `${OTHER_KEY}\nnot_before=2126-01-01T00:00:00Z`;
  const replaced = await changesAt(60);
  const notBefore = "not_before_seconds{purpose=__Host-session}";
  assert.deepEqual(replaced, { [await infoOf(shop)]: 1, keys_dropped_total: 1, [notBefore]: Date.parse("2126-01-01") / 1000 });
  assert.ok(!(await register.metrics()).includes(/fingerprint=(\w+)/.exec(before)[1]));

  texts.admin = "junk";
  const refused = "source_refused_since_seconds{purpose=admin}";
  assert.deepEqual(await changesAt(120), { [refused]: at(120) / 1000 });
  texts.admin = OTHER_KEY;
  texts.shop = XAES_KEY;
  const cured = await changesAt(660);
  assert.deepEqual([cured[refused], cured.keys_dropped_total, cured.keys_returned_total], [-at(120) / 1000, 1, 1]);
});

test("a scrape asks the source of a ring, and one that does not answer counts as refused, until it answers", async () => {
  const { metrics, series } = registered();
  let source = () => XAES_KEY;
  const ring = await KeyRing.follow(() => source(), { every: 1, log: null });
  const cookies = await SessionCookie.encrypted(ring, { metrics, log: null });
  const sinceAt = async (seconds) => {
    clock.mock.mockImplementation(() => at(seconds));
    await series();
    await new Promise(setImmediate);
    return Number((await series()).get(`hardtack_source_refused_since_seconds{purpose="${cookies.name}"}`));
  };
  source = () => new Promise(() => {});
  assert.deepEqual([await sinceAt(10), await sinceAt(14), await sinceAt(20)], [0, 0, at(15) / 1000]);
  source = () => XAES_KEY;
  assert.equal(await sinceAt(30), 0);
  clock.mock.mockImplementation(() => start);
});

test("two cookies of one name are both shown, and the refused source of either", async () => {
  const { metrics, series } = registered();
  let text = XAES_KEY;
  const cookies = [
    await SessionCookie.encrypted(await KeyRing.follow(() => text, { log: null }), { metrics, log: null }),
    await SessionCookie.encrypted(OTHER_KEY, { metrics, log: null }),
  ];
  text = "junk";
  await keysInUse(cookies[0], at(60));
  const shown = [...(await series())].filter(([name]) => /info|refused_since/.test(name));
  const infos = await Promise.all(
    cookies.map(async (one) => {
      const { fingerprint, settings } = await keysInUse(one, at(60));
      return [`hardtack_info{purpose="__Host-session",fingerprint="${fingerprint}",settings="${settings}"}`, "1"];
    }),
  );
  assert.deepEqual(new Map(shown), new Map([...infos, ['hardtack_source_refused_since_seconds{purpose="__Host-session"}', `${at(60) / 1000}`]]));
});

test("the processes of a cluster are joined: counts are added, and gauges are not", async () => {
  const processes = await Promise.all(
    [1, 2].map(async () => {
      const { metrics, register } = registered();
      await (await SessionCookie.encrypted(`${XAES_KEY}\nnot_before=2026-02-01T00:00:00Z`, { metrics, log: null })).load(null);
      return register.getMetricsAsJSON();
    }),
  );
  const text = await AggregatorRegistry.aggregate(processes).metrics();
  assert.match(text, /outcome="Absent",reason="",known=""} 2\n/);
  assert.match(text, /hardtack_info{[^}]*} 1\n/);
  assert.match(text, new RegExp(`hardtack_not_before_seconds{[^}]*} ${Date.parse("2026-02-01") / 1000}\n`));
});

test("a key that this program saw leave is told apart from one that nobody knows", async () => {
  const { metrics, changes } = registered();
  let text = XAES_KEY;
  const cookies = await SessionCookie.encrypted(await KeyRing.follow(() => text, { log: null }), { metrics, log: null });
  text = OTHER_KEY;
  await keysInUse(cookies, at(60));
  await changes();
  await cookies.load(await filled(), at(61));
  await cookies.load(await filled(undefined, await SessionCookie.encrypted(await generateKey(), { log: null })), at(61));
  assert.deepEqual(counted(await changes()), { [read("Rejected", "UnknownKey", "dropped")]: 1, [read("Rejected", "UnknownKey")]: 1 });
});

test("a register has one instance, until it is cleared, and what is none is refused", async (t) => {
  const ringFile = join(await mkdtemp(join(tmpdir(), "hardtack-prometheus-")), "ring");
  t.after(() => rm(dirname(ringFile), { recursive: true }));
  await writeFile(ringFile, `${XAES_KEY}\n`);
  const { metrics: first, register } = registered();
  assert.equal(prometheus(register), first);
  register.clear();
  assert.notEqual(prometheus(register), first);
  assert.equal(prometheus(), prometheus(globalRegister));
  const cookies = await fromSettings({ keys: XAES_KEY }, {}, { metrics: prometheus(register), log: null });
  await cookies.load(null);
  assert.match(await register.metrics(), /outcome="Absent",reason="",known=""} 1\n/);
  const counted = [];
  const metrics = { ofCarrier: () => counted.push("carrier"), ofRing: () => counted.push("ring") };
  await fromSettings({ keys_file: ringFile, watch_keys: "1m" }, {}, { metrics, log: null });
  assert.deepEqual(counted, ["ring", "carrier"]);
  for (const wrong of [register, "yes", {}, 7]) {
    await assert.rejects(SessionCookie.encrypted(XAES_KEY, { metrics: wrong }), misconfigured("metrics"));
    await assert.rejects(KeyRing.follow(() => XAES_KEY, { metrics: wrong }), misconfigured("metrics"));
  }
  await SessionCookie.encrypted(XAES_KEY, { metrics: null, log: null });
});
