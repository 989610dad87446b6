// The package, packed.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Packs what `node build.js` has built into a folder. Returns the path of the tarball, and the files in it. */
export function packInto(folder) {
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const told = execFileSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const packed = JSON.parse(told);
  const [{ filename, files }] = Array.isArray(packed) ? packed : Object.values(packed);
  return { tarball: join(folder, filename), files: files.map(({ path }) => path) };
}
