// What settings do that the vectors do not say.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { CsrfGuard } from "../src/csrf_guard.js";
import { deviceBound } from "../src/device.js";
import { keysInUse } from "../src/health.js";
import { ConfigError, KeyRing, Session, SessionCookie, SessionHeader, SessionToken, attributes, generateKey, revalidation, sessionType } from "../src/index.js";
import { ironSession } from "../src/iron_session.js";
import { oldCookie } from "../src/old_cookies.js";
import { onSession } from "../src/web/astro.js";
import { session as inExpress } from "../src/web/express.js";
import { withSession } from "../src/web/fetch.js";
import { fromEnv } from "../src/settings.js";
import { withSession as inH3 } from "../src/web/h3.js";
import { session as inHono } from "../src/web/hono.js";
import { inNext, protect, sessionProxy } from "../src/web/next.js";
import { withSession as inNode } from "../src/web/node.js";
import { handleSession } from "../src/web/sveltekit.js";
import { NOW, SIGNING_KEY, XAES_KEY, XCHACHA_KEY, cookies, filled, later, misconfigured, refused } from "./visitor.js";

const build = (options, ring = XAES_KEY) => SessionCookie.encrypted(ring, options);
const validatedAfter = (seconds) => revalidation({ seconds, validate: () => true });

test("earlier attributes are those of another cookie, and nothing else", () => {
  for (const formerly of [{}, { path: "/" }, { domain: null, partitioned: false }, { secure: false }, "/old", null, [{ partitioned: true }, {}], { path: undefined }]) {
    assert.throws(() => attributes({ formerly }), misconfigured("formerly"), JSON.stringify(formerly));
  }
  for (const formerly of [{ path: "/old" }, [{ domain: "example.com" }]]) attributes({ name: "__Secure-a", formerly });
});

test("an earlier attribute that is undefined was as it is now", async () => {
  const droppedBy = async (more) => {
    const cookie = attributes({ path: "/app", partitioned: true, formerly: { path: "/", ...more } });
    const carrier = await build({ cookie });
    return (await carrier.save((await carrier.load(null, NOW)).set("a", 1))).find((line) => line.includes("Path=/;"));
  };
  assert.match(await droppedBy({}), /Partitioned/);
  assert.equal(await droppedBy({ domain: undefined, partitioned: undefined }), await droppedBy({}));
});

test("a setting that is refused says what is expected", async () => {
  const remembering = { rememberUpTo: 600, rememberedIdleTimeout: 600 };
  const wrong = [
    [{ rememberedIdleTimeout: 600 }, "rememberedIdleTimeout", "at most `rememberUpTo`, which it needs"],
    [{ ...remembering, rememberedIdleTimeout: "600" }, "rememberedIdleTimeout", "1 to 4,294,967,295 seconds"],
    [{ absoluteTimeout: 2 ** 32 }, "absoluteTimeout", "1 to 4,294,967,295 seconds"],
    // Milliseconds, with the default of the other one.
    [{ idleTimeout: 30 * 60 * 1000 }, "idleTimeout", "at most `absoluteTimeout`, in seconds"],
    [{ refreshAfter: null }, "refreshAfter", "never, on-change, always, every-request or at most half of each idle timeout"],
    [{ clockSkew: 301 }, "clockSkew", "0 to 300 seconds"],
    [{ persistent: "yes" }, "persistent", "true or false"],
    [{ saveOnServerError: "yes" }, "saveOnServerError", "true or false"],
    [{ keepUnknownKeys: "yes" }, "keepUnknownKeys", "true or false"],
  ];
  for (const [options, code, expected] of wrong) {
    await assert.rejects(build(options), { name: "ConfigError", code, message: `\`${code}\` must be ${expected}` });
  }
  for (const domain of [".example.com", "example.com:443", "https://example.com", "example.com."]) {
    const message = "`domain` must be a host name like `example.com`; leave out a leading dot and a port";
    assert.throws(() => attributes({ domain }), { code: "cookie", message }, domain);
  }
  const message = "`seconds` of `revalidateAfter` is 301, and must be at most half of each idle timeout; give at most 300, or idle timeouts of at least 602";
  await assert.rejects(build({ ...remembering, revalidateAfter: validatedAfter(301) }), { name: "ConfigError", code: "revalidateAfter", message });
  await build({ rememberUpTo: null, rememberedIdleTimeout: null, persistent: false });
  await build({ absoluteTimeout: 2 ** 32 - 1 });
});

test("a variable that is not set, or empty, is refused with the remedy", async () => {
  for (const [ring, code] of [[undefined, "ring"], ["", "empty"]]) {
    await assert.rejects(SessionCookie.encrypted(ring), (error) => misconfigured(code)(error) && /restore its keys, because a new one signs everyone out; `generateKey/.test(error.message));
  }
});

test("an error of a ring says which entry, and which key", async () => {
  const SEVERAL = /^key ring, entry 1: expected one key, found several; in a ring, separate them by lines or commas$/;
  const other = await generateKey();
  const [{ id }] = (await KeyRing.parse(XAES_KEY)).keys;
  const last = "accept_until=2027-03-01T06:00:00Z";
  const sentences = [
    [`\n# new\n${other}\n\n${XAES_KEY.slice(0, -1)}\n`, /^key ring, entry 5: key must have 48 characters after its type, found 47; copy it again$/],
    [`\n\n${other}, ${XAES_KEY.slice(0, -1)}A`, /^key ring, entry 2: key was cut off or mistyped; copy it again$/],
    [`${other}\n${XAES_KEY} seal_form=soon`, /^key ring, entry 2: expected `seal_from=` or `accept_until=`/],
    [`${other} ${XAES_KEY}`, /^key ring, entry 1: .*; put each key on a separate line$/],
    // As dashboards and other programs write lists.
    [`${other};${XAES_KEY}`, SEVERAL],
    [`${other}${XAES_KEY}`, SEVERAL],
    [`${other},,${XAES_KEY}`, /^key ring, entry 2: expected a key between commas/],
    [`${XAES_KEY}\n${other}\n${XAES_KEY}`, new RegExp(`key ring must not have key ${id} twice`)],
    [`${XAES_KEY} ${last}`, new RegExp(`key ${id} seals last, and .*; restore the end of the ring, remove the time, or add a key that seals later`)],
    [`${other} seal_from=2027-03-02T00:00:00Z\n${XAES_KEY} ${last}`, new RegExp(`key ${id} must not retire before key [0-9a-f]{8} seals`)],
  ];
  for (const [ring, sentence] of sentences) {
    await assert.rejects(build({}, ring), (error) => sentence.test(error.message) && !error.message.includes(XAES_KEY.slice(21, 40)), `${sentence}`);
  }
});

test("a text that is no ring is told from one, in the words of Rust", async () => {
  const looks = JSON.parse(await readFile(new URL("../../tests/settings/looks.json", import.meta.url), "utf8"));
  for (const [text, says] of looks) {
    for (const attempt of [() => KeyRing.parse(text), () => build({}, text), () => fromEnv("S_", { S_KEYS: text })]) {
      await assert.rejects(attempt, ({ message }) => message.includes(` ${says}`) && !message.includes(XAES_KEY.slice(-48)), `${text}: ${says}`);
    }
  }
});

/** Fails unless `attempt` is refused, with nothing of a key in the error. Returns what the error says. */
async function hidesKey(attempt, what) {
  const secret = XAES_KEY.slice(-48);
  const parts = Array.from({ length: secret.length - 7 }, (_, i) => secret.slice(i, i + 8));
  const error = await (async () => attempt())().then(() => assert.fail(`${what} is taken`), (error) => error);
  assert.ok(!parts.some((part) => `${error.stack} ${error.cause}`.includes(part)), what);
  return error.message;
}

test("an error about a ring shows no part of a key, wherever it is broken", async () => {
  const other = await generateKey();
  for (const between of [" ", "\t", "\n", "\r", "\r\n", ",", "=", "#", " #", "\u00a0", "\v"]) {
    for (let at = 1; at < XAES_KEY.length; at += 3) {
      const text = XAES_KEY.slice(0, at) + between + XAES_KEY.slice(at);
      await hidesKey(() => KeyRing.parse(text), JSON.stringify([between, at]));
    }
  }
  for (const place of ["seal_from=", "accept_until=", "=", "#", ""]) {
    for (const part of [XAES_KEY, XAES_KEY.slice(0, 40), XAES_KEY.slice(30)]) {
      for (const blank of [" ", "\t"]) await hidesKey(() => KeyRing.parse(`${other}${blank}${place}${part}`), place);
    }
  }
  for (const before of ["not_before=", "not_before=2026-12-15T00:00:00Z ", "keys=", "x "]) {
    await hidesKey(() => KeyRing.parse(`${other}\n${before}${XAES_KEY}`), before);
  }
});

test("an error shows nothing of a key that stands in the place of something else", async () => {
  const key = XAES_KEY;
  const attempts = {
    mode: () => KeyRing.parse(key, { mode: key }),
    "mode of a new key": () => generateKey({ mode: key }),
    "mode of a ring that is followed": () => KeyRing.follow(() => key, { mode: key }),
    source: () => KeyRing.follow(key),
    options: () => SessionCookie.encrypted(key, key),
    path: () => attributes({ path: key }),
    domain: () => attributes({ domain: `${key}/` }),
    sameSite: () => attributes({ sameSite: key }),
    formerly: () => attributes({ formerly: key }),
    size: () => SessionCookie.encrypted(key, { size: key }),
    padding: () => SessionCookie.encrypted(key, { padding: key }),
    idleTimeout: () => SessionCookie.encrypted(key, { idleTimeout: key }),
    refreshAfter: () => SessionCookie.encrypted(key, { refreshAfter: key }),
    notBefore: () => SessionCookie.encrypted(key, { notBefore: key }),
    application: () => SessionCookie.encrypted(key, { application: key.repeat(4) }),
    context: () => SessionCookie.encrypted(key, { context: key }),
    "name of a field": () => SessionHeader.encrypted(key, { header: `${key} ` }),
    "ring, and the name": () => SessionHeader.encrypted("x-session", { header: key }),
    "an origin": () => new CsrfGuard({ trustOrigins: [key] }),
    "the password of an origin": () => new CsrfGuard({ trustOrigins: [`https://user:${key}@app.example`] }),
    "the scheme of an origin": () => new CsrfGuard({ trustOrigins: [`${key}://app.example`] }),
    "an origin of a form": () => new CsrfGuard({ trustFormPosts: [[`postgres://${key.slice(-48)}@app`, "/"]] }),
  };
  for (const [what, attempt] of Object.entries(attempts)) await hidesKey(attempt, what);
  const named = { options: () => build({ [key]: true }), attributes: () => attributes({ [key]: true }), "a guard": () => new CsrfGuard({ [key]: true }) };
  for (const [what, attempt] of Object.entries(named)) assert.match(await hidesKey(attempt, `a name of ${what}`), /`…`/);
  // What is sent or logged holds no key, even where it might be one.
  for (const attempt of [
    () => build({ cookie: attributes({ name: key }) }),
    () => build({ cookie: attributes({ path: `/${key}` }) }),
    () => build({ application: key }),
    () => build({ context: [["tenant", key]] }),
    () => SessionToken.encrypted(key, { purpose: key }),
  ]) {
    assert.match(await hidesKey(attempt, `${attempt}`), /holds a key$/);
  }
});

test("a type whose empty value has no room is refused", async () => {
  const encode = (text) => new TextEncoder().encode(text);
  const shape = { encode, decode: (bytes) => new TextDecoder().decode(bytes) };
  const typeOf = (length) => sessionType({ label: "text", schema: 1, empty: "x".repeat(length), shape });
  const { remainingBytes: room } = await (await build({})).load(null, NOW);
  await build({ type: typeOf(room) });
  await assert.rejects(build({ type: typeOf(room + 1) }), misconfigured("size"));
});

test("what is too large for a token or a cookie names the option that decides on its size", async () => {
  const encode = (text) => new TextEncoder().encode(text);
  const shape = { encode, decode: (bytes) => new TextDecoder().decode(bytes) };
  const type = sessionType({ label: "text", schema: 1, empty: "x".repeat(4000), shape });
  const fill = async (carrier) => (await carrier.load(null, NOW)).set("note", "x".repeat(5000));
  const token = (options) => SessionToken.encrypted(XAES_KEY, { purpose: "jobs", ...options });
  for (const [option, attempt, message] of [
    ["maxTokenLength", () => token({ maxTokenLength: 50 }), "no room for a session; raise `maxTokenLength`"],
    ["maxTokenLength", () => token({ type }), "no room for the `empty` value of the type; raise `maxTokenLength`"],
    ["size", () => token().then(fill), /^session has room for 2\d{3} bytes of content, found 5\d{3}; store less or raise `maxTokenLength`$/],
    ["size", () => build({ type }), "no room for the `empty` value of the type; raise `size`"],
    ["size", () => build({ size: "browser" }).then(fill), /; store less or raise `size`$/],
  ]) {
    await assert.rejects(attempt, { code: option, message });
  }
});

test("a sign-in is offered a registration, however it is saved, once", async () => {
  const cookies = await build({ deviceBound: deviceBound({ path: "/.session" }) });
  const signedIn = async () => {
    const session = await cookies.load(null, NOW);
    session.renew();
    assert.equal(session.registration, null);
    return session;
  };
  for (const save of ["save", "saveAsCookies"]) {
    const session = await signedIn();
    assert.equal((await cookies[save](session)).length, 1);
    assert.match(session.registration, /^\(ES256\);path="\/\.session\/register";challenge="[\w-]+"$/);
  }
  const session = await signedIn();
  const [first, second] = [new Headers(), new Headers()];
  await cookies.saveTo(first, session);
  await cookies.saveTo(second, session);
  assert.deepEqual([first.get("secure-session-registration"), second.get("secure-session-registration")], [session.registration, null]);
});

test("a moment that is no number is refused, for nothing would expire then", async () => {
  const arrived = await filled();
  for (const now of [NaN, new Date("no date"), Infinity, "2027-01-15"]) {
    await assert.rejects(cookies.load(arrived, now), misconfigured("now"));
  }
  for (const notBefore of [NaN, new Date("no date"), "yesterday"]) {
    await assert.rejects(SessionCookie.encrypted(XAES_KEY, { notBefore }), misconfigured("notBefore"));
  }
});

test("a span that is no number of seconds is refused, and changes nothing", async () => {
  const remembering = await SessionCookie.encrypted(XAES_KEY, { rememberUpTo: 86_400 });
  const session = await remembering.load(null, NOW);
  for (const span of [NaN, -1, 0.5, Infinity, "60", undefined]) {
    assert.throws(() => session.limitTo(span), refused("seconds"));
    assert.throws(() => session.rememberFor(span), refused("seconds"));
  }
  assert.deepEqual(await remembering.save(session), []);
});

test("a setting of the wrong type is refused, and weakens nothing", async () => {
  const refuses = (options, code) => assert.rejects(SessionCookie.encrypted(XAES_KEY, options), misconfigured(code));
  for (const name of ["idleTimeOut", "revokeIf", "mode"]) await refuses({ [name]: 1 }, "option");
  await refuses({ skipXChaCha: "false" }, "skipXChaCha");
  await assert.rejects(KeyRing.parse(XCHACHA_KEY, { skipXChaCha: "false" }), misconfigured("skipXChaCha"));
  await assert.rejects(KeyRing.follow(() => XCHACHA_KEY, { skipXChaCha: "false" }), misconfigured("skipXChaCha"));
  await refuses({ size: "split:5" }, "size");
  const partitioned = attributes({ sameSite: "None", partitioned: true });
  await refuses({ cookie: partitioned, size: "split:4" }, "size");
  const remedy = /leave out `partitioned` or choose a `size` of at most 3 cookies$/;
  await assert.rejects(SessionCookie.encrypted(XAES_KEY, { size: "split:4", cookie: partitioned }), { message: remedy });
  for (const padding of ["padme", "none", true, {}]) await refuses({ padding }, "padding");
  assert.throws(() => attributes({ domain: 5 }), misconfigured("cookie"));
  for (const cookie of [null, "sid", { name: "sid" }]) await refuses({ cookie }, "cookie");
  await assert.rejects(SessionHeader.encrypted(XAES_KEY, { header: 5 }), misconfigured("header"));
  for (const purpose of [undefined, null, 5, "", "\ud800"]) await assert.rejects(SessionToken.encrypted(XAES_KEY, { purpose }), misconfigured("purpose"));
  for (const options of [undefined, {}]) {
    await assert.rejects(SessionToken.encrypted(XAES_KEY, options), { code: "purpose", message: "`purpose` must be a name" });
    await assert.rejects(SessionHeader.encrypted(XAES_KEY, options), { code: "header", message: "`header` must be the name of a header field" });
  }
  await assert.rejects(SessionHeader.encrypted(XAES_KEY, { header: "x-session", purpose: "jobs" }), misconfigured("option"));
  for (const options of [{ cookie: attributes() }, { persistent: true }]) {
    await assert.rejects(SessionToken.encrypted(XAES_KEY, { purpose: "jobs", ...options }), misconfigured("option"));
  }
  await refuses({ application: "\ud800" }, "application");
  for (const dangerAllowHttp of [null, 0, "", NaN]) assert.throws(() => attributes({ dangerAllowHttp }), misconfigured("dangerAllowHttp"));
  assert.throws(() => attributes({ secure: false }), (error) => misconfigured("option")(error) && /dangerAllowHttp/.test(error.message));
  assert.throws(() => attributes({ sameSITE: "Lax" }), misconfigured("option"));
  const old = { read: () => null, from: new Date("2027-01-01"), until: new Date("2027-02-01") };
  assert.throws(() => oldCookie({ name: "sid", ends: 1, ...old }), misconfigured("option"));
  for (const mistaken of [{ read: "text" }, { convert: "text" }]) assert.throws(() => oldCookie({ name: "sid", ...old, ...mistaken }), misconfigured("migrateFrom"));
  assert.throws(() => ironSession({ cookieName: "sid", password: "p".repeat(32), converts: 1, ...old }), misconfigured("option"));
  await assert.rejects(KeyRing.parse(XAES_KEY, { skipXChacha: true }), misconfigured("option"));
  await assert.rejects(build({ name: 60 }), { code: "option", message: "there is no option `name`" });
  await assert.rejects(build({ cookieName: "sid" }), { code: "option", message: "there is no option `cookieName`; set `cookie: attributes({ name })`" });
  const advice = "there is no option `maxAge`; set the options `idleTimeout` and `absoluteTimeout`, in seconds, or call `rememberFor`";
  for (const refuse of [() => build({ maxAge: 3600 }), async () => attributes({ maxAge: 3600 })]) {
    await assert.rejects(refuse(), { code: "option", message: advice });
  }
  await assert.rejects(build({ ttl: 3600 }), { code: "option", message: advice.replace("maxAge", "ttl") });
  await assert.rejects(build({ secure: false }), (error) => misconfigured("option")(error) && /dangerAllowHttp/.test(error.message));
  for (const context of ["", null, "tenant", {}, ["a"], [["a"]], [["tenant", 1]], [["tenant", "\udc00"]]]) await refuses({ context }, "context");
  for (const revokedIf of ["", 0, false, {}]) await refuses({ revokedIf }, "revokedIf");
  // In seconds, this would be in January 1970.
  await refuses({ notBefore: NOW.getTime() / 1000 }, "notBefore");
  for (const maxTokenLength of [0, NaN, Infinity, 16_385, "3072"]) {
    await assert.rejects(SessionHeader.encrypted(XAES_KEY, { header: "x-session", maxTokenLength }), misconfigured("maxTokenLength"));
  }
});

test("a setting comes from its object, and not from what another library has put into the prototype of all", async () => {
  const planted = {
    dangerAllowHttp: true, dangerAllowSharedCaching: true, originCheckOnly: true, trustOrigins: ["https://evil.test"], keepUnknownKeys: true,
    saveOnServerError: true, idleTimeout: null, absoluteTimeout: 4_000_000_000, name: "evil", guard: null, log: null,
  };
  const lineOf = async (options) => {
    const of = await SessionCookie.encrypted(XAES_KEY, options);
    const session = await of.load(null, NOW);
    session.set("user", "ada");
    return [of.name, (await of.save(session))[0].replace(/=[^;]*/, ""), (await keysInUse(of, NOW)).settings];
  };
  const alone = [await lineOf({}), await lineOf({ cookie: attributes() }), await lineOf({ cookie: attributes({ path: "/a" }) })];
  const evil = new Request("https://example.com/", { method: "POST", headers: { origin: "https://evil.test", "sec-fetch-site": "cross-site" } });
  const tokenless = new Request("https://example.com/", { method: "POST" });
  Object.assign(Object.prototype, planted);
  try {
    assert.deepEqual([await lineOf({}), await lineOf({ cookie: attributes() }), await lineOf({ cookie: attributes({ path: "/a" }) })], alone);
    const guard = new CsrfGuard();
    const session = await cookies.load(null, NOW);
    assert.deepEqual([(await guard.check(evil, session))?.code, (await guard.check(tokenless, session))?.code], ["cross-site", "no-token"]);
  } finally {
    for (const name of Object.keys(planted)) delete Object.prototype[name];
  }
});

test("an attribute, a key, an interval and a fact come from their object, and not from the prototype of all", async () => {
  const planted = {
    domain: "evil.test", maxAge: 9e9, partitioned: true, secure: true, sameSite: "None", also: ["evil"], mode: "signed", skipXChaCha: true,
    unvalidatedUpTo: 9e9, mayShare: true, refreshesNothing: true, back: "evil",
  };
  const cookie = attributes({ path: "/a", sameSite: null, dangerAllowHttp: true, formerly: { path: "/b" } });
  const dates = { from: NOW, until: later(86_400) };
  const lines = async () => {
    const old = oldCookie({ name: "sid", path: "/app", secure: false, read: () => null, ...dates });
    const iron = ironSession({ cookieName: "iron", password: "x".repeat(32), ...dates });
    const carrier = await build({ cookie, migrateFrom: [old, iron] });
    const session = await carrier.load(null, NOW);
    return (await carrier.save(session.set("user", "ada"))).map((line) => line.replace(/=[^;]*/, ""));
  };
  const refreshes = async (facts) => {
    const session = await cookies.load(await filled(), later(900));
    session.get("user");
    return (await cookies.save(session, facts)).length;
  };
  const nextUrl = Object.assign(new URL("https://a.test/a"), { clone: () => new URL("https://a.test/a") });
  const signIn = () => protect("/a", { to: "/login", unless: () => false })({ method: "GET", headers: new Headers(), nextUrl }, null);
  const all = async () => ({
    lines: await lines(),
    earlier: attributes({ path: "/a", formerly: { path: "/b" } }).expireFormer([], 1).map(({ options }) => options),
    refreshes: [await refreshes({}), await refreshes({ isShareable: true })],
    keys: [(await generateKey()).slice(0, 20), (await KeyRing.parse(XAES_KEY)).mode, (await KeyRing.follow(() => XAES_KEY)).mode],
    refused: await KeyRing.parse(XCHACHA_KEY).catch(({ code }) => code),
    longest: revalidation({ seconds: 60, validate: () => true }).unvalidatedUpTo,
    signIn: (await signIn()).headers.get("location"),
  });
  const alone = await all();
  Object.assign(Object.prototype, planted);
  try {
    assert.deepEqual(await all(), alone);
  } finally {
    for (const name of Object.keys(planted)) delete Object.prototype[name];
  }
});

test("a session is read where the key that seals is left to others", async () => {
  const ring = `${XCHACHA_KEY}\n${XAES_KEY}`;
  const reader = await SessionCookie.encrypted(ring, { skipXChaCha: true });
  const session = await reader.load(await filled(), later(600));
  assert.equal(session.get("user"), "ada");
  assert.equal(session.outcome.kind, "openedUnderAcceptedKey");
  const headers = new Headers();
  await reader.saveTo(headers, session);
  assert.deepEqual([headers.get("set-cookie"), headers.get("vary"), headers.get("cache-control")], [null, "Cookie", "private"]);
  const changed = await reader.load(await filled(), later(600));
  changed.set("user", "eve");
  await assert.rejects(reader.save(changed), refused("suite"));
});

test("keys are texts, and a list has no greatest length but the session's", async () => {
  const session = await cookies.load([undefined, await filled()], NOW);
  session.set(5, "five");
  assert.deepEqual([session.get(5), session.has("5"), session.delete(5), session.has(5)], ["five", true, true, false]);
  assert.throws(() => session.set("list", Array(300_000).fill(1)), refused("size"));
});

test("a ring with a key of XChaCha20-Poly1305 is refused, or its sessions are left alone", async () => {
  await assert.rejects(KeyRing.parse(XCHACHA_KEY), misconfigured("suite"));
  const both = `${XAES_KEY},${XCHACHA_KEY}`;
  await assert.rejects(SessionCookie.encrypted(both), misconfigured("suite"));
  const skipping = await SessionCookie.encrypted(both, { skipXChaCha: true });
  // Sealed by another instance, under the second key.
  const theirs = "__Host-session=eSCN4DZdt1I1CvSYHyqFnT_VFess3cMb7DwQM66pUoE-PZi6xlBsJVpscCDaCITq9YV4nuDv92UtbM74hkr38Z6QFH3N";
  for (const [arrived, reason] of [[theirs, "UnknownKey"], [`__Host-session=junk; ${theirs}`, "TooShort"]]) {
    const session = await skipping.load(arrived, NOW);
    assert.deepEqual([session.outcome.kind, session.outcome.reason], ["rejected", reason]);
    assert.throws(() => session.set("a", 1), refused("unreadable"));
    assert.deepEqual(await skipping.save(session), []);
  }
});

test("sessions are left to others only under a name that no other host can set", async () => {
  const both = `${XAES_KEY},${XCHACHA_KEY}`;
  const cookie = attributes({ domain: "example.com" });
  const skipping = await KeyRing.parse(both, { skipXChaCha: true });
  await assert.rejects(SessionCookie.encrypted(both, { cookie, skipXChaCha: true }), misconfigured("skipXChaCha"));
  await assert.rejects(SessionCookie.encrypted(skipping, { cookie }), misconfigured("skipXChaCha"));
  const followed = await KeyRing.follow(() => XAES_KEY, { skipXChaCha: true });
  await assert.rejects(SessionCookie.encrypted(followed, { cookie }), misconfigured("skipXChaCha"));
  await SessionCookie.encrypted(skipping, { cookie: attributes({ name: "__host-a" }) });
  await SessionHeader.encrypted(skipping, { header: "x-session" });
});

test("every option is described with its default", async () => {
  const types = await readFile(new URL("../src/index.d.ts", import.meta.url), "utf8");
  for (const name of ["RingOptions", "FollowOptions", "SessionOptions", "OptionsFor", "CookieAttributes", "CookieOptions", "TokenOptions"]) {
    const [, body] = new RegExp(`^export interface ${name}\\b.*\\{\\n([^]*?)^\\}`, "m").exec(types);
    const options = [...body.matchAll(/^  (?:\/\*\*((?:[^*]|\*(?!\/))*)\*\/\n  )?readonly (\w+)\?:/gm)];
    assert.ok(options.length > 0, name);
    for (const [, comment = "", option] of options) assert.match(comment, /Default:/, `${name}.${option}`);
  }
});

test("the code of each mistake with a guard or an adapter is declared", async () => {
  const [, declared] = /^export type ConfigErrorCode =([^;]*);/m.exec(await readFile(new URL("../src/index.d.ts", import.meta.url), "utf8"));
  const shared = await SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ name: "shared" }) });
  const mistakes = [
    ...["trustOrigins", "trustFormPosts", "originCheckOnly", "tokensInForms", "formField", "formLimit"].map((name) => () => new CsrfGuard({ [name]: 0 })),
    ...[{ trustFormPosts: [["https://app.example"]] }, { trustFormPosts: [[5, "/"]] }, { trustOrigin: [] }].map((options) => () => new CsrfGuard(options)),
    ...["guard", "csrf"].map((name) => () => withSession(cookies, () => {}, { [name]: true })),
    ...["refuse", "failed"].map((name) => () => inNode(cookies, () => {}, { [name]: true })),
    () => inExpress(cookies, { refuse: "/login" }),
    () => withSession(null, () => {}),
    () => withSession(cookies, () => {})(new Request("http://localhost/")),
    () => inNext(shared, () => ({ getAll: () => [] })).load(),
  ];
  for (const mistake of mistakes) {
    const error = await (async () => mistake())().catch((error) => error);
    assert.ok(error instanceof ConfigError && declared.includes(`"${error.code}"`), `${mistake} ${error?.code}`);
  }
});

test("what an adapter calls is a function, or the adapter is not made", () => {
  const next = () => new Response();
  /** Each adapter with these options, and a handler where it takes one. */
  const adapters = {
    fetch: (options, handler) => withSession(cookies, handler, options),
    node: (options, handler) => inNode(cookies, handler, options),
    h3: (options, handler) => inH3(cookies, handler, options),
    express: (options) => inExpress(cookies, options),
    hono: (options) => inHono(cookies, options),
    astro: (options) => onSession(cookies, options),
    sveltekit: (options) => handleSession(cookies, options),
    next: (options, handler) => sessionProxy(cookies, { next }, handler, options),
  };
  const refusedBy = (make, code, name) => assert.throws(make, ({ code: found, message }) => found === code && message.includes(name), `${make} ${name}`);
  for (const [adapter, make] of Object.entries(adapters)) {
    const ofProxy = ["now", "onOutcome", "onRefused"];
    const names = adapter === "next" ? ofProxy : [...ofProxy, "contextBy", "refuse", ...(adapter === "node" ? ["failed"] : [])];
    for (const name of names) {
      const code = adapter === "next" && name === "now" ? "option" : name;
      for (const wrong of [new Response("no"), "/login", 7, {}]) refusedBy(() => make({ [name]: wrong }, () => {}), code, `\`${name}\` must be a function`);
      const isLeftOut = [undefined, ...(code === "option" ? [] : [null, false])];
      for (const right of [() => {}, ...isLeftOut]) make({ [name]: right }, () => {});
    }
    for (const options of [null, 7, "/login"]) assert.throws(() => make(options, () => {}), { code: "option" }, adapter);
    if (make.length < 2) continue;
    for (const wrong of [null, { guard: null }, "/", ...(adapter === "next" ? [] : [undefined])]) refusedBy(() => make({}, wrong), "option", "handler");
  }
});

test("a hook that is left out by null or false has its default", async () => {
  const options = { guard: new CsrfGuard({ originCheckOnly: true }), refuse: null, now: false, contextBy: null, onOutcome: false, onRefused: null };
  const forged = { method: "POST", headers: { host: "shop.example", origin: "https://evil.example" } };
  const response = await withSession(SessionCookie.encrypted(XAES_KEY, { log: null }), () => new Response("let in"), options)(new Request("https://shop.example/", forged));
  assert.deepEqual([response.status, await response.text()], [403, "refused: the request comes from another site"]);
});

test("options are an object, and leaving them out is no mistake", async () => {
  const expected = { name: "ConfigError", code: "option", message: "`options` must be an object" };
  for (const options of [null, 7, "split:2", true, Symbol("size")]) {
    await assert.rejects(SessionCookie.encrypted(XAES_KEY, options), expected);
    await assert.rejects(SessionCookie.unencryptedButSigned(SIGNING_KEY, options), expected);
    await assert.rejects(SessionHeader.encrypted(XAES_KEY, options), expected);
    await assert.rejects(SessionToken.encrypted(XAES_KEY, options), expected);
  }
  await SessionCookie.encrypted(XAES_KEY, undefined);
  await SessionCookie.encrypted(XAES_KEY, Object.create(null));
});

test("keys of the other mode are refused with the remedy", async () => {
  for (const ring of [SIGNING_KEY, await KeyRing.parse(SIGNING_KEY, { mode: "signed" })]) {
    await assert.rejects(SessionCookie.encrypted(ring), { code: "mixed", message: /key must be for encrypted sessions, or choose `unencryptedButSigned`, whose sessions visitors can read$/ });
  }
  for (const ring of [XAES_KEY, await KeyRing.parse(XAES_KEY)]) {
    await assert.rejects(SessionCookie.unencryptedButSigned(ring), { code: "mixed", message: /key must be for signed sessions, or choose `encrypted`$/ });
  }
});

test("a carrier is made by what makes it", async () => {
  assert.throws(() => new SessionCookie({}), TypeError);
  assert.ok((await cookies.load(null)) instanceof Session);
});

test("generated keys are keys, and differ", async () => {
  const key = await generateKey();
  assert.match(key, /^hardtack_key_v1_xaes_[A-Za-z0-9_-]{48}$/);
  assert.match(await generateKey({ mode: "signed" }), /^hardtack_key_v1_sign_/);
  assert.notEqual(key, await generateKey());
  await SessionCookie.encrypted(key);
  await assert.rejects(generateKey({ mode: "plain" }), misconfigured("mode"));
  for (const generate of [generateKey, KeyRing.generate]) {
    await assert.rejects(generate({ mod: "signed" }), { code: "option", message: "there is no option `mod` of a key" });
  }
  await SessionCookie.unencryptedButSigned(await KeyRing.generate({ mode: "signed" }));
});

test("the public facts of a ring hold nothing secret", async () => {
  const ring = await KeyRing.parse(`${XAES_KEY} seal_from=2027-01-01T00:00:00Z`);
  assert.deepEqual(ring.keys, [{ id: ring.keys[0].id, sealFrom: Date.UTC(2027, 0) / 1000, acceptUntil: null }]);
});

test("where `await` was forgotten, `load` says so", async () => {
  const pending = [SessionCookie.encrypted(XAES_KEY), SessionHeader.encrypted(XAES_KEY, { header: "authorization" }), SessionCookie.unencryptedButSigned(SIGNING_KEY)];
  for (const carrier of pending) assert.throws(() => carrier.load(null), { name: "TypeError", message: "await `encrypted` first" });
  await Promise.all(pending);
});
