// Runs the tests of the command line with the program of npm in Node, Deno and Bun, and tests what differs. Run `./build`
// first, and `.ci/packages proof/runtimes` in the root.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execPath } from "node:process";
import { after, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const path = (file) => fileURLToPath(new URL(file, import.meta.url));
const runtime = (file) => path(`../../../proof/runtimes/node_modules/${file}`);
const program = path("hardtack.js");

const NODE = [execPath, program];
const OTHERS = {
  "Node 26": [runtime("node-26/bin/node"), program],
  Deno: [runtime("@deno/linux-x64-glibc/deno"), "run", "--allow-all", "--no-config", program],
  Bun: [runtime("@oven/bun-linux-x64-baseline/bin/bun"), program],
};
// What needs locks, owners, permissions or `/dev/stdin`, and tests that run the program very often.
const SKIPPED = [
  "files::a_crash_while_it_is_written_leaves_the_old_file_and_blocks_nobody",
  "files::a_file_whose_owner_cannot_be_kept_is_left_alone",
  "files::a_leftover_that_others_could_read_is_not_written_into",
  "files::every_command_that_replaces_a_file_keeps_its_mode_owner_and_group",
  "files::in_a_folder_that_cannot_be_read_a_written_file_is_no_error",
  "files::killed_at_any_time_it_leaves_the_old_file_or_the_new_one",
  "files::the_mode_of_the_file_is_looked_at",
  "files::what_has_no_end_is_refused_and_a_pipe_is_read",
  "settings::settings_from_a_pipe_count_wherever_a_command_uses_them",
  "terminal::as_long_as_another_edits_the_file_nobody_else_does",
  "terminal::no_name_of_a_cookie_is_obeyed_by_the_terminal",
  "vectors::",
].flatMap((name) => ["--skip", name]);
const TRANSCRIPTS = ["adding", "inspecting", "retiring", "rotating", "variables"].map((name) => `transcript::${name}`);
const SOME = ["files::", "guide::", "inspect::", ...TRANSCRIPTS];
// Deno has other words for errors of files, and none for those of standard output.
const NOT_IN_DENO = ["--skip", "files::"];
// Bun has another word for a link that is not followed.
const NOT_IN_BUN = ["--skip", "files::a_link_that_somebody_planted_in_place_of_the_lock_is_not_followed"];
const WITHOUT = { Deno: NOT_IN_DENO, Bun: NOT_IN_BUN };

const folder = await mkdtemp(join(tmpdir(), "hardtack-npm-"));
after(() => rm(folder, { recursive: true }));

const run = (words, options) => spawnSync(words[0], words.slice(1), { cwd: folder, encoding: "utf8", ...options });
const done = (words, options) => {
  const { status, stdout, stderr } = run(words, options);
  assert.equal(status, 0, `${words.join(" ")}: ${stdout}${stderr}`);
  return stdout;
};

/** Runs the tests of ../tests/command_line with a program that these words start. */
async function suite(name, words, filters) {
  await chmod(words[0], 0o755);
  const bin = join(folder, name);
  await mkdir(bin);
  const quoted = words.map((word) => `'${word}'`).join(" ");
  await writeFile(join(bin, "hardtack"), `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o755 });
  const cargo = ["cargo", "test", "--quiet", "-p", "hardtack-cli", "--test", "command_line", "--", ...filters, ...SKIPPED];
  const told = done(cargo, { cwd: path("../../.."), env: { ...process.env, HARDTACK_PROGRAM: join(bin, "hardtack") } });
  assert.match(told, /test result: ok\. [1-9]\d+ passed/);
}

test("Node: the command line does what its tests say", () => suite("Node", NODE, []));
for (const [name, words] of Object.entries(OTHERS)) {
  test(`${name}: the command line does what its tests say`, () => suite(name, words, [...SOME, ...(WITHOUT[name] ?? [])]));
}

test("a file that another command may be writing is left alone for a minute", async () => {
  const leftover = join(folder, ".keys.hardtack");
  await writeFile(leftover, "");
  const refused = run([...NODE, "ring", "add", "keys"]);
  assert.deepEqual([refused.status, refused.stderr], [4, "hardtack: another process is editing keys, try again\n"]);
  const minuteAgo = Date.now() / 1000 - 61;
  await utimes(leftover, minuteAgo, minuteAgo);
  done([...NODE, "ring", "add", "keys"]);
  await assert.rejects(stat(leftover));
});

test("a command that was taken for a crash writes nothing", async () => {
  const before = await readFile(join(folder, "keys"), "utf8");
  const leftover = join(folder, ".keys.hardtack");
  done(["mkfifo", join(folder, "slow.toml")]);
  const slow = spawn(NODE[0], [NODE[1], "ring", "add", "keys", "--settings", "slow.toml"], { cwd: folder });
  const told = slow.stderr.toArray();
  const ended = once(slow, "exit");
  while (!existsSync(leftover)) await setTimeout(10);
  await rm(leftover);
  await writeFile(leftover, "of another command");
  await writeFile(join(folder, "slow.toml"), "[session]\n");
  assert.deepEqual([(await ended)[0], (await told).join("")], [4, "hardtack: another process is editing keys, try again\n"]);
  assert.deepEqual([await readFile(join(folder, "keys"), "utf8"), await readFile(leftover, "utf8")], [before, "of another command"]);
  await rm(leftover);
});

test("settings cannot come from a pipe without a name", () => {
  const { status, stderr } = run([...NODE, "ring", "check", "keys", "--settings", "/dev/stdin"], { input: "[session]\n" });
  assert.notEqual(status, 0);
  assert.match(stderr, /^hardtack: cannot read \/dev\/stdin: /);
});

test("a file is for its owner alone after a change", async () => {
  await chmod(join(folder, "keys"), 0o644);
  done([...NODE, "ring", "add", "keys"]);
  assert.equal((await stat(join(folder, "keys"))).mode & 0o777, 0o600);
});

test("a path may lead out of the working directory", async () => {
  const cwd = await mkdtemp(join(folder, "inner-"));
  for (const file of ["../keys", join(folder, "keys")]) done([...NODE, "ring", "show", file], { cwd });
});

test("of the warnings one is silenced", () => {
  const warn = "data:text/javascript,setTimeout(() => process.emitWarning('something else'))";
  const { stderr } = run([execPath, "--import", warn, program, "--version"]);
  assert.match(stderr, /^\(node:\d+\) Warning: something else\n/);
  assert.doesNotMatch(stderr, /WASI/);
});

test("npx runs what npm packs", () => {
  const [packed] = JSON.parse(done(["npm", "pack", "--json", "--ignore-scripts", "--pack-destination", folder], { cwd: path(".") }));
  assert.deepEqual(packed.files.map(({ path }) => path).sort(), ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "hardtack.js", "hardtack.wasm", "package.json"]);
  // It has 423 kB. A percent is left, because Debian replaces its compiler.
  assert.ok(packed.size < 428_000, `the package has ${packed.size} bytes`);
  done(["npm", "install", "--offline", "--no-audit", "--no-fund", join(folder, packed.filename)]);
  for (const name of ["hardtack-cli", "hardtack"]) assert.match(done(["npx", "--offline", name, "keygen"]), /^hardtack_key_v1_xaes_[\w-]{48}\n$/);
  // Hints are what this reader can type.
  const { stderr } = run(["npx", "--offline", "hardtack-cli", "ring", "rotate", "missing", "--after", "15m"]);
  assert.match(stderr, /; `npx hardtack-cli ring add missing` begins a new ring\n$/);
  assert.match(done(["npx", "--offline", "hardtack-cli", "ring", "add", "--help"]), /^Usage: npx hardtack-cli ring add /m);
});
