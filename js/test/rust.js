// The program in Rust that answers questions: js/interop.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
execFileSync("cargo", ["build", "--quiet", "--package", "hardtack-interop"], { cwd: root, stdio: "inherit" });

/** Starts a program of js/interop. */
export function startRust(name, options) {
  return spawn("cargo", ["run", "--quiet", "--package", "hardtack-interop", "--bin", name, ...(options.args ?? [])], { cwd: root, ...options });
}

let rust;

/** Asks one question. Questions are asked one after another. */
export async function ask(question) {
  rust ??= begin();
  rust.process.stdin.write(`${JSON.stringify(question)}\n`);
  const { value, done } = await rust.lines.next();
  assert.ok(!done, "the program in Rust has ended");
  return JSON.parse(value);
}

function begin() {
  const process = startRust("sessions", { stdio: ["pipe", "pipe", "inherit"] });
  return { process, lines: createInterface({ input: process.stdout })[Symbol.asyncIterator]() };
}

after(() => rust?.process.stdin.end());
