#!/usr/bin/env node
// The program of ../src, compiled to WebAssembly by ./build.

import { readFile } from "node:fs/promises";
import { parse, relative, sep } from "node:path";

// Warnings about WASI are silenced: Node says that it is experimental.
const { emitWarning } = process;
process.emitWarning = (warning, ...rest) => /\bWASI\b/.test(warning) || emitWarning.call(process, warning, ...rest);
const { WASI } = await import("node:wasi");

// WASI has no file permissions, so each new file is for its owner alone.
process.umask(0o077);
const folder = process.cwd();
const { root } = parse(folder);
const wasi = new WASI({
  version: "preview1",
  // What the program's hints tell readers to type. `npx` sets the variable.
  args: [process.env.npm_command === "exec" ? "npx hardtack-cli" : "hardtack", ...process.argv.slice(2)],
  env: { ...process.env, PWD: `/${relative(root, folder).replaceAll(sep, "/")}` },
  // Whatever the arguments name and links lead to, on Windows on this drive.
  preopens: { "/": root },
  returnOnExit: true,
});
const program = await WebAssembly.compile(await readFile(new URL("hardtack.wasm", import.meta.url)));
// Bun has no `getImportObject`.
const instance = await WebAssembly.instantiate(program, { wasi_snapshot_preview1: wasi.wasiImport });
process.exitCode = wasi.start(instance);
