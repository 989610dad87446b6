// The types in TypeScript as projects still have it. `.ci/packages js proof/runtimes` and `node build.js` in js/ first.

import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execPath } from "node:process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { monorepoIn } from "../../js/test/monorepo.js";
import { packInto } from "../../js/test/visitor.js";

const js = fileURLToPath(new URL("../../js", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "hardtack-typescript-"));
after(() => rm(folder, { recursive: true }));
const installed = join(folder, "node_modules/hardtack-session");
await mkdir(installed, { recursive: true });
execFileSync("tar", ["--extract", "--file", packInto(folder).tarball, "--strip-components=1", "--directory", installed]);
await symlink(join(js, "node_modules/hono"), join(folder, "node_modules/hono")); // its adapter's types need it
const monorepo = await monorepoIn(folder);

for (const version of ["5.4", "5.9"]) {
  const check = (...given) => execFileSync(execPath, [join(import.meta.dirname, `node_modules/typescript-${version}/bin/tsc`), ...given], { cwd: js, encoding: "utf8" });

  test(`TypeScript ${version}: programs of users compile, and their mistakes do not`, () => {
    // The types of Node and of frameworks are for newer versions.
    const options = ["--module", "nodenext", "--target", "es2022", "--lib", "es2023,dom,dom.iterable", "--strict", "--skipLibCheck", "--types", "node"];
    check(...options, "--noEmit", "test/usage.ts");
  });

  test(`TypeScript ${version}: a package of a monorepo exports what each adapter returns`, () => {
    check("--project", monorepo);
  });
}
