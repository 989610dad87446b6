import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { SKIPPED, run } from "./vectors.js";

test("every vector passes, but for those of ciphers and endpoints that this package has not", async () => {
  const read = (file) => readFile(new URL(`../../tests/vectors/${file}`, import.meta.url), "utf8");
  const { passed, skipped, failed } = await run(read);
  assert.deepEqual(failed, []);
  assert.deepEqual(skipped, SKIPPED);
  assert.ok(Object.values(passed).every((count) => count > 0), JSON.stringify(passed));
});
