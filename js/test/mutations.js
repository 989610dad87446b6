// Breaks the package in one place at a time: a vector has to notice each, or a test of the interface. `node test/mutations.js`,
// or with the names of modules or of files in faults/, for a part of the faults: `node test/mutations.js state/state.js next`

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { argv, execPath } from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

import { all, broken, textOf } from "./faults/all.js";

/** Milliseconds for one file of tests. */
const LONGEST = 60_000;
const root = fileURLToPath(new URL("..", import.meta.url));
const wanted = argv.slice(2);
/** What tests may import. */
const helpers = (await readdir(join(root, "test"))).filter((file) => !/\.test\.js$|^faults$|^mutations\.js$|^usage\.ts$/.test(file));
const faults = all.filter(({ module, subject }) => wanted.length === 0 || wanted.includes(module) || wanted.includes(subject));
const folder = await mkdtemp(join(tmpdir(), "hardtack-mutations-"));
// For tests that read cases of the crate.
await symlink(join(root, "../tests"), join(folder, "tests"));
/** The file of vectors that noticed the fault before, which is often about the same subject. */
let first;

try {
  await noticeNothingUnbroken();
  const unnoticed = await unnoticedOf(faults);
  console.log(`${faults.length - unnoticed} of ${faults.length} faults are noticed`);
  process.exitCode = faults.length > 0 && unnoticed === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}

async function noticeNothingUnbroken() {
  for (const tests of new Set(faults.map(({ tests }) => tests))) {
    const copy = await copyOf("unbroken", tests);
    if (await isNoticed(copy, tests)) throw new Error(`something is noticed before the first fault, in ${tests.join()}`);
    await rm(copy, { recursive: true });
  }
}

/** Tries the faults, as many at once as there are processors. Returns the number of those that nothing notices. */
async function unnoticedOf(faults) {
  const left = [...faults.entries()];
  let unnoticed = 0;
  const tryFaults = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [number, fault] = next;
      const copy = await copyOf(`${number}`, fault.tests);
      await writeFile(join(copy, "src", fault.module), broken(await textOf(fault.module), fault));
      if (!(await isNoticed(copy, fault.tests))) {
        unnoticed++;
        console.log(`nothing notices: ${fault.from}`);
      }
      await rm(copy, { recursive: true });
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, tryFaults));
  return unnoticed;
}

/** Makes a copy of the package with these tests. */
async function copyOf(name, tests) {
  const copy = join(folder, name);
  await cp(join(root, "src"), join(copy, "src"), { recursive: true });
  await writeFile(join(copy, "package.json"), '{"type": "module"}');
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
  for (const file of [...helpers, ...tests.filter((file) => file !== "vectors")]) await cp(join(root, "test", file), join(copy, "test", file), { recursive: true });
  return copy;
}

function isNoticed(copy, tests) {
  return tests[0] === "vectors" ? isNoticedByVectors(copy) : isNoticedByOneOf(copy, tests);
}

async function isNoticedByVectors(copy) {
  const { run } = await import(pathToFileURL(join(copy, "test/vectors.js")));
  const read = (file) => readFile(join(root, "../tests/vectors", file), "utf8");
  const { failed } = await run(read, { stopsAtFailure: true, first });
  [first] = failed[0]?.split(":") ?? [];
  return failed.length > 0;
}

/** Runs one file after another, until one fails, or waits for what never comes. */
async function isNoticedByOneOf(copy, tests) {
  for (const file of tests) {
    const process = spawn(execPath, [join(copy, "test", file)], { stdio: "ignore", timeout: LONGEST });
    const [status] = await once(process, "exit");
    if (status !== 0) return true;
  }
  return false;
}
