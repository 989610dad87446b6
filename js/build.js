// Builds the package into the folder dist, and hardtack.js, its main module in one file for those who copy. `node build.js`

import { cp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { rollup } from "rollup";

const HEAD = `// Sessions in one sealed cookie: the format of SPEC.md, on WebCrypto alone. One file without dependencies, for workers, Deno,
// Node 20 and browsers. Built from js/src by js/build.js; change it there.
//
// Suites: XAES-256-GCM and the signed mode. XChaCha20-Poly1305 is left out, because WebCrypto has no ChaCha20.

`;

const path = (file) => fileURLToPath(new URL(file, import.meta.url));
const { exports, peerDependencies } = JSON.parse(await readFile(path("package.json"), "utf8"));

await buildPackage();
await buildFile();
// npm packs no links.
for (const license of ["LICENSE-APACHE", "LICENSE-MIT"]) await cp(path(`../${license}`), path(license));

/**
 * The layout of src/, with what the main module needs in one file: it loads in a third of the time. Once more in dist/cjs as CommonJS,
 * for Jest. What can load ES modules by `require` gets those, so that a program has one copy.
 */
async function buildPackage() {
  await rm(path("dist"), { recursive: true, force: true });
  const files = Object.values(exports).flatMap(({ default: file }) => file ?? []);
  const input = Object.fromEntries(files.map((file) => [file.slice("./dist/".length, -".js".length), path(file.replace("dist", "src"))]));
  const core = await modulesOf(path("src/index.js"));
  core.delete(path("src/index.js"));
  const bundle = await rollup({ input, external: Object.keys(peerDependencies) });
  const chunks = { hoistTransitiveImports: false, manualChunks: (id) => chunkOf(id, core), chunkFileNames: "[name].js", entryFileNames: "[name].js" };
  const types = (await readdir(path("src"), { recursive: true })).filter((file) => file.endsWith(".d.ts"));
  for (const [dir, format] of [["dist", "es"], ["dist/cjs", "cjs"]]) {
    await bundle.write({ dir: path(dir), format, ...chunks });
    for (const file of types) await cp(path(`src/${file}`), path(`${dir}/${file}`));
  }
  await writeFile(path("dist/cjs/package.json"), '{ "type": "commonjs" }\n');
}

/** What bundlers are to leave out is a file of its own. */
function chunkOf(id, core) {
  if (/looks(_table)?\.js$/.test(id)) return "looks";
  return core.has(id) ? "core" : undefined;
}

async function modulesOf(input) {
  const bundle = await rollup({ input });
  return new Set(bundle.watchFiles);
}

async function buildFile() {
  const bundle = await rollup({ input: path("src/index.js") });
  const { output } = await bundle.generate({ format: "es" });
  const built = { "hardtack.js": HEAD + output[0].code, "hardtack.d.ts": await readFile(path("src/index.d.ts"), "utf8") };
  for (const [name, text] of Object.entries(built)) await writeFile(path(name), text);
}
