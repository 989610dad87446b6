// Visitors who come back every day, over two rotations in which each old key retires when it is no longer needed. Who stays away
// is signed out at the second at which the settings say so.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { sealData } from "iron-session";

import { SessionCookie, SessionToken, generateKey, sessionType } from "../src/index.js";
import { ironSession } from "../src/iron_session.js";
import { struct, text, u32 } from "../src/struct.js";
import { NOW, field } from "./visitor.js";

const DAY = 86_400;
const LAST_DAY = 120;
const FORTNIGHT = 14 * DAY;
const start = NOW.getTime() / 1000;
const at = (second) => new Date(second * 1000);
mock.method(Date, "now", () => NOW.getTime());
const { mock: printed } = mock.method(console, "error", () => {});

const [first, second, third] = await Promise.all([1, 2, 3].map(() => generateKey()));
const timeOf = (moment) => at(moment).toISOString().replace(".000", "");

/** A ring in which the visits of days 40 and 80 are in the last second of a key, which retires as soon as it may. */
function rotatingRing() {
  const needed = FORTNIGHT + 60;
  const [from, next] = [start + 40 * DAY + 1, start + 80 * DAY + 1];
  return [
    `${third} seal_from=${timeOf(next)}`,
    `${second} seal_from=${timeOf(from)} accept_until=${timeOf(next + needed)}`,
    `${first} accept_until=${timeOf(from + needed)}`,
  ].join("\n");
}

const password = "a password of at least 32 characters";
const migrateFrom = ironSession({ cookieName: "sid", password, from: at(start - 1), until: at(start + 1) });
const type = sessionType({ label: "visitor", schema: 1, shape: struct({ user: text, visits: u32 }) });
const [cookie, header] = [SessionCookie.encrypted, (ring, options) => SessionToken.encrypted(ring, { header: "x-session", ...options })];
const unremembered = { idleTimeout: FORTNIGHT, absoluteTimeout: 3650 * DAY };
const remembered = { rememberUpTo: 365 * DAY, rememberedIdleTimeout: FORTNIGHT };

const DICTIONARY = {
  signIn: (session) => session.set("user", "ada"),
  change: (session) => session.update("visits", (visits = 0) => visits + 1),
  user: (session) => session.get("user"),
  save: (session) => session.save(),
};
/** Until shortly after the last day. */
const REMEMBERED_FOR = (LAST_DAY + 5) * DAY;
const REMEMBERED = { ...DICTIONARY, signIn: (session) => assert.deepEqual(session.set("user", "ada").rememberFor(REMEMBERED_FOR), at(start + REMEMBERED_FOR)) };
const TYPED = {
  signIn: (session) => void (session.value = { user: "ada", visits: 0 }),
  change: (session) => session.update((value) => void value.visits++),
  user: ({ value }) => value.user || undefined,
  save: (session) => session.save(),
};

/** The carriers of sessions, what their visitors do, and what the first request brings. */
const VISITORS = {
  "who is remembered": [cookie, remembered, REMEMBERED],
  "of a persistent session": [cookie, { ...unremembered, persistent: true }, DICTIONARY],
  "of a typed session": [cookie, { ...unremembered, persistent: true, type }, TYPED],
  "with a header field": [header, unremembered, DICTIONARY],
  "who is remembered in a header field": [header, remembered, REMEMBERED],
  "whom iron-session had signed in": [
    cookie,
    { ...unremembered, persistent: true, migrateFrom },
    { ...DICTIONARY, signIn: DICTIONARY.user },
    async () => `sid=${await sealData({ user: "ada" }, { password })}`,
  ],
};

/** Settings of `refreshAfter`, what a visit does, and after how many seconds it is written. */
const USES = {
  "by default, a look": [undefined, "user", FORTNIGHT / 4],
  "a look after a week": [7 * DAY, "user", 7 * DAY],
  "a look after a day": [DAY, "user", DAY],
  "always, a look": ["always", "user", 0],
  "on change, a change": ["on-change", "change", 0],
  "on change, a save": ["on-change", "save", 0],
  "at every request, nothing": ["every-request", "nothing", 0],
};

/** Saves a session. Returns what the client keeps then, or null, and the Max-Age of the cookie. */
async function saved(carrier, session) {
  const answer = await carrier.save(session);
  if (carrier instanceof SessionToken) return { kept: answer };
  // Behind it may be the expiry of another cookie.
  const [line] = answer;
  return { kept: line ? field([line]) : null, maxAge: line && Number(/; Max-Age=(\d+)$/.exec(line)?.[1]) };
}

for (const [whose, [build, options, visitor, arrived = () => null]] of Object.entries(VISITORS)) {
  const deadline = start + (options === remembered ? REMEMBERED_FOR : 3650 * DAY);
  const endAfter = (written) => Math.min(deadline, written + FORTNIGHT);
  for (const [how, [refreshAfter, use, span]] of Object.entries(USES)) {
    test(`a visitor ${whose} stays signed in for ${LAST_DAY} days, and no second too long when away: ${how}`, async () => {
      // Else a span of a day would be too long for a session that is not remembered.
      const isSpan = typeof refreshAfter === "number";
      const carrier = await build(rotatingRing(), { ...options, refreshAfter, ...(isSpan && options === remembered && { idleTimeout: null }) });
      const session = await carrier.load(await arrived(), at(start));
      visitor.signIn(session);
      let { kept, maxAge } = await saved(carrier, session);
      if (build === cookie) assert.equal(maxAge, FORTNIGHT);
      let written = start;
      for (let day = 1; day <= LAST_DAY; day++) {
        const end = endAfter(written);
        assert.equal(visitor.user(await carrier.load(kept, at(end - 1))), "ada", `away from day ${day}`);
        const away = await carrier.load(kept, at(end));
        assert.deepEqual([visitor.user(away), away.outcome.reason], [undefined, end === deadline ? "Expired" : "Idle"], `away from day ${day}`);

        const now = start + day * DAY;
        const session = await carrier.load(kept, at(now));
        visitor[use]?.(session);
        const next = await saved(carrier, session);
        assert.equal(visitor.user(session), "ada", `day ${day}`);
        const isDue = now >= written + span;
        assert.equal(next.kept !== null, isDue || session.outcome.kind === "openedUnderAcceptedKey", `day ${day}`);
        if (isDue) written = now;
        if (next.kept === null) continue;
        ({ kept, maxAge } = next);
        // That of a token which was only sealed again is the rest of it.
        if (build === cookie) assert.equal(maxAge, endAfter(written) - now, `day ${day}`);
      }
      assert.deepEqual(printed.calls, []);
    });
  }
}
