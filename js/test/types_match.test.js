// The types against the code: what a type promises exists, and what the code shows is in the type.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { isProxy } from "node:util/types";

import { Registry } from "prom-client";
import { API, SymbolFlags } from "typescript/unstable/sync";

import { TEXTS } from "../src/format/cookie/set_cookie.js";
import { CsrfGuard } from "../src/csrf_guard.js";
import { deviceBound } from "../src/device.js";
import { keysInUse } from "../src/health.js";
import { KeyRing, SessionCookie, SessionHeader, SessionToken, attributes, padme, revalidation, revocation, sessionType } from "../src/index.js";
import { oldCookie } from "../src/old_cookies.js";
import { prometheus } from "../src/prometheus.js";
import { fromSettings } from "../src/settings.js";
import { struct, u8 } from "../src/struct.js";
import { inNext } from "../src/web/next.js";
import { codesOf } from "./codes.js";
import { XAES_KEY, cookies, filled, later } from "./visitor.js";

const path = (file) => fileURLToPath(new URL(`../${file}`, import.meta.url));
const packed = JSON.parse(readFileSync(path("package.json"), "utf8"));
const api = new API();
// Not `after`: Node 22 calls it once the first test has ended.
process.on("exit", () => api.close());
const [{ program, checker }] = api.updateSnapshot({ openProjects: [path("tsconfig.json")] }).getProjects();

/** The declarations that a module exports, by their names. */
function exportsOf(name) {
  const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(path(`src/${name}.d.ts`))));
  return new Map(symbols.map((symbol) => [symbol.name, symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol]));
}

test("a module exports the values that its types declare, and no others", async () => {
  for (const { default: file } of Object.values(packed.exports).filter((entry) => entry.default)) {
    const name = file.slice("./dist/".length, -".js".length);
    const declared = [...exportsOf(name)].filter(([, { flags }]) => flags & SymbolFlags.Value).map(([name]) => name);
    assert.deepEqual(Object.keys(await import(`../src/${name}.js`)).sort(), declared.sort(), name);
  }
});

const type = sessionType({ label: "x", schema: 1, shape: struct({ n: u8 }) });
const revalidateAfter = revalidation({ seconds: 60, validate: () => null });
const asking = await SessionCookie.encrypted(XAES_KEY, { revalidateAfter });
const ring = await KeyRing.generate();
const session = await cookies.load(null);
const guard = new CsrfGuard();

// Values of the exported classes, and of interfaces: each has all that it may have.
const VALUES = {
  index: {
    ConfigError: await fromSettings({ idle_timeout: "x" }).catch((error) => error),
    SessionError: await asking.load(await filled(undefined, asking), later(61)).catch((error) => error),
    KeyRing: ring,
    RingKey: ring.keys[0],
    Session: session,
    TypedSession: await (await SessionCookie.encrypted(XAES_KEY, { type })).load(null),
    SessionCookie: cookies,
    SessionHeader: await SessionHeader.encrypted(XAES_KEY, { header: "x-session" }),
    SessionToken: await SessionToken.encrypted(XAES_KEY, { purpose: "jobs" }),
  },
  csrf_guard: { CsrfGuard: guard, CsrfRefusal: await guard.check({ method: "POST", url: "/", headers: {} }, session) },
  health: { KeysInUse: await keysInUse(cookies) },
  "web/next": { NextSessions: inNext(cookies, () => ({})) },
};

// Values that an application passes on: they have more, for the package.
const PASSED_ON = {
  index: {
    BoundOptions: deviceBound({ path: "/.session" }),
    CheckedAttributes: attributes(),
    Metrics: prometheus(new Registry()),
    OldCookie: oldCookie({ cookie: cookies, from: later(0), until: later(60) }),
    Padding: padme,
    Revalidation: revalidateAfter,
    Revocation: revocation(() => false),
    SessionType: type,
  },
  struct: { Description: u8 },
};

const UNTYPED = {
  // For those who expect a dictionary: they throw, and say so.
  TypedSession: ["delete", "entries", "get", "has", "inspect", "keys", "set", "size"],
  // What chai prints.
  Session: ["inspect"],
  // For the adapters.
  CsrfGuard: ["isCsrfGuard"],
  CsrfRefusal: ["warning"],
};

/** The names of a value, own and inherited, but not those of every object, function or error. */
function namesOf(value) {
  // A session refuses to list its own names, and has none.
  const first = isProxy(value) ? Object.getPrototypeOf(value) : value;
  const chain = (each) => (each === null || BUILT_IN.includes(each) ? [] : [each, ...chain(Object.getPrototypeOf(each))]);
  return namedIn(chain(first).flatMap(Object.getOwnPropertyNames));
}

/** Static members of `Error`, of which each version of Node has others. */
const OF_ERROR = ["captureStackTrace", "isError", "prepareStackTrace", "stackTraceLimit"];
const BUILT_IN = [Object, Function, Error].map(({ prototype }) => prototype);
const namedIn = (names) => [...new Set(names)].filter((name) => !["constructor", "prototype", "length", "stack"].includes(name)).sort();
const membersOf = (type) => namedIn(checker.getPropertiesOfType(type).map(({ name }) => name));
const without = (names, others) => names.filter((name) => !others.includes(name));

test("values have what their types promise, and show nothing else", () => {
  for (const [file, values] of Object.entries(VALUES)) {
    for (const [name, value] of Object.entries(values)) {
      const symbol = exportsOf(file).get(name);
      const promised = membersOf(checker.getDeclaredTypeOfSymbol(symbol));
      // Every error may have a cause.
      if (value instanceof Error && !("cause" in value)) promised.splice(promised.indexOf("cause"), 1);
      assert.deepEqual(without(namesOf(value), UNTYPED[name] ?? []), promised, name);
      if (!(symbol.flags & SymbolFlags.Class)) continue;
      const fixed = without(membersOf(checker.getTypeOfSymbol(symbol)), OF_ERROR);
      assert.deepEqual(without(namesOf(value.constructor), ["name", ...OF_ERROR]), fixed, `static members of ${name}`);
    }
  }
});

test("values that an application passes on have what their types promise", () => {
  for (const [file, values] of Object.entries(PASSED_ON)) {
    for (const [name, value] of Object.entries(values)) {
      const promised = membersOf(checker.getDeclaredTypeOfSymbol(exportsOf(file).get(name)));
      assert.deepEqual(without(promised, namesOf(value)), [], name);
    }
  }
});

test("an option that is undefined has its default", async () => {
  const none = (of) => Object.fromEntries(membersOf(checker.getDeclaredTypeOfSymbol(exportsOf("index").get(of))).map((name) => [name, undefined]));
  const given = { ...none("CookieOptions"), ...none("OptionsFor"), cookie: attributes(none("CookieAttributes")) };
  assert.ok(Object.keys(given).length > 20);
  const health = async (options) => (await keysInUse(await SessionCookie.encrypted(ring, options))).settings;
  assert.deepEqual(await health(given), await health({}));
});

test("a cookie to set has the attributes that a field has", () => {
  const cookie = checker.getDeclaredTypeOfSymbol(exportsOf("index").get("CookieToSet"));
  const options = checker.getPropertiesOfType(cookie).find(({ name }) => name === "options");
  assert.deepEqual(membersOf(checker.getTypeOfSymbol(options)), Object.keys(TEXTS).sort());
});

// Codes that no application gets.
const INSIDE = {
  // Of a key, which a ring makes `key`; and of a session of an old cookie, which is then refused.
  ConfigError: ["checksum", "createdAt", "encoding", "expiresAt", "lastActiveAt", "length", "prefix", "weak"],
  SessionError: [],
};

// Errors that are thrown again with their codes.
const AGAIN = { ConfigError: ["format/keys/ring.js"], SessionError: [] };

test("the types of codes have the codes that the sources give to errors, and no others", () => {
  for (const name of ["ConfigError", "SessionError"]) {
    const union = checker.getDeclaredTypeOfSymbol(exportsOf("index").get(`${name}Code`)).getTypes();
    const typed = union.map(({ value }) => value);
    const { codes, untraced } = codesOf(name);
    assert.deepEqual(untraced, AGAIN[name], name);
    assert.deepEqual(without(codes, typed), INSIDE[name], "not in the type");
    assert.deepEqual(without(typed, codes), [], "not in the sources");
  }
});
