// Keys that a ring retires while tokens under them can still open (SPEC.md § 3.4.8): they are used until none can, and that is told.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { writeBody } from "../src/state/body.js";
import { contextBytes, purposeBytes } from "../src/keys/purpose.js";
import { deviceBound } from "../src/device.js";
import { KeyRing, SessionCookie, SessionHeader, SessionToken, csrfToken, generateKey, verifyCsrf } from "../src/index.js";
import { contentOf } from "../src/keys/ring.js";
import { Sealer } from "../src/token/token.js";
import { NOW, XAES_KEY, cookies as alone, field, filled, later } from "./visitor.js";

const OTHER_KEY = await generateKey();
const ID = (await KeyRing.parse(XAES_KEY)).keys[0].id;
mock.method(Date, "now", () => NOW.getTime());

const timeAt = (seconds) => later(seconds).toISOString().replace(".000", "");
/** The next key seals from `NOW` on. */
const retiringAt = (seconds) => `${OTHER_KEY} seal_from=${timeAt(0)}\n${XAES_KEY} accept_until=${timeAt(seconds)}`;
const sentence = (ends) =>
  `key ${ID} stays in use until ${timeAt(ends)}, because its tokens are valid until then; set its \`accept_until\` to that or later, ` +
  "remove its line to end it now, or set `dangerRetireEarly`";

/** What is printed by `work`. */
async function printedBy(t, work) {
  const { mock } = t.mock.method(console, "error", () => {});
  await work();
  const printed = mock.calls.map((call) => call.arguments);
  mock.restore();
  return printed;
}

const reasonAt = async (carrier, arrived, seconds) => (await carrier.load(arrived, later(seconds))).outcome.reason;

test("a key is used until no session under it opens, and that is printed", async (t) => {
  const arrived = await filled();
  for (const retires of [1, 1859]) {
    let carrier;
    const printed = await printedBy(t, async () => (carrier = await SessionCookie.encrypted(retiringAt(retires))));
    assert.deepEqual(printed, [[sentence(1860)]]);
    for (const one of [carrier, carrier.inContext([])]) {
      assert.equal((await one.load(arrived, later(1799))).get("user"), "ada");
      assert.deepEqual([await reasonAt(one, arrived, 1859), await reasonAt(one, arrived, 1860)], ["Idle", "RetiredKey"]);
    }
    // What it opens it may also write, under the next key.
    const session = await carrier.load(arrived, later(600));
    session.set("visits", 1);
    const next = await carrier.load(field(await carrier.save(session)), later(1860));
    assert.deepEqual([next.outcome.kind, next.get("visits")], ["opened", 1]);
  }
});

test("a ring that retires a key in time, or never, is used as it is", async (t) => {
  const printed = await printedBy(t, async () => {
    for (const ring of [retiringAt(1860), retiringAt(86_400), `${OTHER_KEY} seal_from=${timeAt(0)}\n${XAES_KEY}`]) {
      await SessionCookie.encrypted(ring);
    }
    // It is unknown when the old key stopped sealing.
    const unknown = await SessionCookie.encrypted(`${OTHER_KEY}\n${XAES_KEY} accept_until=${timeAt(60)}`);
    assert.equal(await reasonAt(unknown, await filled(), 60), "RetiredKey");
  });
  assert.deepEqual(printed, []);
});

test("with `dangerRetireEarly` a key ends when its ring says", async (t) => {
  const printed = await printedBy(t, async () => {
    const carrier = await SessionCookie.encrypted(retiringAt(600), { dangerRetireEarly: true });
    const arrived = await filled();
    assert.deepEqual([await reasonAt(carrier, arrived, 599), await reasonAt(carrier, arrived, 600)], [undefined, "RetiredKey"]);
  });
  assert.deepEqual(printed, []);
});

test("how long a key is needed follows from the settings", async (t) => {
  const day = 86_400;
  const spans = [
    [{ clockSkew: 0 }, 1800],
    [{ clockSkew: 300, idleTimeout: 900 }, 1200],
    [{ absoluteTimeout: 900 }, 960],
    [{ idleTimeout: null }, 43_260],
    [{ persistent: true, idleTimeout: 14 * day, absoluteTimeout: 3650 * day, refreshAfter: "on-change" }, 14 * day + 60],
    [{ rememberUpTo: 600 }, 1860],
    [{ rememberUpTo: 90 * day }, 90 * day + 60],
    [{ rememberUpTo: 90 * day, rememberedIdleTimeout: 14 * day }, 14 * day + 60],
    [{ rememberUpTo: 90 * day, rememberedIdleTimeout: 600 }, 1860],
    [{ idleTimeout: null, rememberUpTo: 600, rememberedIdleTimeout: 600 }, 43_260],
    [{ deviceBound: deviceBound({ path: "/.session" }) }, 43_260],
    [{ deviceBound: deviceBound({ path: "/.session" }), rememberUpTo: 90 * day, rememberedIdleTimeout: 14 * day }, 90 * day + 60],
  ];
  for (const [options, needed] of spans) {
    const build = (retires) => printedBy(t, () => SessionCookie.encrypted(retiringAt(retires), options));
    assert.deepEqual(await build(needed), []);
    assert.deepEqual(await build(needed - 1), [[sentence(needed)]]);
  }
  for (const build of [(ring) => SessionHeader.encrypted("x-session", ring), (ring) => SessionToken.encrypted("mobile", ring)]) {
    assert.deepEqual(await printedBy(t, () => build(retiringAt(1859))), [[sentence(1860)]]);
  }
});

test("every key that retires early is told, once for each carrier, and the ring stays as it was given", async (t) => {
  const third = await generateKey();
  const text = `${third} seal_from=${timeAt(3600)}\n${OTHER_KEY} seal_from=${timeAt(0)} accept_until=${timeAt(3601)}\n${XAES_KEY} accept_until=${timeAt(1)}`;
  const ring = await KeyRing.parse(text);
  const printed = await printedBy(t, () => Promise.all([SessionCookie.encrypted(ring), SessionHeader.encrypted("x-session", ring)]));
  const ends = printed.map(([line]) => /stays in use until (\S+),/.exec(line)[1]);
  assert.deepEqual(ends.toSorted(), [timeAt(1860), timeAt(1860), timeAt(5460), timeAt(5460)]);
  const now = NOW.getTime() / 1000;
  assert.deepEqual(ring.keys.map(({ acceptUntil }) => acceptUntil), [now + 1, now + 3601, null]);
  assert.equal(await ring.fingerprint(), await (await KeyRing.parse(text)).fingerprint());
});

test("of a rotation that is over nothing is printed", async (t) => {
  const retiring = (now) => `${OTHER_KEY} seal_from=${timeAt(now)}\n${XAES_KEY} accept_until=${timeAt(now + 1)}`;
  const lines = async (now) => (await printedBy(t, () => SessionCookie.encrypted(retiring(now)))).length;
  assert.deepEqual([await lines(-1860), await lines(-1859)], [0, 1]);
});

test("an end that no ring can name does no harm", async (t) => {
  const options = { idleTimeout: null, absoluteTimeout: Number.MAX_SAFE_INTEGER };
  const printed = await printedBy(t, () => SessionCookie.encrypted(retiringAt(600), options));
  assert.equal(printed.length, 1);
});

test("the token of a form passes as long as its key is used", async (t) => {
  const session = await alone.load(await filled((session) => session.ensureId()), NOW);
  const token = await csrfToken(session);
  session.set("user", "ada");
  const arrived = field(await alone.save(session));
  let carrier;
  await printedBy(t, async () => (carrier = await SessionCookie.encrypted(retiringAt(600))));
  const visited = await carrier.load(arrived, later(900));
  visited.get("user");
  const next = field(await carrier.save(visited));
  const at = async (seconds) => {
    const session = await carrier.load(next, later(seconds));
    return [session.get("user"), await verifyCsrf(session, token)];
  };
  assert.deepEqual([await at(1859), await at(1860)], [["ada", true], ["ada", false]]);
});

test("a key is used for longer for the tokens of devices", async (t) => {
  const issued = NOW.getTime() / 1000;
  const [sid, device] = [new Uint8Array(8).fill(1), new Uint8Array(16).fill(2)];
  const sealed = async (key, purpose, fields, payload) => {
    const sealer = await Sealer.of(contentOf(await KeyRing.parse(key)), purposeBytes(purpose), contextBytes([]));
    return sealer.seal(writeBody({ issued, age: 0, limit: null, remembered: null, sid, device: null, schema: 0, ...fields }, [], payload), issued);
  };
  const tag = Buffer.from(await crypto.subtle.digest("SHA-256", device)).subarray(0, 6).toString("base64url");
  const session = await sealed(OTHER_KEY, "__Host-session", { device, age: 3000 }, []);
  const bound = await sealed(XAES_KEY, "device:bound:__Host-session", {}, device);
  let carrier;
  const options = { deviceBound: deviceBound({ path: "/.session", boundFor: 86_400 }) };
  await printedBy(t, async () => (carrier = await SessionCookie.encrypted(retiringAt(600), options)));
  const { binding } = await carrier.load(`__Host-session=${session}; __Host-session.b-${tag}=${bound}`, later(3000));
  assert.equal(binding, "bound");
  const strict = await SessionCookie.encrypted(retiringAt(600), { ...options, dangerRetireEarly: true });
  assert.equal((await strict.load(`__Host-session=${session}; __Host-session.b-${tag}=${bound}`, later(3000))).binding, "stale");
});

/** A source whose text can be changed, a ring that follows it, and what it is told. */
async function following(text, options = {}) {
  const source = { text, told: [] };
  const ring = await KeyRing.follow(() => source.text, { onError: (error) => source.told.push(error), ...options });
  return { source, ring };
}

test("a ring that is followed tells of a key when a carrier is built, and when the ring is replaced", async () => {
  const { source, ring } = await following(retiringAt(1));
  assert.deepEqual(source.told, []);
  const carrier = await SessionCookie.encrypted(ring);
  const [told] = source.told.splice(0);
  assert.deepEqual([told instanceof Error, told.code, told.message], [true, "dangerRetireEarly", sentence(1860)]);
  const arrived = await filled();
  assert.deepEqual([await reasonAt(carrier, arrived, 30), source.told], [undefined, []]);
  source.text = retiringAt(600);
  // It is told once, and the ring is in use.
  for (const seconds of [61, 122, 1859]) await carrier.load(null, later(seconds));
  assert.deepEqual(source.told.splice(0).map(({ message }) => message), [sentence(1860)]);
  assert.deepEqual([await reasonAt(carrier, arrived, 1859), await reasonAt(carrier, arrived, 1860)], ["Idle", "RetiredKey"]);
  assert.equal(await ring.fingerprint(), await (await KeyRing.parse(source.text)).fingerprint());
  source.text = retiringAt(1860);
  await carrier.load(null, later(3000));
  assert.deepEqual(source.told, []);
});

test("of carriers of one ring each uses a key for as long as it needs, and the longest is told", async () => {
  const { source, ring } = await following(XAES_KEY);
  const build = (options) => SessionCookie.encrypted(ring, options);
  const [short, long, strict] = [await build({ idleTimeout: 900 }), await build({}), await build({ dangerRetireEarly: true })];
  const header = await SessionHeader.encrypted("x-session", ring, { idleTimeout: 600 });
  source.text = retiringAt(1);
  const arrived = await filled();
  const endOf = async (carrier, seconds) => [await reasonAt(carrier, arrived, seconds - 1), await reasonAt(carrier, arrived, seconds)];
  assert.deepEqual(await endOf(short, 960), ["Idle", "RetiredKey"]);
  assert.deepEqual(source.told.map(({ message }) => message), [sentence(1860)]);
  assert.deepEqual(await endOf(long, 1860), ["Idle", "RetiredKey"]);
  assert.deepEqual(await endOf(strict, 1), [undefined, "RetiredKey"]);
  const old = await SessionHeader.encrypted("x-session", XAES_KEY);
  const session = await old.load(null, NOW);
  session.set("user", "ada");
  const token = await old.save(session);
  assert.deepEqual([await reasonAt(header, token, 659), await reasonAt(header, token, 660)], ["Idle", "RetiredKey"]);
  assert.equal(source.told.length, 1);
});

test("a carrier that lets keys retire is told of none", async () => {
  const { source, ring } = await following(retiringAt(1));
  const carrier = await SessionCookie.encrypted(ring, { dangerRetireEarly: true });
  source.text = retiringAt(2);
  await carrier.load(null, later(61));
  assert.deepEqual([source.told, ring.keys[0].acceptUntil], [[], NOW.getTime() / 1000 + 2]);
});

test("without `onError`, and where it fails, a key that retires early is printed", async (t) => {
  for (const onError of [undefined, () => assert.fail("of the log"), async () => assert.fail("of the log")]) {
    const { ring } = await following(retiringAt(1), { onError });
    const printed = await printedBy(t, () => SessionCookie.encrypted(ring));
    assert.deepEqual(printed.map(([{ message }]) => message), [sentence(1860)]);
  }
});
