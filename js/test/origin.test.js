// A worker before an origin in Rust: js/interop's counter, and a stand-in for what it does not do.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { SessionCookie } from "hardtack-session";
import { oldCookie } from "hardtack-session/migrate";
import { forward } from "hardtack-session/origin";
import { withSession } from "hardtack-session/node";
import { XAES_KEY } from "./keys.js";
import { startCounter } from "./rust.js";
import { listening } from "./stand_ins.js";

const cookies = await SessionCookie.encrypted(XAES_KEY);
const field = (lines) => lines.filter((line) => !line.includes("Max-Age=0")).map((line) => line.split(";")[0]).join("; ");

/** A worker that makes `change`, and passes requests on to `origin`. */
function worker(origin, change, sessions = cookies) {
  return async (path, { method = "GET", cookie = "", body } = {}) => {
    const request = new Request(`${origin}${path}`, { method, headers: { cookie }, body });
    const session = await sessions.load(request);
    change(session);
    const response = await forward(sessions, session, request);
    return { status: response.status, text: await response.text(), headers: response.headers, setCookies: response.headers.getSetCookie() };
  };
}

test("neither the worker's change nor the origin's is lost", async () => {
  const origin = await startCounter(XAES_KEY);
  const visit = worker(origin, (session) => session.update("seen", (seen = 0) => seen + 1));
  const signIn = await visit("/sign-in", { method: "POST", body: new URLSearchParams({ name: "ada" }), cookie: "theme=dark" });
  assert.equal(signIn.text, "ada 0");
  assert.equal(signIn.setCookies.length, 1);
  let cookie = field(signIn.setCookies);
  for (let count = 1; count <= 3; count++) {
    const { text, setCookies } = await visit("/count", { method: "POST", cookie: `theme=dark; ${cookie}` });
    assert.equal(text, `ada ${count}`);
    assert.equal(setCookies.length, 1);
    cookie = field(setCookies);
    const session = await cookies.load(cookie);
    assert.deepEqual([session.get("seen"), session.get("count"), session.get("user")], [count + 1, count, "ada"]);
  }
  // The origin only reads.
  const look = await visit("/", { cookie });
  assert.equal(look.text, "ada 3");
  assert.equal((await cookies.load(field(look.setCookies))).get("seen"), 5);
  assert.equal(look.headers.get("cache-control"), "no-store");
});

test("the origin sees a sign-out of the worker, and the worker keeps one of the origin", async () => {
  const origin = await startCounter(XAES_KEY);
  const signIn = await worker(origin, () => {})("/sign-in", { method: "POST", body: new URLSearchParams({ name: "ada" }) });
  const cookie = field(signIn.setCookies);
  const out = await worker(origin, (session) => session.invalidate())("/", { cookie: `a=1; ${cookie}` });
  assert.equal(out.text, "nobody 0");
  assert.match(out.setCookies[0], /^__Host-session=; .*Max-Age=0/);
  const theirs = await worker(origin, (session) => session.set("seen", 1))("/sign-out", { method: "POST", cookie });
  assert.equal(theirs.setCookies.length, 1);
  assert.match(theirs.setCookies[0], /^__Host-session=; .*Max-Age=0/);
});

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

async function filled(sessions, change) {
  const session = await sessions.load(null);
  change(session);
  return field(await sessions.save(session));
}

test("a session that the worker leaves alone goes on as it is", async () => {
  const { origin, seen } = await standIn((request, response) => response.end("hello"));
  const cookie = `a=1; ${await filled(cookies, (session) => session.set("user", "ada"))}`;
  const untouched = await worker(origin, () => {})("/", { cookie });
  assert.deepEqual([seen.pop(), untouched.setCookies, untouched.headers.get("cache-control")], [cookie, [], null]);
  const read = await worker(origin, (session) => session.get("user"))("/", { cookie });
  assert.deepEqual([seen.pop(), read.setCookies, read.headers.get("cache-control")], [cookie, [], "private"]);
});

test("a response of the origin that fails saves nothing of the worker's", async () => {
  const { origin } = await standIn((request, response) => response.writeHead(500).end("no"));
  const cookie = await filled(cookies, (session) => session.set("user", "ada"));
  const failed = await worker(origin, (session) => session.set("seen", 1))("/", { cookie });
  assert.deepEqual([failed.status, failed.setCookies], [500, []]);
  const out = await worker(origin, (session) => session.invalidate())("/", { cookie });
  assert.match(out.setCookies[0], /^__Host-session=; .*Max-Age=0/);
});

test("an origin takes nothing over from an old cookie with which the worker has signed out", async () => {
  const read = (value) => ({ entries: { user: value } });
  const migrateFrom = oldCookie({ name: "sid", read, from: new Date("2026-01-01"), until: new Date("9999-01-01") });
  const migrating = await SessionCookie.encrypted(XAES_KEY, { migrateFrom });
  const { origin, seen } = await standIn(withSession(migrating, (request, response, session) => response.end(`${session.set("seen", 1).get("user")}`)));
  const out = await worker(origin, (session) => session.invalidate(), migrating)("/", { cookie: "a=1; sid=ada" });
  assert.deepEqual([out.text, seen, out.setCookies.map((line) => line.split("=")[0])], ["undefined", ["a=1"], ["sid", "__Host-session"]]);
  assert.equal((await migrating.load(field(out.setCookies))).get("user"), undefined);
});

test("a redirect is the visitor's to follow", async () => {
  const { origin } = await standIn((request, response) => response.writeHead(303, { location: "/next" }).end());
  const answer = await worker(origin, (session) => session.set("seen", 1))("/");
  assert.deepEqual([answer.status, answer.headers.get("location"), answer.setCookies.length], [303, "/next", 1]);
});

test("parts of a large session that neither needs any more are dropped", async () => {
  const split = await SessionCookie.encrypted(XAES_KEY, { size: "split:3" });
  const cookie = await filled(split, (session) => session.set("note", "x".repeat(7000)));
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
