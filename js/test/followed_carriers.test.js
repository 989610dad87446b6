// The carriers of a ring that follows its source: those that are built while it is replaced, and all of them together.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { KeyRing, SessionCookie, attributes, generateKey } from "../src/index.js";
import { oldCookie } from "../src/old_cookies.js";
import { XAES_KEY, errorsTo, field } from "./visitor.js";

const [OTHER_KEY, THIRD_KEY] = [await generateKey(), await generateKey()];
const start = Date.now();
mock.method(Date, "now", () => start);
const at = (seconds) => start + seconds * 1000;

/** A source whose text can be changed, a ring that follows it, and a carrier of the ring, which asks when a session is loaded. */
async function following(options = {}) {
  const source = { text: XAES_KEY, errors: [] };
  const ring = await KeyRing.follow(() => source.text, { log: errorsTo(source.errors) });
  const cookies = await SessionCookie.encrypted(ring, options);
  let moment = 0;
  /** Has the ring replaced by that of a text. */
  const replace = async (text) => {
    source.text = text;
    moment += 61;
    await cookies.load(null, at(moment));
  };
  return { source, ring, cookies, replace };
}

/** Lets one call of WebCrypto wait, after so many that do not. It was `reached`, and goes on by `go`. */
function holding(t) {
  const { sign } = crypto.subtle;
  let [before, reach, held] = [-1];
  t.mock.method(crypto.subtle, "sign", async (...given) => {
    if (before-- === 0) {
      reach();
      await held;
    }
    return sign.apply(crypto.subtle, given);
  });
  return (calls) => {
    let go;
    before = calls;
    held = new Promise((resolve) => (go = resolve));
    return { reached: new Promise((resolve) => (reach = resolve)), go };
  };
}

/** Asserts that sessions of these carriers are sealed and opened under this key alone. */
async function areUnder(key, carriers) {
  const alone = await SessionCookie.encrypted(key);
  for (const carrier of carriers) {
    const seal = async (of) => field(await of.save((await of.load(null, at(0))).set("user", "ada")));
    assert.equal((await alone.load(await seal(carrier), at(1))).get("user"), "ada");
    assert.equal((await carrier.load(await seal(alone), at(1))).get("user"), "ada");
  }
}

test("a carrier that is built while the ring is replaced, once or twice, has the last one", async (t) => {
  for (const texts of [[OTHER_KEY], [OTHER_KEY, THIRD_KEY], [OTHER_KEY, XAES_KEY]]) {
    const { ring, cookies, replace } = await following();
    const hold = holding(t);
    let held = hold(0);
    const building = SessionCookie.encrypted(ring);
    for (const text of texts) {
      await held.reached;
      await replace(text);
      assert.deepEqual(ring.keys, (await KeyRing.parse(text)).keys);
      const { go } = held;
      // After what is left to derive, it begins with the ring that is there now.
      held = hold(1);
      go();
    }
    held.go();
    await areUnder(texts.at(-1), [await building, cookies]);
    t.mock.restoreAll();
  }
});

test("a carrier that is built while the keys of a new ring are derived has the new ones", async (t) => {
  const { ring, cookies, replace } = await following();
  // After the two of reading a key.
  const held = holding(t)(2);
  const replacing = replace(OTHER_KEY);
  await held.reached;
  const meanwhile = await Promise.all([SessionCookie.encrypted(ring), SessionCookie.encrypted(ring)]);
  held.go();
  await replacing;
  await areUnder(OTHER_KEY, [cookies, ...meanwhile]);
});

test("a ring goes to another and back, and is derived once for each change", async (t) => {
  const { ring, cookies, replace } = await following();
  const { calls } = t.mock.method(crypto.subtle, "sign").mock;
  for (const text of [OTHER_KEY, XAES_KEY, OTHER_KEY, XAES_KEY]) {
    await replace(text);
    assert.deepEqual(ring.keys, (await KeyRing.parse(text)).keys);
    await areUnder(text, [cookies]);
    const before = calls.length;
    for (let round = 0; round < 3; round++) await replace(text);
    assert.equal(calls.length, before);
  }
});

test("a carrier whose sessions are taken over has the keys of now, although no request loads its own", async () => {
  const { source, cookies: former } = await following({ cookie: attributes({ name: "__Host-old" }) });
  const [from, until] = [at(0), at(600)];
  const cookies = await SessionCookie.encrypted(OTHER_KEY, { migrateFrom: oldCookie({ cookie: former, from, until }) });
  const signedIn = async () => field(await former.save((await former.load(null, at(0))).set("user", "ada")));
  const old = await signedIn();
  const user = async (field, seconds) => (await cookies.load([field], at(seconds))).get("user");
  assert.equal(await user(old, 1), "ada");
  source.text = THIRD_KEY;
  assert.equal(await user(old, 59), "ada");
  assert.equal(await user(old, 61), undefined);
  assert.equal(await user(await signedIn(), 62), "ada");
});

test("carriers that are built for each request are not kept, although the text of the ring stays the same", async (t) => {
  const { WeakRef } = globalThis;
  t.after(() => (globalThis.WeakRef = WeakRef));
  let asked = 0;
  const living = new Set();
  /** A reference that dies when it is said, and not by chance. */
  globalThis.WeakRef = class {
    constructor(target) {
      living.add(this);
      this.target = target;
    }

    deref() {
      asked += 1;
      return living.has(this) ? this.target : undefined;
    }
  };
  const { ring, cookies, replace } = await following();
  const [own] = living;
  for (let i = 0; i < 50; i++) await SessionCookie.encrypted(ring, { log: null });
  living.clear();
  living.add(own);
  await replace(XAES_KEY);
  asked = 0;
  await replace(OTHER_KEY);
  assert.ok(asked < 5, `${asked} references`);
  await areUnder(OTHER_KEY, [cookies]);
});
