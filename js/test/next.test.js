// The adapters for Next.js, with stand-ins for `NextResponse` and `cookies`. frameworks/ has them in Next.js.

import assert from "node:assert/strict";
import { test } from "node:test";

import { CsrfGuard } from "../src/csrf_guard.js";
import { SessionCookie, attributes, csrfToken, revalidation, sessionType, verifyCsrf } from "../src/index.js";
import { oldCookie } from "../src/old_cookies.js";
import { struct, text } from "../src/struct.js";
import { inNext, sessionProxy } from "../src/web/next.js";
import { XAES_KEY } from "./visitor.js";
import { jarOf } from "./stand_ins.js";

const NOW = new Date("2027-01-15T08:00:00Z");
const earlier = new Date(NOW.getTime() - 600_000);
const cookies = await SessionCookie.encrypted(XAES_KEY);

/** What Next.js reads from an answer, and what it was given. */
function leadingOn(name, value, init = {}) {
  const pairs = [...(init.request?.headers ?? [])];
  const forPage = pairs.map(([name, value]) => [`x-middleware-request-${name}`, value]);
  const names = pairs.map(([name]) => name).join();
  const headers = [[name, value], ...forPage, ...(names ? [["x-middleware-override-headers", names]] : []), ...(init.headers ?? [])];
  return Object.assign(new Response(null, { headers }), { init });
}

const NextResponse = {
  next: (init) => leadingOn("x-middleware-next", "1", init),
  rewrite: (url, init) => leadingOn("x-middleware-rewrite", url, init),
};

/** The fields of the request as Next.js gives them to the page. */
const passedOnBy = ({ headers }) => {
  const names = headers.get("x-middleware-override-headers")?.split(",");
  return names && new Headers(names.map((name) => [name, headers.get(`x-middleware-request-${name}`)]));
};

/** The fields that `headers` of next.config.js may set, and that some caches prefer to `Cache-Control`. */
const OF_CDNS = ["cdn-cache-control", "vercel-cdn-cache-control", "cloudflare-cdn-cache-control", "netlify-cdn-cache-control", "surrogate-control", "edge-control"];

/** The fields for caches: `Cache-Control`, and what all others say. */
const cachesOf = ({ headers }) => [headers.get("cache-control"), [...new Set([...OF_CDNS.map((name) => headers.get(name))])].join()];
const FOR_NO_CACHE = ["private, no-cache, no-store, max-age=0, must-revalidate", "no-store"];

/** A `Cookie` field with a session that was active ten minutes ago. */
async function arrived(fill = (session) => session.set("visits", 9)) {
  const session = await cookies.load(null, earlier);
  fill(session);
  const [line] = await cookies.save(session);
  return line.split(";")[0];
}

async function visit(cookie, { handler, sessions = cookies, flashes, ...init } = {}) {
  const headers = { cookie, accept: "text/html", ...init.headers };
  const response = await sessionProxy(sessions, NextResponse, handler, { now: () => NOW, ...(flashes && { flashes }) })(new Request("http://localhost/", { ...init, headers }));
  return { response, set: response.headers.getSetCookie(), passedOn: passedOnBy(response) };
}

const sessionOf = (field) => cookies.load(field, NOW);

test("a session that is only looked at is refreshed, and passed on", async () => {
  for (const method of ["GET", "HEAD"]) {
    const { response, set, passedOn } = await visit(`theme=dark; ${await arrived()}`, { method });
    assert.equal(set.length, 1, method);
    assert.deepEqual(cachesOf(response), FOR_NO_CACHE);
    assert.deepEqual(["x-accel-expires", "expires", "vary"].map((name) => response.headers.get(name)), ["0", "0", "Cookie"]);
    assert.deepEqual((await sessionOf(set[0].split(";")[0])).lastActiveAt, NOW);
    assert.match(passedOn.get("cookie"), /^theme=dark; __Host-session=/);
    assert.equal(passedOn.get("accept"), "text/html");
    assert.deepEqual((await sessionOf(passedOn.get("cookie"))).lastActiveAt, NOW);
  }
});

test("a visitor without a session gets none, and one who was active just now keeps it", async () => {
  const fresh = await cookies.load(null, NOW);
  const [line] = await cookies.save(fresh.set("visits", 1));
  for (const cookie of ["", "theme=dark", line.split(";")[0]]) {
    const { response, set } = await visit(cookie);
    assert.deepEqual([set, cachesOf(response), response.headers.get("vary")], [[], [null, ""], null]);
  }
});

test("what the handler does to the fields of the request reaches the page, written or not", async () => {
  const handler = ({ headers }, session) => {
    headers.set("x-user", session.get("user") ?? "nobody");
    headers.delete("x-notice");
  };
  const fresh = await cookies.save((await cookies.load(null, NOW)).set("user", "ada"));
  const refreshed = await arrived((session) => session.set("user", "ada"));
  for (const [cookie, user, writes] of [["", "nobody", 0], [fresh[0].split(";")[0], "ada", 0], [refreshed, "ada", 1]]) {
    const { set, passedOn } = await visit(cookie, { handler, headers: { "x-user": "admin", "x-notice": "of the client" } });
    assert.deepEqual([passedOn.get("x-user"), passedOn.get("x-notice"), set.length], [user, null, writes], cookie);
  }
});

test("the handlers of other methods refresh by themselves, and see what the proxy changed", async () => {
  const cookie = await arrived();
  assert.deepEqual((await visit(cookie, { method: "POST" })).set, []);
  const { set, passedOn } = await visit(cookie, { method: "POST", handler: (_, session) => void session.set("from", "mail") });
  assert.equal(set.length, 1);
  assert.equal((await sessionOf(passedOn.get("cookie"))).get("from"), "mail");
});

test("with every-request, pages and actions that leave the session alone refresh it", async () => {
  const sessions = await SessionCookie.encrypted(XAES_KEY, { refreshAfter: "every-request" });
  const [fresh] = await cookies.saveAsCookies((await cookies.load(null, NOW)).set("visits", 1));
  const looks = [`${fresh.name}=${fresh.value}`, ""].map((cookie) => visit(cookie, { sessions }));
  assert.deepEqual((await Promise.all(looks)).map(({ set }) => set.length), [1, 0]);
  for (const pairs of [[fresh], []]) {
    const { set, cookies: jar } = jarWith(pairs);
    await inNext(sessions, jar, { now: () => NOW }).update(() => {});
    assert.equal(set.size, pairs.length);
  }
});

test("requests for parts of a page refresh nothing", async () => {
  assert.deepEqual((await visit(await arrived(), { headers: { "sec-fetch-dest": "image" } })).set, []);
});

/** What the fields of a request say: that a server action led to it, that nobody waits for it, and that a script asked. */
const INNER = { "x-action-redirect": "/;push", accept: "text/x-component", "sec-fetch-dest": "empty" };
const AHEAD = [
  { "next-router-prefetch": "1" }, { "next-router-segment-prefetch": "/_tree" }, { "sec-purpose": "prefetch;prerender" }, { purpose: "prefetch" },
];
const BY_ROUTER = { accept: "*/*", "sec-fetch-dest": "empty" };

const noticed = (session) => {
  session.set("visits", 9).flash("notice", "Saved.");
  session.flash("other", "Later.");
};

test("a page that the browser loads has the messages, whose cookie has them no longer", async () => {
  for (const headers of [{}, { "sec-fetch-dest": "document" }]) {
    const { set, response, passedOn } = await visit(await arrived(noticed), { headers, flashes: ["notice"] });
    const page = await sessionOf(passedOn.get("cookie"));
    assert.deepEqual([page.get("visits"), page.flashes("notice"), page.flashes("other")], [9, ["Saved."], ["Later."]]);
    assert.equal(set.length, 1);
    assert.deepEqual(cachesOf(response), FOR_NO_CACHE);
    const kept = await sessionOf(set[0].split(";")[0]);
    assert.deepEqual([kept.get("visits"), kept.flashes("notice"), kept.flashes("other"), kept.lastActiveAt], [9, [], ["Later."], NOW]);
  }
  // A session that was active just now, and what the handler changed.
  const fresh = await cookies.load(null, NOW);
  noticed(fresh);
  const [line] = await cookies.save(fresh);
  const cookie = line.split(";")[0];
  const all = await visit(cookie, { flashes: true });
  assert.equal((await sessionOf(all.passedOn.get("cookie"))).allFlashes().length, 2);
  const looked = await visit(cookie, { flashes: ["notice", "other"] });
  assert.deepEqual([looked.passedOn.get("cookie"), looked.set.length], [cookie, 1]);
  const changed = await visit(cookie, { flashes: ["notice"], handler: (_, session) => void session.set("visits", 10) });
  for (const field of [changed.passedOn.get("cookie"), changed.set[0].split(";")[0]]) assert.equal((await sessionOf(field)).get("visits"), 10);
});

test("a session of messages alone ends with them", async () => {
  const { set, passedOn } = await visit(await arrived((session) => session.flash("notice", "Goodbye.")), { flashes: ["notice"] });
  assert.match(set.join(), /^__Host-session=;/);
  assert.deepEqual((await sessionOf(passedOn.get("cookie"))).flashes("notice"), ["Goodbye."]);
});

test("a session in several cookies drops those that it needs no more", async () => {
  const moved = attributes({ name: "__Secure-a", path: "/app", formerly: { path: "/" } });
  const split = await SessionCookie.encrypted(XAES_KEY, { size: "split:4", cookie: moved });
  const session = await split.load(null, earlier);
  session.set("visits", 9).set("cart", "c".repeat(4500));
  session.flash("notice", "n".repeat(4500));
  const kept = new Map();
  const keep = (lines) => {
    for (const line of lines.filter((line) => line.includes("Path=/app"))) {
      const [name, value] = line.split(";")[0].split("=");
      if (line.includes("Max-Age=0")) kept.delete(name);
      else kept.set(name, value);
    }
    return kept.size;
  };
  const field = () => [...kept].map((pair) => pair.join("=")).join("; ");
  const arrived = keep(await split.save(session));
  const handler = (_, session) => void session.delete("cart");
  const { set, passedOn } = await visit(field(), { sessions: split, flashes: ["notice"], handler });
  const page = await split.load(passedOn.get("cookie"), NOW);
  assert.deepEqual([page.has("cart"), page.flashes("notice").length], [false, 1]);
  assert.deepEqual([arrived, passedOn.get("cookie").split("; ").length, keep(set)], [3, 2, 1]);
  assert.equal((await split.load(field(), NOW)).get("visits"), 9);
  assert.ok(set.some((line) => line.includes("Path=/;")));
});

test("only a page that the browser loads has messages, and takes them", async () => {
  const cookie = await arrived(noticed);
  const looks = [[{ method: "HEAD" }, 1], [{ headers: BY_ROUTER }, 1], [{ headers: { accept: "*/*" } }, 1], [{ headers: { "sec-fetch-dest": "empty" } }, 1], [{ method: "POST" }, 0]];
  for (const [init, written] of [...looks, ...AHEAD.map((headers) => [{ headers }, 0])]) {
    const { set, passedOn } = await visit(cookie, { ...init, flashes: ["notice"] });
    assert.equal(set.length, written, JSON.stringify(init));
    // An action may read them. A page would show them again and again, until the browser loads one.
    const page = await sessionOf(passedOn.get("cookie"));
    assert.deepEqual([page.get("visits"), page.flashes("notice")], [9, init.method === "POST" ? ["Saved."] : []], JSON.stringify(init));
    for (const line of set) assert.deepEqual((await sessionOf(line.split(";")[0])).flashes("notice"), ["Saved."]);
  }
});

test("a session that cannot be read here is left alone, also by a page that is fetched ahead", async () => {
  const typed = (schema) => SessionCookie.encrypted(XAES_KEY, { type: sessionType({ label: "notes", schema, shape: struct({ note: text }) }) });
  const later = await typed(2);
  const again = await later.load(null, earlier);
  again.value = { note: "of a later version" };
  again.flash("notice", "Saved.");
  const cookie = (await later.save(again))[0].split(";")[0];
  for (const headers of [{}, ...AHEAD, BY_ROUTER, INNER]) {
    const { response, set } = await visit(cookie, { sessions: await typed(1), headers, flashes: ["notice"] });
    assert.deepEqual([response.status, set], [200, []], JSON.stringify(headers));
  }
});

test("a page that is fetched ahead sees what the handler does, shows no message, and nothing is kept", async () => {
  for (const headers of AHEAD) {
    const { set, response, passedOn } = await visit(await arrived(noticed), {
      headers,
      flashes: ["notice"],
      handler: (_, session) => void session.set("visits", 10),
    });
    assert.deepEqual([set, cachesOf(response)], [[], [null, ""]]);
    const page = await sessionOf(passedOn.get("cookie"));
    assert.deepEqual([page.get("visits"), page.flashes("notice"), page.flashes("other")], [10, [], ["Later."]]);
    const answered = await visit("", { headers, handler: (_, session) => (session.set("visits", 1), new Response("no")) });
    assert.deepEqual([await answered.response.text(), answered.set, cachesOf(answered.response)], ["no", [], ["private", "no-store"]]);
  }
});

test("the page to which an action redirects is left to the browser where it would write", async () => {
  const writes = [
    [await arrived(noticed), { flashes: ["other"] }],
    ["", { handler: (_, session) => void session.ensureId() }],
    ["", { handler: ({ url }) => Response.redirect(url) }],
  ];
  for (const [cookie, init] of writes) {
    const { response, set } = await visit(cookie, { headers: INNER, ...init });
    assert.deepEqual([response.status, response.init, set, cachesOf(response)], [204, undefined, [], FOR_NO_CACHE]);
    assert.equal(response.headers.get("location"), null);
  }
  // A refresh can wait.
  for (const cookie of ["", await arrived(), await arrived(noticed)]) {
    const { response, set, passedOn } = await visit(cookie, { headers: INNER, flashes: ["none"] });
    assert.deepEqual([response.status, set, passedOn.get("cookie") ?? ""], [200, [], cookie]);
  }
  // Of an action itself the field says nothing.
  assert.equal((await visit("", { method: "POST", headers: INNER, handler: (_, session) => void session.ensureId() })).response.status, 200);
});

test("mistakes in the arguments are named at once", async () => {
  const guard = new CsrfGuard({ originCheckOnly: true });
  const jar = jarWith().cookies;
  const refused = [
    [() => inNext(cookies, jar, { guard }), /no option `guard`; .*withSession/],
    [() => inNext(cookies, jar, guard), /object of options/],
    [() => inNext(cookies, jar, null), /object of options/],
    [() => inNext(cookies, jar, () => {}), /object of options/],
    [() => inNext(cookies, jar, { clock: Date.now }), /no option `clock` in `inNext`/],
    [() => inNext(cookies, jar, { now: NOW }), /`now` is a function/],
    [() => inNext(cookies), /`cookies` of next\/headers/],
    [() => sessionProxy(cookies), /`NextResponse`/],
    [() => sessionProxy(cookies, Response), /`NextResponse`/],
    [() => sessionProxy(cookies, NextResponse, { flashes: [] }), /handler .* is a function/],
    [() => sessionProxy(cookies, NextResponse, guard), /handler .* is a function/],
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

test("a session that the handler ends is not passed on", async () => {
  const { set, passedOn } = await visit(await arrived(), { handler: async (_, session) => void session.invalidate() });
  assert.match(set[0], /^__Host-session=;/);
  assert.equal(passedOn.get("cookie"), null);
});

test("an answer of the handler is the response, with the session", async () => {
  const handler = (request, session) => {
    session.flash("notice", "sign in first");
    return Response.redirect(new URL("/sign-in", request.url));
  };
  const { response, set } = await visit("", { handler });
  assert.deepEqual([response.status, response.headers.get("location")], [302, "http://localhost/sign-in"]);
  assert.deepEqual((await sessionOf(set[0].split(";")[0])).flashes("notice"), ["sign in first"]);
});

test("an answer that is private is so for every cache, and another stays as it is", async () => {
  const look = (_, session) => session.get("user");
  const change = (_, session) => session.set("visits", 1);
  const answers = [
    [change, {}, "no-store", "no-store"],
    [look, {}, "private", "no-store"],
    [look, { "cache-control": "Private, max-age=60" }, "Private, max-age=60", "no-store"],
    [look, { "cache-control": "public, max-age=60" }, "public, max-age=60", ""],
    [() => {}, {}, null, ""],
    [() => {}, { "cache-control": 'public, no-store="x"' }, 'public, no-store="x"', ""],
  ];
  for (const [use, headers, control, others] of answers) {
    const { response } = await visit("", { handler: (...given) => (use(...given), new Response("an answer", { headers })) });
    assert.deepEqual(cachesOf(response), [control, others], JSON.stringify(headers));
  }
});

test("an answer that leads on to a page is one with the session, as if there were none", async () => {
  const shared = NextResponse.next();
  const answers = [
    ["x-middleware-next", () => NextResponse.next()],
    ["x-middleware-next", () => shared],
    ["x-middleware-next", (request) => NextResponse.next({ request })],
    ["x-middleware-rewrite", () => NextResponse.rewrite("http://localhost/other")],
    ["x-middleware-rewrite", (request) => NextResponse.rewrite("http://localhost/other", { request, headers: [["set-cookie", "locale=en"], ["link", "</de>"]] })],
  ];
  const handling = (answer) => async (request, session) => {
    session.update("visits", (visits) => visits + 1);
    return answer(request);
  };
  for (const [name, answer] of answers) {
    const { response, set, passedOn } = await visit(await arrived(noticed), { handler: handling(answer), flashes: ["notice"] });
    const page = await sessionOf(passedOn.get("cookie"));
    assert.deepEqual([page.get("visits"), page.flashes("notice"), page.flashes("other")], [10, ["Saved."], ["Later."]]);
    const kept = await sessionOf(set[0].split(";")[0]);
    assert.deepEqual([kept.get("visits"), kept.flashes("notice"), kept.flashes("other")], [10, [], ["Later."]]);
    assert.deepEqual(cachesOf(response), FOR_NO_CACHE);
    assert.deepEqual(["x-middleware-next", "x-middleware-rewrite"].filter((one) => response.headers.has(one)), [name]);
    if (response.headers.has("link")) assert.deepEqual(set.slice(1), ["locale=en"]);
  }
  // One for all visitors has nothing of one.
  assert.deepEqual([...shared.headers], [["x-middleware-next", "1"]]);
  // One with nothing to set, one whose page is left to the browser, and one that nobody waits for yet.
  const fresh = (await cookies.save((await cookies.load(null, NOW)).set("visits", 9)))[0].split(";")[0];
  const { response } = await visit(fresh, { handler: () => NextResponse.rewrite("http://localhost/other") });
  assert.deepEqual([response.headers.get("x-middleware-rewrite"), cachesOf(response)], ["http://localhost/other", [null, ""]]);
  assert.equal((await visit(fresh, { headers: INNER, handler: () => NextResponse.next() })).response.status, 200);
  assert.equal((await visit(fresh, { headers: INNER, handler: handling(() => NextResponse.next()) })).response.status, 204);
  const ahead = await visit(fresh, { headers: AHEAD[0], handler: handling(() => NextResponse.next()) });
  assert.deepEqual([ahead.set, (await sessionOf(ahead.passedOn.get("cookie"))).get("visits")], [[], 10]);
});

test("the page gets the fields that the answer has for it, and the session with them", async () => {
  const handler = ({ headers }, session) => {
    session.set("visits", 10);
    headers.set("x-user", "of the request");
    return NextResponse.next({ request: { headers: new Headers({ "x-user": "of the answer", cookie: "theme=dark" }) } });
  };
  const { passedOn } = await visit(await arrived(), { handler });
  assert.deepEqual([[...passedOn.keys()], passedOn.get("x-user")], [["cookie", "x-user"], "of the answer"]);
  assert.match(passedOn.get("cookie"), /^theme=dark; __Host-session=/);
  assert.equal((await sessionOf(passedOn.get("cookie"))).get("visits"), 10);
  // Those that the answer names and does not have the page has not, either.
  const without = () => new Response(null, { headers: { "x-middleware-next": "1", "x-middleware-override-headers": "x-user,x-gone", "x-middleware-request-x-user": "ada" } });
  assert.deepEqual([...(await visit("", { handler: without })).passedOn], [["x-user", "ada"]]);
  // None of what was there for the page reaches the browser.
  const out = await visit(await arrived(), { handler: (request, session) => (session.invalidate(), NextResponse.next({ request })) });
  assert.deepEqual([out.passedOn.get("cookie"), out.response.headers.has("x-middleware-request-cookie")], [null, false]);
});

test("the cookie of an earlier path is dropped, too, and a build needs no keys", async () => {
  const moved = () => SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ name: "__Secure-a", path: "/app", formerly: { path: "/" } }) });
  const { set } = await visit("", { sessions: moved, handler: (_, session) => void session.set("visits", 1) });
  assert.deepEqual(set.map((line) => line.split(";")[1]), [" Path=/", " Path=/app"]);
  sessionProxy(() => assert.fail("it was made before a request"), NextResponse);
});

function jarWith(arrived = []) {
  const cookies = new Map(arrived.map((cookie) => [cookie.name, cookie]));
  const set = new Map();
  const jar = { getAll: () => [...cookies.values()], set: (name, value, options) => set.set(name, { value, options }) };
  return { set, cookies: async () => jar };
}

test("of two sessions that the jar of Next.js hides one of, none is taken", async () => {
  const shared = await SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ domain: "example.com" }) });
  const pairOf = async (user) => (await shared.save((await shared.load(null, NOW)).set("user", user)))[0].split(";")[0];
  const [ada, eve] = [await pairOf("ada"), await pairOf("eve")];
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
  assert.throws(() => inNext(cookies, jarWith().cookies, { headers: new Headers() }), { code: "option", message: /`headers` is the function/ });
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

test("a session goes into the jar of Next.js, and comes from it", async () => {
  const jar = jarWith();
  const { update } = inNext(cookies, jar.cookies, { now: () => NOW });
  assert.equal(await update((session) => session.set("visits", 1).get("visits")), 1);
  const [[name, { value, options }]] = jar.set;
  assert.deepEqual(options, { path: "/", secure: true, httpOnly: true, sameSite: "lax" });
  const { load } = inNext(() => cookies, jarWith([{ name, value }]).cookies, { now: () => NOW });
  assert.equal((await load()).get("visits"), 1);
});

test("where the browser hides the cookie, a route handler begins no session but by a sign-in", async () => {
  const form = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", origin: "https://other.example" };
  const put = (session) => session.set("a", 1);
  const signIn = (session) => (session.signIn(), put(session));
  const written = async (fields, ...changes) => {
    const { set, cookies: jar } = jarWith();
    const { update } = inNext(cookies, jar, { headers: async () => new Headers(fields), now: () => NOW });
    for (const change of changes) await update(change);
    return [...set.values()].length;
  };
  assert.deepEqual([await written(form, put), await written(form, signIn), await written({}, put)], [0, 1, 1]);
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
  await assert.rejects(inNext(cookies, apart).update(() => assert.fail("it was called")), { name: "ConfigError", code: "option", message: /another jar/ });
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

test("a session that cannot be validated is ended by the one that comes with the error", async () => {
  const [name, value] = (await arrived()).split("=");
  const validate = () => Promise.reject(new Error("no database"));
  const asking = await SessionCookie.encrypted(XAES_KEY, { revalidateAfter: revalidation({ seconds: 60, validate }) });
  const jar = jarWith([{ name, value }]);
  const { save, update } = inNext(asking, jar.cookies, { now: () => NOW });
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
