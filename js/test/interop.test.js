// Sessions go from JavaScript to Rust and back. The Rust side is js/interop.

import assert from "node:assert/strict";
import { test } from "node:test";

import { KeyRing, SessionCookie, generateKey } from "../src/index.js";
import { SIGNING_KEY, XAES_KEY } from "./keys.js";
import { random } from "./random.js";
import { ask } from "./rust.js";

const NOW = 1_800_000_000;

/** Makes a request of the program in Rust. */
function inRust(deployment, request) {
  const { mode, ring, application = null, context = [] } = deployment;
  const given = { mode, ring, application, context, now: NOW, cookie: "", set: {}, flash: [], renew: false, ...request };
  return ask({ session: given });
}

const field = (setCookies) => setCookies.map((line) => line.split(";")[0]).join("; ");

const DEPLOYMENTS = [
  { mode: "encrypted", ring: XAES_KEY },
  { mode: "encrypted", ring: XAES_KEY, application: "shop", context: [["tenant", "blå"], ["stage", ""]] },
  { mode: "signed", ring: SIGNING_KEY },
];

function cookiesOf({ mode, ring, application, context }) {
  const make = mode === "signed" ? "unencryptedButSigned" : "encrypted";
  return SessionCookie[make](ring, { application, context });
}

/** Contents at random. The round is printed where a test fails. */
function contents(seed) {
  const { next, below, text } = random(seed);
  const value = (depth) =>
    [
      () => null,
      () => next() < 0.5,
      () => below(2 ** 31) - 2 ** 30,
      () => below(300) - 150,
      () => below(2 ** 31) * 2 ** 20 + below(2 ** 20),
      () => (next() - 0.5) * 1e9,
      text,
      () => (depth > 3 ? [] : Array.from({ length: below(20) }, () => value(depth + 1))),
      () => (depth > 3 ? {} : Object.fromEntries(Array.from({ length: below(4) }, () => [text(), value(depth + 1)]))),
    ][below(9)]();
  return () => Object.fromEntries(Array.from({ length: below(6) }, () => [text(), value(0)]));
}

test("what JavaScript seals, Rust opens, and the other way round", async () => {
  const content = contents(7);
  let written = 0;
  for (let round = 0; round < 300; round++) {
    const deployment = DEPLOYMENTS[round % DEPLOYMENTS.length];
    const cookies = await cookiesOf(deployment);
    const data = content();
    const session = await cookies.load(null, NOW * 1000);
    try {
      for (const [key, value] of Object.entries(data)) session.set(key, value);
      // The other side has to have room for more.
      if (session.remainingBytes < 100) continue;
    } catch (error) {
      if (error.code === "size") continue;
      throw error;
    }
    session.flash("", "saved å");
    session.ensureId();
    const sealed = field(await cookies.save(session));
    const more = { zzz: round };
    const answer = await inRust(deployment, { cookie: sealed, set: more, flash: ["and more"] });
    assert.deepEqual(answer.seen, { data, flashes: ["saved å"], id: session.id, is_new: false }, `round ${round}`);
    const back = await cookies.load(field(answer.fields), (NOW + 60) * 1000);
    assert.deepEqual(Object.fromEntries(back.entries()), { ...data, ...more }, `round ${round}`);
    assert.deepEqual(back.flashes(""), ["saved å", "and more"]);
    assert.equal(back.id, session.id);
    written++;
  }
  assert.ok(written > 200, `${written} contents were small enough`);
});

test("a rotation reaches one side after the other, and no session is lost", async () => {
  const next = await generateKey();
  const time = (seconds) => new Date((NOW + seconds) * 1000).toISOString().replace(".000", "");
  const steps = [XAES_KEY, `${next} seal_from=${time(3000)}\n${XAES_KEY} accept_until=${time(60_000)}`, `${next}\n${XAES_KEY}`];
  for (const rustIsFirst of [true, false]) {
    let text = steps[0];
    const cookies = await SessionCookie.encrypted(await KeyRing.follow(() => text));
    let cookie = "";
    for (let round = 0; round < 12; round++) {
      const [first, second] = [Math.floor((round + 2) / 4), Math.floor(round / 4)].map((step) => steps[Math.min(step, 2)]);
      text = rustIsFirst ? second : first;
      const session = await cookies.load(cookie, (NOW + round * 600) * 1000);
      assert.equal(session.size, round, `round ${round}`);
      session.set(`round ${round}`, round);
      const ring = rustIsFirst ? first : second;
      const answer = await inRust({ mode: "encrypted", ring }, { cookie: field(await cookies.save(session)), now: NOW + round * 600, renew: true });
      assert.equal(answer.seen.is_new, false, `round ${round}`);
      cookie = field(answer.fields);
    }
  }
});

test("an id that is bytes in Rust is a text here, and the text of an id is one there", async () => {
  const [ours, theirs] = ["67e55044-10b1-426f-9247-bb680e5fe0c8", "00000000-0000-4000-8000-0000000000ff"];
  const cookies = await cookiesOf(DEPLOYMENTS[0]);
  const session = await cookies.load(null, NOW * 1000);
  session.set("id", ours);
  const cookie = field(await cookies.save(session));
  const answer = await ask({ id: { ring: XAES_KEY, now: NOW, cookie, id: theirs } });
  assert.equal(answer.came, ours);
  const back = await cookies.load(field(answer.fields), NOW * 1000);
  assert.equal(back.get("id"), theirs);
});

test("neither opens what was sealed for another deployment", async () => {
  const [plain, labelled] = DEPLOYMENTS;
  const cookies = await cookiesOf(plain);
  const own = await cookies.load(null, NOW * 1000);
  own.set("user", "ada");
  const cookie = field(await cookies.save(own));
  assert.equal((await inRust(labelled, { cookie })).seen.is_new, true);
  const theirs = field((await inRust(labelled, { set: { user: "ada" } })).fields);
  assert.equal((await cookies.load(theirs, NOW * 1000)).isNew, true);
});

test("a session that Rust renewed has another id here", async () => {
  const cookies = await cookiesOf(DEPLOYMENTS[0]);
  const first = await inRust(DEPLOYMENTS[0], { set: { user: "ada" }, renew: true });
  const before = await cookies.load(field(first.fields), NOW * 1000);
  const second = await inRust(DEPLOYMENTS[0], { cookie: field(first.fields), now: NOW + 60, renew: true });
  const after = await cookies.load(field(second.fields), (NOW + 60) * 1000);
  assert.notEqual(after.id, before.id);
  assert.equal(after.createdAt.getTime(), (NOW + 60) * 1000);
});
