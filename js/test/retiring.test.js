// A key that ends before its tokens end is warned of (SPEC.md § 3.4.8).

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { KEY_ENDS_EARLY } from "../src/base/lines.js";
import { deviceBound } from "../src/device.js";
import { KeyRing, SessionCookie, SessionHeader, SessionToken, generateKey } from "../src/index.js";
import { NOW, XAES_KEY, errorsTo, eventsOf, later } from "./visitor.js";

const OTHER_KEY = await generateKey();
const ID = (await KeyRing.parse(XAES_KEY)).keys[0].id;
mock.method(Date, "now", () => NOW.getTime());

const timeAt = (seconds) => later(seconds).toISOString().replace(".000", "");
/** The next key seals from `NOW` on. */
const retiringAt = (seconds) => `${OTHER_KEY} seal_from=${timeAt(0)}\n${XAES_KEY} accept_until=${timeAt(seconds)}`;
const early = (retires, needed) => ({ keyId: ID, acceptUntil: later(retires), neededUntil: later(needed) });

/** What `work` warns of about keys. */
async function warnedBy(t, work) {
  const { mock } = t.mock.method(console, "warn", () => {});
  await work();
  const warned = eventsOf(mock.calls).filter(([line]) => line === KEY_ENDS_EARLY[1]);
  mock.restore();
  return warned.map(([, { keyId, acceptUntil, neededUntil }]) => ({ keyId, acceptUntil, neededUntil }));
}

/** A ring that follows a text which can be replaced. */
async function following(text) {
  const source = { text, told: [] };
  // The second at which it is asked next.
  let seconds = 0;
  const ring = await KeyRing.follow(() => source.text, { every: 86_400, log: errorsTo(source.told) });
  const asking = await SessionToken.encrypted(ring, { purpose: "asking" });
  const replace = async (text) => {
    source.text = text;
    await asking.load(null, later((seconds += 200_000)));
    assert.deepEqual(source.told, []);
  };
  return { source, ring, replace };
}

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
    const build = (retires) => warnedBy(t, () => SessionCookie.encrypted(retiringAt(retires), options));
    assert.deepEqual(await build(needed), []);
    assert.deepEqual(await build(needed - 1), [early(needed - 1, needed)]);
  }
  for (const build of [(ring) => SessionHeader.encrypted(ring, { header: "x-session" }), (ring) => SessionToken.encrypted(ring, { purpose: "mobile" })]) {
    assert.deepEqual(await warnedBy(t, () => build(retiringAt(1859))), [early(1859, 1860)]);
  }
});

test("every key that ends too early has its warning, once for each carrier, and the ring stays as it was given", async (t) => {
  const third = await generateKey();
  const text = `${third} seal_from=${timeAt(3600)}\n${OTHER_KEY} seal_from=${timeAt(0)} accept_until=${timeAt(3601)}\n${XAES_KEY} accept_until=${timeAt(1)}`;
  const ring = await KeyRing.parse(text);
  const warned = await warnedBy(t, () => Promise.all([SessionCookie.encrypted(ring), SessionHeader.encrypted(ring, { header: "x-session" })]));
  const ends = warned.map(({ neededUntil }) => neededUntil.getTime());
  assert.deepEqual(ends.toSorted(), [1860, 1860, 5460, 5460].map((seconds) => later(seconds).getTime()));
  const now = NOW.getTime() / 1000;
  assert.deepEqual(ring.keys.map(({ acceptUntil }) => acceptUntil), [now + 1, now + 3601, null]);
  assert.equal(await ring.fingerprint(), await (await KeyRing.parse(text)).fingerprint());
});

test("of a key that is needed no more there is no warning", async (t) => {
  const retiring = (now) => `${OTHER_KEY} seal_from=${timeAt(now)}\n${XAES_KEY} accept_until=${timeAt(now + 1)}`;
  const lines = async (now, options) => (await warnedBy(t, () => SessionCookie.encrypted(retiring(now), options))).length;
  assert.deepEqual([await lines(-1860), await lines(-1859)], [0, 1]);
  // The lifetime was raised later.
  const raised = { rememberUpTo: 30 * 86_400 };
  assert.deepEqual([await lines(-30 * 86_400 - 60, raised), await lines(-30 * 86_400 - 59, raised)], [0, 1]);
});

test("a ring that is followed warns when a carrier is built, and when the ring is replaced, of the longest need", async (t) => {
  const { source, ring, replace } = await following(retiringAt(1));
  const build = (options) => warnedBy(t, () => SessionCookie.encrypted(ring, options));
  assert.deepEqual(await build(), [early(1, 1860)]);
  const carriers = [];
  await warnedBy(t, async () => {
    for (const idleTimeout of [900, 3600, 600]) carriers.push(await SessionCookie.encrypted(ring, { idleTimeout }));
  });
  assert.deepEqual(await warnedBy(t, () => replace(retiringAt(600))), [early(600, 3660)]);
  assert.equal(await ring.fingerprint(), await (await KeyRing.parse(source.text)).fingerprint());
  assert.deepEqual(await warnedBy(t, () => replace(retiringAt(3660))), []);
  assert.equal(carriers.length, 3);
});
