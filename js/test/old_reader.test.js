// Cookies of other libraries, by a reader of one's own. iron.test.js has those of iron-session.

import assert from "node:assert/strict";
import { test } from "node:test";

import { SessionCookie } from "../src/index.js";
import { oldCookie } from "../src/old_cookies.js";
import { XAES_KEY } from "./keys.js";
import { NOW, later } from "./visitor.js";

const read = (value) => (value.startsWith("user-") ? { entries: { user: value.slice(5) } } : null);
const migrating = (from = NOW) =>
  SessionCookie.encrypted(XAES_KEY, { size: "split:2", migrateFrom: oldCookie({ name: "sid", read, from, until: later(86_400) }) });
const values = (...all) => all.map((value) => `sid=${value}`).join("; ");

test("one old cookie is taken over, and of several that open none, however many there are", async () => {
  const cookies = await migrating();
  assert.equal((await cookies.load(values("user-ada"), NOW)).get("user"), "ada");
  assert.equal((await cookies.load(values("user-ada", "junk"), NOW)).get("user"), "ada");
  for (const several of [["user-ada", "user-eve"], ["user-eve", "1", "2", "3", "user-ada"], ["user-eve", "1", "2", "3", "4"]]) {
    const { outcome, isNew } = await cookies.load(values(...several), NOW);
    assert.deepEqual([outcome.kind, outcome.reason, isNew], ["notMigrated", "Duplicate", true], `${several}`);
  }
});

test("before its time an old cookie is neither read nor dropped", async () => {
  const cookies = await migrating(later(60));
  const session = await cookies.load(values("user-ada"), NOW);
  assert.equal(session.get("user"), undefined);
  session.set("user", "eve");
  assert.deepEqual((await cookies.save(session)).map((line) => line.split("=")[0]), ["__Host-session"]);
});

test("a cookie of several sources is dropped once, from the first of them on", async () => {
  const from = (moment) => oldCookie({ name: "sid", read, from: moment, until: later(86_400) });
  const cookies = await SessionCookie.encrypted(XAES_KEY, { migrateFrom: [from(NOW), from(later(60))] });
  const session = await cookies.load(null, NOW);
  session.set("user", "eve");
  assert.deepEqual((await cookies.save(session)).map((line) => line.split("=")[0]), ["__Host-session", "sid"]);
});

test("an old cookie is not taken over beside a part of a new session", async () => {
  const cookies = await migrating();
  for (const beside of ["__Host-session.1=x", "__Host-session=x"]) {
    assert.equal((await cookies.load(`${beside}; ${values("user-ada")}`, NOW)).get("user"), undefined, beside);
  }
});
