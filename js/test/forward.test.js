// A worker before an origin, of which what the counter in Rust does not do.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { deviceBound } from "../src/device.js";
import { SessionCookie } from "../src/index.js";
import { oldCookie } from "../src/old_cookies.js";
import { withSession as inFetch } from "../src/web/fetch.js";
import { withSession } from "../src/web/node.js";
import { forward } from "../src/web/origin.js";
import { listening } from "./stand_ins.js";
import { XAES_KEY, cookies, filled, isExpiry, kept as field, refused, worker } from "./visitor.js";

/** An origin that answers so, and tells which `Cookie` it got. */
async function standIn(answer) {
  const seen = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.cookie ?? "");
    answer(request, response);
  });
  const { origin } = await listening(server);
  return { origin, seen };
}

/** The cookie of a visitor of now. */
const signedIn = (sessions = cookies, change = undefined) => filled(change, sessions, Date.now());

test("a session that the worker leaves alone goes on as it is", async () => {
  const { origin, seen } = await standIn((request, response) => response.end("hello"));
  const cookie = `a=1; ${await signedIn()}`;
  const untouched = await worker(origin, () => {})("/", { cookie });
  assert.deepEqual([seen.pop(), untouched.setCookies, untouched.headers.get("cache-control")], [cookie, [], null]);
  const read = await worker(origin, (session) => session.get("user"))("/", { cookie });
  assert.deepEqual([seen.pop(), read.setCookies, read.headers.get("cache-control")], [cookie, [], "private"]);
});

test("a response of the origin that fails saves nothing of the worker's", async () => {
  const { origin } = await standIn((request, response) => response.writeHead(500).end("no"));
  const cookie = await signedIn();
  const failed = await worker(origin, (session) => session.set("seen", 1))("/", { cookie });
  assert.deepEqual([failed.status, failed.setCookies], [500, []]);
  const out = await worker(origin, (session) => session.invalidate())("/", { cookie });
  assert.match(out.setCookies[0], /^__Host-session=; .*Max-Age=0/);
});

test("where the origin tells a change that the worker's session refused, nothing is saved", async () => {
  const { origin } = await standIn((request, response) => response.writeHead(413).end("too much"));
  const half = (session) => {
    session.set("half", 1);
    assert.throws(() => session.set("rest", "x".repeat(9000)), { code: "size" });
  };
  const cookie = await signedIn();
  assert.deepEqual((await worker(origin, half)("/", { cookie })).setCookies, []);
  assert.equal((await worker(origin, (session) => session.set("whole", 1))("/", { cookie })).setCookies.length, 1);
});

test("where the origin gave its handler up, nothing is saved", async () => {
  const late = await standIn((request, response) => response.writeHead(408).end("late"));
  const saving = await SessionCookie.encrypted(XAES_KEY, { saveOnServerError: true });
  const cookie = await signedIn();
  for (const change of [(session) => session.set("seen", 1), (session) => session.invalidate(), (session) => (session.set("seen", 1), session.save())]) {
    for (const sessions of [cookies, saving]) {
      const { setCookies, headers } = await worker(late.origin, change, sessions)("/", { cookie });
      assert.deepEqual([setCookies, headers.get("cache-control")], [[], "private"], `${change}`);
    }
  }
  const { origin } = await standIn((request, response) => response.writeHead(408, { "set-cookie": "__Host-session=theirs" }).end());
  assert.deepEqual((await worker(origin, (session) => session.set("seen", 1))("/", { cookie })).setCookies, ["__Host-session=theirs"]);
});

test("an origin takes nothing over from an old cookie with which the worker has signed out", async () => {
  const read = (value) => ({ entries: { user: value } });
  const migrateFrom = oldCookie({ name: "sid", read, from: new Date("2026-01-01"), until: new Date("9999-01-01") });
  const migrating = await SessionCookie.encrypted(XAES_KEY, { migrateFrom });
  const { origin, seen } = await standIn(withSession(migrating, (request, response, session) => response.end(`${session.set("seen", 1).get("user")}`)));
  const out = await worker(origin, (session) => session.invalidate(), migrating)("/", { cookie: "a=1; sid=ada" });
  assert.deepEqual([out.text, seen, out.setCookies.map((line) => line.split("=")[0])], ["undefined", ["a=1"], ["__Host-session", "sid"]]);
  assert.equal((await migrating.load(field(out.setCookies))).get("user"), undefined);
});

test("where the origin cannot be reached, another answer saves the session, or another origin gets it", async () => {
  const { origin, seen } = await standIn((request, response) => response.end("hello"));
  const cookie = await signedIn();
  const dead = async () => Promise.reject(new TypeError("fetch failed"));
  const site = (otherwise) =>
    inFetch(cookies, async (request, session) => {
      session.invalidate();
      await assert.rejects(forward(cookies, session, request, dead), { message: "fetch failed" });
      return otherwise(request, session);
    })(new Request(origin, { headers: { cookie: `a=1; ${cookie}` } }));
  const answered = await site(() => new Response("bad gateway", { status: 502 }));
  assert.ok(isExpiry(answered.headers.getSetCookie()));
  const retried = await site((request, session) => forward(cookies, session, request));
  assert.deepEqual([seen, isExpiry(retried.headers.getSetCookie())], [["a=1"], true]);
});

test("a second origin is not given a session without the changes that the first has got", async () => {
  const { origin, seen } = await standIn((request, response) => response.end("hello"));
  const cookie = await signedIn();
  for (const [change, expected] of [[() => {}, [cookie, cookie]], [(session) => session.invalidate(), [""]]]) {
    const request = new Request(origin, { headers: { cookie } });
    const session = await cookies.load(request);
    change(session);
    await forward(cookies, session, request);
    const second = forward(cookies, session, request);
    if (expected.length > 1) await second;
    else await assert.rejects(second, refused("after-head"));
    assert.deepEqual(seen.splice(0), expected);
  }
});

test("parts of a large session that neither needs any more are dropped", async () => {
  const split = await SessionCookie.encrypted(XAES_KEY, { size: "split:3" });
  const cookie = await signedIn(split, (session) => session.set("note", "x".repeat(7000)));
  const { origin } = await standIn(withSession(split, (request, response, session) => response.end(`${session.set("seen", 2).get("seen")}`)));
  const shrunk = await worker(origin, (session) => session.delete("note"), split)("/", { cookie });
  assert.deepEqual(
    shrunk.setCookies.map((line) => [line.split("=")[0], line.includes("Max-Age=0")]),
    [["__Host-session", false], ["__Host-session.1", true], ["__Host-session.2", true]],
  );
  assert.equal((await split.load(field(shrunk.setCookies))).get("seen"), 2);
  const { origin: reader } = await standIn((request, response) => response.end("hello"));
  const kept = await worker(reader, (session) => session.delete("note").valueOf() && session.set("seen", 1), split)("/", { cookie });
  assert.deepEqual(kept.setCookies.map((line) => line.includes("Max-Age=0")), [false, true, true]);
});

const NAME = cookies.name;

test("a failure with which the origin has written the session is for its visitor alone", async () => {
  const { origin } = await standIn((request, response) => response.writeHead(500, { "set-cookie": `${NAME}=of-the-origin` }).end());
  const failed = await worker(origin, (session) => session.set("seen", 1))("/");
  assert.deepEqual([failed.setCookies, failed.headers.get("cache-control")], [[`${NAME}=of-the-origin`], "no-store"]);
});

test("a cookie of the origin that only has the session's name takes no sign-out away", async () => {
  const others = ["Path=/old", "Path=/; Domain=shop.example", "Path=/; Partitioned; Secure"];
  for (const attributes of others) {
    const line = `${NAME}=other; ${attributes}`;
    const { origin } = await standIn((request, response) => response.writeHead(200, { "set-cookie": line }).end());
    const { setCookies } = await worker(origin, (session) => session.invalidate())("/", { cookie: await signedIn() });
    assert.deepEqual(setCookies.map((set) => [set === line, isExpiry([set])]), [[true, false], [false, true]], attributes);
  }
});

test("no part of the worker's session is left beside the origin's", async () => {
  const split = await SessionCookie.encrypted(XAES_KEY, { size: "split:3" });
  const { origin, seen } = await standIn((request, response) => response.writeHead(200, { "set-cookie": `${NAME}=of-the-origin` }).end());
  const { setCookies } = await worker(origin, (session) => session.set("note", "x".repeat(7000)), split)("/");
  assert.match(seen.pop(), new RegExp(`; ${NAME}\\.1=`));
  assert.deepEqual(setCookies, [`${NAME}=of-the-origin`]);
});

const bound = await SessionCookie.encrypted(XAES_KEY, { deviceBound: deviceBound({ path: "/.session" }) });
const signIn = (session) => (session.signIn(), session.set("user", "ada"));

test("a worker offers the registration of a device, unless the origin does", async () => {
  const answered = async (change, headers, status) => {
    const session = await bound.load(null);
    change(session);
    const response = await forward(bound, session, new Request("https://shop.example/"), async () => new Response("", { status, headers }));
    return response.headers.get("secure-session-registration");
  };
  assert.match(await answered(signIn), /^\(ES256\);path="\/\.session\/register";challenge="/);
  assert.match(await answered(signIn, { "set-cookie": `${NAME}=of-the-origin` }), /^\(ES256\)/);
  const offer = ["secure-session-registration", "its own"];
  assert.equal(await answered(signIn, [offer, ["set-cookie", `${NAME}=of-the-origin`]]), "its own");
  // Where the origin does not write this session, its offer is for another one.
  assert.match(await answered(signIn, [offer]), /^its own, \(ES256\)/);
  assert.equal(await answered((session) => session.set("user", "ada")), null);
  assert.equal(await answered((session) => session.renew(), {}, 500), null);
  // Of a session that the origin has ended, no device is registered; that it is dropped at another path, too, says nothing.
  for (const expiry of [`${NAME}=; Path=/; Max-Age=0`, `${NAME} = ; Path=/; Max-Age=0`]) {
    const dropped = ["set-cookie", expiry];
    assert.equal(await answered(signIn, [dropped]), null);
    assert.match(await answered(signIn, [dropped, ["set-cookie", `${NAME}=of-the-origin`]]), /^\(ES256\)/);
  }
});

test("a worker marks a session that it has ended, whatever the origin writes", async (t) => {
  const now = Date.now();
  t.mock.method(Date, "now", () => now);
  const cookie = await signedIn(bound, signIn);
  const marksWith = async (...lines) => {
    const request = new Request("https://shop.example/", { headers: { cookie } });
    const session = await bound.load(request);
    session.invalidate();
    const response = await forward(bound, session, request, async () => new Response("", { headers: lines.map((line) => ["set-cookie", line]) }));
    return response.headers.getSetCookie().filter((line) => line.startsWith(`${NAME}.out-`));
  };
  const [mark] = await marksWith();
  assert.match(mark, /^[^;]+=1; .*SameSite=None; Max-Age=12[0-9]$/);
  assert.deepEqual(await marksWith(`${NAME}=of-the-origin`), [mark]);
  const theirs = mark.replace(/=12[0-9]$/, "=60");
  assert.deepEqual(await marksWith(`${NAME}=of-the-origin`, theirs), [theirs]);
});
