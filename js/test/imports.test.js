// The order of files: each can be read after those that it imports, and what is finished, src/format, imports nothing else of src.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { posix } from "node:path";
import { test } from "node:test";

const SRC = new URL("../src/", import.meta.url);
const names = (await readdir(SRC, { recursive: true })).map((name) => name.replaceAll("\\", "/"));
const importsOf = async (name) => {
  const text = await readFile(new URL(name, SRC), "utf8");
  const found = text.matchAll(/^(?:import|export) (?:[^;]* from )?"(\.[^"]+)";/gm);
  return [name, Array.from(found, ([, path]) => posix.join(posix.dirname(name), path))];
};
const files = new Map(await Promise.all(names.filter((name) => name.endsWith(".js")).map(importsOf)));

test("no file imports one that imports it", () => {
  const read = new Set();
  const visit = (name, above) => {
    assert(!above.includes(name), `${[...above, name].join(" imports ")}`);
    if (read.has(name)) return;
    for (const other of files.get(name)) visit(other, [...above, name]);
    read.add(name);
  };
  for (const name of files.keys()) visit(name, []);
  assert(files.size > 90 && read.size === files.size);
});

test("what is finished imports nothing else, and reads no clock, file or variable", async () => {
  for (const [name, imports] of files) {
    if (!name.startsWith("format/")) continue;
    for (const other of imports) assert(other.startsWith("format/"), `${name} imports ${other}`);
    const text = await readFile(new URL(name, SRC), "utf8");
    const code = text.replace(/^ *(\/\/|\/?\*).*$/gm, "");
    assert.doesNotMatch(code, /Date\.now|new Date\(\)|process\.|console\.|performance|setTimeout|fetch\(|from "node:/, name);
  }
});
