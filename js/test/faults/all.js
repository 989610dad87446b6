// The faults that the package is broken with, in src/, and the tests that have to notice them.
//
// A fault is a list: a text of its module, and what stands in its place, one or several, each a fault of its own. A bare
// text is removed.

import { readFile } from "node:fs/promises";

import * as adapters from "./adapters.js";
import * as format from "./format.js";
import * as next from "./next.js";
import * as servers from "./servers.js";
import * as sessions from "./sessions.js";

const SUBJECTS = { format, sessions, next, adapters, servers };

/** All faults, one by one. `tests`: the files that have to notice it, or none where the vectors have to. */
export const all = Object.entries(SUBJECTS).flatMap(([subject, { FAULTS, TESTS: tests = [] }]) =>
  Object.entries(FAULTS).flatMap(([module, rows]) =>
    rows.flatMap((row) => {
      const [from, ...places] = [row].flat();
      return (places.length > 0 ? places : [""]).map((to) => ({ subject, module, from, to, tests }));
    }),
  ),
);

/** Returns the text of a module. */
export const textOf = (module) => readFile(new URL(`../../src/${module}`, import.meta.url), "utf8");

/** Returns the module with the fault. Throws unless the text of the fault stands in it once. */
export function broken(text, { module, from, to }) {
  const count = text.split(from).length - 1;
  if (count !== 1) throw new Error(`stands ${count} times in ${module}: ${from}`);
  return text.replace(from, () => to);
}
