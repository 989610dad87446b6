// Tests of applications in Jest and Vitest without settings, with the packed package. `.ci/packages js proof/frameworks` and
// `node build.js` in js/ first.

import { spawnSync } from "node:child_process";
import assert from "node:assert/strict";
import { join } from "node:path";
import { env } from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { installIn } from "./site.js";

for (const [name, ...given] of [["jest"], ["vitest", "run"]]) {
  test(`${name}: tests of an application pass`, async () => {
    const cwd = fileURLToPath(new URL(name, import.meta.url));
    await installIn(cwd);
    const { status, stderr, stdout } = spawnSync(join(cwd, "node_modules/.bin", name), given, { cwd, encoding: "utf8", env: { ...env, CI: "true", NO_COLOR: "1" } });
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout + stderr, /Tests:? +3 passed/);
  });
}
