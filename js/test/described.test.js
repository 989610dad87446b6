// Settings from outside the program: JavaScript and Rust make the same of the same texts. The Rust side is proof/interop.

import assert from "node:assert/strict";
import { test } from "node:test";

import { keysInUse } from "../src/health.js";
import { fromEnv, fromSettings } from "../src/settings.js";
import { NAMES, isSetting } from "../src/settings/names.js";
import { BAD, BAD_IN_OWN_WORDS, GOOD, SETTINGS } from "./described_cases.js";
import { ask } from "./rust.js";
import { XAES_KEY, random } from "./visitor.js";

const NOW = 1_800_000_000;
const LATER = [-301, -300, -61, -60, -6, -5, 0, 1, 59, 75, 150, 301, 449, 450, 600, 899, 900, 1799, 1800, 3600, 28_800, 43_200, 302_400, 1_209_600, 2_592_000];

// Of both, before the program in Rust begins.
Object.assign(process.env, {
  HARDTACK_KEYS: XAES_KEY,
  HARDTACK_OLD_KEYS: "hardtack_key_v1_xaes_hardtack_key_QwErTyUiOpAsDfGhJkLzXcVbNm0122SDzmU accept_until=2026-03-01T00:00:00Z",
  HARDTACK_WRONG_KEYS: "hunter2",
});

const inJavaScript = ({ variables, table }) =>
  table === undefined
    ? fromEnv("SESSION_", { ...process.env, ...Object.fromEntries(variables) }, { log: null })
    : fromSettings(JSON.parse(table), process.env, { log: null });

const inRust = ({ variables = [], table = null }) => ask({ described: { variables, table, now: NOW, later: LATER } });

async function refusalOf(settings) {
  try {
    await inJavaScript(settings);
    return null;
  } catch (error) {
    assert.equal(error.code, "settings", error.stack);
    return { refused: error.message, settings: error.settings };
  }
}

/** What a cookie does, as proof/interop asks it. */
async function effectsOf(cookies) {
  const begin = async () => (await cookies.load(null, NOW * 1000)).set("user", "ada");
  const room = (await cookies.load(null, NOW * 1000)).remainingBytes;
  const session = await begin();
  const expires = secondsOf(session.expiresAt);
  const fields = await cookies.save(session);
  const remembering = await begin();
  const until = rememberedUntil(remembering);
  const remembered = await cookies.save(remembering);
  const came = [fields, remembered].map((lines) => lines.map((line) => line.split(";")[0]).join("; "));
  const later = [];
  for (const [seconds, cookie] of LATER.flatMap((seconds) => came.map((cookie) => [seconds, cookie]))) {
    const session = await cookies.load(cookie, (NOW + seconds) * 1000);
    later.push([session.get("user") ?? null, session.outcome.reason ?? null, (await cookies.save(session)).length]);
  }
  const answers = [];
  for (const [status, caching] of [[500, "no-cache"], [200, "public, max-age=60"]]) {
    const headers = new Headers({ "cache-control": caching });
    await cookies.saveTo(headers, await begin(), { status });
    answers.push([headers.has("set-cookie"), headers.get("cache-control")]);
  }
  const { settings } = await keysInUse(cookies, NOW * 1000);
  return { name: cookies.name, settings, room, expires, until, fields, remembered, later, answers };
}

const secondsOf = (date) => (date === null ? null : date.getTime() / 1000);

function rememberedUntil(session) {
  try {
    return secondsOf(session.rememberFor(2 ** 31));
  } catch {
    return null;
  }
}

/** Tokens are random. */
const withoutTokens = (lines) => lines.map((line) => line.replace(/=[^;]+/, (token) => `=${token.length}`));

test("the cases have every setting, and more than 150 texts", async () => {
  assert.deepEqual(Object.keys(SETTINGS).sort(), NAMES.toSorted());
  assert.ok(BAD.length + GOOD.length > 500, `${BAD.length} bad, ${GOOD.length} good`);
});

test("what Rust refuses, JavaScript refuses in the same words", async () => {
  for (const settings of BAD) {
    const theirs = await inRust(settings);
    assert.ok(theirs.refused, `Rust takes ${JSON.stringify(settings)}`);
    assert.deepEqual(await refusalOf(settings), theirs, JSON.stringify(settings));
  }
});

test("texts at random are read or refused alike", async () => {
  const { below, oneOf, listOf } = random(68);
  const PIECES = {
    absolute_timeout: ["1", "30", "0", ".", "5", " ", "\u00a0", "\u0085", "s", "m", "h", "d", "ms", "µs", "ns", "weeks", "month", "y", "M", "-", "min", "000", "999999999999"],
    name: ["a", "__Host-", "__secure-", ".", "1", "-", " ", "é", "{", "}", "\n", "'", '"', "\\"],
    path: ["/", "a", ".", "..", "%2e", "?", "#", ",", ";", " ", "é", "{path}", "\u0301", "\t", "\u{1f600}", "\u200d"],
    domain: ["a", "-", ".", "1", "example", "com", "_", " ", "é", "A"],
    context: ["a", "=", ",", " ", "b", "\n", "é"],
    formerly: ["path", "domain", "partitioned", "=", ",", " ", "/a", "/b", "/", "yes", "example.com"],
    keys_from: ["env", "file", "=", ",", " ", "HARDTACK_KEYS", "HARDTACK-KEYS"],
    refresh_after: ["never", "Always", "on", "-", "change", "5", "m", " ", "0"],
    not_before: ["2026", "-", "12", "T", "00", ":", "Z", "02", "30", "1970", "9999"],
    partitioned: ["y", "e", "s", "T", "1", "0", " ", "on", "off", "\u212a"],
    "": ["idle", "timeout", "_", "-", ".", "same", "site", "keys", "e", "name", "is", "{"],
  };
  let taken = 0;
  for (let round = 0; round < 3000; round++) {
    const [name, pieces] = oneOf(Object.entries(PIECES));
    const text = listOf(1 + below(8), () => oneOf(pieces)).join("");
    const settings = { name: "__Secure-session", ...(name === "keys_from" ? {} : { keys: XAES_KEY }), ...(name ? { [name]: text } : { [text]: "x" }) };
    const [ours, theirs] = [await refusalOf({ table: JSON.stringify(settings) }), await inRust({ table: JSON.stringify(settings) })];
    taken += ours === null ? 1 : 0;
    const { refused = null } = theirs;
    const inOwnWords = /: (cannot read|environment variable|key |file .* is not)/;
    if (ours && refused && inOwnWords.test(refused)) assert.deepEqual(ours.settings, theirs.settings);
    else assert.equal(ours?.refused ?? null, refused, JSON.stringify(settings));
  }
  assert.ok(taken > 100, `${taken} were taken`);
});

test("sentences about keys and methods begin alike", async () => {
  for (const [settings, beginning] of BAD_IN_OWN_WORDS) {
    const [ours, theirs] = [await refusalOf(settings), await inRust(settings)];
    assert.deepEqual(ours.settings, theirs.settings, JSON.stringify(settings));
    for (const { refused } of [ours, theirs]) assert.equal(refused.replace(/.*are refused:\s+|session settings: /, "").slice(0, beginning.length), beginning);
  }
});

test("what Rust takes, JavaScript takes, and both have the same cookie", async () => {
  for (const settings of GOOD) {
    const told = JSON.stringify(settings);
    const cookies = await inJavaScript(settings).catch((error) => assert.fail(`${told}: ${error.stack}`));
    const theirs = await inRust(settings);
    assert.equal(theirs.refused, undefined, told);
    const ours = await effectsOf(cookies);
    for (const side of [ours, theirs]) side.shown = [withoutTokens(side.fields), withoutTokens(side.remembered)];
    const seen = ({ fields, remembered, ...effects }) => effects;
    assert.deepEqual(seen(ours), seen(theirs), told);
    if (ours.later[LATER.indexOf(0) * 2][0] === null) continue;
    const cookie = theirs.fields.map((line) => line.split(";")[0]).join("; ");
    assert.equal((await cookies.load(cookie, NOW * 1000)).get("user"), "ada", told);
  }
});

test("an option that is no setting is said to be one of the program", async () => {
  for (const option of ["log", "metrics", "skipXChaCha", "migrateFrom", "deviceBound", "revokedIf", "revalidateAfter", "type"]) {
    for (const name of [option, option.toUpperCase(), option.replace(/[A-Z]+/, (word) => `_${word.toLowerCase()}`)]) {
      assert.ok(!isSetting(name));
      const message = `session settings: \`${name}\` is not a setting: give it as an option, in the program`;
      await assert.rejects(fromSettings({ keys: XAES_KEY, [name]: "x" }), { code: "settings", message });
    }
  }
});
