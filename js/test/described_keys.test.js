// Keys that settings name, and what the program adds to settings.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, mock, test } from "node:test";

import { generateKey, revalidation, revocation } from "../src/index.js";
import { fromEnv, fromSettings } from "../src/settings.js";
import { sessionType, struct, u32 } from "../src/struct.js";
import { NOW, SIGNING_KEY, XAES_KEY, XCHACHA_KEY, field, filled } from "./visitor.js";

const folder = await mkdtemp(join(tmpdir(), "hardtack-settings-"));
after(() => rm(folder, { recursive: true }));
const file = join(folder, "session.keys");

const refusedWith = (sentence) => ({ name: "ConfigError", code: "settings", message: `session settings: ${sentence}` });

test("keys come from a file", async () => {
  await writeFile(file, XAES_KEY);
  const cookies = await fromEnv("SESSION_", { SESSION_KEYS_FILE: file });
  const cookie = await filled((session) => session.set("user", 7));
  assert.equal((await cookies.load(cookie, NOW)).get("user"), 7);
});

test("a file that holds no keys is refused by its name", async () => {
  for (const [content, sentence] of [
    ["x".repeat(2 ** 20 + 1), "is larger than 1 MiB, expected keys"],
    [Uint8Array.of(0xff), "is not UTF-8, expected keys"],
  ]) {
    await writeFile(file, content);
    await assert.rejects(fromSettings({ keys_file: file }), refusedWith(`\`keys_file\`: file ${file} ${sentence}`));
  }
  const noFile = `\`keys_file\`: file ${folder} is not a regular file, nor a link to one; \`KeyRing.follow\` reads other sources`;
  await assert.rejects(fromSettings({ keys_file: folder }), refusedWith(noFile));
  // Of the largest file each byte is read.
  await writeFile(file, XAES_KEY.padEnd(2 ** 20));
  await fromSettings({ keys_file: file });
});

test("settings without keys, or with a key in place of a name, are refused without showing it", async () => {
  await assert.rejects(fromSettings({}), { code: "settings", message: /there are no keys; give `keys_env` with the name of/ });
  for (const settings of [{ keys_env: XAES_KEY }, { keys_file: XAES_KEY }, { keys_from: [{ file: XAES_KEY }] }]) {
    await assert.rejects(fromSettings(settings, {}), refusedWith(`\`${Object.keys(settings)}\` holds a key, which belongs in \`keys\` alone`));
  }
});

test("a watched file is followed, by the rules of Rust", async () => {
  await writeFile(file, XAES_KEY);
  const settings = { keys_from: [{ file }], watch_keys: "1s" };
  await assert.rejects(fromSettings(settings), refusedWith(`\`keys_from\`: file ${file} does not end with a line feed, so it may be half written: restore it, or end it with one if it is whole`));
  await writeFile(file, `${XAES_KEY}\n`);
  const told = [];
  const log = (level, message, { error }) => level === "error" && told.push(error.message.replace(file, "F"));
  const cookies = await fromSettings(settings, {}, { log });
  const cookie = field(await cookies.save((await cookies.load(null)).set("user", 7)));
  const next = await generateKey();
  const user = async (seconds) => (await cookies.load(cookie, Date.now() + seconds * 1000)).get("user");
  // Half a file changes nothing.
  await writeFile(file, next);
  assert.equal(await user(2), 7);
  // Nor does one that is written meanwhile.
  await writeFile(file, `${next}\n`);
  setTimeout(() => writeFile(file, `${next}\n${XAES_KEY}\n`), 30);
  assert.equal(await user(4), 7);
  assert.deepEqual(told, [
    "file F does not end with a line feed, so it may be half written: restore it, or end it with one if it is whole",
    "file F changed while it was read",
  ]);
  assert.equal(await user(6), 7);
  // A key that is gone opens nothing after one look.
  await writeFile(file, `${next}\n`);
  assert.equal(await user(8), undefined);
});

test("a key that moves from one source to the next is a change, which is looked at twice", async () => {
  const [first, last] = [await generateKey(), await generateKey()];
  const env = { KEYS: `${first},${XAES_KEY}` };
  await writeFile(file, `${last}\n`);
  const told = [];
  const log = (level, message, { error }) => level === "error" && told.push(error.message.replace(file, "F"));
  const cookies = await fromSettings({ keys_from: [{ env: "KEYS" }, { file }], watch_keys: "1s" }, env, { log });
  env.KEYS = first;
  await writeFile(file, `${XAES_KEY},${last}\n`);
  setTimeout(() => writeFile(file, `${last}\n`), 30);
  await cookies.load(null, Date.now() + 2000);
  assert.deepEqual(told, ["environment variable KEYS, file F changed while it was read"]);
});

test("a platform without files says so, and what to give instead", async () => {
  const without = mock.method(process, "getBuiltinModule", () => undefined);
  const sentence = `\`keys_file\`: file ${file} cannot be read, because there are no files here; give \`keys_env\` or \`keys\``;
  await assert.rejects(fromSettings({ keys_file: file }), refusedWith(sentence));
  without.mock.restore();
});

test("variables of keys are those of the environment that is given", async () => {
  await fromSettings({ keys_env: "THE_KEYS" }, { THE_KEYS: XAES_KEY });
  await fromEnv("SESSION_", { SESSION_KEYS_ENV: "THE_KEYS", THE_KEYS: XAES_KEY });
  for (const env of [{}, undefined, Object.create({ THE_KEYS: XAES_KEY }), { THE_KEYS: { get: () => XAES_KEY } }]) {
    await assert.rejects(fromSettings({ keys_env: "THE_KEYS" }, env), /environment variable THE_KEYS is not set; restore its keys, because a new one /);
  }
});

test("what is no environment and no table is a mistake of the program", async () => {
  for (const given of [[], [undefined, {}], [{ SESSION_KEYS: XAES_KEY }], ["SESSION_", null], ["SESSION_", "x"]]) {
    await assert.rejects(fromEnv(...given), { name: "TypeError", message: /^expected (the prefix of variables|an environment)/ });
  }
  for (const given of [undefined, null, [], "x", new Date(), new URLSearchParams()]) {
    await assert.rejects(fromSettings(given), refusedWith("the settings are not a table of names and values"));
  }
  assert.throws(() => fromEnv("SESSION_", { SESSION_KEYS: XAES_KEY }).load(null), /await/);
});

test("a variable that a worker's environment has without a value is not set", async () => {
  const cookies = await fromEnv("SESSION_", { SESSION_KEYS: XAES_KEY, SESSION_NAME: null, SESSION_DOMAIN: undefined });
  assert.equal(cookies.name, "__Host-session");
});

test("a variable that is not UTF-8, or no text, is refused by name", async () => {
  const env = { SESSION_APPLICATION: "\u{fffd}", SESSION_NAME: {}, SESSION_KV: { get() {} }, OTHER: "\u{fffd}" };
  await assert.rejects(fromEnv("SESSION_", env), { settings: ["SESSION_APPLICATION", "SESSION_NAME", "SESSION_KV"] });
});

test("the program adds what no setting can say, and nothing else", async () => {
  const type = sessionType({ label: "visit", schema: 1, shape: struct({ user: u32 }) });
  const seen = [];
  const revokedIf = revocation(({ value }) => (seen.push(value.user), false));
  const cookies = await fromSettings({ keys: XAES_KEY, idle_timeout: "10m" }, {}, { type, revokedIf });
  const session = await cookies.load(null, NOW);
  session.value = { user: 7 };
  const cookie = field(await cookies.save(session));
  assert.deepEqual((await cookies.load(cookie, NOW)).value, { user: 7 });
  assert.equal((await cookies.load(cookie, +NOW + 600_000)).outcome.reason, "Idle");
  assert.deepEqual(seen, [7]);
  for (const option of ["cookie", "idleTimeout", "notBefore", "context", "mode", "keys", "name"]) {
    const sentence = `the option \`${option}\` belongs in the settings; give it there`;
    await assert.rejects(fromSettings({ keys: XAES_KEY }, {}, { [option]: 1 }), refusedWith(sentence));
  }
  await assert.rejects(fromSettings({ keys: XAES_KEY }, {}, { colour: 1 }), { code: "option" });
  await assert.rejects(fromSettings({ keys: XAES_KEY }, {}, 7), { code: "option" });
  const revalidateAfter = revalidation({ seconds: 60, validate: () => true });
  await fromSettings({ keys: XAES_KEY }, {}, { revalidateAfter });
  await assert.rejects(fromSettings({ keys: XAES_KEY, refresh_after: 60 }, {}, { revalidateAfter }), { code: "refreshAfter" });
});

test("a ring with keys of XChaCha20-Poly1305 is the program's to accept", async () => {
  const keys = `${XAES_KEY}\n${XCHACHA_KEY}`;
  await assert.rejects(fromSettings({ keys }), /`keys`: WebCrypto lacks XChaCha20-Poly1305/);
  await fromSettings({ keys }, {}, { skipXChaCha: true });
  await assert.rejects(fromSettings({ keys, mode: "unencrypted-but-signed" }), /`keys`: key ring, entry 1: /);
  await fromSettings({ keys: SIGNING_KEY, mode: "unencrypted-but-signed" });
});
