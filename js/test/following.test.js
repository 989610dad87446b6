// A key ring that follows its source while requests run.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { inspect } from "node:util";

import { deviceBound } from "../src/device.js";
import { keysInUse } from "../src/health.js";
import { KeyRing, SessionCookie, SessionHeader, SessionToken, csrfToken, generateKey, verifyCsrf } from "../src/index.js";
import { SIGNING_KEY, XAES_KEY, XCHACHA_KEY, errorsTo, field, misconfigured } from "./visitor.js";

const OTHER_KEY = await generateKey();
const start = Date.now();
mock.method(Date, "now", () => start);
const at = (seconds) => start + seconds * 1000;
const time = (seconds) => new Date(at(seconds)).toISOString().replace(/\.\d+/, "");

/** A source whose text can be changed, and a ring that follows it. */
async function following(text = XAES_KEY, options = {}) {
  const source = { text, asked: 0, errors: [] };
  const read = async () => {
    source.asked++;
    if (source.text instanceof Error) throw source.text;
    return source.text;
  };
  const ring = await KeyRing.follow(read, { log: errorsTo(source.errors), ...options });
  return { source, ring };
}

/** The `Cookie` field, or the token, of a session with an entry. */
async function sealed(carrier, now = at(0)) {
  const session = await carrier.load(null, now);
  session.set("user", "ada");
  const saved = await carrier.save(session);
  return typeof saved === "string" ? saved : field(saved);
}

const opens = async (carrier, arrived, now = at(1)) => !(await carrier.load(arrived, now)).isNew;

test("a ring is read at once, and refused as a text is", async () => {
  const { ring, source } = await following();
  assert.deepEqual([source.asked, ring.mode, ring.keys], [1, "encrypted", (await KeyRing.parse(XAES_KEY)).keys]);
  assert.equal(await ring.fingerprint(), await (await KeyRing.parse(XAES_KEY)).fingerprint());
  for (const [text, code] of [[undefined, "ring"], ["", "empty"], ["junk", "key"], [SIGNING_KEY, "mixed"], [XCHACHA_KEY, "suite"]]) {
    await assert.rejects(KeyRing.follow(() => text), misconfigured(code), `${text}`);
  }
  const broken = new Error("no such file");
  await assert.rejects(KeyRing.follow(() => Promise.reject(broken)), broken);
  await KeyRing.follow(() => [XAES_KEY, OTHER_KEY]);
  await KeyRing.follow(() => XCHACHA_KEY, { skipXChaCha: true });
  const signed = await KeyRing.follow(() => SIGNING_KEY, { mode: "signed" });
  await SessionCookie.unencryptedButSigned(signed);
  await assert.rejects(SessionCookie.encrypted(signed), misconfigured("mixed"));
});

test("mistakes in the settings of a source are refused", async () => {
  for (const source of [undefined, XAES_KEY, {}]) await assert.rejects(KeyRing.follow(source), misconfigured("source"));
  for (const every of [0, -1, 0.5, 86_401, "60", null]) await assert.rejects(KeyRing.follow(() => XAES_KEY, { every }), misconfigured("every"));
  await assert.rejects(KeyRing.follow(() => XAES_KEY, { log: "errors" }), misconfigured("log"));
  await assert.rejects(KeyRing.follow(() => XAES_KEY, { interval: 60 }), misconfigured("option"));
});

test("an error of the first reading shows no key, wherever the source has put it", async () => {
  const read = Object.assign(new Error("no such file"), { code: "ENOENT", text: XAES_KEY, cause: new TypeError("closed") });
  await assert.rejects(KeyRing.follow(() => Promise.reject(read)), (error) => {
    assert.deepEqual([error.message, error.code, error.stack, error.cause.name, error.cause.message], ["no such file", "ENOENT", read.stack, "TypeError", "closed"]);
    assert.ok(!inspect(error, { depth: null, showHidden: true }).includes(XAES_KEY));
    return true;
  });
  const isHidden = { message: "the error of the source holds a key and is not shown" };
  const secret = XAES_KEY.slice(21);
  const failing = [new Error(`vault: ${XAES_KEY}`), new Error("vault", { cause: new Error(XAES_KEY) }), new Error(secret), XAES_KEY, Object.assign(new Error("vault"), { code: secret })];
  for (const error of failing) {
    await assert.rejects(KeyRing.follow(() => Promise.reject(error)), isHidden);
    await assert.rejects(KeyRing.follow(() => { throw error; }), (told) => !inspect(told, { depth: null }).includes(secret));
  }
});

test("a source is asked when a session is loaded, at most once in a span", async () => {
  const { ring, source } = await following(XAES_KEY, { every: 30 });
  const [cookies, header] = [await SessionCookie.encrypted(ring), await SessionHeader.encrypted(ring, { header: "x-session" })];
  const askedAt = async (carrier, now) => (await carrier.load(null, now), source.asked);
  assert.equal(await askedAt(cookies, at(30) - 1), 1);
  assert.equal(await askedAt(header, new Date(at(30))), 2);
  assert.equal(await askedAt(cookies, at(60) - 1), 2);
  assert.equal(await askedAt(cookies.inContext([["tenant", "acme"]]), at(60)), 3);
  // A clock that was set back does not end the questions.
  assert.equal(await askedAt(cookies, at(0)), 4);
  assert.equal(await askedAt(cookies, at(29)), 4);
  assert.equal(await askedAt(await SessionCookie.encrypted(XAES_KEY), at(600)), 4);
  await assert.rejects(cookies.load(null, NaN), misconfigured("now"));
});

test("a source that failed is asked again after a minute, however long the span is", async () => {
  for (const [every, again] of [[3600, 60], [30, 30]]) {
    const { ring, source } = await following(XAES_KEY, { every });
    const cookies = await SessionCookie.encrypted(ring);
    const problemsAt = async (seconds) => (await cookies.load(null, at(seconds)), (await keysInUse(cookies, at(seconds))).problems.length);
    source.text = new Error("no answer");
    assert.equal(await problemsAt(every), 1);
    source.text = XAES_KEY;
    assert.deepEqual([await problemsAt(every + again - 1), await problemsAt(every + again)], [1, 0]);
    const { asked } = source;
    await cookies.load(null, at(2 * every + again - 1));
    assert.equal(source.asked, asked);
  }
});

test("a ring is replaced by one of its mode, with its options", async () => {
  const [signing, otherSigning] = await Promise.all([generateKey({ mode: "signed" }), generateKey({ mode: "signed" })]);
  const rings = [
    [signing, `${otherSigning}\n${signing}`, { mode: "signed" }],
    [XCHACHA_KEY, `${OTHER_KEY}\n${XCHACHA_KEY}`, { skipXChaCha: true }],
    [XAES_KEY, `${XAES_KEY}\n${XCHACHA_KEY}`, { skipXChaCha: true, mode: "encrypted" }],
  ];
  for (const [text, next, options] of rings) {
    const { source, ring } = await following(text, options);
    const build = options.mode === "signed" ? SessionCookie.unencryptedButSigned : SessionCookie.encrypted;
    const cookies = await build(ring);
    // Also the third time.
    for (const [turn, replacement] of [next, text, next].entries()) {
      source.text = replacement;
      await cookies.load(null, at(61 * (turn + 1)));
      assert.deepEqual(source.errors, []);
      assert.deepEqual(ring.keys, (await KeyRing.parse(replacement, options)).keys);
    }
    // A ring of the other mode is refused the second time, too.
    source.text = options.mode === "signed" ? XAES_KEY : signing;
    await cookies.load(null, at(300));
    assert.deepEqual(source.errors.map(({ code }) => code), ["mixed"]);
  }
});

test("a new ring is that of all carriers, and of what was sealed before", async () => {
  const { ring, source } = await following();
  const cookies = await SessionCookie.encrypted(ring, { deviceBound: deviceBound({ path: "/.session" }) });
  const header = await SessionHeader.encrypted(ring, { header: "x-session" });
  const carriers = [cookies, cookies.inContext([["tenant", "acme"]]), header, header.inContext([["tenant", "acme"]])];
  const before = await Promise.all(carriers.map((carrier) => sealed(carrier)));
  const session = await cookies.load(null, at(0));
  const token = await csrfToken(session);
  const withId = field(await cookies.save(session));

  source.text = `${OTHER_KEY}\n${XAES_KEY}`;
  await header.load(null, at(61));
  const present = await KeyRing.parse(source.text);
  assert.deepEqual([ring.keys, await ring.fingerprint()], [present.keys, await present.fingerprint()]);

  const other = await KeyRing.parse(OTHER_KEY);
  const alone = await SessionCookie.encrypted(other, { deviceBound: deviceBound({ path: "/.session" }) });
  const [isKnown, renewed] = [[], []];
  for (const [i, carrier] of carriers.entries()) {
    const arrived = await carrier.load(before[i], at(62));
    isKnown.push([arrived.get("user"), arrived.outcome.kind]);
    renewed.push(await carrier.save(arrived));
  }
  assert.deepEqual(isKnown, carriers.map(() => ["ada", "openedUnderAcceptedKey"]));
  assert.equal(await opens(alone, field(renewed[0]), at(63)), true);
  assert.equal(await opens(alone.inContext([["tenant", "acme"]]), field(renewed[1]), at(63)), true);
  assert.equal(await verifyCsrf(await cookies.load(withId, at(62)), token), true);
  // Devices, too: their offers are sealed under the new key.
  const signedIn = await cookies.load(null, at(62));
  signedIn.signIn();
  await cookies.save(signedIn);
  const [, offer] = /challenge="([^"]+)"/.exec(signedIn.registration);
  const kid = Buffer.from(offer, "base64url").subarray(1, 5).toString("hex");
  assert.equal(kid, other.keys[0].id);
});

test("a rotation while requests run loses no session", async () => {
  const { ring, source } = await following();
  const cookies = await SessionCookie.encrypted(ring);
  const arrived = await sealed(cookies);
  const visits = async (now) => {
    const seen = await Promise.all(Array.from({ length: 50 }, async (_, i) => {
      const session = await cookies.load(arrived, now + i);
      const user = session.get("user");
      session.set("visit", i);
      return [user, (await cookies.load(field(await cookies.save(session)), now + i)).get("visit")];
    }));
    assert.deepEqual(seen, Array.from({ length: 50 }, (_, i) => ["ada", i]));
  };
  const steps = [
    [30, `${OTHER_KEY} seal_from=${time(300)}\n${XAES_KEY} accept_until=${time(60_000)}`],
    [200, `${OTHER_KEY} seal_from=${time(300)}\n${XAES_KEY} accept_until=${time(60_000)}`],
    [400, `${OTHER_KEY}\n${XAES_KEY} accept_until=${time(60_000)}`],
    [600, `${OTHER_KEY}\n${XAES_KEY}`],
  ];
  for (const [seconds, text] of steps) {
    source.text = text;
    await visits(at(seconds));
    await visits(at(seconds + 61));
  }
  assert.deepEqual(source.errors, []);
  assert.equal(ring.keys.length, 2);
});

/** What an application does with a session of which something is kept. With `size` a refresh is due. */
const KEEPING = [
  (session) => session.size,
  (session) => session.set("visits", 1),
  (session) => session.flash("", "hello"),
  (session) => session.renew(),
  (session) => session.renewId(),
  (session) => session.rememberFor(50_000),
  (session) => session.save(),
  (session) => (session.renew(), session.set("visits", 1), session.save()),
];

/** A carrier whose ring becomes `next` while a request runs, and the session of that request after `work`. */
async function overtaken(build, next, work) {
  const { ring, source } = await following();
  const carrier = await build(ring);
  const arrived = await sealed(carrier);
  const session = await carrier.load(arrived, at(600));
  assert.equal(session.get("user"), "ada");
  source.text = next;
  await carrier.load(null, at(661));
  work(session);
  return { carrier, session };
}

const rememberUpTo = 100_000;
const KINDS = [
  (ring) => SessionCookie.encrypted(ring, { rememberUpTo }),
  async (ring) => (await SessionCookie.encrypted(ring, { rememberUpTo })).inContext([["tenant", "acme"]]),
  (ring) => SessionHeader.encrypted(ring, { header: "x-session", rememberUpTo }),
  (ring) => SessionToken.encrypted(ring, { purpose: "mobile", rememberUpTo }),
];

test("a session whose key is dropped between load and save is not sealed under the new one", async () => {
  const lapsing = [OTHER_KEY, `${OTHER_KEY}\n${XAES_KEY} accept_until=${time(600)}`, `${XAES_KEY}\nnot_before=${time(1)}`];
  for (const build of KINDS) {
    for (const next of lapsing) {
      for (const work of KEEPING) {
        const { carrier, session } = await overtaken(build, next, work);
        const saved = await carrier.save(session);
        assert.ok(saved === null || saved.length === 0, `${carrier.name} ${work}`);
      }
    }
  }
  const [build] = KINDS;
  const { carrier, session } = await overtaken(build, XAES_KEY, (session) => session.renew());
  carrier.raiseNotBefore(at(1));
  assert.deepEqual(await carrier.save(session), []);
});

test("a session whose key is dropped can be ended, and another begun", async () => {
  const [build] = KINDS;
  for (const work of [(session) => session.invalidate(), (session) => (session.clear(), session.flash("", "goodbye"))]) {
    const { carrier, session } = await overtaken(build, OTHER_KEY, work);
    const [dropped] = await carrier.saveAsCookies(session);
    assert.equal(dropped.value, "");
  }
  const { carrier, session } = await overtaken(build, OTHER_KEY, (session) => session.signIn());
  const begun = await carrier.load(field(await carrier.save(session)), at(662));
  assert.deepEqual([begun.outcome.kind, begun.size], ["opened", 0]);
  assert.equal(begun.createdAt.toISOString().replace(/\.\d+/, ""), time(600));
});

test("a session whose key stays accepted is carried over while its request runs", async () => {
  const alone = await KINDS[0](OTHER_KEY);
  // The request began before the key retires.
  for (const next of [`${OTHER_KEY}\n${XAES_KEY}`, `${OTHER_KEY}\n${XAES_KEY} accept_until=${time(601)}`]) {
    for (const work of KEEPING) {
      const { carrier, session } = await overtaken(KINDS[0], next, work);
      assert.equal((await alone.load(field(await carrier.save(session)), at(662))).get("user"), "ada");
    }
  }
});

test("what is no such ring leaves the ring as it is, and is told once", async () => {
  const { ring, source } = await following();
  const cookies = await SessionCookie.encrypted(ring);
  const arrived = await sealed(cookies);
  const before = await ring.fingerprint();
  const wrong = [[undefined, "ring"], ["", "empty"], [OTHER_KEY.slice(0, -1), "key"], [SIGNING_KEY, "mixed"], [XCHACHA_KEY, "suite"]];
  let now = 0;
  for (const [text, code] of wrong) {
    source.text = text;
    for (let round = 0; round < 3; round++) assert.equal(await opens(cookies, arrived, at((now += 61))), true);
    assert.deepEqual(source.errors.map((error) => error.code), [code]);
    assert.doesNotMatch(String(source.errors.pop()), new RegExp(`${OTHER_KEY.slice(20, 40)}|${SIGNING_KEY.slice(20, 40)}`));
    assert.equal(await ring.fingerprint(), before);
  }
  source.text = new Error("no such file");
  for (let round = 0; round < 3; round++) assert.equal(await opens(cookies, arrived, at((now += 61))), true);
  assert.deepEqual(source.errors.splice(0), [source.text]);
  // What was refused before is told again, if something else was there meanwhile.
  for (const text of [XAES_KEY, "", XAES_KEY, ""]) {
    source.text = text;
    await cookies.load(null, at((now += 61)));
  }
  assert.deepEqual(source.errors.map((error) => error.code), ["empty", "empty"]);
  source.text = OTHER_KEY;
  assert.equal(await opens(cookies, arrived, at((now += 61))), false);
});

test("a log shows no key that is in the error of a source, or next to it", async () => {
  const { ring, source } = await following();
  const cookies = await SessionCookie.encrypted(ring);
  const key = await generateKey();
  const failing = (message, more) => Object.assign(new TypeError(message), more);
  const cyclic = failing("no vault");
  cyclic.cause = failing("no answer", { cause: cyclic });
  const refused = /^Error: the error of the source holds a key and is not shown$/;
  let now = 0;
  for (const [error, told] of [
    [failing(`unexpected: ${key}`), refused],
    [failing(`unexpected: ${key.slice(21)}`), refused],
    [failing("no vault", { cause: failing("no answer", { cause: key }) }), refused],
    [failing("no vault", { code: "SEALED", answer: { keys: key }, cause: { keys: key } }), /^TypeError: no vault$/],
    [key, refused],
    [Object.assign(Object.create(null), { keys: key }), /^Error$/],
    [null, /^Error$/],
    [cyclic, /^TypeError: no vault$/],
  ]) {
    source.text = Promise.reject(error);
    await cookies.load(null, at((now += 61)));
    const [found, ...more] = source.errors.splice(0);
    assert.match(String(found), told);
    assert.equal(found.code, error?.code);
    assert.deepEqual([more, inspect(found, { depth: null }).includes(key.slice(24))], [[], false], String(found));
    // Another error, so that the next is not the same.
    source.text = "";
    await cookies.load(null, at((now += 61)));
    source.errors.pop();
  }
});

test("of a long error the beginning is searched and shown, and no part of a key at its end", async (t) => {
  const secret = (await generateKey()).slice(21);
  const letters = Array.from({ length: 20_000 }, (_, i) => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"[(i * i) % 53]).join("");
  const failing = async (message) => KeyRing.follow(() => Promise.reject(new Error(message))).catch((error) => error);
  const { mock } = t.mock.method(crypto.subtle, "digest");
  const long = await failing(letters);
  assert.ok(mock.callCount() < 15_000, `${mock.callCount()}`);
  assert.deepEqual([long.message, long.stack.length], [letters.slice(0, 2048), 2048]);
  for (const blanks of [2047, 2001, 2000, 1900]) {
    assert.equal((await failing(" ".repeat(blanks) + secret)).message, "the error of the source holds a key and is not shown", `${blanks}`);
  }
  assert.equal((await failing(" ".repeat(2100) + secret)).message, " ".repeat(2048));
});

/** A source whose answers come when they are given. */
async function waiting(options) {
  const answers = [];
  let isFirst = true;
  const source = () => (isFirst ? ((isFirst = false), XAES_KEY) : new Promise((resolve) => answers.push(resolve)));
  const ring = await KeyRing.follow(source, options);
  return { answers, ring, cookies: await SessionCookie.encrypted(ring) };
}

test("one request waits for the source, and the others do not", async () => {
  const { answers, ring, cookies } = await waiting();
  const arrived = await sealed(cookies);
  const slow = cookies.load(arrived, at(61));
  for (const now of [61, 62, 120]) assert.equal(await opens(cookies, arrived, at(now)), true);
  assert.equal(answers.length, 1);
  answers[0](`${OTHER_KEY}\n${XAES_KEY}`);
  assert.equal((await slow).outcome.kind, "openedUnderAcceptedKey");
  assert.equal(ring.keys.length, 2);
});

test("a source that never answers keeps one request, and is asked again", async () => {
  const { answers, ring, cookies } = await waiting();
  const kept = cookies.load(null, at(61));
  const next = cookies.load(null, at(122));
  answers[1](OTHER_KEY);
  await next;
  assert.deepEqual(ring.keys, (await KeyRing.parse(OTHER_KEY)).keys);
  // The first answer is older.
  answers[0](XAES_KEY);
  await kept;
  assert.deepEqual(ring.keys, (await KeyRing.parse(OTHER_KEY)).keys);
});

test("an earlier question that fails late is not told as a refused ring", async () => {
  const errors = [];
  const { answers, cookies } = await waiting({ log: errorsTo(errors) });
  const loads = [cookies.load(null, at(61)), cookies.load(null, at(122))];
  answers[1](OTHER_KEY);
  await loads[1];
  answers[0](Promise.reject(new Error("timeout")));
  await loads[0];
  assert.deepEqual(errors, []);
});

test("an answer that is overtaken by a refusal does not end it", async () => {
  const told = [];
  const { answers, ring, cookies } = await waiting({ log: (level, message) => level !== "warn" && told.push(message) });
  const loads = [cookies.load(null, at(61)), cookies.load(null, at(122))];
  // A long ring takes longer to derive.
  answers[0](await Promise.all(Array.from({ length: 40 }, () => generateKey())));
  answers[1]("junk");
  await Promise.all(loads);
  assert.deepEqual(told, ["key ring refused, the earlier one stays in use"]);
  assert.equal(ring.keys.length, 1);
});

test("of two answers that are taken at once the later question counts", async () => {
  const { answers, ring, cookies } = await waiting();
  const loads = [cookies.load(null, at(61)), cookies.load(null, at(122))];
  // A long ring takes longer to derive.
  const many = await Promise.all(Array.from({ length: 40 }, () => generateKey()));
  answers[0](many);
  answers[1](OTHER_KEY);
  await Promise.all(loads);
  assert.deepEqual(ring.keys, (await KeyRing.parse(OTHER_KEY)).keys);
});
