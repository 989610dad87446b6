// What a health check shows of a program: its keys, its clock, and the settings that programs have in common.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { KeyRing, SessionCookie, SessionToken, generateKey } from "../src/index.js";
import { NOW, XAES_KEY, later, misconfigured } from "./visitor.js";

mock.method(console, "warn", () => {});
const OTHER_KEY = await generateKey();
const THIRD_KEY = await generateKey();
const idOf = async (key) => (await KeyRing.parse(key)).keys[0].id;
const [id, other, third] = await Promise.all([XAES_KEY, OTHER_KEY, THIRD_KEY].map(idOf));
const timeAt = (seconds) => later(seconds).toISOString().replace(".000", "");
/** The settings of a cookie with all defaults, as the vectors have them. */
const DEFAULTS = "331a75f197d27245";

test("the text has a line for each field, and those without a value have none", async () => {
  const ring = await KeyRing.parse(XAES_KEY);
  const cookies = await SessionCookie.encrypted(ring);
  const lines = [
    `seals ${id}`, `accepts ${id}`, `fingerprint ${await ring.fingerprint()}`, `settings ${DEFAULTS}`, "backend WebCrypto", `now ${timeAt(7)}`,
  ];
  assert.equal(`${await cookies.keysInUse(later(7.9))}`, `${lines.join("\n")}\n`);
  const { now, notBefore, next, ...more } = await cookies.keysInUse(NOW.getTime());
  assert.deepEqual([now, notBefore, next], [NOW, null, null]);
  assert.deepEqual({ ...more }, { seals: id, accepts: [id], fingerprint: await ring.fingerprint(), settings: DEFAULTS, backend: "WebCrypto" });
  await assert.rejects(cookies.keysInUse(NaN), misconfigured("now"));
  assert.ok(Math.abs((await cookies.keysInUse()).now - Date.now()) < 60_000);
});

test("the keys are those of the time, and the next change of a role is shown", async () => {
  const text = [
    `${OTHER_KEY} seal_from=${timeAt(100)} accept_until=${timeAt(250)}`,
    `${THIRD_KEY} seal_from=${timeAt(150)}`,
    `${XAES_KEY} accept_until=${timeAt(300)}`,
  ].join("\n");
  const cookies = await SessionCookie.encrypted(text, { idleTimeout: 60, absoluteTimeout: 60, clockSkew: 0 });
  const shown = async (seconds) => {
    const { seals, accepts, next } = await cookies.keysInUse(later(seconds));
    return [seals, accepts, next && [next.at, next.key, next.role]];
  };
  assert.deepEqual(await shown(0), [id, [id, other, third], [later(100), other, "seals"]]);
  assert.deepEqual(await shown(100), [other, [id, other, third], [later(150), third, "seals"]]);
  assert.deepEqual(await shown(150), [third, [id, other, third], [later(250), other, "retires"]]);
  assert.deepEqual(await shown(250), [third, [id, third], [later(300), id, "retires"]]);
  assert.deepEqual(await shown(300), [third, [third], null]);
  assert.match(String(await cookies.keysInUse(later(0))), new RegExp(`\\nnext ${timeAt(100)} ${other} seals\\n$`));
});

test("of keys that seal from one time on, the next change names the one that then seals", async () => {
  const cookies = await SessionCookie.encrypted(`${OTHER_KEY} seal_from=${timeAt(100)}\n${THIRD_KEY} seal_from=${timeAt(100)}\n${XAES_KEY}`);
  const { next } = await cookies.keysInUse(NOW);
  assert.deepEqual([next.key, next.key === (await cookies.keysInUse(later(100))).seals], [other, true]);
});

test("the later `not_before` is shown, of the ring, of the option, or raised", async () => {
  const [ofRing, ofOption] = [timeAt(-20), later(-10)];
  const at = async (cookies) => (await cookies.keysInUse(NOW)).notBefore;
  const cookies = await SessionCookie.encrypted(`${XAES_KEY}\nnot_before=${ofRing}`, { notBefore: ofOption });
  assert.deepEqual(await at(cookies), ofOption);
  assert.deepEqual(await at(await SessionCookie.encrypted(`${XAES_KEY}\nnot_before=${ofRing}`)), new Date(ofRing));
  cookies.raiseNotBefore(NOW);
  assert.deepEqual(await at(cookies.inContext([["tenant", "acme"]])), NOW);
  assert.match(String(await cookies.keysInUse(NOW)), new RegExp(`\\nnot_before ${timeAt(0)}\\n$`));
});

test("programs that disagree have different lines `settings`, and the context of a request makes no difference", async () => {
  const settingsOf = async (options, of = SessionCookie) => (await (await of.encrypted(XAES_KEY, options)).keysInUse(NOW)).settings;
  const found = await Promise.all([
    settingsOf({}),
    settingsOf({ rememberUpTo: 30 * 86_400 }),
    settingsOf({ idleTimeout: 600 }),
    settingsOf({ application: "shop" }),
    settingsOf({ header: "authorization" }, SessionToken),
    settingsOf({ purpose: "jobs" }, SessionToken),
  ]);
  assert.equal(new Set(found).size, found.length);
  assert.equal(await settingsOf({ refreshAfter: "never", saveOnServerError: true, notBefore: NOW, log: null }), DEFAULTS);
  const cookies = await SessionCookie.encrypted(XAES_KEY);
  assert.equal((await cookies.inContext([["tenant", "acme"]]).keysInUse(NOW)).settings, DEFAULTS);
});

test("a health check asks the source of a ring that is followed, so that an instance without visitors shows the new ring", async () => {
  let text = XAES_KEY;
  const ring = await KeyRing.follow(() => text, { log: null });
  const cookies = await SessionCookie.encrypted(ring, { log: null });
  text = `${OTHER_KEY}\n${XAES_KEY}`;
  const shown = await cookies.keysInUse(Date.now() + 61_000);
  assert.deepEqual([shown.seals, shown.fingerprint], [other, await (await KeyRing.parse(text)).fingerprint()]);
});
