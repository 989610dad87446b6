import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";

import { digestOf, ends, products } from "./vectors/domains.js";

const domains = JSON.parse(await readFile(new URL("../../tests/domains/domains.json", import.meta.url), "utf8"));

test("every session ends as specified, in every request and under every policy", async () => {
  await check(ends(domains));
});

for (const domain of ["quiet", "caches", "roles", "guard"]) {
  test(`the rules of ${domain} are those of the specification`, async () => {
    await check(products(domains, domain));
  });
}

/** Compares the slices of a domain. Writes the cases of the first one that differs. */
async function check(slices) {
  let count = 0;
  const different = [];
  for await (const { name, lines, digest } of slices) {
    count += lines.length;
    if (digestOf(lines) === digest) continue;
    if (different.length === 0) await written(name, lines);
    different.push(name);
  }
  assert.ok(count > 0);
  assert.deepEqual(different, [], `python3 tests/domains/domains.py "${different[0]}" target/domains.txt: the first case that differs`);
}

async function written(name, lines) {
  const target = new URL("../../target/", import.meta.url);
  await mkdir(target, { recursive: true });
  await writeFile(new URL("domains.txt", target), lines.join("\n"));
}
