// Sessions go from JavaScript to Rust and back. The Rust side is js/interop.

import assert from "node:assert/strict";
import { test } from "node:test";

import { KeyRing, SessionCookie, SessionToken, generateKey } from "../src/index.js";
import { ask, startCounter } from "./rust.js";
import { SIGNING_KEY, XAES_KEY, cookies, kept as fieldOf, random, worker } from "./visitor.js";

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

test("a bare token is the same in both", async () => {
  const content = contents(11);
  const kinds = new Map();
  const { below } = random(12);
  for (let round = 0; round < 500; round++) {
    const [mode, ring] = round % 2 === 0 ? ["encrypted", XAES_KEY] : ["signed", SIGNING_KEY];
    const make = mode === "signed" ? "unencryptedButSigned" : "encrypted";
    const purpose = ["sign-in link", "jobs", "blå:1", " "][below(4)];
    const [maxTokenLength, other] = [[3072, 200, 16_384][below(3)], ["jobs", purpose][below(2)]];
    const tokens = await SessionToken[make](ring, { purpose, maxTokenLength });
    const asked = (request) => ask({ token: { mode, ring, purpose, max_token_len: maxTokenLength, now: NOW, token: null, set: {}, invalidate: false, ...request } });
    const data = content();
    const session = await tokens.load(null, NOW * 1000);
    assert.equal((await asked({})).room, session.remainingBytes);
    try {
      for (const [key, value] of Object.entries(data)) session.set(key, value);
      if (session.remainingBytes < 20) continue;
    } catch (error) {
      if (error.code === "size") continue;
      throw error;
    }
    const ours = await tokens.save(session);
    assert.equal(ours === null, Object.keys(data).length === 0);
    if (ours === null) continue;
    // As it came, changed by a character, cut, empty, and late; for this purpose and for another.
    const at = below(ours.length);
    const token = [ours, ours, `${ours.slice(0, at)}${ours[at] === "A" ? "B" : "A"}${ours.slice(at + 1)}`, ours.slice(0, at), "", ` ${ours}`, `${ours}.x`][below(7)];
    const now = NOW + [0, 1799, 1800, 43_200, -61][below(5)];
    const request = { purpose: other, token, now, set: below(2) ? { more: round } : {}, invalidate: below(8) === 0 };
    const answer = await asked(request);
    const reader = await SessionToken[make](ring, { purpose: other, maxTokenLength });
    const here = await reader.load(token, now * 1000);
    const told = { data: Object.fromEntries(here.entries()), flashes: [], id: here.id, is_new: here.isNew };
    assert.deepEqual([answer.seen, answer.reason], [told, here.outcome.reason ?? null], `round ${round}`);
    for (const [key, value] of Object.entries(request.set)) here.set(key, value);
    if (request.invalidate) here.invalidate();
    const change = await reader.save(here, {});
    const kindOf = (text) => text && "a token";
    assert.deepEqual([kindOf(answer.change), answer.change?.length], [kindOf(change), change?.length], `round ${round}`);
    if (change) {
      const back = await reader.load(answer.change, now * 1000);
      assert.deepEqual(Object.fromEntries(back.entries()), { ...told.data, ...request.set }, `round ${round}`);
    }
    const kind = here.outcome.reason ?? here.outcome.kind;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  assert.ok(["opened", "Auth", "Expired", "Idle"].every((kind) => kinds.get(kind) > 3), JSON.stringify([...kinds]));
  for (const [purpose, isRefused] of [["", true], ["n".repeat(65_529), false], ["n".repeat(65_530), true]]) {
    const answer = await ask({ token: { mode: "signed", ring: SIGNING_KEY, purpose, max_token_len: 3072, now: NOW, token: null, set: {}, invalidate: false } });
    assert.equal(answer.refused ?? false, isRefused);
    const built = SessionToken.unencryptedButSigned(SIGNING_KEY, { purpose });
    if (isRefused) await assert.rejects(built, { code: "purpose" });
    else assert.ok(await built);
  }
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

// A worker before an origin in Rust: the counter.

test("neither the worker's change nor the origin's is lost", async () => {
  const origin = await startCounter(XAES_KEY);
  const visit = worker(origin, (session) => session.update("seen", (seen = 0) => seen + 1));
  const signIn = await visit("/sign-in", { method: "POST", body: new URLSearchParams({ name: "ada" }), cookie: "theme=dark" });
  assert.equal(signIn.text, "ada 0");
  assert.equal(signIn.setCookies.length, 1);
  let cookie = fieldOf(signIn.setCookies);
  for (let count = 1; count <= 3; count++) {
    const { text, setCookies } = await visit("/count", { method: "POST", cookie: `theme=dark; ${cookie}` });
    assert.equal(text, `ada ${count}`);
    assert.equal(setCookies.length, 1);
    cookie = fieldOf(setCookies);
    const session = await cookies.load(cookie);
    assert.deepEqual([session.get("seen"), session.get("count"), session.get("user")], [count + 1, count, "ada"]);
  }
  // The origin only reads.
  const look = await visit("/", { cookie });
  assert.equal(look.text, "ada 3");
  assert.equal((await cookies.load(fieldOf(look.setCookies))).get("seen"), 5);
  assert.equal(look.headers.get("cache-control"), "no-store");
});

test("the origin sees a sign-out of the worker, and the worker keeps one of the origin", async () => {
  const origin = await startCounter(XAES_KEY);
  const signIn = await worker(origin, () => {})("/sign-in", { method: "POST", body: new URLSearchParams({ name: "ada" }) });
  const cookie = fieldOf(signIn.setCookies);
  const out = await worker(origin, (session) => session.invalidate())("/", { cookie: `a=1; ${cookie}` });
  assert.equal(out.text, "nobody 0");
  assert.match(out.setCookies[0], /^__Host-session=; .*Max-Age=0/);
  const theirs = await worker(origin, (session) => session.set("seen", 1))("/sign-out", { method: "POST", cookie });
  assert.equal(theirs.setCookies.length, 1);
  assert.match(theirs.setCookies[0], /^__Host-session=; .*Max-Age=0/);
});

// The fields for caches.

const DIRECTIVES = ["private", "no-store", "must-understand", "public", "max-age=60", 'private="x"', "NO-STORE", " no-store ", 'x="a, b"', "no-store=1", ""];
const VALUES = {
  "cache-control": null,
  "cdn-cache-control": null,
  "surrogate-control": null,
  "edge-control": null,
  "x-accel-expires": ["0", "60", "@1900000000", "00", "", " 0 ", "0, 0", "off"],
  expires: ["0", "Fri, 15 Jan 2100 00:00:00 GMT", "Fri, 15 Jan 2010 00:00:00 GMT", "Friday, 15-Jan-99 00:00:00 GMT", "-1"],
  vary: ["accept", "Cookie", "accept, cookie", "*", "cookies", ""],
};

test("responses get the fields that Rust gives them", async () => {
  const { next, oneOf, listOf } = random(9);
  const sessions = await SessionCookie.encrypted(XAES_KEY);
  const first = await sessions.load(null, NOW * 1000);
  first.set("user", "ada");
  const [line] = await sessions.save(first);
  const cookie = line.split(";")[0];
  for (let round = 0; round < 3000; round++) {
    const fields = Object.entries(VALUES).flatMap(([name, values]) =>
      next() < 0.6 ? [] : [[name, values ? oneOf(values) : listOf(4, () => oneOf(DIRECTIVES)).join(",")]],
    );
    const write = next() < 0.5;
    const now = NOW + (next() < 0.5 ? 0 : 600);
    const headers = new Headers(fields);
    const session = await sessions.load(cookie, now * 1000);
    session.keys();
    if (write) session.set("written", true);
    await sessions.saveTo(headers, session);
    const sets = headers.has("set-cookie");
    headers.delete("set-cookie");
    const answer = await ask({ caches: { ring: XAES_KEY, now, cookie, write, fields } });
    const theirs = Object.fromEntries(Object.entries(answer.fields).map(([name, values]) => [name, joined(values)]));
    const ours = Object.fromEntries([...headers].map(([name, value]) => [name, joined([value])]));
    assert.deepEqual({ sets, fields: ours }, { sets: answer.sets, fields: theirs }, `round ${round}: ${JSON.stringify(fields)}`);
  }
});

/** Rust appends a field where `Headers` joins them. */
const joined = (values) => values.join(", ").split(",").map((value) => value.trim()).filter(Boolean).join(", ");
