// The program in Rust that answers questions: proof/interop.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
execFileSync("cargo", ["build", "--quiet", "--manifest-path", "proof/interop/Cargo.toml"], { cwd: root, stdio: "inherit" });

/** Starts a program of proof/interop. */
export function startRust(name, options) {
  return spawn(join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug", name), options.args ?? [], { cwd: root, ...options });
}

/** Starts the counter site. Returns its origin. */
export async function startCounter(keys) {
  const counter = startRust("counter", { args: ["0"], env: { ...process.env, SESSION_KEYS: keys }, stdio: ["ignore", "pipe", "inherit"] });
  after(() => counter.kill());
  const [line] = await once(createInterface({ input: counter.stdout }), "line");
  return line.replace("listening on ", "");
}

let rust;

/** Asks one question. Questions are asked one after another. */
export async function ask(question) {
  rust ??= begin();
  rust.program.stdin.write(`${JSON.stringify(question)}\n`);
  const { value, done } = await rust.lines.next();
  assert.ok(!done, "the program in Rust has ended");
  return JSON.parse(value);
}

function begin() {
  const program = startRust("sessions", { stdio: ["pipe", "pipe", "inherit"] });
  return { program, lines: createInterface({ input: program.stdout })[Symbol.asyncIterator]() };
}

after(() => rust?.program.stdin.end());
