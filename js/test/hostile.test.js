// Requests that only an attacker sends: what the package does with them grows as they do, and not with their square.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { ServerResponse } from "node:http";
import { test } from "node:test";

import { isShareable } from "../src/carrier/caching.js";
import { CsrfGuard } from "../src/csrf_guard.js";
import { deviceBound } from "../src/device.js";
import {
  KeyRing, SessionCookie, SessionHeader, SessionToken, attributes, csrfToken, decodeDictionary, revalidation, revocation, verifyCsrf,
} from "../src/index.js";
import { ironSession } from "../src/iron_session.js";
import { looksLikeAKey } from "../src/format/keys/redact.js";
import { oldCookie } from "../src/old_cookies.js";
import { onSession } from "../src/web/astro.js";
import { session as inExpress } from "../src/web/express.js";
import { withSession as inFetch } from "../src/web/fetch.js";
import { withSession as inH3 } from "../src/web/h3.js";
import { session as inHono } from "../src/web/hono.js";
import { inNext, protect, sessionProxy, wayBack } from "../src/web/next.js";
import { withSession as inNode } from "../src/web/node.js";
import { forward } from "../src/web/origin.js";
import { handleSession } from "../src/web/sveltekit.js";
import { XAES_KEY } from "./visitor.js";
import { honoWith, jarOf } from "./stand_ins.js";
import { workOf } from "./work.js";

const NAMES = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"];
/** A text of `n` characters, of pieces that count up. */
const counting = (piece) => (n) => {
  const pieces = [];
  for (let i = 0, length = 0; length < n; i++) length += pieces[pieces.push(piece(i)) - 1].length;
  return pieces.join("").slice(0, n);
};
const name = (i) => NAMES[i % 64] + NAMES[(i >> 6) % 64] + NAMES[(i >> 12) % 64];

/** Fields and bodies of any length, which is asked for. */
const TEXTS = {
  "names without a value": counting((i) => `${name(i)};`),
  "names with an empty value": counting((i) => `${name(i)}=; `),
  "names with a value": counting((i) => `${name(i)}=%4${i % 10}; `),
  "one name": counting(() => "s=1; "),
  "one name without a value": counting(() => "s;"),
  "one name, and other values": counting((i) => `s=${i}; `),
  "parts of a session": counting((i) => `s.${1 + (i % 7)}=${i}; `),
  "cookies of a device": counting((i) => `__Host-session.b-${String(i).padStart(8, "A")}=x; `),
  "old cookies": counting((i) => `old=${i}; sid=${i}*; `),
  "a seal of iron-session": (n) => `sid=Fe26.2*1*${"*".repeat(n)}~2`,
  "a long value": (n) => `s=${"A".repeat(n)}`,
  "blanks inside": (n) => `s=1${" ".repeat(n)}2`,
  ...Object.fromEntries(["=", ";", '"', "\\", '"\\', '\\"', ":", ".", "/", "%", "%41", "@", "[", "]", "_", ",", "a,", "a=1, ", "#\n", "-", "0", "/a", "//", "?", "&", "a=&"].map((piece) => [piece, counting(() => piece)])),
};

const ORIGIN = "https://app.example";
const [FROM, UNTIL] = [Date.UTC(2026, 1), Date.UTC(2036, 1)];
const migrateFrom = [
  oldCookie({ name: "old", from: FROM, until: UNTIL, read: (value) => ({ entries: { value } }) }),
  ironSession({ cookieName: "sid", password: "a password of at least 32 characters", from: FROM, until: UNTIL }),
];
const named = { cookie: attributes({ name: "s", domain: "app.example" }), size: "split:4", migrateFrom };
const cookies = await SessionCookie.encrypted(XAES_KEY);
const others = await SessionCookie.encrypted(XAES_KEY, named);
const bound = await SessionCookie.encrypted(XAES_KEY, { deviceBound: deviceBound({ path: "/.session" }) });
const asked = await SessionCookie.encrypted(XAES_KEY, {
  revalidateAfter: revalidation({ seconds: 60, validate: () => true }),
  revokedIf: revocation(() => false),
});
const headers = await SessionHeader.encrypted(XAES_KEY, { header: "authorization" });
const tokens = await SessionToken.encrypted(XAES_KEY, { purpose: "jobs" });
const session = await cookies.load(null);
session.ensureId();
const guard = new CsrfGuard({ tokensInForms: true, trustFormPosts: [["https://idp.example", "/"]] });

/** A request with the text in every field that is read, as its fields allow. */
const fieldsWith = (text) => ({
  cookie: text, authorization: text, origin: text, accept: text, purpose: text, upgrade: text,
  "sec-purpose": text, "sec-fetch-dest": text, "x-csrf-token": text, "content-type": text, host: text,
});
const asRequest = (text) => new Request(`${ORIGIN}/`, { headers: fieldsWith(text.replaceAll("\n", " ")) });
const asNode = (text, url = "/") => ({ method: "POST", url, rawHeaders: Object.entries(fieldsWith(text)).flat(), httpVersionMajor: 1, httpVersionMinor: 1 });
const visit = (session) => void session.update("visits", (visits = 0) => visits + 1);
/** A page, with a body and fields as an application that repeats what it was told. */
const page = (text, session) => (visit(session), new Response("page", { headers: { vary: text.replaceAll("\n", " "), "cache-control": text.replaceAll("\n", " ") } }));
const NextResponse = { next: () => new Response(null) };
const formOf = (text) => new Request(ORIGIN, { method: "POST", body: text, duplex: "half", headers: { "content-type": "application/x-www-form-urlencoded" } });

/** What takes something of a request, by the entry point of package.json and the name there. */
const TAKES = {
  ".": {
    SessionCookie: async (text) => {
      for (const carrier of [cookies, others, bound, asked]) {
        for (const source of [text, [text], asNode(text), { cookie: text }]) await carrier.load(source);
      }
      const opened = await others.load(text);
      visit(opened);
      await others.saveToResponse(page(text, opened), opened);
    },
    SessionHeader: (text) => headers.load(asNode(text)),
    SessionToken: (text) => tokens.load(text),
    KeyRing: (text) => KeyRing.parse(text).catch(() => {}),
    csrfToken: () => csrfToken(session),
    verifyCsrf: (text) => verifyCsrf(session, text),
    decodeDictionary: (text) => assert.throws(() => decodeDictionary(new TextEncoder().encode(text || "x"))),
  },
  "./csrf": {
    CsrfGuard: async (text) => {
      for (const url of ["/", text, `http://${text}`]) await guard.check(asNode(text, url), session);
      await guard.check(asRequest(text), session);
      await guard.check(formOf(text), session);
    },
  },
  "./iron-session": { ironSession: (text) => others.load(text) },
  "./migrate": { oldCookie: (text) => others.load(text) },
  "./device": { deviceBound: (text) => bound.load(text) },
  "./fetch": { withSession: (text) => inFetch(others, (request, session) => page(text, session))(asRequest(text)) },
  "./hono": {
    session: (text) => {
      const app = honoWith(inHono(others), (c) => page(text, c.get("session")));
      app.onError((error) => { throw error; });
      return app.fetch(asRequest(text));
    },
  },
  "./express": {
    session: (text) => {
      const request = asNode(text);
      return inExpress(others, { guard })(request, new ServerResponse(request), () => {});
    },
  },
  "./node": {
    withSession: async (text) => {
      const request = asNode(text);
      const response = new ServerResponse(request);
      await inNode(others, (request, response, session) => (visit(session), response.end("page")))(request, response);
    },
  },
  "./next": {
    inNext: async (text) => {
      const [jar, given] = jarOf(text.replaceAll("\n", " "));
      await inNext(others, jar, { headers: given }).update(visit);
      await inNext(cookies, jar).update(visit);
    },
    protect: (text) => {
      const nextUrl = Object.assign(new URL(ORIGIN), { pathname: `/account/${text}`, clone: () => new URL(ORIGIN) });
      return protect("/account", { to: "/login", unless: () => false })(Object.assign(asRequest(text), { nextUrl }), session);
    },
    sessionProxy: (text) => sessionProxy(others, NextResponse, (request, session) => void session.flash("notice", "hello"), { flashes: ["notice"] })(asRequest(text)),
    wayBack: (text) => wayBack(`/${text}`),
  },
  "./sveltekit": { handleSession: (text) => handleSession(others)({ event: { request: asRequest(text), locals: {} }, resolve: ({ locals }) => page(text, locals.session) }) },
  "./astro": {
    onSession: (text) => {
      const context = { request: asRequest(text), locals: {}, isPrerendered: false };
      return onSession(others)(context, () => page(text, context.locals.session));
    },
  },
  "./h3": { withSession: (text) => inH3(others, (event, session) => page(text, session))({ req: asRequest(text), res: { headers: new Headers() } }) },
  "./origin": {
    forward: async (text) => {
      const opened = await others.load(text);
      visit(opened);
      const sent = new Response("", { headers: fieldsWith(text.replaceAll("\n", " ")) });
      sent.headers.append("set-cookie", text.replaceAll("\n", " "));
      await forward(others, opened, asRequest(text), async () => sent);
    },
  },
};

/** What is given nothing of a request. */
const FOR_PROGRAMS = {
  ".": ["ConfigError", "Session", "SessionError", "attributes", "generateKey", "padme", "revalidation", "revocation", "sessionType"],
  "./health": ["keysInUse"],
  "./prometheus": ["prometheus"],
  "./settings": ["fromEnv", "fromSettings"],
  "./csrf": ["CsrfRefusal"],
};

test("every entry point of the package is asked, unless it takes nothing of a request", async () => {
  const { exports } = JSON.parse(await readFile(new URL("../package.json", import.meta.url)));
  for (const [entry, { default: file }] of Object.entries(exports).filter(([entry]) => !["./struct", "./package.json"].includes(entry))) {
    const names = Object.keys(await import(new URL(`../${file.replace("dist", "src")}`, import.meta.url)));
    assert.deepEqual([...Object.keys(TAKES[entry] ?? {}), ...(FOR_PROGRAMS[entry] ?? [])].toSorted(), names.toSorted(), entry);
  }
});

test("a form in very many chunks is read, or too long, and no exception", async () => {
  const [start, rest] = [new TextEncoder().encode(`csrf_token=${await csrfToken(session)}&a=`), Uint8Array.of(65)];
  for (const [first, formLimit, code] of [[start, 1_000_000, null], [start, 1_000, null], [rest, 199_999, "too-large"]]) {
    let sent = 0;
    const pull = (stream) => (sent++ < 200_000 ? stream.enqueue(sent === 1 ? first : rest) : stream.close());
    const form = formOf(new ReadableStream({ pull }, { highWaterMark: 0 }));
    assert.equal((await new CsrfGuard({ tokensInForms: true, formLimit }).check(form, session))?.code ?? null, code);
  }
});

/** The square of a megabyte would not end. */
test("a megabyte of parts, parameters and fields is a form without a token", async () => {
  const part = 'content-disposition: form-data; name="a"';
  for (const piece of ["\r\n--b", "\r\n--b\r\n\r\n", `\r\n--b\r\n${part}\r\n\r\n`, `${part}\r\n`, '="x"', ";x=y", "; ", "&", "&csrf_token", "%"]) {
    const megabyte = piece.repeat((1 << 20) / piece.length);
    for (const type of ["multipart/form-data; boundary=b", "application/x-www-form-urlencoded"]) {
      for (const body of [megabyte, `--b\r\ncontent-disposition: form-data${megabyte.slice(50)}\r\n\r\n`]) {
        const form = new Request("https://app.example/", { method: "POST", headers: { "content-type": type }, body });
        assert.equal((await new CsrfGuard({ tokensInForms: true }).check(form, session))?.code, "no-token", piece);
      }
    }
  }
});

test("a text is searched for keys in its long words alone", async () => {
  const words = "the source of keys answers 503 ".repeat(500);
  assert.equal(await looksLikeAKey(`${words}${XAES_KEY.slice(-48)}`), true);
  const work = await workOf(() => looksLikeAKey(words));
  assert.ok(work < 10 * words.length, `${work}`);
});

/** The square of a megabyte would not end. */
test("a megabyte of quotes and backslashes is no directive for caches", () => {
  for (const piece of ['"', "\\", '"\\', '\\"', '\\\\"', '"",', "no-store,"]) {
    const megabyte = piece.repeat((1 << 20) / piece.length);
    for (const value of [megabyte, `"${megabyte}`, `private="${megabyte}"`]) assert.equal(typeof isShareable([["cache-control", value]]), "boolean");
  }
});

test("sixty thousand slashes in an address are as much work for an old cookie as any others", async () => {
  for (const [first, rest] of [["/", "/"], [`/${"a".repeat(9000)};`, "/"], ["/", "a/"], ["/", ";/"]]) {
    const at = (n) => others.load({ method: "GET", url: first + rest.repeat(n), headers: { cookie: "old=1; sid=1" } });
    const [least, most] = [await workOf(() => at(15_000)), await workOf(() => at(60_000))];
    assert.ok(most < 6 * least, `${first.slice(0, 2)} ${rest}: ${least}, then ${most}`);
    const visit = await at(60_000);
    assert.equal(visit.id, null);
    visit.invalidate();
    assert.ok((await others.save(visit)).length <= 20);
  }
});

test("thousands of cookies of others are as much work as a search through their text", async () => {
  const old = (_, i) => oldCookie({ name: `old${i}`, read: () => null, from: Date.UTC(2026, 6), until: Date.UTC(2100, 0) });
  const many = await SessionCookie.encrypted(XAES_KEY, { log: null, migrateFrom: Array.from({ length: 3 }, old) });
  await many.load({ headers: { cookie: "" } });
  for (const piece of [";", "a;", "x=y; ", "old;", "__Host- "]) {
    const cookie = piece.repeat(16_000 / piece.length);
    const work = await workOf(() => many.load({ headers: { cookie } }));
    // Of seven searches: one of the session's name, and two of each old one.
    assert.ok(work < 10 * cookie.length, `${piece}: ${work}`);
  }
});

for (const [entry, ways] of Object.entries(TAKES)) {
  for (const [way, take] of Object.entries(ways)) {
    test(`${entry} ${way}: of four times as much, four times the work`, async () => {
      // What is made once is not counted.
      await take("");
      for (const [what, make] of Object.entries(TEXTS)) {
        const [least, most] = [await workOf(() => take(make(1000))), await workOf(() => take(make(4000)))];
        assert.ok(most < 6 * least, `${what}: ${least}, then ${most}`);
      }
    });
  }
}
