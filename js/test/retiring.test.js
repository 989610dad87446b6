// A key opens nothing from its `accept_until` on, whoever uses it; of an end before its tokens end there is a warning (SPEC.md § 3.4.8).

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { writeBody } from "../src/state/body.js";
import { contextBytes, purposeBytes } from "../src/keys/purpose.js";
import { deviceBound } from "../src/device.js";
import { KeyRing, SessionCookie, SessionToken, csrfToken, generateKey, verifyCsrf } from "../src/index.js";
import { contentOf } from "../src/keys/ring.js";
import { Sealer } from "../src/token/token.js";
import { NOW, XAES_KEY, errorsTo, eventsOf, field, filled, later } from "./visitor.js";

const OTHER_KEY = await generateKey();
const ID = (await KeyRing.parse(XAES_KEY)).keys[0].id;
mock.method(Date, "now", () => NOW.getTime());

const timeAt = (seconds) => later(seconds).toISOString().replace(".000", "");
/** The next key seals from `NOW` on. */
const retiringAt = (seconds) => `${OTHER_KEY} seal_from=${timeAt(0)}\n${XAES_KEY} accept_until=${timeAt(seconds)}`;
const sentence = (retires, needed) =>
  `key ${ID} opens nothing from ${timeAt(retires)} on, although sessions that it sealed are valid until ${timeAt(needed)}: ` +
  "set its `accept_until` to that or later, unless these sessions are to end, as after a leak";

/** What `work` warns of about keys. */
async function warnedBy(t, work) {
  const { mock } = t.mock.method(console, "warn", () => {});
  await work();
  const warned = eventsOf(mock.calls).map(([line]) => line);
  mock.restore();
  return warned.filter((line) => line.startsWith("key "));
}

const LASTING = { idleTimeout: null };
const before = await SessionCookie.encrypted(XAES_KEY, LASTING);

/** The token of a session that a carrier begins. */
async function begun(carrier) {
  const session = await carrier.load(null, NOW);
  session.set("user", "ada");
  return carrier.save(session);
}

/** A carrier's user of the key: whether what `sealed` returns for one with the old key alone opens at a second. */
const sessions = (build, sealed) => async () => {
  const arrived = await sealed(await build(XAES_KEY));
  return async (ring) => {
    const carrier = await build(ring);
    return async (seconds) => {
      const session = await carrier.load(arrived, later(seconds));
      if (session.outcome.reason) assert.equal(session.outcome.reason, "RetiredKey");
      return session.get("user") === "ada";
    };
  };
};

/** What uses the key: what was sealed under the old key alone; then a carrier of another ring; then whether that opens at a second. */
const USERS = {
  "a session": sessions((ring) => SessionCookie.encrypted(ring, LASTING), (carrier) => filled(undefined, carrier)),
  "a session of a context": sessions(
    async (ring) => (await SessionCookie.encrypted(ring, LASTING)).inContext([["tenant", "acme"]]),
    (carrier) => filled(undefined, carrier),
  ),
  "a session in a header": sessions((ring) => SessionToken.encrypted(ring, { header: "x-session", ...LASTING }), begun),
  "a session in a token": sessions((ring) => SessionToken.encrypted(ring, { purpose: "mobile", ...LASTING }), begun),
  // Its session was sealed again under the key that seals by then.
  "the token of a form": async () => {
    const session = await before.load(await filled((session) => session.ensureId(), before), NOW);
    const token = await csrfToken(session);
    session.set("user", "ada");
    const arrived = field(await before.save(session));
    return async (ring) => {
      const site = await SessionCookie.encrypted(ring, LASTING);
      return async (seconds) => {
        const visited = await site.load(arrived, later(Math.min(seconds, 0)));
        visited.set("visits", 1);
        const next = await site.load(field(await site.save(visited)), later(seconds));
        assert.equal(next.get("visits"), 1);
        return verifyCsrf(next, token);
      };
    };
  },
  "the proof of a device": async () => {
    const issued = NOW.getTime() / 1000;
    const [sid, device] = [new Uint8Array(8).fill(1), new Uint8Array(16).fill(2)];
    const sealed = async (key, purpose, fields, payload) => {
      const sealer = await Sealer.of(contentOf(await KeyRing.parse(key)), purposeBytes(purpose), contextBytes([]));
      const metadata = { issued, age: 0, limit: null, remembered: null, sid, device: null, schema: 0, ...fields };
      return sealer.seal(writeBody(metadata, [], payload), issued);
    };
    const tag = Buffer.from(await crypto.subtle.digest("SHA-256", device)).subarray(0, 6).toString("base64url");
    const session = await sealed(OTHER_KEY, "__Host-session", { device }, []);
    const bound = await sealed(XAES_KEY, "device:bound:__Host-session", {}, device);
    const options = { ...LASTING, deviceBound: deviceBound({ path: "/.session", boundFor: 86_400 }) };
    return async (ring) => {
      const site = await SessionCookie.encrypted(ring, options);
      return async (seconds) => {
        const { binding } = await site.load(`__Host-session=${session}; __Host-session.b-${tag}=${bound}`, later(seconds));
        assert.ok(["bound", "stale"].includes(binding));
        return binding === "bound";
      };
    };
  },
};

for (const [name, prepare] of Object.entries(USERS)) {
  test(`the second from which a retired key opens nothing: ${name}`, async (t) => {
    const under = await prepare();
    // As the next key begins, with the next second, too early, and when it is needed no more.
    for (const retires of [0, 1, 600, 1860]) {
      await warnedBy(t, async () => {
        const { ring, replace } = await following(XAES_KEY);
        const [built, replaced] = [await under(retiringAt(retires)), await under(ring)];
        await replace(retiringAt(retires));
        for (const opens of [built, replaced]) assert.deepEqual([await opens(retires - 1), await opens(retires)], [true, false]);
      });
    }
  });
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

test("a forgery under a key that was retired is not sealed again under the next one", async (t) => {
  for (const retires of [0, 1, 600, 1860]) {
    let site;
    await warnedBy(t, async () => (site = await SessionCookie.encrypted(retiringAt(retires))));
    const forger = await before.load(null, later(retires));
    forger.set("user", "eve");
    const session = await site.load(field(await before.save(forger)), later(retires));
    assert.deepEqual([session.outcome.reason, session.get("user"), await site.save(session)], ["RetiredKey", undefined, []]);
  }
});

test("nothing comes under the next key where the earlier one ends as it begins", async (t) => {
  let site;
  await warnedBy(t, async () => (site = await SessionCookie.encrypted(retiringAt(0))));
  const forged = await filled((session) => session.set("user", "eve"), before);
  for (const seconds of [-60, -1, 0, 1]) {
    const session = await site.load(forged, later(seconds));
    assert.equal(session.outcome.reason, seconds < 0 ? undefined : "RetiredKey");
    session.set("visits", 1);
    const written = await site.load(field(await site.save(session)), later(0));
    assert.deepEqual([written.outcome.reason, written.get("user")], [seconds < 0 ? "RetiredKey" : undefined, undefined]);
  }
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
    const build = (retires) => warnedBy(t, () => SessionCookie.encrypted(retiringAt(retires), options));
    assert.deepEqual(await build(needed), []);
    assert.deepEqual(await build(needed - 1), [sentence(needed - 1, needed)]);
  }
  for (const build of [(ring) => SessionToken.encrypted(ring, { header: "x-session" }), (ring) => SessionToken.encrypted(ring, { purpose: "mobile" })]) {
    assert.deepEqual(await warnedBy(t, () => build(retiringAt(1859))), [sentence(1859, 1860)]);
  }
});

test("every key that ends too early has its warning, once for each carrier, and the ring stays as it was given", async (t) => {
  const third = await generateKey();
  const text = `${third} seal_from=${timeAt(3600)}\n${OTHER_KEY} seal_from=${timeAt(0)} accept_until=${timeAt(3601)}\n${XAES_KEY} accept_until=${timeAt(1)}`;
  const ring = await KeyRing.parse(text);
  const warned = await warnedBy(t, () => Promise.all([SessionCookie.encrypted(ring), SessionToken.encrypted(ring, { header: "x-session" })]));
  const ends = warned.map((line) => /are valid until (\S+):/.exec(line)[1]);
  assert.deepEqual(ends.toSorted(), [timeAt(1860), timeAt(1860), timeAt(5460), timeAt(5460)]);
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

test("the end of the longest sessions is named", async (t) => {
  const absoluteTimeout = 2 ** 32 - 1;
  const warned = await warnedBy(t, () => SessionCookie.encrypted(retiringAt(600), { idleTimeout: null, absoluteTimeout }));
  assert.deepEqual(warned, [sentence(600, absoluteTimeout + 60)]);
});

test("a ring that is followed warns when a carrier is built, and when the ring is replaced, of the longest need", async (t) => {
  const { source, ring, replace } = await following(retiringAt(1));
  const build = (options) => warnedBy(t, () => SessionCookie.encrypted(ring, options));
  assert.deepEqual(await build(), [sentence(1, 1860)]);
  const carriers = [];
  await warnedBy(t, async () => {
    for (const idleTimeout of [900, 3600, 600]) carriers.push(await SessionCookie.encrypted(ring, { idleTimeout }));
  });
  assert.deepEqual(await warnedBy(t, () => replace(retiringAt(600))), [sentence(600, 3660)]);
  assert.equal(await ring.fingerprint(), await (await KeyRing.parse(source.text)).fingerprint());
  assert.deepEqual(await warnedBy(t, () => replace(retiringAt(3660))), []);
  assert.equal(carriers.length, 3);
});
