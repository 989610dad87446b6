// A package of a monorepo, which exports what the adapters return: its declarations have to name the types.

import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const path = (file) => fileURLToPath(new URL(file, import.meta.url));

/** Makes it in a folder that has the package installed. Returns its own folder, for `tsc --project`. */
export async function monorepoIn(folder) {
  const own = join(folder, "monorepo");
  await mkdir(own);
  await cp(path("named.ts"), join(own, "named.mts"));
  const libraries = { lib: ["es2023", "dom", "dom.iterable"], types: ["node"], typeRoots: [path("../node_modules/@types")], skipLibCheck: true };
  const compilerOptions = { module: "nodenext", target: "es2022", strict: true, declaration: true, composite: true, outDir: "out", ...libraries };
  await writeFile(join(own, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["named.mts"] }));
  return own;
}
