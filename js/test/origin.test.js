// A worker before an origin in Rust: js/interop's counter.

import assert from "node:assert/strict";
import { test } from "node:test";

import { XAES_KEY } from "./keys.js";
import { startCounter } from "./rust.js";
import { cookies, field, worker } from "./worker.js";

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
