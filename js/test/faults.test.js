import assert from "node:assert/strict";
import { access } from "node:fs/promises";
import { test } from "node:test";

import { transform } from "esbuild";

import { all, broken, textOf } from "./faults/all.js";

test("every fault can be put into its module, which is JavaScript before and after", async () => {
  for (const fault of all) {
    const text = await textOf(fault.module);
    const faulty = broken(text, fault);
    assert.notEqual(faulty, text, fault.from);
    await assert.doesNotReject(transform(faulty, { logLevel: "silent" }), fault.from);
  }
  assert.equal(new Set(all.map(({ module, from, to }) => JSON.stringify([module, from, to]))).size, all.length);
});

test("the tests that have to notice a fault exist", async () => {
  const files = new Set(all.flatMap(({ tests }) => tests));
  files.delete("vectors");
  for (const file of files) await access(new URL(file, import.meta.url));
});
