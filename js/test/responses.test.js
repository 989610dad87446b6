// Responses: what is written into them, and when.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ConfigError, KeyRing, SessionCookie, SessionToken, attributes } from "../src/index.js";
import { NOW, SIGNING_KEY, XAES_KEY, cookies, field, filled, later, misconfigured, refused } from "./visitor.js";

test("a session that was not touched writes nothing, and one that was read neither", async () => {
  const arrived = await filled();
  assert.deepEqual(await cookies.save(await cookies.load(arrived, NOW)), []);
  const session = await cookies.load(arrived, NOW);
  assert.equal(session.get("user"), "ada");
  session.set("user", "ada");
  assert.deepEqual(await cookies.save(session), []);
});

test("nothing is changed after it was saved", async () => {
  const session = await cookies.load(null, NOW);
  session.set("user", "ada");
  await cookies.save(session);
  assert.throws(() => session.set("user", "eve"), refused("after-head"));
  assert.equal(session.get("user"), "ada");
  assert.deepEqual(await cookies.save(session), []);
});

test("a response with a 5xx status saves no change, and signs out all the same", async () => {
  const session = await cookies.load(await filled(), NOW);
  session.set("user", "eve");
  assert.deepEqual(await cookies.save(session, { status: 500 }), []);
  const ended = await cookies.load(await filled(), NOW);
  ended.invalidate();
  assert.match((await cookies.save(ended, { status: 500 }))[0], /^__Host-session=; .*Max-Age=0/);
  const emptied = await cookies.load(await filled(), NOW);
  emptied.delete("user");
  assert.match((await cookies.save(emptied, { status: 500 }))[0], /^__Host-session=; .*Max-Age=0/);
});

test("blanks inside of a header take no longer than other characters", async () => {
  const blanks = " ".repeat(1_000_000);
  for (const value of [`${blanks}x${blanks}x`, `__Host-session=${blanks}x${blanks}x`]) {
    assert.equal((await cookies.load(value, NOW)).isNew, true);
  }
  await assert.rejects(KeyRing.parse(`x${blanks}x`), ConfigError);
});

test("headers that cannot be changed leave the session as it is", async () => {
  const session = await cookies.load(await filled(), NOW);
  session.invalidate();
  await assert.rejects(cookies.saveTo(Response.error().headers, session), TypeError);
  const headers = new Headers();
  await cookies.saveTo(headers, session);
  assert.match(headers.get("set-cookie"), /^__Host-session=; /);
});

test("a session is saved by what loaded it", async () => {
  const readable = await SessionCookie.unencryptedButSigned(SIGNING_KEY);
  const tenants = await Promise.all(["a", "b"].map((name) => SessionCookie.encrypted(XAES_KEY, { context: [["tenant", name]] })));
  const header = await SessionToken.encrypted(XAES_KEY, { header: "x-session" });
  for (const [from, to] of [[cookies, readable], [...tenants], [cookies, header], [header, cookies]]) {
    const session = await from.load(null, NOW);
    session.set("user", "ada");
    await assert.rejects(to.save(session), /session is of another carrier/);
    assert.ok(await from.save(session));
  }
});

test("a header's session is found in the Headers of a request", async () => {
  const api = await SessionToken.encrypted(XAES_KEY, { header: "authorization" });
  const session = await api.load(null, NOW);
  session.set("user", "ada");
  const token = await api.save(session);
  assert.equal((await api.load(new Headers({ authorization: `Bearer ${token}` }), NOW)).get("user"), "ada");
  assert.equal((await api.load(new Headers({ cookie: token }), NOW)).isNew, true);
});

test("a session is refreshed by a page of the visitor's own", async () => {
  const read = async (circumstances) => {
    const session = await cookies.load(await filled(), later(450));
    session.get("user");
    return cookies.save(session, circumstances);
  };
  assert.equal((await read({})).length, 1);
  for (const left of [{ isShareable: true }, { isSubresource: true }, { status: 404 }]) {
    assert.deepEqual(await read(left), []);
  }
});

test("headers of a response are set where the application left them out", async () => {
  const headers = async (arrived, change, before = {}) => {
    const session = await cookies.load(new Headers(arrived ? { cookie: arrived } : {}), NOW);
    change(session);
    const response = new Headers(before);
    await cookies.saveTo(response, session);
    return response;
  };
  const written = await headers(null, (session) => session.set("a", 1));
  assert.equal(written.getSetCookie().length, 1);
  assert.equal(written.get("cache-control"), "no-store");
  assert.equal(written.get("vary"), "Cookie");
  const read = await headers(await filled(), (session) => session.get("user"), { vary: "accept, cookie" });
  assert.deepEqual([read.get("cache-control"), read.get("vary")], ["private", "accept, cookie"]);
  const untouched = await headers(await filled(), () => {});
  assert.deepEqual([...untouched], []);
});

test("a public response that writes a session becomes private to its visitor", async () => {
  const before = {
    "cache-control": "public, max-age=60",
    "cdn-cache-control": "max-age=60",
    "surrogate-control": "max-age=60",
    "x-accel-expires": "60",
    expires: "Fri, 15 Jan 2100 00:00:00 GMT",
  };
  const session = await cookies.load(null, NOW);
  session.set("a", 1);
  const response = new Headers(before);
  await cookies.saveTo(response, session);
  const expected = { "cache-control": "no-store", "cdn-cache-control": "no-store", "surrogate-control": "no-store", "x-accel-expires": "0", expires: "0" };
  for (const [name, value] of Object.entries(expected)) assert.equal(response.get(name), value, name);
});

test("what makes a response shareable leaves a refresh out", async () => {
  const refreshes = async (before) => {
    const session = await cookies.load(await filled(), later(600));
    session.get("user");
    const response = new Headers(before);
    await cookies.saveTo(response, session);
    return response.getSetCookie().length === 1;
  };
  for (const before of [
    { "cache-control": "max-age=1" },
    { "cache-control": 'private="x-field"' },
    { "cache-control": "no-store, must-understand" },
    { "cache-control": "private", "cdn-cache-control": "max-age=1" },
    { "edge-control": "max-age=1" },
    { expires: "Fri, 15 Jan 2100 00:00:00 GMT" },
    { "x-accel-expires": "1" },
  ]) {
    assert.equal(await refreshes(before), false, JSON.stringify(before));
  }
  for (const before of [
    {},
    { "cache-control": "PRIVATE, max-age=1" },
    { "cache-control": "no-store" },
    { "cache-control": "private", expires: "Fri, 15 Jan 2100 00:00:00 GMT" },
    { "cdn-cache-control": "no-store" },
    { expires: "Fri, 15 Jan 2010 00:00:00 GMT" },
    { expires: "0", "x-accel-expires": "0" },
  ]) {
    assert.equal(await refreshes(before), true, JSON.stringify(before));
  }
});

test("a public response that reads a session stays as its application wants it, without a refresh", async () => {
  const session = await cookies.load(await filled(), later(600));
  session.get("user");
  const response = new Headers({ "cache-control": "public, max-age=60" });
  await cookies.saveTo(response, session);
  assert.deepEqual(response.getSetCookie(), []);
  assert.equal(response.get("cache-control"), "public, max-age=60");
});

test("a large session goes in several cookies, and they are dropped when it shrinks", async () => {
  const split = await SessionCookie.encrypted(XAES_KEY, { size: "split:3" });
  const arrived = await filled((session) => session.set("note", "x".repeat(7000)), split);
  assert.deepEqual(arrived.match(/__Host-session[.\d]*(?==)/g), ["__Host-session", "__Host-session.1", "__Host-session.2"]);
  const session = await split.load(arrived, NOW);
  assert.equal(session.get("note").length, 7000);
  session.delete("note");
  session.set("a", 1);
  const lines = await split.save(session);
  assert.deepEqual(lines.map((line) => line.includes("Max-Age=0")), [false, true, true]);
});

test("a session in parts takes them along when it ends", async () => {
  const split = await SessionCookie.encrypted(XAES_KEY, { size: "split:3" });
  const arrived = await filled((session) => session.set("note", "x".repeat(7000)), split);
  const session = await split.load(arrived, NOW);
  session.invalidate();
  const names = (await split.save(session)).map((line) => [line.split("=")[0], /; Max-Age=0; /.test(line)]);
  assert.deepEqual(names, [["__Host-session", true], ["__Host-session.1", true], ["__Host-session.2", true]]);
});

test("a discarded change is not saved, and a sign-out is", async () => {
  const session = await cookies.load(await filled(), NOW);
  session.set("user", "eve");
  session.discard();
  assert.deepEqual(await cookies.save(session), []);
  const ended = await cookies.load(await filled(), NOW);
  ended.invalidate();
  ended.set("user", "eve");
  ended.discard();
  assert.match((await cookies.save(ended))[0], /Max-Age=0/);
});

test("changes are saved with a failed response where the settings say so", async () => {
  const saving = await SessionCookie.encrypted(XAES_KEY, { saveOnServerError: true });
  const session = await saving.load(null, NOW);
  session.set("user", "ada");
  assert.equal((await saving.save(session, { status: 500 })).length, 1);
  await assert.rejects(SessionCookie.encrypted(XAES_KEY, { saveOnServerError: "yes" }), misconfigured("saveOnServerError"));
});

test("a framework gets a name, a value and options", async () => {
  const remembering = await SessionCookie.encrypted(XAES_KEY, { rememberUpTo: 86_400, cookie: attributes({ sameSite: "Strict", domain: "example.com" }) });
  const session = await remembering.load(null, NOW);
  session.set("user", "ada");
  session.rememberFor(600);
  const [{ name, value, options }] = await remembering.saveAsCookies(session);
  assert.match(value, /^e[A-Za-z0-9_-]+$/);
  const expected = { path: "/", domain: "example.com", secure: true, httpOnly: true, sameSite: "strict", maxAge: 600 };
  assert.deepEqual([name, options], ["__Secure-session", expected]);
});

test("a response whose headers cannot be changed is copied", async () => {
  const session = await cookies.load(null, NOW);
  session.set("user", "ada");
  const redirect = Response.redirect("https://shop.example/", 303);
  const answer = await cookies.saveToResponse(redirect, session);
  assert.deepEqual([answer.status, answer.headers.get("location"), answer.headers.getSetCookie().length], [303, "https://shop.example/", 1]);
  const untouched = await cookies.load(null, NOW);
  assert.equal(await cookies.saveToResponse(redirect, untouched), redirect);
});

test("a request is loaded from whatever carries its headers", async () => {
  const cookie = await filled();
  const request = new Request("https://shop.example/", { headers: { cookie } });
  const sources = [cookie, [cookie], ["a=1", cookie], request, request.headers, { cookie }, { cookie: [cookie] }, { headers: { cookie } }, { rawHeaders: ["Cookie", "a=1", "Cookie", cookie] }, { rawHeaders: [], headers: { cookie, "content-length": 7 } }, new Set([cookie])];
  for (const source of sources) assert.equal((await cookies.load(source, NOW)).isNew, false, JSON.stringify(source));
  const none = [null, undefined, "", [], {}, { headers: {} }, { headers: null }, { host: "x" }, { cookie: undefined }, [undefined], new Headers(), { rawHeaders: [], headers: {} }];
  for (const source of none) assert.equal((await cookies.load(source, NOW)).isNew, true);
});

test("a part of a page refreshes nothing", async () => {
  const cookie = await filled();
  const read = async (headers) => {
    const session = await cookies.load(headers, later(600));
    session.get("user");
    return (await cookies.save(session)).length;
  };
  for (const destination of ["image", "script", "style", "font", "audio", "video", "track", "worker"]) {
    assert.equal(await read(new Headers({ cookie, "sec-fetch-dest": destination })), 0, destination);
    assert.equal(await read({ cookie, "sec-fetch-dest": destination }), 0, destination);
  }
  assert.equal(await read({ cookie, "sec-fetch-dest": "document" }), 1);
  assert.equal(await read({ cookie }), 1);
});

test("a page that is prefetched refreshes nothing, and takes no message", async () => {
  const cookie = await filled((session) => (session.set("user", "ada"), session.flash("notice", "hello")));
  const visit = async (headers, look) => {
    const session = await cookies.load(headers, later(600));
    const seen = look(session);
    return [seen, (await cookies.save(session)).length];
  };
  const [read, take] = [(session) => session.get("user"), (session) => session.takeFlashes("notice")];
  const ofBrowsers = ["prefetch", "prefetch;prerender", " prefetch ; anonymous-client-ip"].map((purpose) => ["Sec-Purpose", purpose]);
  // Turbo, Inertia, Safari, Firefox before 115, and the extension `preload` of htmx.
  const others = [["X-Sec-Purpose", "prefetch"], ["Purpose", "prefetch"], ["X-Purpose", "preview"], ["X-Moz", "prefetch"], ["HX-Preloaded", "true"]];
  for (const [name, purpose] of [...ofBrowsers, ...others]) {
    for (const headers of [new Headers({ cookie, [name]: purpose }), { cookie, [name.toLowerCase()]: purpose }, { rawHeaders: ["Cookie", cookie, name, purpose] }]) {
      assert.deepEqual([await visit(headers, read), await visit(headers, take)], [["ada", 0], [[], 0]], purpose);
      // It looks all the same, and may write.
      assert.deepEqual(await visit(headers, (session) => session.flashes("notice")), [["hello"], 0]);
      assert.deepEqual(await visit(headers, (session) => session.set("seen", 1).takeFlashes("notice")), [[], 1]);
    }
  }
  const ofPages = ["", "prefetcher", "Prefetch", "prerender;prefetch", "x, prefetch"].map((purpose) => ["sec-purpose", purpose]);
  for (const [name, purpose] of [...ofPages, ["purpose", "navigate"], ["hx-preloaded", "false"], ["hx-request", "true"]]) {
    const headers = new Headers({ cookie, [name]: purpose });
    assert.deepEqual([await visit(headers, read), await visit(headers, take)], [["ada", 1], [["hello"], 1]], purpose);
  }
  assert.deepEqual(await visit({ cookie, "sec-fetch-dest": "image" }, take), [["hello"], 1]);
});

test("many cookies beside the session's are passed over", async () => {
  const others = Array.from({ length: 200 }, (_, i) => `other${i}=__Host-session=${i}`).join("; ");
  const cookie = await filled();
  for (const whole of [`${others}; ${cookie}`, `${cookie}; ${others}`, `x__Host-session=1; y=z __Host-session=2;${cookie}`]) {
    assert.equal((await cookies.load(whole, NOW)).get("user"), "ada");
  }
});

const FORM = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", origin: "https://other.example" };
const { origin: _, ...LINK } = FORM;

test("no session begins in a request from which the browser hides the cookie, but by a sign-in", async () => {
  const written = async (headers, work, sessions = cookies) => {
    const session = await sessions.load(headers, NOW);
    work(session);
    return (await sessions.save(session)).length;
  };
  const put = (session) => session.set("a", 1);
  const begun = [put, (session) => session.flash("q", "m"), (session) => session.ensureId(), (session) => (put(session), session.save())];
  const signIns = [(session) => session.signIn(), (session) => (put(session), session.renew())];
  const hidden = [FORM, { ...FORM, origin: "null" }, { ...LINK, "sec-fetch-dest": "iframe" }, { ...FORM, "sec-fetch-mode": "cors" }, { "sec-fetch-site": "cross-site" }];
  for (const headers of hidden) {
    for (const source of [headers, new Headers(headers), { rawHeaders: Object.entries(headers).flat() }, new Request("https://example.com", { headers })]) {
      // A `Request` has another mode.
      for (const work of begun) assert.equal(await written(source, work), 0);
      for (const work of signIns) assert.equal(await written(source, work), 1);
    }
    assert.equal(await written({ ...headers, cookie: "__Host-session=junk" }, put), 1);
    assert.equal(await written({ ...headers, cookie: "other=1" }, put), 0);
    assert.equal(await written(headers, (session) => (session.signIn(), session.invalidate(), put(session))), 0);
    assert.equal(await written(headers, (session) => session.invalidate()), 0);
  }
  const open = [LINK, { ...FORM, "sec-fetch-site": "same-site" }, { ...FORM, "sec-fetch-site": "same-origin" }, { ...LINK, "sec-fetch-site": "none" }, { origin: "null" }, {}];
  for (const headers of open) assert.equal(await written(headers, put), 1, JSON.stringify(headers));
  for (const [sameSite, count] of [["Strict", 0], [null, 0], ["None", 1]]) {
    const sessions = await SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ sameSite }) });
    assert.deepEqual([await written(FORM, put, sessions), await written(LINK, put, sessions)], [count, 1], sameSite);
  }
  const header = await SessionToken.encrypted(XAES_KEY, { header: "authorization" });
  const session = await header.load(FORM, NOW);
  put(session);
  assert.match(await header.save(session), /^e/);
});

/** `Headers` of a response that already has these fields, after a session that came in `cookie` was saved in them. */
async function savedBeside(lines, cookie, work, { sessions = cookies, seconds = 600 } = {}) {
  const session = await sessions.load(cookie, later(seconds));
  work(session);
  const headers = new Headers(lines.map((line) => ["set-cookie", line]));
  await sessions.saveTo(headers, session);
  return headers.getSetCookie();
}

async function writtenBy(cookie, work, sessions = cookies) {
  const session = await sessions.load(cookie, later(600));
  work(session);
  return sessions.save(session);
}

const lookAt = (session) => session.get("user");

test("of several writes in a response the last that is no refresh stays", async () => {
  const cookie = await filled();
  const [out, changed, refreshed] = [
    await writtenBy(cookie, (session) => session.invalidate()),
    await writtenBy(cookie, (session) => session.set("a", 1)),
    await writtenBy(cookie, lookAt),
  ];
  const cases = [[out, refreshed, out], [refreshed, out, out], [out, changed, changed], [refreshed, refreshed, refreshed]];
  for (const [first, second, stays] of cases) assert.deepEqual(await savedBeside([...first, ...second], cookie, lookAt), stays);
  // As in browsers, the last of several attributes counts.
  const again = [`${refreshed[0]}; Max-Age=0; Max-Age=60`];
  const put = await savedBeside(again, cookie, (session) => session.set("a", 1));
  assert.equal((await cookies.load(field(put), later(600))).get("a"), 1);
  const both = await savedBeside([...out, ...refreshed], cookie, (session) => session.signIn());
  assert.deepEqual([both.length, both.includes(refreshed[0])], [1, false]);
});

test("a session in several cookies is left, and replaced, as a whole", async () => {
  const sessions = await SessionCookie.encrypted(XAES_KEY, { size: "split:4" });
  const fill = (length) => (session) => session.set("text", "x".repeat(length));
  const cookie = await filled(fill(4000), sessions);
  const large = await writtenBy(cookie, fill(11_000), sessions);
  const refreshed = await writtenBy(cookie, lookAt, sessions);
  assert.deepEqual([large.length, refreshed.length], [4, 2]);
  const names = (lines) => lines.map((line) => line.split("=")[0]);
  assert.deepEqual(await savedBeside(large, cookie, lookAt, { sessions }), large);
  const parts = ["__Host-session", "__Host-session.1"];
  assert.deepEqual(names(await savedBeside(large, cookie, (session) => session.signIn(), { sessions })), parts);
  const changed = await savedBeside(refreshed, cookie, (session) => session.set("a", 1), { sessions });
  assert.equal((await sessions.load(field(changed), later(600))).get("a"), 1);
  assert.deepEqual(await savedBeside([...large, ...refreshed], cookie, lookAt, { sessions }), large);
});

test("a change that is left out is printed, where nobody else is told", async (t) => {
  const { mock } = t.mock.method(console, "error", () => {});
  const cookie = await filled();
  const out = await writtenBy(cookie, (session) => session.invalidate());
  assert.deepEqual(await savedBeside(out, cookie, (session) => session.set("a", 1)), out);
  assert.deepEqual(mock.calls.map(({ arguments: [message, { error }] }) => [error.code, message.includes(cookie)]), [["left-out", false]]);
});

test("a handler cannot change a session while what the response says is read", async () => {
  const cookie = await filled();
  const session = await cookies.load(cookie, later(600));
  session.get("user");
  const saving = cookies.saveTo(new Headers({ "set-cookie": "__Host-session=x; Path=/" }), session);
  assert.throws(() => session.set("a", 1), refused("after-head"));
  await saving;
});
