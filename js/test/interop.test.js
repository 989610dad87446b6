// Sessions go from JavaScript to Rust and back. The Rust side is proof/interop.

import assert from "node:assert/strict";
import { test } from "node:test";

import { KeyRing, SessionCookie, generateKey } from "../src/index.js";
import { ask, startCounter } from "./rust.js";
import { XAES_KEY, field, kept, worker } from "./visitor.js";

const NOW = 1_800_000_000;

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
      const { is_new, fields } = await ask({ session: { ring, cookie: field(await cookies.save(session)), now: NOW + round * 600 } });
      assert.equal(is_new, false, `round ${round}`);
      cookie = field(fields);
    }
  }
});

// A worker before an origin in Rust: the counter. workerd.test.js has a visitor of both.

test("the origin sees a sign-out of the worker, and the worker keeps one of the origin", async () => {
  const origin = await startCounter(XAES_KEY);
  const signIn = await worker(origin, () => {})("/sign-in", { method: "POST", body: new URLSearchParams({ name: "ada" }) });
  const cookie = kept(signIn.setCookies);
  const out = await worker(origin, (session) => session.invalidate())("/", { cookie: `a=1; ${cookie}` });
  assert.equal(out.text, "nobody 0");
  assert.match(out.setCookies[0], /^__Host-session=; .*Max-Age=0/);
  const theirs = await worker(origin, (session) => session.set("seen", 1))("/sign-out", { method: "POST", cookie });
  assert.equal(theirs.setCookies.length, 1);
  assert.match(theirs.setCookies[0], /^__Host-session=; .*Max-Age=0/);
});
