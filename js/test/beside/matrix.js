// The session beside what people put next to it: each of CASES, in each framework, with each companion before or behind the session, and
// in both orders with `ALL_CASES=1`.
// Every response is compared with that of the same site without a session: `differences` has what may differ, and nothing else may.
//
// A framework has a driver, `{ companions, open }`, and a line in a test file: `beside(name, driver)`. `every_adapter.js` uses `open`
// alone. The names of `companions` are
// those of the tests. What each makes (`make(note)`) is the driver's matter: it mounts it in `open({ session, page, before, behind })`,
// which starts a site and returns a `Browser`:
//
// - `before` and `behind`: what to mount outside and inside of the session. One of them is empty, the other has the companion.
// - `session`: what the adapter is given, `[cookies, options]`, or null. Then the driver mounts in its place what answers a POST with
//   `Sec-Fetch-Site: cross-site` by 403, as the framework's own guards do, and calls `page` without a session.
// - `page(session, path, response, holder)`: returns `{ status, headers, body }` or `{ response }`, as every_adapter/site.js, or throws.
//   It is given the response of Node, and what has its session.
//
// A companion that logs calls `note(line)`, and has the same lines with a session as without. `only` of a companion is the one order
// that pages name, and `without` the cases that they except.

import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { test } from "node:test";

import createError from "http-errors";

import { CsrfGuard } from "../../src/csrf_guard.js";
import { SessionCookie, generateKey } from "../../src/index.js";
import { XAES_KEY, filled } from "../visitor.js";
import { CASES, pageAt, standIn } from "./cases.js";

const NAME = "__Host-session";
const OTHER_KEY = await generateKey();

/** The `Cookie` fields of visitors. */
const VISITORS = {
  young: await filled(undefined, await SessionCookie.encrypted(XAES_KEY), Date.now() - 10_000),
  "due for a refresh": await filled(undefined, await SessionCookie.encrypted(XAES_KEY), Date.now() - 900_000),
  "of another key": await filled(undefined, await SessionCookie.encrypted(OTHER_KEY), Date.now() - 10_000),
};

const ORDERS = ["before", "behind"];
let frameworks = 0;

/** The orders of a row. From row to row, and from one framework to the next, the other order runs. */
const ordersOf = (row, only) => ORDERS.filter((order, i) => (only ? order === only : "ALL_CASES" in process.env || (row + frameworks) % 2 === i));

/** Defines a test for each companion of a driver. */
export function beside(name, { companions, open, errorOf = createError, options }) {
  frameworks++;
  for (const [row, [companion, { make, only, without = [] }]] of Object.entries(companions).entries()) {
    for (const order of ordersOf(row, only)) {
      test(`${name}: ${companion} ${order} the session`, async (t) => {
        const cases = Object.entries(CASES).filter(([of]) => !without.includes(of));
        const printed = printsOf(t);
        const opened = async (session) => {
          const notes = [];
          const mounted = { before: [], behind: [], [order]: [make((line) => notes.push(line))] };
          const page = (session, path) => pageAt(path, session ?? standIn(errorOf));
          return { browser: await open({ session, page, ...mounted }), notes };
        };
        const cookies = await SessionCookie.encrypted(XAES_KEY, { keepUnknownKeys: true });
        const [plain, ours] = [await opened(null), await opened([cookies, { guard: new CsrfGuard({ originCheckOnly: true }), ...options }])];
        const wrong = [];
        for (const [of, each] of cases) {
          const [expected, found] = [await asked(plain, of, printed), await asked(ours, of, printed)];
          wrong.push(...differences(expected, found, each).map((sentence) => `${of}: ${sentence}`));
        }
        wrong.push(...(await differencesOfNotes(plain.notes, ours.notes)));
        assert.deepEqual(wrong, []);
      });
    }
  }
}

const pathOf = (of) => `/${of.replaceAll(" ", "-")}`;

/** Counts the calls that print. */
function printsOf(t) {
  const printed = [];
  for (const name of ["log", "info", "warn", "error", "debug"]) t.mock.method(console, name, (...given) => printed.push(given));
  return printed;
}

/** Number of times a case is asked for: more than once, to see what is printed or kept for each request. */
const TIMES = 2;

/** Asks for a case. Returns the last response, with what was printed, and the status of each. */
async function asked({ browser }, of, printed) {
  const { method = "GET", headers = {}, visitor = "young", isConditional } = CASES[of];
  const given = { origin: "https://a.test", "sec-fetch-site": "same-origin", cookie: VISITORS[visitor], ...headers };
  const ask = (more) => {
    browser.cookies.clear();
    return browser.fetch(pathOf(of), { method, headers: { ...given, ...more } });
  };
  const conditional = isConditional ? { "if-none-match": (await ask()).headers.get("etag") ?? "none" } : {};
  const before = printed.length;
  const responses = [];
  for (let i = 0; i < TIMES; i++) responses.push(await ask(conditional));
  return { ...responses.at(-1), statuses: responses.map(({ status }) => status), prints: printed.slice(before) };
}

/** Fields whose values differ between two responses that are alike. */
const OF_TIME = /^(date|x-response-time|server-timing|.*ratelimit.*)$/;
/** Fields of the body, which the page of an error has in its own way. */
const OF_BODY = /^(content-(type|encoding|security-policy)|etag|x-content-type-options)$/;
/** How Node sends a body. */
const OF_TRANSFER = /^(content-length|transfer-encoding|connection|keep-alive)$/;
const OF_CACHING = /^(vary|expires|x-accel-expires|.*cache-control|surrogate-control)$/;

/** What is wrong in a response of a case, as sentences. */
function differences(plain, ours, { status: meant = 200, touch = "none", cookie = "none", headers: given = {} }) {
  const wrong = [];
  const check = (isRight, sentence) => isRight || wrong.push(sentence);
  check(`${ours.statuses}` === `${plain.statuses}`, `status ${ours.statuses}, not ${plain.statuses}`);
  // A companion has answered in place of the page.
  const isOther = plain.status !== meant;
  const isError = meant >= 400 && !isOther;
  check(plain.status >= 400 || ours.text === plain.text, "another body");
  const sentences = new Set(ours.prints.map(([sentence]) => `${sentence}`));
  const more = ours.prints.length - plain.prints.length;
  check(more <= sentences.size, `prints for each request: ${[...sentences]}`);

  // The limit of a companion counts down.
  const isOfTime = (name) => OF_TIME.test(name) || (isOther && name === "retry-after");
  const isSkipped = (name) => name === "set-cookie" || OF_CACHING.test(name) || OF_TRANSFER.test(name) || (isError && OF_BODY.test(name));
  for (const [name, value] of plain.headers) {
    if (isSkipped(name)) continue;
    const found = ours.headers.get(name);
    check(found !== null && (isOfTime(name) || closed(found) === closed(value)), `\`${name}: ${found}\`, not \`${value}\``);
  }
  for (const [name] of ours.headers) {
    check(isSkipped(name) || plain.headers.has(name) || (name === "retry-after" && meant === 503), `\`${name}\` is new`);
  }

  const isOwn = (line) => line.startsWith(NAME);
  const namesOf = (lines) => lines.map((line) => line.split("=")[0]).toSorted().join();
  const others = ours.setCookies.filter((line) => !isOwn(line));
  check(namesOf(others) === namesOf(plain.setCookies), `cookies ${namesOf(others)}, not ${namesOf(plain.setCookies)}`);
  const own = ours.setCookies.filter(isOwn);
  const control = plain.headers.get("cache-control");
  const isShared = control !== null && !/private|no-store/.test(control);
  const isRefreshed = cookie === "refresh" && !isShared && plain.status !== 304;
  const expected = !isOther && (["set", "dropped"].includes(cookie) || isRefreshed) ? 1 : 0;
  check(own.length === expected, `${own.length} cookies of the session, not ${expected}`);
  if (expected) check(/Max-Age=0|Expires=Thu, 01 Jan 1970/.test(own[0]) === (cookie === "dropped"), `cookie ${own[0]}`);

  wrong.push(...differencesOfCaching(plain.headers, ours.headers, isOther ? "any" : touch));
  return wrong;
}

/** Without blanks, which frameworks put into types in different ways. */
const closed = (field) => field.replaceAll(" ", "").toLowerCase();

const listOf = (field) => (field ?? "").split(",").map((item) => item.trim().toLowerCase()).filter(Boolean);

function* differencesOfCaching(plain, ours, touch) {
  const vary = listOf(ours.get("vary"));
  const lost = listOf(plain.get("vary")).filter((item) => !vary.includes(item));
  if (lost.length > 0) yield `\`Vary: ${vary}\` lacks ${lost}`;
  if (touch === "any") return;
  const added = vary.filter((item) => !listOf(plain.get("vary")).includes(item));
  if (`${added}` !== (touch === "none" || vary.includes("*") ? "" : "cookie")) yield `\`Vary: ${vary}\``;
  const [given, control] = [plain.get("cache-control"), ours.get("cache-control")];
  const isForbidden = (field) => /no-store/.test(field ?? "");
  const isRight = {
    none: control === given,
    read: control === (given ?? "private"),
    write: isForbidden(control) && (!isForbidden(given) || control === given),
    error: isForbidden(control) || /private/.test(control) || control === given,
  };
  if (!isRight[touch]) yield `\`Cache-Control: ${control}\`, with \`${given}\` without a session`;
  for (const [name, value] of plain) {
    if (!/^(expires|x-accel-expires|.+-cache-control|surrogate-control)$/.test(name)) continue;
    const found = ours.get(name);
    const isStricter = (touch === "write" && ["no-store", "0"].includes(found)) || (touch === "error" && ["no-store", "0", null].includes(found));
    if (!isStricter && found !== value) yield `\`${name}: ${found}\`, not \`${value}\``;
  }
}

async function differencesOfNotes(plain, ours) {
  // What is noted when a response is closed comes a little later.
  for (let i = 0; i < 1000 && ours.length < plain.length; i++) await setImmediate();
  const counted = (lines) => lines.reduce((counts, line) => counts.set(line, (counts.get(line) ?? 0) + 1), new Map());
  const [expected, found] = [counted(plain), counted(ours)];
  const all = [...new Set([...expected.keys(), ...found.keys()])];
  return all.filter((line) => expected.get(line) !== found.get(line)).map((line) => `${found.get(line) ?? 0} times noted: ${line}, not ${expected.get(line) ?? 0}`);
}
