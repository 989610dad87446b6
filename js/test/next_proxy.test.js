// The proxy of Next.js, with a stand-in for `NextResponse`. proof/frameworks has it in Next.js.

import assert from "node:assert/strict";
import { test } from "node:test";

import { SessionCookie, attributes, revalidation, revocation, sessionType } from "../src/index.js";
import { struct, text } from "../src/struct.js";
import { sessionProxy } from "../src/web/next.js";
import { arrived, earlier, noticed, sessionOf } from "./site_of_next.js";
import { NOW, XAES_KEY, cookies, filled } from "./visitor.js";

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

async function visit(cookie, { handler, sessions = cookies, flashes, ...init } = {}) {
  const headers = { cookie, accept: "text/html", ...init.headers };
  const response = await sessionProxy(sessions, NextResponse, handler, { now: () => NOW, ...(flashes && { flashes }) })(new Request("http://localhost/", { ...init, headers }));
  return { response, set: response.headers.getSetCookie(), passedOn: passedOnBy(response) };
}

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

test("what the handler does to the fields of the request reaches the page, written or not", async () => {
  const handler = ({ headers }, session) => {
    headers.set("x-user", session.get("user") ?? "nobody");
    headers.delete("x-notice");
  };
  const refreshed = await arrived((session) => session.set("user", "ada"));
  for (const [cookie, user, writes] of [["", "nobody", 0], [await filled(), "ada", 0], [refreshed, "ada", 1]]) {
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

/** What the fields of a request say: that a server action led to it, that nobody waits for it, and that a script asked. */
const INNER = { "x-action-redirect": "/;push", accept: "text/x-component", "sec-fetch-dest": "empty" };
const AHEAD = [
  { "next-router-prefetch": "1" }, { "next-router-segment-prefetch": "/_tree" }, { "sec-purpose": "prefetch;prerender" }, { purpose: "prefetch" },
  { "x-sec-purpose": "prefetch" }, { "x-purpose": "preview" }, { "x-moz": "prefetch" }, { "hx-preloaded": "true" },
];
const BY_ROUTER = { accept: "*/*", "sec-fetch-dest": "empty" };

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
  const cookie = await filled(noticed);
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
  const looks = [{ method: "HEAD" }, { headers: BY_ROUTER }, { headers: { accept: "*/*" } }, { headers: { "sec-fetch-dest": "empty" } }, ...AHEAD.map((headers) => ({ headers }))];
  for (const [init, written] of [...looks.map((look) => [look, 1]), [{ method: "POST" }, 0]]) {
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
  const fill = (session) => ((session.value = { note: "of a later version" }), session.flash("notice", "Saved."));
  const cookie = await filled(fill, await typed(2), earlier);
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

test("a session that the handler ends is not passed on", async () => {
  const { set, passedOn } = await visit(await arrived(), { handler: async (_, session) => void session.invalidate() });
  assert.match(set[0], /^__Host-session=;/);
  assert.equal(passedOn.get("cookie"), null);
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
  const fresh = await filled((session) => session.set("visits", 9));
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

test("a session with messages is counted once, and the application is asked about it once, which may fail then", async () => {
  const cookie = await arrived(noticed);
  for (const headers of [{ "sec-fetch-mode": "cors", accept: "*/*" }, { "sec-fetch-dest": "document" }]) {
    const [asked, counted] = [[], []];
    const count = (name, ...more) => ({ [name]: (...given) => counted.push([name, ...more.map((more) => more(...given))].join(" ")) });
    const ofCarrier = () => ({ ...count("arrived"), ...count("read", ({ kind }) => kind), ...count("finished"), ...count("failed"), ...count("refused") });
    const sessions = await SessionCookie.encrypted(XAES_KEY, {
      refreshNavigationsOnly: true,
      metrics: { ofCarrier },
      revokedIf: revocation(() => (asked.push("revokedIf"), false)),
      revalidateAfter: revalidation({
        seconds: 60,
        validate: () => asked.push("validate") === 2 || Promise.reject(new Error("no database")),
      }),
    });
    const { set, passedOn } = await visit(cookie, { sessions, headers, flashes: true });
    assert.deepEqual(asked, ["revokedIf", "validate"]);
    const read = counted.filter((name) => /^(arrived|read)/.test(name));
    assert.deepEqual(read, ["arrived", "read opened"]);
    const isDocument = "sec-fetch-dest" in headers;
    const [page, kept] = await Promise.all([passedOn.get("cookie"), set[0]?.split(";")[0] ?? ""].map((field) => sessionOf(field)));
    assert.deepEqual([page.flashes("notice").length, kept.flashes("notice").length, set.length], isDocument ? [1, 0, 1] : [0, 0, 0]);
  }
});

test("a write that reaches the browser is counted, once, and one for the page alone is not", async () => {
  const page = { accept: "*/*", "sec-fetch-mode": "cors" };
  const document = { "sec-fetch-dest": "document" };
  const cases = [
    ["nothing due", await filled(noticed), page, ["keep"], 0],
    ["nothing due", await filled(noticed), document, ["keep", "store"], 1],
    ["a refresh", await arrived(noticed), page, ["store"], 1],
    ["a refresh", await arrived(noticed), document, ["store"], 1],
    ["no messages", await filled(), document, ["keep"], 0],
  ];
  for (const [name, cookie, headers, expected, writes] of cases) {
    const finished = [];
    const nothing = () => {};
    const ofCarrier = () => ({ arrived: nothing, read: nothing, failed: nothing, finished: async (of) => finished.push((await of).change) });
    const sessions = await SessionCookie.encrypted(XAES_KEY, { metrics: { ofCarrier } });
    const { set } = await visit(cookie, { sessions, headers, flashes: true });
    assert.deepEqual([finished, set.length], [expected, writes], `${name} ${JSON.stringify(headers)}`);
  }
});
