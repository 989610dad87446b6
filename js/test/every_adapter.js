// What every adapter does: the tests of stand_ins.test.js and of servers.test.js.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { CsrfGuard } from "../src/csrf_guard.js";
import { SessionCookie, SessionToken, attributes, csrfToken, revalidation, revocation } from "../src/index.js";
import { XAES_KEY } from "./visitor.js";
import { listening } from "./stand_ins.js";

const NAME = "__Host-session";
const cookies = await SessionCookie.encrypted(XAES_KEY);
const header = await SessionToken.encrypted(XAES_KEY, { header: "authorization" });

const visit = (session) => `visit ${session.update("visits", (visits = 0) => visits + 1).get("visits")}`;

/** What every site does at its paths. */
const PAGES = {
  "/visit": (session) => ({ body: visit(session) }),
  "/look": (session) => ({ body: `${session.get("visits")}` }),
  "/plain": () => ({ body: "hello" }),
  "/untouched": () => ({ body: "hello", headers: { "cache-control": "public" } }),
  "/public": (session) => ({ body: visit(session), headers: { "cache-control": "public, max-age=60", "cdn-cache-control": "max-age=60" } }),
  "/cookies": (session) => ({ body: visit(session), headers: { "set-cookie": ["a=1", "b=2"] } }),
  "/fail": (session) => (visit(session), { status: 500, body: "no" }),
  "/throw": (session) => {
    visit(session);
    throw new Error("thrown");
  },
  "/out": (session) => (session.invalidate(), { body: "out" }),
  "/out-and-fail": (session) => (session.invalidate(), { status: 500, body: "no" }),
  "/out-and-throw": (session) => {
    session.invalidate();
    throw new Error("thrown");
  },
  "/sign-in": (session) => (session.signIn(), session.set("user", "ada"), session.flash("notice", "hello"), { status: 303, headers: { location: "/" } }),
  "/large": (session) => (session.set("note", "x".repeat(4000)), { body: "large" }),
  "/full": (session) => (visit(session), session.set("note", "x".repeat(4000)), { body: "never" }),
  "/out-and-full": (session) => (session.invalidate(), session.set("note", "x".repeat(4000)), { body: "never" }),
  "/full-and-caught": (session) => {
    visit(session);
    assert.throws(() => session.set("note", "x".repeat(4000)), { code: "size", status: 413 });
    return { body: "caught" };
  },
  "/full-and-answered": (session) => ({ ...PAGES["/full-and-caught"](session), status: 413 }),
  "/small": (session) => (session.delete("note"), visit(session), { body: "small" }),
  "/notices": (session) => ({ body: session.takeFlashes("notice").join() }),
  "/poll": (session) => (session.discard(), { body: `${session.get("visits")}` }),
  "/token": async (session) => ({ body: await csrfToken(session) }),
};

/** What a handler has done until a timeout answers. */
const HALF_DONE = {
  visit,
  save: (session) => (visit(session), session.save()),
  "sign-in": (session) => session.signIn(),
  out: (session) => session.invalidate(),
  clear: (session) => session.clear(),
};
for (const [name, work] of Object.entries(HALF_DONE)) PAGES[`/late/${name}`] = (session) => (work(session), { status: 408, body: "late" });

for (const [name, look] of Object.entries({ read: (session) => session.get("visits"), visit })) {
  PAGES[`/same/${name}`] = (session) => (look(session), { response: new Response(null, { status: 304 }) });
}

for (const status of [301, 302, 303, 307, 308]) {
  const location = "http://localhost/look";
  PAGES[`/moved/${status}`] = (session) => (visit(session), { status, headers: { location } });
  PAGES[`/redirect/${status}`] = (session) => (visit(session), { response: Response.redirect(location, status) });
}

/** Where what a handler throws is answered without this package, and without its cookies. */
const ANSWERED_ELSEWHERE = ["fetch", "Astro", "the proxy of Next.js"];

/** Where the framework answers an error of a session by its status, and does not say that it does. */
const ANSWERED_BY_STATUS = ["Express", "Express 4", "Koa", "Fastify"];

const page = (session, path) => PAGES[path](session);
const fieldOf = (lines) => lines.map((line) => line.split(";")[0]).join("; ");
const namesOf = (lines) => lines.map((line) => line.split("=")[0]);
const posted = (headers = {}) => ({ method: "POST", headers });
const crossSite = posted({ "sec-fetch-site": "cross-site" });
const fails = () => Promise.reject(new Error("no database"));

/** Keeps what was printed in place of printing it: of each call, what was given. */
function printed(t) {
  const { mock } = t.mock.method(console, "error", () => {});
  const flat = ([first, fields, ...rest]) => (fields?.error ? [fields.error, fields.method, fields.path] : [first, fields, ...rest]);
  return () => mock.calls.map((call) => flat(call.arguments));
}

/** The value of a session that was written 100 seconds ago. */
async function valueOfOld() {
  const session = await cookies.load(null, Date.now() - 100_000);
  visit(session);
  return fieldOf(await cookies.save(session)).split("=")[1];
}

const validatedBy = (validate) => SessionCookie.encrypted(XAES_KEY, { revalidateAfter: revalidation({ seconds: 60, validate }) });

/** Defines the tests of adapters: each makes a browser of a site. */
export function everyAdapter(sites) {
  for (const [name, open] of Object.entries(sites)) {
    /** The proxy of Next.js has neither a guard nor hooks. */
    const isProxy = name.includes("Next.js");
    writesSessions(name, open);
    keepsOthers(name, open);
    keepsWhatIsSaid(name, open);
    hidesFromOtherSites(name, open);
    saysWhereItCannotValidate(name, open);
    saysThatASessionIsFull(name, open);
    if (!ANSWERED_BY_STATUS.includes(name)) savesWithAnAnswerOfItsOwn(name, open);
    opensItsCookie(name, open);
    if (isProxy) continue;
    guards(name, open);
    answersRefusals(name, open);
    tellsOperators(name, open);
    servesTenants(name, open);
    refusesOptions(name, open);
  }
}

function writesSessions(name, open) {
  test(`${name}: a session is loaded, changed, saved and ended`, async () => {
    const browser = await open(cookies, {}, page);
    const first = await browser.get("/visit");
    assert.equal(first.text, "visit 1");
    assert.deepEqual([first.setCookies.length, first.headers.get("cache-control"), first.headers.get("vary")], [1, "no-store", "Cookie"]);
    assert.equal((await browser.get("/visit")).text, "visit 2");
    const look = await browser.get("/look");
    assert.deepEqual([look.text, look.setCookies, look.headers.get("cache-control"), look.headers.get("vary")], ["2", [], "private", "Cookie"]);
    const out = await browser.get("/out");
    assert.deepEqual([out.setCookies.length, out.headers.get("cache-control")], [1, "no-store"]);
    assert.match(out.setCookies[0], /^__Host-session=; .*Max-Age=0/);
    assert.equal((await browser.get("/look")).text, "undefined");
  });

  test(`${name}: a sign-in begins a session of its own, with a message for the next page`, async () => {
    const browser = await open(cookies, {}, page);
    await browser.get("/visit");
    const { status, headers, setCookies } = await browser.fetch("/sign-in", posted());
    assert.deepEqual([status, headers.get("location"), setCookies.length], [303, "/", 1]);
    const session = await cookies.load(fieldOf(setCookies));
    assert.deepEqual([session.get("user"), session.get("visits"), session.flashes("notice")], ["ada", undefined, ["hello"]]);
    assert.notEqual(session.id, null);
  });

  test(`${name}: what fails changes nothing, and signs out all the same`, async (t) => {
    printed(t);
    const browser = await open(cookies, {}, page);
    await browser.get("/visit");
    for (const path of ["/fail", "/throw"]) {
      const failed = await browser.get(path);
      assert.deepEqual([failed.status, failed.setCookies], [500, []], path);
    }
    assert.equal((await browser.get("/look")).text, "1");
    for (const path of ["/out-and-fail", ...(ANSWERED_ELSEWHERE.includes(name) ? [] : ["/out-and-throw"])]) {
      const out = await browser.get(path);
      assert.deepEqual([out.status, out.setCookies.length], [500, 1], path);
      assert.equal((await browser.get("/look")).text, "undefined");
      await browser.get("/visit");
    }
  });

  test(`${name}: nothing is saved with the status of a timeout, which gave the handler up`, async () => {
    for (const options of [{}, { saveOnServerError: true }]) {
      const browser = await open(await SessionCookie.encrypted(XAES_KEY, options), {}, page);
      const late = async () => {
        for (const work of Object.keys(HALF_DONE)) {
          const { status, setCookies, headers } = await browser.get(`/late/${work}`);
          assert.deepEqual([status, setCookies, headers.get("cache-control"), headers.get("vary")], [408, [], "private", "Cookie"], work);
        }
      };
      await late();
      await browser.get("/visit");
      await late();
      assert.equal((await browser.get("/look")).text, "1");
    }
  });

  test(`${name}: a 304 refreshes nothing, as caches put its fields into what they have stored, and carries a change`, async () => {
    for (const options of [{}, { refreshAfter: "every-request" }]) {
      let now = new Date("2027-01-15T12:00:00Z");
      const browser = await open(await SessionCookie.encrypted(XAES_KEY, options), { now: () => now }, page);
      await browser.get("/visit");
      now = new Date("2027-01-15T12:10:00Z");
      assert.deepEqual((await browser.get("/same/read")).setCookies, []);
      assert.equal((await browser.get("/same/visit")).setCookies.length, 1);
    }
  });

  test(`${name}: a request for the head gets the session of the page`, async () => {
    const browser = await open(cookies, {}, page);
    const { setCookies, headers } = await browser.fetch("/visit", { method: "HEAD" });
    assert.deepEqual([setCookies.length, headers.get("cache-control")], [1, "no-store"]);
    assert.equal((await browser.get("/look")).text, "1");
  });

  test(`${name}: a large session goes in several cookies, which a smaller one drops`, async () => {
    const browser = await open(await SessionCookie.encrypted(XAES_KEY, { size: "split:2" }), {}, page);
    assert.deepEqual(namesOf((await browser.get("/large")).setCookies), [NAME, `${NAME}.1`]);
    const small = await browser.get("/small");
    assert.deepEqual(small.setCookies.map((line) => [line.split("=")[0], line.includes("Max-Age=0")]), [[NAME, false], [`${NAME}.1`, true]]);
    assert.deepEqual([(await browser.get("/look")).text, [...browser.cookies.keys()]], ["1", [NAME]]);
  });

  test(`${name}: a session is used at the time of the option \`now\``, async () => {
    const noon = new Date("2027-01-15T12:00:00Z");
    const browser = await open(cookies, { now: () => noon }, page);
    const { setCookies } = await browser.get("/visit");
    assert.deepEqual((await cookies.load(fieldOf(setCookies), noon)).createdAt, noon);
  });
}

const signIn = (session) => (session.signIn(), session.set("user", "eve"));
const signOut = (session) => session.invalidate();
const read = (session) => session.get("user");
const set = (session) => session.set("outer", 1);

function keepsWhatIsSaid(name, open) {
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

function hidesFromOtherSites(name, open) {
  test(`${name}: another site that posts a form begins no session, but by a sign-in`, async () => {
    const form = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", origin: "https://other.example" };
    const browser = await open(cookies, {}, page);
    const count = async (path, headers) => {
      browser.cookies.clear();
      return (await browser.get(path, headers)).setCookies.length;
    };
    for (const path of ["/visit", "/token", "/out"]) assert.equal(await count(path, form), 0, path);
    assert.deepEqual([await count("/sign-in", form), await count("/visit", {})], [1, 1]);
    // One that came was not hidden.
    assert.equal((await browser.get("/visit", form)).text, "visit 2");
  });
}

function keepsOthers(name, open) {
  test(`${name}: a session that is not touched leaves the response as it is`, async () => {
    const browser = await open(cookies, {}, page);
    await browser.get("/visit");
    const { text, setCookies, headers } = await browser.get("/untouched");
    assert.deepEqual([text, setCookies, headers.get("cache-control"), headers.get("vary")], ["hello", [], "public", null]);
  });

  test(`${name}: with every-request a handler that leaves the session alone refreshes it, and sends nothing where there is none`, async () => {
    const refreshing = await SessionCookie.encrypted(XAES_KEY, { refreshAfter: "every-request", persistent: true });
    let now = new Date("2027-01-15T12:00:00Z");
    const browser = await open(refreshing, { now: () => now }, page);
    const headOf = async (headers) => {
      const answer = await browser.get("/plain", headers);
      return [answer.setCookies.length, answer.headers.get("vary"), answer.headers.get("cache-control")];
    };
    assert.deepEqual(await headOf(), [0, null, null]);
    browser.cookies.set(NAME, "junk");
    assert.deepEqual(await headOf(), [0, null, null]);
    await browser.get("/visit");
    now = new Date("2027-01-15T12:00:01Z");
    // What caches share, or parts of a page, do not depend on it.
    assert.deepEqual(await headOf({ "sec-fetch-dest": "image" }), [0, null, null]);
    assert.deepEqual((await browser.get("/untouched")).headers.get("vary"), null);
    const { text, setCookies } = await browser.get("/plain");
    assert.deepEqual([text, setCookies.length], ["hello", 1]);
    assert.match(setCookies[0], /; Max-Age=1800$/);
    assert.deepEqual((await refreshing.load(fieldOf(setCookies), now)).lastActiveAt, now);
    assert.deepEqual(await headOf(), [1, "Cookie", "private"]);
  });

  test(`${name}: what is prefetched, and what polls, is no activity, and takes no message`, async () => {
    const start = Date.parse("2027-01-15T12:00:00Z");
    for (const options of [{}, { refreshAfter: "every-request" }]) {
      let now = start;
      const browser = await open(await SessionCookie.encrypted(XAES_KEY, options), { now: () => now }, page);
      const answers = [];
      const look = async (path, headers) => {
        const { text, setCookies } = await browser.get(path, headers);
        answers.push([text, setCookies.length]);
      };
      await browser.fetch("/sign-in", posted());
      now = start + 600_000;
      for (const headers of [{ "sec-purpose": "prefetch" }, { "x-sec-purpose": "prefetch" }]) {
        await look("/notices", headers);
        await look("/plain", headers);
      }
      for (const path of ["/poll", "/poll", "/notices", "/notices"]) await look(path);
      assert.deepEqual(answers.slice(0, 6), [["", 0], ["hello", 0], ["", 0], ["hello", 0], ["undefined", 0], ["undefined", 0]]);
      assert.deepEqual(answers.slice(6).map(([text]) => text), ["hello", ""]);
      assert.equal(answers[6][1], 1);
    }
  });

  test(`${name}: a page for everybody that writes a session is for its visitor alone`, async () => {
    const browser = await open(cookies, {}, page);
    const { setCookies, headers } = await browser.get("/public");
    const fields = ["cache-control", "cdn-cache-control", "vary"].map((name) => headers.get(name));
    assert.deepEqual([setCookies.length, ...fields], [1, "no-store", "no-store", "Cookie"]);
  });

  test(`${name}: a redirect whose headers cannot be changed, and other cookies, carry the session too`, async () => {
    const browser = await open(cookies, {}, page);
    for (const path of Object.keys(PAGES).filter((path) => /^\/(moved|redirect)\//.test(path))) {
      const { status, headers, setCookies } = await browser.get(path);
      assert.deepEqual([status, headers.get("location"), setCookies.length], [Number(path.slice(-3)), "http://localhost/look", 1], path);
    }
    assert.deepEqual(namesOf((await browser.get("/cookies")).setCookies).toSorted(), [NAME, "a", "b"]);
    assert.equal((await browser.get("/look")).text, "11");
  });

  test(`${name}: one response that answers all visitors gives none the session of another`, async () => {
    const moved = new Response(null, { status: 303, headers: { location: "http://localhost/look" } });
    const browser = await open(cookies, {}, (session, path) => (PAGES[path](session), { response: moved }));
    const visitor = async (path) => {
      browser.cookies.clear();
      const { status, setCookies } = await browser.get(path);
      const session = await cookies.load(fieldOf(setCookies));
      return [status, setCookies.length, session.get("user"), session.get("visits")];
    };
    assert.deepEqual(await visitor("/sign-in"), [303, 1, "ada", undefined]);
    assert.deepEqual(await visitor("/look"), [303, 0, undefined, undefined]);
    assert.deepEqual(await visitor("/plain"), [303, 0, undefined, undefined]);
    assert.deepEqual(await visitor("/visit"), [303, 1, undefined, 1]);
  });

  test(`${name}: a response that was fetched has each field once`, async () => {
    const fields = { "cache-control": "public", "x-a": "1", "set-cookie": "a=1" };
    const { origin } = await listening(createServer((request, response) => response.writeHead(200, fields).end("far")));
    const browser = await open(cookies, {}, async (session) => (visit(session), { response: await fetch(origin) }));
    const { text, headers, setCookies } = await browser.get("/");
    assert.deepEqual([text, headers.get("cache-control"), headers.get("x-a")], ["far", "no-store", "1"]);
    assert.deepEqual(namesOf(setCookies).toSorted(), [NAME, "a"]);
  });
}

function saysWhereItCannotValidate(name, open) {
  test(`${name}: an application is asked once in a span, and without an answer the handler is not called`, async (t) => {
    const lines = printed(t);
    let asked = 0;
    let answer = () => true;
    const browser = await open(await validatedBy(() => (asked++, answer())), {}, page);
    const old = await valueOfOld();
    const bringOld = () => browser.cookies.set(NAME, old);
    bringOld();
    assert.deepEqual([(await browser.get("/visit")).text, asked], ["visit 2", 1]);
    assert.deepEqual([(await browser.get("/visit")).text, asked], ["visit 3", 1]);
    bringOld();
    answer = fails;
    const failed = await browser.get("/visit");
    assert.deepEqual([failed.status, failed.setCookies, asked], [503, [], 2]);
    // Here the application answers `next` without it.
    if (!/^(Express|Koa|Fastify)/.test(name)) assert.equal(failed.headers.get("retry-after"), "10");
    // The application answers and prints what `next` is given.
    const isNext = /^(Express|Koa|Fastify)/.test(name);
    assert.equal(lines().length, isNext ? 0 : 1);
    const expected = isNext ? ["failed", null] : ["session cannot be validated now; try again later", "private"];
    assert.deepEqual([failed.text, failed.headers.get("cache-control")], expected);
    answer = () => true;
    assert.deepEqual([(await browser.get("/look")).text, asked], ["1", 3]);
    bringOld();
    answer = () => false;
    assert.equal((await browser.get("/visit")).text, "visit 1");
  });
}

function saysThatASessionIsFull(name, open) {
  test(`${name}: a session that is full is answered with 413, and nothing but a sign-out is saved`, async (t) => {
    const lines = printed(t);
    const browser = await open(cookies, {}, page);
    await browser.get("/visit");
    const full = await browser.get("/full");
    assert.deepEqual([full.status, full.setCookies], [413, []]);
    assert.ok(!full.text.includes("bytes"), full.text);
    const isOfTheAdapter = ["fetch", "Astro", "the proxy of Next.js", "Node"].includes(name);
    // Frameworks print what they answer themselves.
    const told = lines().filter(([{ code }]) => code);
    assert.deepEqual(told.map(([{ code }, method]) => [code, method]), isOfTheAdapter ? [["size", "GET"]] : []);
    assert.equal((await browser.get("/look")).text, "1");
    assert.equal((await browser.get("/full-and-caught")).text, "caught");
    assert.equal((await browser.get("/look")).text, "2");
    const out = await browser.get("/out-and-full");
    assert.deepEqual([out.status, out.setCookies.length], [413, 1]);
    assert.equal((await browser.get("/look")).text, "undefined");
  });
}

function savesWithAnAnswerOfItsOwn(name, open) {
  test(`${name}: a handler that catches the error of a full session may answer 413 itself, and saves the rest`, async () => {
    const browser = await open(cookies, {}, page);
    await browser.get("/visit");
    const { status, text, setCookies } = await browser.get("/full-and-answered");
    assert.deepEqual([status, text, setCookies.length], [413, "caught", 1]);
    assert.equal((await browser.get("/look")).text, "2");
  });
}

function guards(name, open) {
  test(`${name}: the guard refuses requests of other sites before the handler`, async () => {
    let called = 0;
    const counting = (session) => (called++, { body: visit(session) });
    const browser = await open(cookies, { guard: new CsrfGuard({ originCheckOnly: true }) }, counting);
    const refused = await browser.fetch("/", crossSite);
    const type = refused.headers.get("content-type");
    const sentence = "refused: the request comes from another site";
    assert.deepEqual([refused.status, refused.text, type, refused.setCookies, called], [403, sentence, "text/plain; charset=utf-8", [], 0]);
    const passed = await browser.fetch("/", posted({ "sec-fetch-site": "same-origin" }));
    assert.deepEqual([passed.status, passed.text, passed.setCookies.length, called], [200, "visit 1", 1, 1]);
  });

  test(`${name}: the guard asks for a token, and what depends on the session is the visitor's alone`, async () => {
    const browser = await open(cookies, { guard: new CsrfGuard() }, page);
    const { text: token } = await browser.get("/token");
    const cookie = [...browser.cookies].map((pair) => pair.join("=")).join("; ");
    const post = async (headers) => {
      const { status, headers: answered } = await browser.fetch("/visit", posted({ cookie, ...headers }));
      return [status, answered.get("cache-control"), answered.get("vary")];
    };
    assert.deepEqual(await post({}), [403, null, null]);
    assert.deepEqual(await post({ "x-csrf-token": "wrong" }), [403, "private", "Cookie"]);
    assert.deepEqual(await post({ "x-csrf-token": token }), [200, "no-store", "Cookie"]);
  });

  test(`${name}: a form with a token of another session is answered with a page that leads on`, async () => {
    const form = new Request("https://example.com/", { method: "POST", body: new URLSearchParams({ csrf_token: "of before" }) });
    const refusal = await new CsrfGuard({ tokensInForms: true }).check(form, await cookies.load(null));
    const browser = await open(cookies, { guard: { check: async () => refusal } }, page);
    const refused = await browser.fetch("/visit", posted());
    assert.deepEqual([refused.status, refused.headers.get("content-type")], [403, "text/html; charset=utf-8"]);
    assert.ok(refused.text.includes('<a href="">Load the page again</a>'), refused.text);
  });
}

function answersRefusals(name, open) {
  test(`${name}: an application answers a refusal itself`, async () => {
    const refuse = ({ code }, request, response) => {
      if (!response) return Response.redirect(`http://localhost/login?${code}`, 303);
      return response.writeHead(303, { location: `http://localhost/login?${code}` }).end();
    };
    const guard = new CsrfGuard();
    const browser = await open(cookies, { guard, refuse }, page);
    await browser.get("/visit");
    const { status, headers, setCookies } = await browser.fetch("/visit", crossSite);
    assert.deepEqual([status, headers.get("location"), setCookies], [303, "http://localhost/login?cross-site", []]);
  });
}

function tellsOperators(name, open) {
  const methodAndPath = ({ method, url }) => `${method} ${new URL(url, "http://localhost").pathname}`;

  test(`${name}: operators are told what came of each session, and what was refused`, async () => {
    const told = [];
    const onOutcome = ({ kind, reason }, request) => told.push([kind, reason, methodAndPath(request)]);
    const onRefused = ({ code }, request) => told.push([code, methodAndPath(request)]);
    const browser = await open(cookies, { guard: new CsrfGuard(), onOutcome, onRefused }, page);
    await browser.get("/untouched");
    await browser.get("/visit");
    await browser.get("/look");
    browser.cookies.set(NAME, "junk");
    await browser.get("/look");
    await browser.fetch("/look", crossSite);
    assert.deepEqual(told, [
      ["absent", undefined, "GET /untouched"],
      ["absent", undefined, "GET /visit"],
      ["opened", undefined, "GET /look"],
      ["rejected", "TooShort", "GET /look"],
      ["rejected", "TooShort", "POST /look"],
      ["cross-site", "POST /look"],
    ]);
  });

  test(`${name}: a hook that fails is printed, and fails no request`, async (t) => {
    const lines = printed(t);
    const boom = new Error("boom");
    const throwing = () => {
      throw boom;
    };
    const options = { guard: new CsrfGuard(), onOutcome: async () => throwing(), onRefused: throwing };
    const browser = await open(cookies, options, page);
    assert.equal((await browser.get("/visit?secret")).text, "visit 1");
    assert.equal((await browser.fetch("/visit?secret", crossSite)).status, 403);
    assert.deepEqual(lines().map(([error, method]) => [error, method]), [[boom, "GET"], [boom, "POST"], [boom, "POST"]]);
    for (const [, , url] of lines()) assert.match(url, /\/visit$/);
  });

  test(`${name}: why \`revokedIf\` failed is printed, or told`, async (t) => {
    const lines = printed(t);
    const failing = await SessionCookie.encrypted(XAES_KEY, { revokedIf: revocation(fails) });
    const causes = [];
    for (const options of [{}, { onOutcome: ({ cause }) => causes.push(cause?.message) }]) {
      const browser = await open(failing, options, page);
      await browser.get("/visit");
      assert.equal((await browser.get("/visit")).text, "visit 1");
    }
    assert.deepEqual(lines().map(([error, method]) => [error.message, method]), [["no database", "GET"]]);
    assert.ok(!JSON.stringify(lines()).includes(NAME));
    assert.deepEqual(causes, [undefined, "no database"]);
  });

  test(`${name}: a session that cannot be validated is told`, async (t) => {
    const lines = printed(t);
    const told = [];
    const onRefused = (refusal) => told.push([refusal.code, refusal.status, refusal.cause.message]);
    const browser = await open(await validatedBy(fails), { onRefused }, page);
    browser.cookies.set(NAME, await valueOfOld());
    assert.equal((await browser.get("/visit")).status, 503);
    assert.deepEqual([told, lines()], [[["unvalidated", 503, "no database"]], []]);
  });
}

function servesTenants(name, open) {
  test(`${name}: the session of one tenant does not open at another`, async () => {
    const hosts = [];
    const contextBy = async ({ headers }) => {
      const tenant = headers.get?.("x-tenant") ?? headers["x-tenant"];
      hosts.push(tenant);
      return [["tenant", tenant]];
    };
    const browser = await open(cookies, { contextBy }, page);
    const at = async (tenant, path = "/visit") => (await browser.get(path, { "x-tenant": tenant })).text;
    assert.deepEqual([await at("a"), await at("a"), await at("a", "/look")], ["visit 1", "visit 2", "2"]);
    assert.deepEqual([await at("b", "/look"), await at("b")], ["undefined", "visit 1"]);
    assert.equal(await at("a", "/look"), "undefined");
    assert.deepEqual(hosts, ["a", "a", "a", "b", "b", "a"]);
  });

  test(`${name}: a request without a context fails`, async (t) => {
    printed(t);
    const browser = await open(cookies, { contextBy: () => undefined }, page);
    assert.equal((await browser.get("/look")).status, 500);
  });
}

const misconfigured = (code, message) => ({ name: "ConfigError", code, message });

function refusesOptions(name, open) {
  test(`${name}: options that do not exist, or are not what they must be, are refused`, async () => {
    const guard = new CsrfGuard();
    const advice = /; pass `\{ guard \}`$/;
    assert.throws(() => open(cookies, { csrf: guard }, page), misconfigured("option", advice));
    assert.throws(() => open(cookies, guard, page), misconfigured("option", advice));
    for (const wrong of [true, {}, "on", CsrfGuard]) {
      assert.throws(() => open(cookies, { guard: wrong }, page), misconfigured("guard", "`guard` must be a CsrfGuard"));
    }
    for (const options of [undefined, {}, { now: undefined }, { guard: null }]) await open(cookies, options, page);
  });
}

function opensItsCookie(name, open) {
  test(`${name}: what is no cookie is refused`, async (t) => {
    printed(t);
    for (const wrong of [header, XAES_KEY, undefined, null, {}, 5]) {
      assert.throws(() => open(wrong, {}, page), misconfigured("cookies", "`cookies` must be what `SessionCookie.encrypted` returns"));
    }
    const browser = await open(() => header, {}, page);
    assert.equal((await browser.get("/look")).status, 500);
  });

  test(`${name}: a cookie that cannot be made at one request is made at the next, once`, async (t) => {
    printed(t);
    let made = 0;
    const make = () => (made++ === 0 ? Promise.reject(new Error("no secret")) : cookies);
    const browser = await open(make, {}, page);
    assert.equal((await browser.get("/visit")).status, 500);
    for (const text of ["visit 1", "visit 2"]) assert.equal((await browser.get("/visit")).text, text);
    assert.equal(made, 2);
  });

  test(`${name}: a first request that waits for its cookie for ever holds up no other`, async (t) => {
    t.mock.method(console, "error", () => {});
    let calls = 0;
    const opening = [new Promise(() => {}), null, cookies];
    const browser = await open(() => opening[calls++] ?? fails(), {}, page);
    browser.get("/look").catch(() => {});
    while (calls === 0) await new Promise(setImmediate);
    assert.equal((await browser.get("/look")).status, 500);
    for (const _ of [1, 2]) assert.equal((await browser.get("/look")).text, "undefined");
    assert.equal(calls, 3);
  });
}
