// The faults that the package is broken with, in src/, and the tests that have to notice them.
//
// In `file`, `with` stands in place of `find`, which stands there once: a text, or several, each a fault of its own.

import { readFile } from "node:fs/promises";

import { parse } from "smol-toml";

const SUBJECTS = ["format", "sessions", "operations", "settings", "examples", "next", "adapters", "servers", "node"];

/** All faults, one by one. `tests`: the files that have to notice it, or `vectors`. */
export const all = (await Promise.all(SUBJECTS.map(faultsOf))).flat();

async function faultsOf(subject) {
  const { tests, fault } = parse(await readFile(new URL(`${subject}.toml`, import.meta.url), "utf8"));
  return fault.flatMap((row) => [row.with].flat().map((to) => ({ subject, module: row.file, from: row.find, to, tests })));
}

/** Returns the text of a module. */
export const textOf = (module) => readFile(new URL(`../../src/${module}`, import.meta.url), "utf8");

/** Returns the module with the fault. Throws unless the text of the fault stands in it once. */
export function broken(text, { module, from, to }) {
  const count = text.split(from).length - 1;
  if (count !== 1) throw new Error(`stands ${count} times in ${module}: ${from}`);
  return text.replace(from, () => to);
}
