// Cookies of other libraries, by a reader of one's own. iron.test.js has those of iron-session.

import assert from "node:assert/strict";
import { test } from "node:test";

import { deviceBound } from "../src/device.js";
import { SessionCookie, attributes, csrfToken, decodeDictionary, generateKey, revocation, sessionType, verifyCsrf } from "../src/index.js";
import { oldCookie } from "../src/old_cookies.js";
import * as t from "../src/struct.js";
import { NOW, SIGNING_KEY, XAES_KEY, filled, kept, later, sealedAs } from "./visitor.js";

const range = { from: NOW, until: later(86_400) };
const read = (value) => (value.startsWith("user-") ? { entries: { user: value.slice(5) } } : null);
const migrating = () => SessionCookie.encrypted(XAES_KEY, { size: "split:2", migrateFrom: oldCookie({ name: "sid", read, ...range }) });
const values = (...all) => all.map((value) => `sid=${value}`).join("; ");

test("a session of another library is refused after the time in which it needs no device", async () => {
  const dated = (value) => ({ ...read(value), createdAt: NOW });
  const cookies = await SessionCookie.encrypted(XAES_KEY, {
    deviceBound: deviceBound({ path: "/.session", requiredAfter: 60 }),
    migrateFrom: oldCookie({ name: "sid", read: dated, ...range }),
  });
  const [young, stale] = await Promise.all([59, 60].map((seconds) => cookies.load(values("user-ada"), later(seconds))));
  assert.deepEqual([young.outcome, young.get("user")], [{ kind: "migrated" }, "ada"]);
  assert.deepEqual([stale.outcome, stale.isNew, stale.size], [{ kind: "notMigrated", reason: "Stale" }, true, 0]);
  // The visitor signs in, and the old cookie is dropped.
  stale.signIn();
  stale.set("user", "ada");
  assert.match((await cookies.save(stale)).join(), /sid=; .*Max-Age=0/);
});

test("a reader gets the cookies that belong to the old one, which are dropped with it", async () => {
  const given = [];
  const paired = (value, others) => (given.push(others), others[1] === value ? { entries: { user: value } } : null);
  const old = (also) => oldCookie({ name: "sid", also, read: paired, ...range });
  const cookies = await SessionCookie.encrypted(XAES_KEY, { migrateFrom: old(["sid.note", "sid.sig"]) });
  for (const [field, others, kind] of [
    ["sid=ada; sid.sig=ada", [null, "ada"], "migrated"],
    ["sid.sig=ada; sid=ada; sid.note=x", ["x", "ada"], "migrated"],
    ["sid=ada; sid.sig=eve", [null, "eve"], "notMigrated"],
    ["sid=ada; sid.sig=ada; sid.sig=eve", [null, null], "notMigrated"],
    ["sid=ada", [null, null], "notMigrated"],
  ]) {
    const session = await cookies.load(field, NOW);
    assert.deepEqual([given.pop(), session.outcome.kind], [others, kind], field);
    session.set("seen", true);
    assert.deepEqual((await cookies.save(session)).map((line) => line.split("=")[0]), ["__Host-session", "sid", "sid.note", "sid.sig"]);
  }
  await assert.rejects(SessionCookie.encrypted(XAES_KEY, { migrateFrom: old(["__Host-session"]) }), /the same name/);
  assert.throws(() => old("sid.sig"), /`also` must be a list of names/);
  assert.throws(() => old(["a b"]), { name: "ConfigError" });
});

test("a cookie that was planted wins by no key, in whatever order", async () => {
  const reasonOf = async (cookies, field) => (await cookies.load(field, NOW)).outcome.reason;
  for (const [newer, older] of [["a", "b"], ["ab", "a"], ["a", "ab"]]) {
    // Each takes over what begins with one of these letters.
    const migrateFrom = [newer, older].map((letters) =>
      oldCookie({ name: "sid", read: (value) => (letters.includes(value[0]) ? { entries: { user: value } } : null), ...range }),
    );
    const cookies = await SessionCookie.encrypted(XAES_KEY, { migrateFrom });
    for (const field of ["sid=bada; sid=amallory", "sid=amallory; sid=bada"]) {
      assert.equal(await reasonOf(cookies, field), "Duplicate", `${newer} ${older}: ${field}`);
    }
    // Nobody looked at the last of five.
    assert.equal(await reasonOf(cookies, "sid=amallory; sid=1; sid=2; sid=3; sid=ada"), "Duplicate");
    assert.equal(await reasonOf(cookies, "sid=x; sid=amallory; sid=amallory"), undefined);
  }
});

test("where one source refuses a session the next one is asked, and of several reasons the first is told", async () => {
  const fixed = (user, more) => ({ name: "sid", read: () => ({ entries: { user }, ...more }), ...range });
  const refusing = [[{ ...fixed("ada"), convert: () => null }, "Revoked"], [fixed("ada", { expiresAt: NOW }), "Expired"]];
  for (const [first, reason] of refusing) {
    const taking = (second) => SessionCookie.encrypted(XAES_KEY, { migrateFrom: [first, second].map(oldCookie) });
    const session = await (await taking(fixed("grace"))).load("sid=x", NOW);
    assert.equal(session.get("user"), "grace");
    const none = await (await taking({ ...fixed("eve"), read: () => null })).load("sid=x", NOW);
    assert.deepEqual(none.outcome, { kind: "notMigrated", reason });
  }
});

const shape = t.struct({ user: t.text });
const login = (more = {}) => {
  const convert = (schema, payload) => (schema === 0 ? { user: decodeDictionary(payload).user } : undefined);
  return sessionType({ label: "login", schema: 1, shape, convert, ...more });
};
const withEntries = (entries, type) => SessionCookie.encrypted(XAES_KEY, { type, migrateFrom: oldCookie({ name: "sid", read: () => ({ entries }), ...range }) });
const valueOf = ([line]) => /^__Host-session=([^;]*)/.exec(line)[1];

test("a session of a type takes no more room than one that began here, and is not written again", async () => {
  const cookies = await withEntries({ user: "ada", noted: "x".repeat(100) }, login());
  const began = await cookies.load(null, NOW);
  began.value = { user: "ada" };
  const session = await cookies.load("sid=x", NOW);
  assert.deepEqual([session.outcome, session.value], [{ kind: "migrated" }, { user: "ada" }]);
  const token = valueOf(await cookies.save(session));
  assert.equal(token.length, valueOf(await cookies.save(began)).length);
  // One that converts nothing reads it, too, and the same value is no change.
  const later = await SessionCookie.encrypted(XAES_KEY, { type: login({ convert: undefined }) });
  const next = await later.load(`__Host-session=${token}`, NOW);
  assert.deepEqual([next.outcome.kind, next.value], ["opened", { user: "ada" }]);
  next.value = { user: "ada" };
  assert.deepEqual(await later.save(next), []);
});

test("a session of which the type keeps nothing is dropped", async () => {
  const cookies = await withEntries({ user: "ada" }, login({ convert: () => ({ user: "" }) }));
  const session = await cookies.load("sid=x", NOW);
  assert.deepEqual([session.outcome, session.value], [{ kind: "migrated" }, { user: "" }]);
  assert.deepEqual((await cookies.save(session)).map((line) => line.split(";")[0]), ["__Host-session=", "sid="]);
});

test("a type has the room of its own bytes", async () => {
  const outcomeOf = async (entries, type) => (await (await withEntries(entries, type)).load("sid=x", NOW)).outcome;
  const noted = { user: "ada", note: "x".repeat(3000) };
  assert.equal((await outcomeOf(noted)).reason, "TooLong");
  assert.equal((await outcomeOf(noted, login())).kind, "migrated");
  const { reason, cause } = await outcomeOf({ user: "x".repeat(2200) }, login());
  assert.deepEqual([reason, cause.code], ["TooLong", "size"]);
  assert.match(cause.message, /at most 2171 bytes of content, found 2202;/);
  assert.equal((await outcomeOf({ user: "ada" }, login({ convert: () => ({ user: "x".repeat(3000) }) }))).reason, "TooLong");
});

test("a value of a type that cannot be written is refused, and one that cannot be converted", async () => {
  for (const convert of [() => ({ user: 7 }), () => null, () => undefined, () => assert.fail("of the application"), undefined, async () => ({ user: "ada" })]) {
    const session = await (await withEntries({ user: "ada" }, login({ convert }))).load("sid=x", NOW);
    assert.deepEqual([session.outcome, session.isNew], [{ kind: "notMigrated", reason: "Payload" }, true], `${convert}`);
  }
});

test("an old cookie that comes where the browser hides ours is not taken over for good, and comes again", async () => {
  const cookies = await migrating();
  const load = (fields) => cookies.load({ cookie: "sid=user-ada", ...fields }, NOW);
  const hidden = await load({ "sec-fetch-site": "cross-site" });
  assert.deepEqual([hidden.get("user"), hidden.hasChanged, await cookies.save(hidden)], ["ada", false, []]);
  const ended = await load({ "sec-fetch-site": "cross-site" });
  ended.invalidate();
  ended.flash("", "Bye.");
  // The sign-out takes effect, although its message is lost.
  assert.equal(ended.hasChanged, true);
  assert.deepEqual((await cookies.save(ended)).map((line) => /^\S+=; .*; Max-Age=0/.test(line)), [true, true]);
  const next = await load({});
  assert.equal(next.get("user"), "ada");
  assert.equal((await cookies.save(next)).length, 2);
});

test("an old cookie is dropped wherever the old program may have set it for the page", async () => {
  const cookies = await migrating();
  const droppedAt = async (path, sent = "sid=user-ada") => {
    const request = new Request(`https://www.example.com${path}`, { headers: { cookie: sent } });
    const session = await cookies.load(request, NOW);
    session.invalidate();
    const lines = (await cookies.save(session)).filter((line) => line.startsWith("sid="));
    return lines.map((line) => /^sid=; Path=([^;]*); Secure; HttpOnly; SameSite=None; Max-Age=0; /.exec(line)[1]);
  };
  assert.deepEqual(await droppedAt("/"), ["/"]);
  assert.deepEqual(await droppedAt("/app/shop?a=/b"), ["/", "/app", "/app/", "/app/shop"]);
  assert.deepEqual(await droppedAt("/app/"), ["/", "/app", "/app/"]);
  // Of two old cookies each.
  const taking = await SessionCookie.encrypted(XAES_KEY, { migrateFrom: ["sid", "old"].map((name) => oldCookie({ name, read, ...range })) });
  const both = new Request("https://www.example.com/app", { headers: { cookie: "sid=user-ada; old=user-bob" } });
  const taken = await taking.load(both, NOW);
  taken.invalidate();
  const paths = (await taking.save(taken)).map((line) => /^(sid|old)=; Path=([^;]*)/.exec(line)?.slice(1).join(" ")).filter(Boolean);
  assert.deepEqual(paths.sort(), ["old /", "old /app", "sid /", "sid /app"]);
  // A page that does not get the cookie does not know where it is.
  assert.deepEqual(await droppedAt("/app/shop", await filled(undefined, cookies)), ["/"]);
  // The path of a request adds no attribute.
  for (const path of ["/a;Domain=example.com/b", "/a,b"]) assert.deepEqual(await droppedAt(path), ["/"], path);
  assert.equal((await droppedAt("/a".repeat(1000))).length, 7);
});

test("entries that are no plain object, and numbers that may be rounded, are refused with the reason", async () => {
  const said = [];
  const log = (level, message, { error }) => said.push(error?.message);
  const outcomeOf = async (entries, convert) => {
    said.length = 0;
    const migrateFrom = oldCookie({ name: "sid", read: () => ({ entries }), ...(convert && { convert }), ...range });
    const session = await (await SessionCookie.encrypted(XAES_KEY, { migrateFrom, log })).load("sid=x", NOW);
    return { ...session.outcome, isNew: session.isNew, said: said.filter(Boolean).at(-1) };
  };
  const refused = async (sentence, ...given) => {
    const { said, ...outcome } = await outcomeOf(...given);
    assert.deepEqual([outcome.reason, outcome.isNew], ["Payload", true], String(given));
    assert.match(said, sentence);
  };
  for (const entries of ["x", ["x"], [1], 7, true, null, undefined, new Map([["user", "ada"]]), new Date(), new Uint8Array(2), () => 7]) {
    await refused(/plain object of entries/, entries);
    if (entries !== null) await refused(/plain object of entries/, { user: "ada" }, () => entries);
  }
  for (const number of [2 ** 53, -(2 ** 53), Number("1234567890123456789"), 1e300, JSON.parse("1e999"), -Infinity]) {
    for (const value of [number, [number], { a: [{ b: number }] }, new Map([["a", number]])]) await refused(/beyond 2\^53/, { user: value });
  }
  for (const value of [2 ** 53 - 1, 1 - 2 ** 53, 0.5, 1234567890123456789n, "1234567890123456789"]) {
    assert.equal((await outcomeOf({ user: value })).kind, "migrated", String(value));
  }
});

test("in a frame of another site, a sign-out drops an old cookie, and a change only where the new one is taken", async () => {
  const ends = (session) => session.invalidate();
  const endsWithMessage = (session) => (session.invalidate(), session.flash("", "Bye."));
  const signsIn = (session) => session.signIn();
  const changes = (session) => session.set("visits", 1);
  const reads = (session) => session.get("user");
  for (const sameSite of ["Lax", "Strict", "None", null]) {
    const migrateFrom = oldCookie({ name: "sid", read, ...range });
    const cookies = await SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ sameSite }), migrateFrom });
    const own = sameSite === null ? "" : `; SameSite=${sameSite}`;
    for (const act of [ends, endsWithMessage, signsIn, changes, reads]) {
      const request = new Request("https://www.example.com/app/shop", { headers: { cookie: "sid=user-ada" } });
      const session = await cookies.load(request, NOW);
      act(session);
      const lines = (await cookies.save(session)).filter((line) => line.startsWith("sid="));
      assert.equal(lines.length, 4);
      const expected = [changes, reads].includes(act) ? own : "; SameSite=None";
      for (const line of lines) assert.ok(line.includes(`; HttpOnly${expected}; Max-Age=0; `), line);
    }
  }
});

const built = (name, options = {}) => SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ name }), ...options });
const former = (cookie, until = later(86_400)) => oldCookie({ cookie, from: NOW, until });

test("a cookie with another name, mode, key or label signs nobody out, and keeps ids, dates and messages", async () => {
  const olds = {
    name: await built("__Host-visit", { rememberUpTo: 86_400 }),
    mode: await SessionCookie.unencryptedButSigned(SIGNING_KEY, { cookie: attributes({ name: "__Host-visit" }), rememberUpTo: 86_400 }),
    key: await SessionCookie.encrypted(await generateKey(), { cookie: attributes({ name: "__Host-visit" }), rememberUpTo: 86_400 }),
    label: await built("__Host-visit", { application: "shop", rememberUpTo: 86_400 }),
    parts: await built("__Host-visit", { size: "split:2", rememberUpTo: 86_400 }),
  };
  for (const [what, old] of Object.entries(olds)) {
    const field = await filled((session) => {
      session.signIn();
      session.set("user", "ada").flash("notice", "Hello.");
      if (what === "parts") session.set("note", "x".repeat(4500));
      session.rememberFor(7200);
    }, old);
    const cookies = await SessionCookie.encrypted(XAES_KEY, { size: "split:2", rememberUpTo: 86_400, migrateFrom: former(old) });
    const session = await cookies.load(field, later(60));
    const seen = ({ id, createdAt, expiresAt }) => ({ id, createdAt, expiresAt });
    assert.deepEqual([session.outcome, seen(session)], [{ kind: "migrated" }, seen(await old.load(field, later(60)))], what);
    assert.deepEqual([session.get("user"), session.allFlashes()], ["ada", [["notice", "Hello."]]]);
    const lines = await cookies.save(session);
    const names = lines.map((line) => line.split("=")[0]);
    const parts = what === "parts" ? [["__Host-session.1"], ["__Host-visit.1"]] : [[], []];
    assert.deepEqual(names, ["__Host-session", ...parts[0], "__Host-visit", ...parts[1]], what);
    // It is one of the new cookie from then on, and its sign-out is one.
    const next = await cookies.load(kept(lines), later(120));
    assert.deepEqual([next.outcome.kind, seen(next)], ["opened", seen(session)]);
    const gone = await cookies.load(field, later(60));
    gone.invalidate();
    assert.ok((await cookies.save(gone)).every((line) => line.includes("Max-Age=0")));
  }
});

test("an old cookie that has moved is dropped wherever it was", async () => {
  const cookie = attributes({ name: "__Secure-visit", formerly: [{ path: "/app" }] });
  const moved = await SessionCookie.encrypted(XAES_KEY, { cookie, size: "split:2" });
  const cookies = await SessionCookie.encrypted(XAES_KEY, { migrateFrom: former(moved) });
  const session = await cookies.load(await filled(undefined, moved), NOW);
  assert.equal(session.get("user"), "ada");
  session.invalidate();
  const dropped = (await cookies.save(session)).map((line) => line.match(/^(.*)=; Path=([^;]*);.* Max-Age=0/).slice(1).join(" "));
  const names = ["__Secure-visit", "__Secure-visit.1"];
  // Otherwise the next page takes the session over again.
  assert.deepEqual(dropped, ["__Host-session /", ...names.map((name) => `${name} /`), ...names.map((name) => `${name} /app`)]);
});

test("a session of an old cookie that another instance could read is left to it, as under its own cookie", async () => {
  const shape = t.struct({ user: t.text });
  const [first, second] = [1, 2].map((schema) => sessionType({ label: "login", schema, shape, empty: { user: "" } }));
  const keepUnknownKeys = true;
  const both = async (ring, options) => {
    const old = await SessionCookie.encrypted(ring, { cookie: attributes({ name: "__Host-visit" }), ...options });
    return { old, site: await SessionCookie.encrypted(XAES_KEY, { ...options, migrateFrom: former(old) }) };
  };
  for (const [reason, writer, reader] of [
    ["Payload", [XAES_KEY, { type: second }], [XAES_KEY, { type: first }]],
    ["UnknownKey", [await generateKey(), { type: first }], [XAES_KEY, { type: first, keepUnknownKeys }]],
  ]) {
    const { old: before } = await both(...writer);
    let id;
    const field = await filled((session) => {
      session.signIn();
      session.value = { user: "ada" };
      ({ id } = session);
    }, before);
    const { old, site } = await both(...reader);
    for (const cookies of [old, site]) {
      const load = () => cookies.load(field, later(60));
      const session = await load();
      assert.deepEqual([session.outcome.reason, session.isNew], [reason, true]);
      for (const change of [() => (session.value = { user: "eve" }), () => session.flash("", "x")]) {
        await assert.rejects(async () => change(), { code: "unreadable" }, reason);
      }
      assert.deepEqual(await cookies.save(session), []);
      const gone = await load();
      assert.equal(gone.invalidate(), reason === "Payload" ? id : null);
      assert.match((await cookies.save(gone)).join(), /__Host-visit=; .*Max-Age=0/);
      const again = await load();
      again.signIn();
      assert.match((await cookies.save(again)).join(), /__Host-(visit|session)=e/);
    }
  }
});

test("a session that another instance could take over is left to it next to another old cookie, before and behind", async () => {
  const keepUnknownKeys = true;
  const names = ["__Host-first", "__Host-second"];
  const ring = await generateKey();
  const [first, second] = await Promise.all(names.map((name) => SessionCookie.encrypted(ring, { cookie: attributes({ name }), keepUnknownKeys })));
  const others = await SessionCookie.encrypted(await generateKey(), { cookie: attributes({ name: names[1] }) });
  const theirs = await filled(undefined, others);
  for (const refused of [`${names[0]}=junk`, `${names[0]}=${theirs.split("=")[1].slice(0, -1)}`, "sid=junk"]) {
    for (const olds of [[first, second], [second, first]]) {
      const migrateFrom = [...olds.map((old) => former(old)), oldCookie({ name: "sid", read, ...range })];
      for (const sources of [migrateFrom, migrateFrom.toReversed()]) {
        const cookies = await SessionCookie.encrypted(XAES_KEY, { migrateFrom: sources });
        for (const field of [`${refused}; ${theirs}`, `${theirs}; ${refused}`]) {
          const session = await cookies.load(field, later(60));
          assert.equal(session.outcome.kind, "notMigrated");
          assert.throws(() => session.set("user", "eve"), { code: "unreadable" }, field);
          assert.deepEqual(await cookies.save(session), []);
        }
      }
    }
  }
});

test("the forms of two visitors with unreadable old cookies have different tokens", async () => {
  const named = { cookie: attributes({ name: "__Host-visit" }), keepUnknownKeys: true };
  const site = await SessionCookie.encrypted(XAES_KEY, { migrateFrom: former(await SessionCookie.encrypted(XAES_KEY, named)) });
  const other = await SessionCookie.encrypted(await generateKey(), named);
  const [ada, bob] = await Promise.all(["ada", "bob"].map((user) => filled((session) => session.set("user", user), other)));
  const token = await csrfToken(await site.load(ada, NOW));
  const passes = async (field) => verifyCsrf(await site.load(field, NOW), token);
  assert.deepEqual([await passes(ada), await passes(bob), await passes("__Host-visit=eAAAAAA")], [true, false, false]);
});

test("a session that was planted in one old cookie wins over none of another under the same ring", async () => {
  const olds = await Promise.all(["__Host-first", "__Host-second"].map((name) => built(name)));
  const fieldOf = (carrier, user) => filled((session) => session.set("user", user), carrier);
  for (const [planted, own] of [olds, olds.toReversed()]) {
    const pairs = [await fieldOf(planted, "mallory"), await fieldOf(own, "ada")];
    for (const sources of [olds, olds.toReversed()]) {
      const cookies = await SessionCookie.encrypted(XAES_KEY, { migrateFrom: sources.map((old) => former(old)) });
      for (const field of [pairs, pairs.toReversed()]) {
        const session = await cookies.load(field.join("; "), later(60));
        assert.deepEqual([session.outcome, session.isNew], [{ kind: "notMigrated", reason: "Duplicate" }, true]);
      }
      assert.equal((await cookies.load(pairs[1], later(60))).get("user"), "ada");
    }
  }
});

test("a session of an old cookie that is bound to a device is not taken over, because its proof has another name", async () => {
  const name = "__Host-visit";
  const old = await built(name, { deviceBound: deviceBound({ path: "/.session" }) });
  const tokenOf = (device) => sealedAs(name, { device }, [0x81, 0xa1, 0x75, 0xa1, 0x61]);
  const [field, unbound] = [`${name}=${await tokenOf(new Uint8Array(16))}`, `${name}=${await tokenOf(null)}`];
  assert.equal((await old.load(field, later(60))).binding, "stale");
  for (const options of [{}, { deviceBound: deviceBound({ path: "/.session" }) }]) {
    const cookies = await SessionCookie.encrypted(XAES_KEY, { ...options, migrateFrom: former(old) });
    assert.deepEqual((await cookies.load(unbound, later(60))).outcome, { kind: "migrated" });
    const session = await cookies.load(field, later(60));
    assert.deepEqual([session.outcome, session.isNew, session.size], [{ kind: "notMigrated", reason: "Stale" }, true, 0]);
  }
});

test("the sign-out of a session of an old cookie tells its id, once", async () => {
  const old = await built("__Host-visit", { rememberUpTo: 86_400 });
  let id;
  const field = await filled((session) => {
    session.signIn();
    session.rememberFor(7200);
    ({ id } = session);
  }, old);
  const warnings = [];
  const log = (level, message) => level === "warn" && warnings.push(message);
  const cookies = await SessionCookie.encrypted(XAES_KEY, { migrateFrom: former(old), log });
  for (const before of [() => {}, (session) => session.renewId(), (session) => session.renew()]) {
    const session = await cookies.load(field, later(60));
    before(session);
    assert.deepEqual([session.invalidate(), session.invalidate(), session.isNew], [id, null, true]);
  }
  // That it was remembered is the business of the program that wrote it.
  assert.ok(!warnings.some((message) => message.includes("rememberUpTo")));
});

test("an old cookie is read by the rules of both, and in its time", async () => {
  const old = await built("__Host-visit", { absoluteTimeout: 600, idleTimeout: null });
  const cookies = await SessionCookie.encrypted(XAES_KEY, { absoluteTimeout: 7200, revokedIf: revocation(({ id }) => id === revoked), migrateFrom: former(old, later(1000)) });
  let revoked = null;
  let id;
  const field = await filled((session) => (session.signIn(), ({ id } = session)), old);
  const outcomeOf = async (seconds, sent = field, carrier = cookies) => (await carrier.load(sent, later(seconds))).outcome;
  assert.deepEqual(await outcomeOf(599), { kind: "migrated" });
  assert.deepEqual(await outcomeOf(600), { kind: "notMigrated", reason: "Expired" });
  assert.deepEqual(await outcomeOf(1000), { kind: "absent" });
  assert.deepEqual(await outcomeOf(60, `${field}x`), { kind: "notMigrated", reason: "Auth" });
  revoked = id;
  assert.deepEqual(await outcomeOf(60), { kind: "notMigrated", reason: "Revoked" });
  revoked = null;
});

test("an old cookie is read in the context that the request chooses, else in its own", async () => {
  const TENANTS = [null, "acme", "other"];
  const of = (carrier, tenant) => (tenant ? carrier.inContext([["tenant", tenant]]) : carrier);
  const plain = await built("__Host-visit");
  for (const own of TENANTS) {
    for (const options of [{}, { context: [["tenant", "acme"]] }]) {
      const site = await SessionCookie.encrypted(XAES_KEY, { ...options, migrateFrom: former(of(plain, own)) });
      for (const [chosen, tenant] of TENANTS.flatMap((one) => TENANTS.map((other) => [one, other]))) {
        const { outcome } = await of(site, chosen).load(await filled(undefined, of(plain, tenant)), NOW);
        const expected = (chosen ?? own) === tenant ? { kind: "migrated" } : { kind: "notMigrated", reason: "Auth" };
        assert.deepEqual(outcome, expected, `former ${own}, request ${chosen}, session ${tenant}`);
      }
    }
  }
});

test("an old cookie holds the same type or dictionaries, and has no options of a reader", async () => {
  const shape = t.struct({ user: t.text });
  const type = sessionType({ label: "login", schema: 1, shape, empty: { user: "" }, convert: (schema, bytes) => ({ user: decodeDictionary(bytes).user }) });
  const other = sessionType({ label: "other", schema: 1, shape, empty: { user: "" } });
  const build = async (options, old) => SessionCookie.encrypted(XAES_KEY, { ...options, migrateFrom: former(await built("__Host-visit", old)) });
  await assert.rejects(build({ type }, { type: other }), { code: "migrateFrom", message: /hold another type/ });
  await assert.rejects(build({}, { type: other }), { code: "migrateFrom" });
  for (const old of [{}, { type }]) {
    const cookies = await build({ type }, old);
    const change = old.type ? (session) => (session.value = { user: "ada" }) : undefined;
    const taken = await cookies.load(await filled(change, await built("__Host-visit", old)), NOW);
    assert.deepEqual([taken.outcome.kind, taken.value], ["migrated", { user: "ada" }]);
  }
  const cookie = await built("__Host-visit");
  const chain = await built("__Host-second", { migrateFrom: former(cookie) });
  assert.throws(() => former(chain), { code: "migrateFrom", message: /has a `migrateFrom` of its own/ });
  assert.throws(() => oldCookie({ cookie, read, from: NOW, until: later(60) }), { code: "option", message: /`read` of an old cookie that is a `SessionCookie`/ });
  assert.throws(() => oldCookie({ cookie: built("__Host-visit"), from: NOW, until: later(60) }), { code: "cookie", message: "`cookie` must be a `SessionCookie`; await it" });
  await assert.rejects(SessionCookie.encrypted(XAES_KEY, { migrateFrom: former(await SessionCookie.encrypted(XAES_KEY)) }), /the same name/);
});

test("of two old cookies, one that came with too many values wins by none of them, whichever is named first", async () => {
  const [from, until] = [NOW, later(86_400)];
  const read = (value) => (value === "good" ? { entries: { user: "ada" } } : null);
  const cookie = ["good", "x1", "x2", "x3", "x4"].map((value) => `first=${value}`).join("; ");
  for (const names of [["first", "second"], ["second", "first"]]) {
    const migrateFrom = names.map((name) => oldCookie({ name, from, until, read }));
    const cookies = await SessionCookie.encrypted(XAES_KEY, { migrateFrom });
    assert.equal((await cookies.load(cookie, later(1))).isNew, true, `${names}`);
    assert.equal((await cookies.load("first=good", later(1))).isNew, false, `${names}`);
  }
});
