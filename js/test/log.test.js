// What operators are told: when sessions are ready, and when what arrives shows that a clock, a key or a setting is wrong.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { execPath } from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { KEY_SEALS_TOO_SOON } from "../src/base/lines.js";
import { CsrfGuard } from "../src/csrf_guard.js";
import { keysInUse } from "../src/health.js";
import { KeyRing, SessionCookie, SessionHeader, SessionToken, attributes, generateKey, revocation, sessionType } from "../src/index.js";
import { oldCookie } from "../src/old_cookies.js";
import { struct, u32 } from "../src/struct.js";
import { withSession } from "../src/web/fetch.js";
import { inNext } from "../src/web/next.js";
import { withSession as inNode } from "../src/web/node.js";
import { NOW, SIGNING_KEY, XAES_KEY, filled, later, misconfigured } from "./visitor.js";

const OTHER_KEY = await generateKey();
const idOf = async (key) => (await KeyRing.parse(key)).keys[0].id;
const [id, otherId] = await Promise.all([XAES_KEY, OTHER_KEY].map(idOf));
const MONTH = 30 * 86_400;

/** A program, and what it has told since it was ready. */
async function program(options = {}, ring = XAES_KEY, build = SessionCookie.encrypted) {
  const told = [];
  const cookies = await build(ring, { ...options, log: (...event) => told.push(event) });
  const built = told.splice(0);
  return { cookies, built, told, events: () => told.splice(0).map(([level, message, { purpose: _, ...fields }]) => [level, message, fields]) };
}

const begun = (cookies, change, at) => filled(change, cookies, at);

test("a carrier tells its keys and settings when it is ready", async () => {
  const until = later(90 * 86_400).toISOString().replace(".000", "");
  const next = await generateKey();
  const text = `${OTHER_KEY} seal_from=2026-01-01T00:00:00Z\n${XAES_KEY} accept_until=${until}\n${next} seal_from=2126-01-01T00:00:00Z`;
  const ring = await KeyRing.parse(text);
  const { built } = await program({ cookie: attributes({ dangerAllowHttp: true }), dangerAllowSharedCaching: true, notBefore: Date.parse("2026-02-01") }, ring);
  const [[level, message, { settings, ...fields }], ...more] = built;
  assert.deepEqual([level, message, more], ["info", "sessions are ready", []]);
  assert.match(settings, /^cookie=session mode=encrypted application= .* secure=false /);
  const expected = {
    purpose: "session",
    seals: otherId,
    sealsSince: new Date("2026-01-01"),
    accepts: [`${id} until ${until}`, otherId, `${await idOf(next)} seals from 2126-01-01T00:00:00Z`],
    fingerprint: await ring.fingerprint(),
    notBefore: new Date("2026-02-01"),
    settingsFingerprint: fields.settingsFingerprint,
    danger: ["dangerAllowHttp", "dangerAllowSharedCaching"],
  };
  assert.deepEqual(fields, expected);
  const signed = await program({ header: "x-session" }, SIGNING_KEY, SessionHeader.unencryptedButSigned);
  assert.deepEqual([signed.built[0][2].purpose, signed.built[0][2].danger], ["header:x-session", ["unencrypted"]]);
  const keys = [XAES_KEY, OTHER_KEY, SIGNING_KEY].map((key) => key.slice(21, 50));
  for (const key of keys) assert.ok(!JSON.stringify([built, signed.built]).includes(key));
});

test("a ring that is taken is told, and a `not_before` in the future is a warning then and at start", async () => {
  const told = [];
  let text = XAES_KEY;
  const ring = await KeyRing.follow(() => text, { log: (...event) => told.push(event) });
  const cookies = await SessionCookie.encrypted(ring, { log: null });
  const ahead = new Date(Math.ceil(Date.now() / 1000) * 1000 + 18_000_000);
  const notBefore = ahead.toISOString().replace(".000", "");
  text = `${OTHER_KEY}\n${XAES_KEY}\nnot_before=${notBefore}`;
  assert.deepEqual(told, []);
  await cookies.load(null, Date.now() + 61_000);
  const [[, message, fields], [level, sentence, { aheadBy }]] = told;
  assert.deepEqual([message, fields.seals, fields.accepts, fields.notBefore], ["key ring replaced", otherId, [id, otherId], ahead]);
  assert.deepEqual([level, /^`not_before` is in the future: /.test(sentence), Math.abs(aheadBy - 18_000) < 60], ["warn", true, true]);
  const { built } = await program({}, text);
  assert.deepEqual(built.map(([level, sentence]) => [level, sentence]), [["info", "sessions are ready"], ["warn", sentence]]);
  assert.equal((await program({ notBefore: new Date(Date.now() - 1000) })).built.length, 1);
});

test("a new key that seals as soon as its ring comes is a warning, unless another key is dropped", async () => {
  const at = (seconds) => new Date(Math.floor(Date.now() / 1000 + seconds) * 1000).toISOString().replace(".000", "");
  for (const [text, isTold] of [
    [`${XAES_KEY}\n${OTHER_KEY} seal_from=${at(-60)}`, true],
    [`${XAES_KEY}\n${OTHER_KEY} seal_from=${at(600)}`, false],
    [`${OTHER_KEY} seal_from=${at(-60)}`, false],
    [`${XAES_KEY}\n${OTHER_KEY}`, false],
  ]) {
    const told = [];
    let source = XAES_KEY;
    const ring = await KeyRing.follow(() => source, { log: (...event) => told.push(event) });
    const cookies = await SessionCookie.encrypted(ring, { log: null });
    source = text;
    await cookies.load(null, Date.now() + 61_000);
    const isTooSoon = ([level, message, { keyId }]) => level === "warn" && message === KEY_SEALS_TOO_SOON[1] && keyId === otherId;
    assert.equal(told.filter(isTooSoon).length, Number(isTold), text);
  }
});

test("a worker whose clock stands still until its first request tells nothing that depends on the time", async (t) => {
  t.mock.method(Date, "now", () => 0);
  const ring = `${OTHER_KEY} seal_from=2026-02-01T00:00:00Z\n${XAES_KEY} accept_until=2026-02-01T00:00:01Z\nnot_before=2026-02-01T00:00:00Z`;
  const old = oldCookie({ name: "old", read: () => null, from: Date.parse("2026-02-01"), until: Date.parse("2027-02-01") });
  const { built } = await program({ migrateFrom: old }, ring);
  assert.deepEqual(built.map(([level, message, { seals, accepts }]) => [level, message, seals, accepts]), [
    ["info", "sessions are ready", undefined, [`${id} until 2026-02-01T00:00:01Z`, `${otherId} seals from 2026-02-01T00:00:00Z`]],
  ]);
});

test("of two programs, one with another ring, clock or type says so, with numbers", async () => {
  const cookie = await begun((await program()).cookies);
  const withOthers = await program({}, OTHER_KEY);
  await withOthers.cookies.load(cookie, NOW);
  assert.deepEqual(withOthers.events(), [["warn", "session rejected", { reason: "UnknownKey", keyId: id }]]);

  const behind = await program();
  await behind.cookies.load(cookie, later(-86_400));
  assert.deepEqual(behind.events(), [["warn", "session rejected", { reason: "NotYetValid", keyId: id, aheadBy: 86_400 }]]);

  const type = sessionType({ label: "", schema: 1, shape: struct({ user: u32 }) });
  const typed = await program({ type });
  await typed.cookies.load(cookie, NOW);
  assert.deepEqual(typed.events(), [["error", "session rejected", { reason: "Payload", keyId: id }]]);

  const ofAnother = await program({ application: "shop" });
  await ofAnother.cookies.load(cookie, NOW);
  assert.deepEqual(ofAnother.events(), [["info", "session rejected", { reason: "Auth", keyId: id }]]);
});

test("a cookie of this name that another program may have written is told once a minute for each reason", async () => {
  const { cookies, events } = await program();
  const values = { Encoding: "a%20b", Incomplete: "s:id.mac", TooShort: "", UnknownFormat: "ffffffff" };
  const bring = async (second) => {
    for (const value of Object.values(values)) await cookies.load(`__Host-session=${value}`, later(second));
    return events();
  };
  const told = Object.keys(values).map((reason) => ["info", "session rejected", { reason, keyId: null }]);
  assert.deepEqual(await bring(0), told);
  assert.deepEqual(await bring(59), []);
  assert.deepEqual(await bring(60), told);
});

test("forged cookies do not hide a session under a key that the ring lost, nor does that hide them", async () => {
  let text = XAES_KEY;
  const lost = await begun((await program()).cookies, undefined, later(1));
  const foreign = await begun((await program({}, await generateKey())).cookies, undefined, later(1));
  for (const arrived of [[foreign, lost], [lost, foreign]]) {
    text = XAES_KEY;
    const { cookies, events } = await program({}, await KeyRing.follow(() => text, { log: null }));
    text = OTHER_KEY;
    await keysInUse(cookies, Date.now() + 61_000);
    for (const cookie of arrived) await cookies.load(cookie, later(1));
    const told = events().map(([level, , { reason, known }]) => [level, reason, known]);
    assert.deepEqual(told.toSorted(), [["warn", "UnknownKey", undefined], ["warn", "UnknownKey", "dropped"]].toSorted());
  }
});

test("what browsers bring all the time is told of by nobody", async () => {
  const { cookies, events } = await program({ revokedIf: revocation(() => true) });
  const ours = await begun(cookies);
  for (const arrived of [null, "", "theme=dark; a=b", ours, `${ours}; a=b`]) await cookies.load(arrived, NOW);
  await cookies.load(ours, later(1800));
  await cookies.load(ours, later(43_200));
  assert.deepEqual(events(), []);
});

test("an event is told once in a minute for each kind, in all contexts, also by a clock that was set back", async () => {
  const cookie = await begun((await program()).cookies);
  const { cookies, events } = await program({}, OTHER_KEY);
  const count = async (seconds, of = cookies) => (await of.load(cookie, later(seconds)), events().length);
  assert.deepEqual([await count(0), await count(1), await count(59), await count(30, cookies.inContext([["a", "b"]]))], [1, 0, 0, 0]);
  assert.deepEqual([await count(60), await count(61), await count(-3600), await count(-3599)], [1, 0, 1, 0]);
  // Another kind has a minute of its own.
  await cookies.load(await begun(cookies, undefined, later(600)), later(0));
  assert.deepEqual(events().map(([, , { reason }]) => reason), ["NotYetValid"]);
});

test("a remembered session at a program that remembers none is a warning, whether it opens or is over there", async () => {
  const remembering = await program({ rememberUpTo: MONTH });
  const cookie = await begun(remembering.cookies, (session) => (session.set("user", "ada"), session.rememberFor(MONTH)));
  for (const seconds of [600, 1860, 43_200]) {
    const { cookies, events } = await program();
    const { isNew } = await cookies.load(cookie, later(seconds));
    const [[level, sentence, fields], ...more] = events();
    assert.deepEqual([isNew, level, fields, more], [seconds > 600, "warn", {}, []]);
    assert.match(sentence, /^a remembered session arrived, but this program has no `rememberUpTo`: .*; set `rememberUpTo` as /);
  }
  await remembering.cookies.load(cookie, later(86_400));
  assert.deepEqual(remembering.events(), []);
});

test("many sessions that are over in a minute are told, with a number, and few are not", async () => {
  const { cookies, events } = await program();
  const [idle, old] = [await begun(cookies), await begun(cookies, (session) => session.set("user", "eve"), later(-43_000))];
  const arrive = async (times, arrived, at) => {
    for (let i = 0; i < times; i++) await cookies.load(arrived, later(at));
    return events().map(([level, message, { count, expiredForLeast: least, expiredForMost: most }]) => [level, message, count, least, most]);
  };
  const sentence =
    "many sessions of this minute had expired, as after an outage; or a clock is wrong, timeouts differ, or a proxy drops `Set-Cookie`";
  assert.deepEqual(await arrive(9, idle, 1860), []);
  assert.deepEqual(await arrive(4, idle, 1920), []);
  assert.deepEqual(await arrive(5, old, 1921), []);
  assert.deepEqual(await arrive(3, idle, 1922), [["info", sentence, 10, 120, 1721]]);
  assert.deepEqual(await arrive(20, idle, 1979), []);
  assert.deepEqual(await arrive(20, old, 1980), [["info", sentence, 10, 1780, 1780]]);
  // A clock that was set back begins another minute.
  assert.deepEqual(await arrive(10, idle, 1850), [["info", sentence, 10, 50, 50]]);
});

test("a session that `not_before` refuses is told apart from one that the application refuses", async () => {
  const cookie = await begun((await program()).cookies);
  const past = await program({ notBefore: later(10) });
  await past.cookies.load(cookie, later(20));
  assert.deepEqual(past.events(), [["info", "session rejected", { reason: "Revoked", keyId: id, notBefore: later(10) }]]);
  const ahead = await program({ notBefore: later(100) });
  await ahead.cookies.load(cookie, later(20));
  assert.deepEqual(ahead.events(), [["warn", "session rejected", { reason: "Revoked", keyId: id, notBefore: later(100) }]]);
  const revoked = await program({ revokedIf: revocation(() => true) });
  await revoked.cookies.load(cookie, NOW);
  assert.deepEqual(revoked.events(), []);
});

test("a change that is lost with its key, or by `notBefore`, is told once in a minute, and a refresh is not", async () => {
  const told = [];
  const lapses = {
    async key() {
      let text = XAES_KEY;
      const cookies = await SessionCookie.encrypted(await KeyRing.follow(() => text, { log: null }), { log: (...event) => told.push(event) });
      return [cookies, async (at) => ((text = OTHER_KEY), await cookies.load(null, at))];
    },
    async notBefore() {
      const cookies = await SessionCookie.encrypted(XAES_KEY, { log: (...event) => told.push(event) });
      return [cookies, async () => cookies.raiseNotBefore(later(10))];
    },
  };
  const sentence = "a session is not stored: its key was dropped, or `not_before` raised, while the request ran";
  const change = (session) => session.set("password", "hunter2");
  for (const [how, begin] of Object.entries(lapses)) {
    const [cookies, lapse] = await begin();
    const cookie = await filled(undefined, cookies);
    const sessions = {};
    for (const [name, second] of [["first", 1000], ["second", 1059], ["third", 1060], ["read", 1200], ["failed", 1300], ["ended", 1400], ["new", 1500]]) {
      sessions[name] = await cookies.load(name === "new" ? null : cookie, later(second));
    }
    await lapse(later(3000));
    told.length = 0;
    const save = async (name, work, response) => {
      work(sessions[name]);
      const set = await cookies.save(sessions[name], response);
      return [set.length, told.splice(0).map(([level, message, { purpose, ...more }]) => [level, message, purpose, more])];
    };
    const lost = [0, [["info", sentence, "__Host-session", {}]]];
    assert.deepEqual(await save("first", change), lost, how);
    assert.deepEqual(await save("first", () => {}), [0, []]);
    assert.deepEqual(await save("second", change), [0, []]);
    assert.deepEqual(await save("third", (session) => session.save()), lost);
    assert.deepEqual(await save("read", (session) => void session.get("user")), [0, []]);
    assert.deepEqual(await save("failed", change, { status: 500 }), [0, []]);
    assert.deepEqual(await save("ended", (session) => session.invalidate()), [1, []]);
    assert.deepEqual(await save("new", change), [1, []]);
  }
});

test("a log that fails, also later, fails no request, and null tells nothing", async (t) => {
  const { mock } = t.mock.method(console, "warn", () => {});
  const cookie = await begun((await program()).cookies);
  const fail = () => {
    throw new Error("log service down");
  };
  for (const log of [fail, async () => fail()]) {
    const cookies = await SessionCookie.encrypted(OTHER_KEY, { log });
    assert.equal((await cookies.load(cookie, NOW)).isNew, true);
    await new Promise(setImmediate);
    // What it was not told is printed.
    assert.deepEqual(mock.calls.map(({ arguments: [message, { reason }] }) => [message, reason]), [["sessions are ready", undefined], ["session rejected", "UnknownKey"]]);
    mock.resetCalls();
  }
  const quiet = await SessionCookie.encrypted(`${OTHER_KEY}\nnot_before=2099-01-01T00:00:00Z`, { log: null });
  assert.equal((await quiet.load(cookie, NOW)).isNew, true);
  assert.equal(mock.callCount(), 0);
  for (const log of ["warn", true, {}]) {
    await assert.rejects(SessionCookie.encrypted(XAES_KEY, { log }), misconfigured("log"));
    await assert.rejects(SessionToken.encrypted(XAES_KEY, { purpose: "jobs", log }), misconfigured("log"));
  }
});

test("by default warnings and errors are printed everywhere, infos in development, and nothing to the standard output", async () => {
  const run = async (env) => {
    const code = `import { SessionCookie } from "./src/index.js";
      const [ours, others] = [await SessionCookie.encrypted("${XAES_KEY}"), await SessionCookie.encrypted("${OTHER_KEY}")];
      const session = await ours.load(null);
      session.set("user", 7);
      await others.load((await ours.save(session))[0].split(";")[0]);`;
    const cwd = fileURLToPath(new URL("..", import.meta.url));
    const { stdout, stderr } = await promisify(execFile)(execPath, ["--input-type=module", "-e", code], { cwd, env });
    return [stdout, stderr.match(/sessions are ready|session rejected/g)];
  };
  assert.deepEqual(await run({}), ["", ["sessions are ready", "sessions are ready", "session rejected"]]);
  assert.deepEqual(await run({ NODE_ENV: "production" }), ["", ["session rejected"]]);
});

test("a timeout of more than 400 days is a warning in development, because it may count milliseconds", async (t) => {
  const warnedOf = async (options) => (await program(options)).built.filter(([level]) => level === "warn").map(([, message]) => message);
  const sentence = (name, days, number) =>
    `\`${name}\` is ${days} days, longer than a browser keeps a cookie; if ${number} counts milliseconds, divide it by 1,000`;
  assert.deepEqual(await warnedOf({ idleTimeout: 1_800_000, absoluteTimeout: 43_200_000 }), [sentence("absoluteTimeout", 500, 43_200_000)]);
  assert.deepEqual(await warnedOf({ rememberUpTo: 2_592_000_000 }), [sentence("rememberUpTo", 30_000, 2_592_000_000)]);
  assert.deepEqual(await warnedOf({ idleTimeout: null, absoluteTimeout: 400 * 86_400, rememberUpTo: 400 * 86_400 }), []);
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = "production";
  t.after(() => (NODE_ENV === undefined ? delete process.env.NODE_ENV : (process.env.NODE_ENV = NODE_ENV)));
  assert.deepEqual(await warnedOf({ absoluteTimeout: 43_200_000 }), []);
});

test("forged forms and refused ones are told once in a minute for each reason, and no hook hides others", async () => {
  const told = [];
  const log = (level, message, fields) => level !== "info" && message !== "session rejected" && told.push([level, message, fields]);
  const cookies = SessionCookie.encrypted(OTHER_KEY, { log, keepUnknownKeys: true });
  const cookie = await begun((await program()).cookies);
  let second = 1;
  const options = { now: () => later(second), guard: new CsrfGuard({ originCheckOnly: true }) };
  const handle = withSession(cookies, (request, session) => void session.set("cart", 1), options);
  const send = async (headers, status) => {
    const answer = await handle(new Request("https://shop.example/cart?a=b", { method: "POST", headers: { host: "shop.example", ...headers } }));
    assert.equal(answer.status, status);
  };
  for (let i = 0; i < 20; i++) {
    await send({ cookie }, 503);
    await send({ origin: "http://shop.example" }, 403);
    await send({ origin: "https://evil.example" }, 403);
  }
  assert.deepEqual(told.map(([level]) => level), ["error", "warn", "warn"]);
  const [, [, sentence, { refusal, advice, path, method, compared }], [, , other]] = told;
  assert.deepEqual([sentence, path, method], ["a request was refused by a CSRF check", "/cart", "POST"]);
  assert.match(`${refusal} ${compared}`, /without TLS origin http:\/\/shop.example, /);
  assert.match(advice, /redirect http to https/);
  assert.deepEqual([/evil/.test(other.compared), other.advice], [true, undefined]);
  second = 61;
  await send({ cookie }, 503);
  await send({ origin: "http://shop.example" }, 403);
  assert.equal(told.length, 5);
});

test("a request that fails is told with its path, without the host and the query", async () => {
  const told = [];
  const full = withSession(
    SessionCookie.encrypted(XAES_KEY, { log: (level, message, fields) => told.push(fields) }),
    (request, session) => void session.set("text", "x".repeat(4_000)),
  );
  assert.equal((await full(new Request("https://shop.example/fill?token=secret"))).status, 413);
  assert.deepEqual([told.at(-1).method, told.at(-1).path], ["GET", "/fill"]);
});

test("a list that fails is told once in a minute, with its error, and by every way that a session is read", async () => {
  const broken = new Error("no database");
  const sentence = "the application could not say whether a session is revoked, so it counts as revoked";
  const cookie = await filled();
  const headers = new Headers({ cookie });
  const ways = {
    load: (cookies) => (at) => cookies.load(cookie, at),
    inNext: (cookies) => (at) => inNext(cookies, async () => ({ getAll: () => [] }), { headers: () => headers, now: () => at }).load(),
    withSession: (cookies) => (at) => withSession(cookies, () => new Response(), { now: () => at })(new Request("https://shop.example/", { headers })),
    "withSession with a hook": (cookies) => (at) =>
      withSession(cookies, () => new Response(), { now: () => at, onOutcome: () => {} })(new Request("https://shop.example/", { headers })),
    "an old cookie": (cookies) => (at) => cookies.load("sid=ada", at),
  };
  const migrateFrom = oldCookie({ name: "sid", read: () => ({ entries: { user: 1 } }), from: later(-60), until: later(MONTH) });
  for (const [name, begin] of Object.entries(ways)) {
    for (const fail of [() => Promise.reject(broken), () => Promise.reject(), () => "no"]) {
      const { cookies, events } = await program({ revokedIf: revocation(fail), migrateFrom });
      const read = begin(cookies);
      for (const second of [0, 0, 1, 59, 60]) await read(later(second));
      const told = events();
      assert.deepEqual(told.map(([level, message]) => [level, message]), [["error", sentence], ["error", sentence]], name);
      const { error } = told[0][2];
      assert.ok(error === broken || error === undefined || /must return true or false, found string/.test(error.message));
    }
  }
});

test("an old session without room is told once in a minute, with what to choose", async () => {
  const read = () => ({ entries: { note: "x".repeat(2300) } });
  const { cookies, events } = await program({ migrateFrom: oldCookie({ name: "sid", read, from: later(-60), until: later(MONTH) }) });
  const handle = withSession(cookies, () => new Response(), { now: () => NOW });
  for (let i = 0; i < 5; i++) await handle(new Request("https://shop.example/", { headers: { cookie: "sid=ada" } }));
  const [[level, message, { reason, error }], ...more] = events();
  assert.deepEqual([level, message, reason, more], ["info", "old cookie rejected", "TooLong", []]);
  assert.match(error.message, /^old session must have at most 2171 bytes of content, .*; choose a larger `size`/);
});

test("an error of a session that anyone can cause is told once in a minute for each code, and one of a hook always", async (t) => {
  const type = sessionType({ label: "", schema: 1, shape: struct({ user: u32 }) });
  const ofOthers = await begun((await program()).cookies);
  const pages = { full: (session) => session.set("text", "x".repeat(4000)), unreadable: (session) => (session.value = { user: 1 }) };
  const statuses = { full: 413, unreadable: 503 };
  const printed = t.mock.method(console, "error", () => {});
  const ways = {
    fetch: (cookies, page, options) => {
      const handle = withSession(cookies, (_, session) => void page(session), options);
      return async (headers) => (await handle(new Request("https://shop.example/fill", { headers }))).status;
    },
    node: (cookies, page, options) => {
      const handle = inNode(cookies, (request, response, session) => void page(session), options);
      return async (headers) => {
        const request = Object.assign(new IncomingMessage(new Socket()), { method: "GET", url: "/fill", headers });
        const response = new ServerResponse(request);
        await handle(request, response);
        return response.statusCode;
      };
    },
  };
  for (const [way, name] of Object.keys(ways).flatMap((way) => Object.keys(pages).map((name) => [way, name]))) {
    const { cookies, told } = await program(name === "full" ? {} : { type });
    let second = 0;
    const send = ways[way](cookies, pages[name], { now: () => later(second) });
    const count = async () => {
      assert.equal(await send({ cookie: ofOthers }), statuses[name]);
      const failed = told.splice(0).filter(([, message]) => message === "a session could not be read or changed, or a hook threw");
      return failed.map(([level, , { error, path }]) => [level, error.status, path]);
    };
    const once = [["error", statuses[name], "/fill"]];
    const expected = [once, [], [], once];
    for (const [i, at] of [0, 1, 59, 60].entries()) assert.deepEqual(((second = at), await count()), expected[i], `${way} ${name}`);
    assert.equal(printed.mock.callCount(), 0, way);
  }
  const thrown = [Object.assign(new Error("down"), { status: 503, code: "size" }), undefined, null, "down"];
  for (const error of thrown) {
    const { cookies, told } = await program();
    const onOutcome = () => {
      throw error;
    };
    const handle = withSession(cookies, () => new Response(), { onOutcome, now: () => NOW });
    for (let i = 0; i < 3; i++) await handle(new Request("https://shop.example/"));
    await new Promise(setImmediate);
    assert.deepEqual(told.map(([level, , fields]) => [level, fields.error]), Array(3).fill(["error", error]));
  }
});

/** Returns true if a filter of CloudWatch, as docs/deployments.md has them, matches a line of JSON. */
function matches(filter, line) {
  const terms = /^\{ (.*) \}$/.exec(filter)[1].split(" && ");
  return terms.every((term) => {
    const [, path, operator, pattern] = /^\$\.(\S+) (=|!=) "([^"]*)"$/.exec(term);
    const value = path.split(".").reduce((value, name) => value?.[name], JSON.parse(line));
    if (value === undefined) return false;
    const isLike = pattern.endsWith("*") ? String(value).startsWith(pattern.slice(0, -1)) : value === pattern;
    return isLike === (operator === "=");
  });
}

test("each filter of docs/deployments.md for JavaScript matches its line of examples/log.js, and no line of an ordinary day", async (t) => {
  const page = await readFile(new URL("../../docs/deployments.md", import.meta.url), "utf8");
  const [, table] = page.split("| What | Rust | JavaScript |");
  const filters = table.split("\n\n")[0].split("\n").slice(2).map((row) => row.split("|")[3].trim().slice(1, -1));
  const example = await readFile(new URL("../examples/log.js", import.meta.url), "utf8");
  const code = example.replace('"hardtack-session/settings"', JSON.stringify(new URL("../src/settings.js", import.meta.url).href));
  const lines = [];
  t.mock.method(console, "log", (line) => lines.push(line));
  process.env.SESSION_APPLICATION = "shop";
  process.env.SESSION_KEYS = `${XAES_KEY}\n${OTHER_KEY} seal_from=${NOW.toISOString().replace(".000", "")}`;
  const { cookies } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  for (const name of ["KEYS", "APPLICATION"]) delete process.env[`SESSION_${name}`];
  const ready = [...lines];
  const [old, foreign] = await Promise.all([XAES_KEY, await generateKey()].map((key) => SessionCookie.encrypted(key, { application: "shop", log: null })));
  const newer = await SessionCookie.encrypted(OTHER_KEY, { application: "shop", log: null, type: sessionType({ label: "", schema: 1, shape: struct({ user: u32 }) }) });
  const visit = async (cookie, second) => cookies.load(cookie, later(second));
  await visit(await begun(cookies), 0);
  assert.deepEqual(lines, ready);
  await visit(await begun(newer, (session) => (session.value = { user: 1 })), 1);
  await visit(await begun(cookies, undefined, later(86_400)), 2);
  for (let i = 0; i < 10; i++) await visit(await begun(cookies), 1900);
  await visit(await begun(old, undefined, later(100)), 100);
  await visit(await begun(foreign), 4);
  assert.equal(filters.length, 7);
  for (const filter of filters) {
    assert.ok(lines.some((line) => matches(filter, line)), `${filter}\n${lines.join("\n")}`);
    // Of a program with the right ring and settings.
    const own = { ...JSON.parse(ready[0]), settingsFingerprint: "331a75f197d27245", fingerprint: "1b9f4e2d60c8a573" };
    assert.ok(!matches(filter, JSON.stringify(own)), filter);
  }
});
