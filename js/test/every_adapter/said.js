// What a response says of its session before the session is saved.

import assert from "node:assert/strict";
import { test } from "node:test";

import { SessionCookie } from "../../src/index.js";
import { XAES_KEY } from "../visitor.js";
import { NAME, cookies, fieldOf, printed, validatedBy } from "./site.js";

const signIn = (session) => (session.signIn(), session.set("user", "eve"));
const signOut = (session) => session.invalidate();
const read = (session) => session.get("user");
const set = (session) => session.set("outer", 1);

export function keepsWhatIsSaid(name, open) {
  const start = Date.parse("2027-01-15T12:00:00Z");

  /** The answer, ten minutes later, of a handler that does `work`, and has the fields of an inner request that did `inside`. */
  async function answered(inside, work, { of = cookies, seconds = 600, options = {} } = {}) {
    const now = start + seconds * 1000;
    const first = await cookies.load(null, start);
    first.set("user", "ada");
    const field = fieldOf(await cookies.save(first));
    const inner = await of.load(field, now);
    inside(inner);
    const lines = await of.save(inner);
    const handler = (session) => (work(session), { body: "x", headers: { "set-cookie": [...lines, "theme=dark"] } });
    const browser = await open(of, { now: () => now, ...options }, handler);
    const { setCookies, headers } = await browser.get("/", { cookie: field });
    const own = setCookies.filter((line) => line.startsWith(NAME));
    assert.deepEqual([own.length, setCookies.length], [1, 2], setCookies.join());
    assert.equal(headers.get("cache-control"), "no-store");
    const session = await of.load(fieldOf(own), now);
    return [session.get("user"), session.get("outer"), lines.includes(own[0])];
  }

  test(`${name}: a refresh never replaces what the response says of the session already`, async () => {
    const rules = [
      {},
      { of: await SessionCookie.encrypted(XAES_KEY, { refreshAfter: "every-request" }), seconds: 1 },
      { of: await validatedBy(() => true), seconds: 61 },
    ];
    for (const rule of rules) {
      assert.deepEqual(await answered(signOut, read, rule), [undefined, undefined, true]);
      assert.deepEqual(await answered(signIn, read, rule), ["eve", undefined, true]);
      assert.deepEqual(await answered(set, read, rule), ["ada", 1, true]);
    }
    assert.deepEqual(await answered(signOut, () => {}, rules[1]), [undefined, undefined, true]);
  });

  test(`${name}: a change leaves what an inner request did, and is told, and replaces a refresh`, async (t) => {
    const lines = printed(t);
    const told = [];
    const options = { onRefused: ({ code, cause }) => told.push(code, cause) };
    assert.deepEqual(await answered(signOut, set, { options }), [undefined, undefined, true]);
    assert.deepEqual([told, lines()], [["left-out", undefined], []]);
    assert.deepEqual(await answered(signIn, set), ["eve", undefined, true]);
    assert.deepEqual(lines().map(([{ code }]) => code), ["left-out"]);
    assert.deepEqual(await answered(read, set), ["ada", 1, false]);
    assert.equal(lines().length, 1);
  });

  test(`${name}: a sign-in and a sign-out replace what an inner request did`, async () => {
    for (const inside of [signOut, signIn, set, read]) {
      assert.deepEqual((await answered(inside, (session) => (session.signIn(), session.set("user", "mia")))).slice(0, 2), ["mia", undefined]);
      assert.deepEqual((await answered(inside, signOut)).slice(0, 2), [undefined, undefined]);
    }
  });
}
