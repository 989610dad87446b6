// Sessions in the app router of Next.js, with a stand-in for `cookies`. proof/frameworks has them in Next.js.

import assert from "node:assert/strict";
import { test } from "node:test";

import { CsrfGuard } from "../src/csrf_guard.js";
import { KeyRing, SessionCookie, attributes, csrfToken, revalidation, sessionType, verifyCsrf } from "../src/index.js";
import { oldCookie } from "../src/old_cookies.js";
import { struct, text } from "../src/struct.js";
import { inNext, sessionProxy } from "../src/web/next.js";
import { arrived, jarWith, noticed, sessionOf } from "./site_of_next.js";
import { jarOf } from "./stand_ins.js";
import { NOW, XAES_KEY, cookies, filled } from "./visitor.js";

const NextResponse = { next: () => new Response() };

test("mistakes in the arguments are named at once", async () => {
  const guard = new CsrfGuard({ originCheckOnly: true });
  const jar = jarWith().cookies;
  const refused = [
    [() => inNext(cookies, jar, { guard }), /no option `guard`; .*withSession/],
    [() => inNext(cookies, jar, guard), /object of options/],
    [() => inNext(cookies, jar, null), /object of options/],
    [() => inNext(cookies, jar, () => {}), /object of options/],
    [() => inNext(cookies, jar, { clock: Date.now }), /no option `clock` in `inNext`/],
    [() => inNext(cookies, jar, { now: NOW }), /`now` must be a function/],
    [() => inNext(cookies), /`cookies` of next\/headers/],
    [() => sessionProxy(cookies), /`NextResponse`/],
    [() => sessionProxy(cookies, Response), /`NextResponse`/],
    [() => sessionProxy(cookies, NextResponse, { flashes: [] }), /handler .* must be a function/],
    [() => sessionProxy(cookies, NextResponse, guard), /handler .* must be a function/],
    [() => sessionProxy(cookies, NextResponse, undefined, guard), /object of options/],
    [() => sessionProxy(cookies, NextResponse, undefined, { guard }), /no option `guard`; .*withSession/],
    [() => sessionProxy(cookies, NextResponse, undefined, { flash: ["notice"] }), /no option `flash` in `sessionProxy`/],
    [() => sessionProxy(cookies, NextResponse, undefined, { flashes: "notice" }), /list of the queues/],
    [() => sessionProxy(cookies, NextResponse, undefined, { flashes: [1] }), /list of the queues/],
  ];
  for (const [make, message] of refused) assert.throws(make, { name: "ConfigError", code: "option", message }, `${make}`);
  sessionProxy(cookies, NextResponse, undefined, Object.create(null));
  const expected = { name: "ConfigError", code: "cookies", message: /what `SessionCookie.encrypted` returns/ };
  for (const made of [undefined, {}]) {
    await assert.rejects(inNext(() => made, jar).load(), expected);
    assert.throws(() => inNext(made, jar), expected);
  }
});

test("of two sessions that the jar of Next.js hides one of, none is taken", async () => {
  const shared = await SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ domain: "example.com" }) });
  const [ada, eve] = await Promise.all(["ada", "eve"].map((user) => filled((session) => session.set("user", user), shared)));
  const encoded = eve.replace("=e", "=%65");
  const loaded = async (field) => {
    const [cookies, headers] = jarOf(field);
    const session = await inNext(shared, cookies, { headers, now: () => NOW }).load();
    return session.get("user") ?? session.outcome.reason;
  };
  assert.deepEqual([await loaded(ada), await loaded(`a=1; ${ada}; b=%3B`)], ["ada", "ada"]);
  for (const field of [`${ada}; ${eve}`, `${ada}; a=1; ${eve}`]) {
    // What is planted beside the two, as a part of them or of the same name, hides neither.
    for (const planted of ["", "; __Secure-session.1=", "; __Secure-session.7", "; __Secure-session.1=x", "; __Secure-session", "; __Secure-session=", "; __Secure-session=%"]) {
      assert.equal(await loaded(field + planted), "Duplicate", field + planted);
    }
  }
  assert.deepEqual([await loaded(`${ada}; __Secure-session`), await loaded(`${ada}; __Secure-session.1=; __Secure-session.7`)], ["ada", "ada"]);
  // The jar decodes, and browsers and servers do not.
  for (const field of [`${ada}; ${encoded}`, `${ada}; ${encoded} `]) assert.equal(await loaded(field), "ada", field);
  // After a change in this request, the jar has the session.
  const [cookies, headers] = jarOf(`__Secure-session=; ${ada}`);
  const { load, update } = inNext(shared, cookies, { headers, now: () => NOW });
  await update((session) => void session.set("user", "grace"));
  assert.equal((await load()).get("user"), "grace");
  await update((session) => void session.invalidate());
  assert.equal((await load()).get("user"), undefined);
  // That it has written another cookie changes nothing.
  const [changed, came] = jarOf(`a=1; ${ada}; ${eve}`);
  (await changed()).set("a", "2");
  assert.equal((await inNext(shared, changed, { headers: came, now: () => NOW }).load()).outcome.reason, "Duplicate");
  // Pages of a build have neither.
  assert.equal((await inNext(shared, jarWith().cookies, { headers: async () => new Headers(), now: () => NOW }).load()).isNew, true);
});

const HEADERS_NEEDED = { name: "ConfigError", code: "headers", message: /headers.* of next\/headers/ };

test("a cookie that another host can set needs `headers`", async () => {
  for (const cookie of [{ domain: "example.com" }, { path: "/app" }, { name: "sid" }]) {
    const sessions = SessionCookie.encrypted(XAES_KEY, { cookie: attributes(cookie) });
    for (const given of [sessions, () => sessions]) {
      for (const method of ["load", "ready"]) await assert.rejects(inNext(given, jarWith().cookies)[method](), HEADERS_NEEDED);
    }
    assert.equal((await inNext(() => sessions, jarWith().cookies, { headers: async () => new Headers(), now: () => NOW }).load()).isNew, true);
  }
  assert.throws(() => inNext(cookies, jarWith().cookies, { headers: new Headers() }), { code: "option", message: /`headers` must be the function/ });
});

test("the session of an old cookie is taken over in Next.js as it came, and neither of two", async () => {
  const read = (value) => ({ entries: { user: value } });
  const old = (name) => oldCookie({ name, read, from: new Date(NOW.getTime() - 1000), until: new Date("2101-01-01") });
  for (const name of ["sid", "__Host-sid"]) {
    const sessions = await SessionCookie.encrypted(XAES_KEY, { migrateFrom: old(name) });
    await assert.rejects(inNext(sessions, jarWith().cookies).load(), HEADERS_NEEDED);
    const loaded = async (field) => {
      const [cookies, headers] = jarOf(field);
      const { load, update } = inNext(sessions, cookies, { headers, now: () => NOW });
      const found = await update((session) => session.get("user") ?? session.outcome.reason);
      assert.equal((await load()).outcome.kind, found === "Duplicate" ? "notMigrated" : "opened");
      return found;
    };
    assert.deepEqual([await loaded(`theme=dark; ${name}=s%3Aada`), await loaded(`${name}=ada; ${name}=eve`)], ["s%3Aada", "Duplicate"]);
  }
});

const NOTHING = { getAll: () => [], set: () => {} };

test("updates of one request lose nothing, at once and one inside of another, and a sign-out stands", async () => {
  const ways = {
    "at once": ({ update }) => Promise.all([update((session) => session.set("a", 1)), update(async (session) => session.set("b", 2))]),
    "the first takes longer": ({ update }) =>
      Promise.all([update(async (session) => { await cookies.load(null); session.set("a", 1); }), update((session) => session.set("b", 2))]),
    inside: ({ update }) => update(async (session) => { session.set("a", 1); await update((same) => same.set("b", 2)); }),
    "two inside": ({ update }) => update(() => Promise.all([update((session) => session.set("a", 1)), update((session) => session.set("b", 2))])),
    "inside of one inside": ({ update }) => update(async (session) => { session.set("a", 1); await update(() => update((same) => same.set("b", 2))); }),
    "one fails": ({ update }) =>
      Promise.allSettled([update((session) => session.set("a", 1)), update((session) => { session.set("c", 3); throw new Error("failed"); }), update((session) => session.set("b", 2))]),
  };
  for (const [way, act] of Object.entries(ways)) {
    const [jar, headers] = jarOf(await arrived());
    const sessions = inNext(cookies, jar, { headers, now: () => NOW });
    await act(sessions);
    assert.deepEqual((await sessions.load()).keys(), ["a", "b", "visits"], way);
  }
  const outs = {
    inside: ({ update }) => update(async (session) => { await update((same) => same.invalidate()); session.flash("notice", "Goodbye."); }),
    "at once": ({ update }) => Promise.all([update((session) => session.invalidate()), update((session) => session.flash("notice", "Goodbye."))]),
    "before a failure": ({ update }) => update(async () => { await update((same) => same.invalidate()); throw new Error("failed"); }).catch(() => {}),
    "by a redirect": ({ update }) => update(() => update((same) => { same.invalidate(); throw Object.assign(new Error(), { digest: "NEXT_REDIRECT;" }); })).catch(() => {}),
  };
  for (const [way, act] of Object.entries(outs)) {
    const [jar, headers] = jarOf(await arrived());
    const sessions = inNext(cookies, jar, { headers, now: () => NOW });
    await act(sessions);
    assert.deepEqual((await sessions.load()).keys(), [], way);
  }
});

test("an update waits for those of its own request and cookie alone", async () => {
  const other = await SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ name: "__Host-other" }) });
  const [jar] = jarOf("");
  const [one, two] = [inNext(cookies, jar), inNext(other, jar)];
  await one.update(async (session) => {
    session.set("a", 1);
    await two.update(async (session) => {
      session.set("b", 2);
      await one.update((same) => same.delete("a"));
    });
    session.set("f", 6);
    await inNext(cookies, jarOf("")[0]).update((session) => session.set("c", 3));
  });
  assert.deepEqual([(await one.load()).keys(), (await two.load()).keys()], [["f"], ["b"]]);
  // One that was begun inside, and goes on when that is over, has its own turn.
  let late;
  const begun = one.update((session) => {
    session.set("d", 4);
    late = cookies.load(null).then(() => one.update((session) => session.set("e", 5)));
  });
  await begun;
  await late;
  assert.deepEqual((await one.load()).keys(), ["d", "e", "f"]);
});

test("updates of several cookies that would wait for each other for ever are an error", async () => {
  const named = (name) => SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ name: `__Host-${name}` }) });
  const makers = await Promise.all(["one", "two", "three"].map(named));
  const ways = {
    "two, in opposite order": [[0, 1], [1, 0]],
    "three in a ring": [[0, 1], [1, 2], [2, 0]],
    "behind one that waits": [[0, 1], [1], [1, 0]],
    deeper: [[0, 1, 2], [2, 0]],
    "in one order": [[0, 1, 2], [0, 1, 2], [1, 2], [2], [0, 2]],
    "side by side": [[0], [1], [0], [2, 1]],
  };
  for (const [way, nested] of Object.entries(ways)) {
    const [jar] = jarOf("");
    const all = makers.map((cookie) => inNext(cookie, jar));
    const count = (session) => session.update("count", (count = 0) => count + 1);
    const nest = ([first, ...inner]) =>
      all[first].update(async (session) => {
        count(session);
        await cookies.load(null);
        if (inner.length > 0) await nest(inner);
      });
    const done = await Promise.race([Promise.allSettled(nested.map(nest)), new Promise((late) => setTimeout(late, 5_000, [{ reason: "late" }]).unref())]);
    const failed = done.filter(({ status }) => status !== "fulfilled").map(({ reason }) => reason);
    assert.deepEqual(failed.map(({ code, message }) => [code, message.includes("wait for each other")]), way.includes("one order") || way.includes("side") ? [] : [["cookies", true]], way);
    // What does not wait is saved, and the next update has its turn.
    await all[0].update(count);
    const counts = await Promise.all(all.map(async (one) => (await one.load()).get("count") ?? 0));
    const begun = nested.flatMap((list) => list).length + 1;
    if (failed.length === 0) assert.equal(counts.reduce((sum, one) => sum + one), begun, way);
  }
  // One that is over waits for nothing, although another, which it has not awaited, does.
  const [jar] = jarOf("");
  const [one, two] = makers.map((cookie) => inNext(cookie, jar));
  let [left, other] = [];
  const begun = one.update(async () => {
    await other;
    await two.update((session) => session.set("late", true));
  });
  other = two.update(async () => {
    left = one.update((session) => session.set("left", 2));
    await new Promise(setImmediate);
  });
  await begun;
  await left;
  assert.deepEqual([(await one.load()).get("left"), (await two.load()).get("late")], [2, true]);
});

test("updates that could not be told apart are an error", async () => {
  const apart = async () => ({ ...NOTHING });
  await assert.rejects(inNext(cookies, apart).update(() => assert.fail("it was called")), { name: "ConfigError", code: "option", message: /new jar/ });
  assert.equal((await inNext(cookies, apart).load()).isNew, true);
  const jar = async () => NOTHING;
  const [one, two] = [inNext(cookies, jar), inNext(() => cookies, jar)];
  await assert.rejects(one.update(() => two.update(() => assert.fail("it was called"))), { code: "cookies", message: /make one for both/ });
});

const READ_ONLY = { name: "SessionError", code: "read-only", message: /`await sessions\.update\(…\)`/ };

test("a session of `load()` refuses what nobody would save, and is read all the same", async () => {
  const [name, value] = (await arrived(noticed)).split("=");
  const typed = await SessionCookie.encrypted(XAES_KEY, { type: sessionType({ label: "note", schema: 1, shape: struct({ note: text }) }) });
  const changes = [
    (session) => session.set("user", 7),
    (session) => session.update("visits", () => 1),
    (session) => session.delete("visits"),
    (session) => session.flash("notice", "Saved."),
    (session) => session.takeFlashes("notice"),
    (session) => session.rememberFor(60),
    ...["renewId", "signIn", "renew", "forget", "clear", "invalidate", "discard", "save"].map((method) => (session) => session[method]()),
    (session) => session.limitTo(60),
  ];
  const session = await inNext(cookies, jarWith([{ name, value }]).cookies, { now: () => NOW }).load();
  for (const change of changes) assert.throws(() => change(session), READ_ONLY, `${change}`);
  assert.deepEqual([session.get("visits"), session.flashes("notice"), session.takeFlashes("none")], [9, ["Saved."], []]);
  const note = await inNext(typed, jarWith().cookies).load();
  assert.throws(() => (note.value = { note: "lost" }), READ_ONLY);
});

test("a CSRF token in a page needs an id that the browser has", async () => {
  const tokenOf = async (...jar) => csrfToken(await inNext(cookies, jarWith(jar).cookies, { now: () => NOW }).load());
  await assert.rejects(tokenOf(), { ...READ_ONLY, message: /for CSRF tokens call `ensureId\(\)` in the proxy/ });
  const [name, value] = (await arrived((session) => session.ensureId())).split("=");
  assert.equal(await verifyCsrf(await sessionOf(`${name}=${value}`), await tokenOf({ name, value })), true);
  const jar = jarWith();
  const token = await inNext(cookies, jar.cookies, { now: () => NOW }).update(csrfToken);
  assert.equal(await verifyCsrf(await sessionOf(`${name}=${jar.set.get(name).value}`), token), true);
});

test("a session that cannot be validated does not load, and is ended by the one that comes with the error", async () => {
  const [name, value] = (await arrived()).split("=");
  const validate = () => Promise.reject(new Error("no database"));
  const asking = await SessionCookie.encrypted(XAES_KEY, { revalidateAfter: revalidation({ seconds: 60, validate }) });
  const jar = jarWith([{ name, value }]);
  const { load, save, update } = inNext(asking, jar.cookies, { now: () => NOW });
  await assert.rejects(load(), { code: "unvalidated", status: 503 });
  const { session } = await update(() => assert.fail("it was called")).catch((error) => error);
  session.invalidate();
  await save(session);
  assert.equal(jar.set.get(name).value, "");
});

test("`redirect` inside of an update saves it, and what fails does not", async () => {
  // What they throw in Next.js 15 and 16.
  for (const digest of ["NEXT_REDIRECT;replace;/login;307;", "NEXT_HTTP_ERROR_FALLBACK;404", "NEXT_NOT_FOUND"]) {
    const jar = jarWith();
    const thrown = Object.assign(new Error(digest.split(";")[0]), { digest });
    const leaving = inNext(cookies, jar.cookies, { now: () => NOW }).update((session) => {
      session.set("user", "ada");
      throw thrown;
    });
    await assert.rejects(leaving, thrown);
    assert.deepEqual([...jar.set.keys()], ["__Host-session"], digest);
  }
  const unrendered = ["DYNAMIC_SERVER_USAGE", "NEXT_PRERENDER_INTERRUPTED", "HANGING_PROMISE_REJECTION", "BAILOUT_TO_CLIENT_SIDE_RENDERING", "1 NEXT_REDIRECT"];
  const failures = unrendered.map((digest) => Object.assign(new Error("not now"), { digest }));
  for (const thrown of [new Error("failed"), Object.assign(new Error("odd"), { digest: 7 }), ...failures, undefined]) {
    const jar = jarWith();
    const failing = inNext(cookies, jar.cookies).update(async (session) => {
      session.set("user", "ada");
      throw thrown;
    });
    assert.equal(await failing.then(() => "saved", (error) => error), thrown);
    assert.equal(jar.set.size, 0);
  }
});

test("an update that fails saves nothing, and signs out all the same", async () => {
  const [name, value] = (await arrived(noticed)).split("=");
  const jar = jarWith([{ name, value }]);
  const failing = inNext(cookies, jar.cookies, { now: () => NOW }).update((session) => {
    session.invalidate();
    session.set("user", "eve");
    throw new Error("failed");
  });
  await assert.rejects(failing, /failed/);
  assert.deepEqual([...jar.set].map(([name, { value }]) => [name, value]), [["__Host-session", ""]]);
});

test("a cookie that the jar of Next.js would lose is refused", async () => {
  const moved = { cookie: attributes({ name: "__Secure-a", path: "/app", formerly: { path: "/" } }) };
  const headers = async () => new Headers();
  const old = (path) => oldCookie({ name: "sid", path, read: () => null, from: new Date("2100-01-01"), until: new Date("2101-01-01") });
  for (const [code, options] of [["formerly", moved], ["migrateFrom", { migrateFrom: [old("/"), old("/app")] }]]) {
    const sessions = SessionCookie.encrypted(XAES_KEY, options);
    for (const given of [sessions, () => sessions]) {
      const jar = jarWith();
      const { load, save } = inNext(given, jar.cookies, { headers, now: () => NOW });
      await assert.rejects(load(), { name: "ConfigError", code, message: /hardtack-session\/fetch/ });
      await assert.rejects(save(await (await sessions).load(null, NOW)), { code });
      assert.equal(jar.set.size, 0);
    }
  }
  // One whose name needs no `headers`.
  const partitioned = SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ partitioned: true, formerly: { partitioned: false } }) });
  for (const options of [{}, { headers }]) {
    for (const given of [partitioned, () => partitioned]) {
      await assert.rejects(inNext(given, jarWith().cookies, options).load(), { name: "ConfigError", code: "formerly" });
    }
  }
  const { load } = inNext(SessionCookie.encrypted(XAES_KEY, { size: "split:3", migrateFrom: old("/") }), jarWith().cookies, { headers, now: () => NOW });
  assert.equal((await load()).isNew, true);
});

test("the settings of a cookie are checked without a visit: nothing is told or counted, and no source is asked", async () => {
  const [told, counted] = [[], []];
  const log = (level, message) => told.push(message);
  const count = (name) => () => counted.push(name);
  const metrics = { ofCarrier: () => ({ arrived: count("arrived"), read: count("read"), finished: count("finished"), failed: count("failed") }) };
  let asked = 0;
  const ring = await KeyRing.follow(() => (asked++, XAES_KEY), { log });
  const migrateFrom = oldCookie({ name: "sid", also: ["sid.sig"], read: () => null, from: NOW, until: NOW.getTime() + 1000 });
  const own = await SessionCookie.encrypted(ring, { cookie: attributes({ formerly: { path: "/app" }, name: "own" }), migrateFrom, size: "split:2", log, metrics });
  told.length = 0;
  await inNext(cookies, async () => jarWith()).ready();
  await assert.rejects(inNext(own, async () => jarWith(), { headers: () => new Headers() }).ready(), /`formerly` drops two cookies named own, /);
  await assert.rejects(inNext(own, async () => jarWith()).ready(), /Next.js shows the cookie own decoded/);
  assert.deepEqual([told, counted, asked], [[], [], 1]);
});
