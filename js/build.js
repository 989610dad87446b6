// Builds hardtack.js, the package's main module in one file, for those who copy. `node build.js`, or with `--check`.

import { readFile, writeFile } from "node:fs/promises";
import { argv } from "node:process";

import { rollup } from "rollup";

const HEAD = `// Sessions in one sealed cookie: the format of SPEC.md, on WebCrypto alone. One file without dependencies, for workers, Deno,
// Node 20 and browsers. Built from js/src by js/build.js; change it there.
//
// Suites: XAES-256-GCM and the signed mode. XChaCha20-Poly1305 is left out, because WebCrypto has no ChaCha20.

`;

const bundle = await rollup({ input: new URL("src/index.js", import.meta.url).pathname });
const { output } = await bundle.generate({ format: "es" });
const built = {
  "hardtack.js": HEAD + output[0].code,
  "hardtack.d.ts": await readFile(new URL("src/index.d.ts", import.meta.url), "utf8"),
};
for (const [name, text] of Object.entries(built)) {
  const file = new URL(name, import.meta.url);
  if (argv[2] !== "--check") await writeFile(file, text);
  else if ((await readFile(file, "utf8")) !== text) throw new Error(`${name} is not what js/src builds; run \`node build.js\``);
}
