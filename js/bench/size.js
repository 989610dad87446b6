// The size of a bundle for production, and the time until the first session. `../.ci/packages .`, then `node bench/size.js`
// With `--check` it fails if a bundle of LIMITS, whose sizes the README has, is larger, compressed.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { argv, execPath, version } from "node:process";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

const cwd = fileURLToPath(new URL("..", import.meta.url));
const [, FIRST_PROGRAM] = /```ts\n(\/\/ worker\.ts[^]*?)```/.exec(readFileSync(`${cwd}README.md`, "utf8"));
const LIMITS = { "hardtack: a worker (fetch adapter)": 22_800, "hardtack: the program of the README, without Hono": 27_850 };

const PROGRAMS = {
  "hardtack: SessionCookie": 'export { SessionCookie } from "hardtack-session";',
  "hardtack: a worker (fetch adapter)": 'export { SessionCookie } from "hardtack-session"; export { withSession } from "hardtack-session/fetch";',
  "hardtack: the same, with attributes": 'export { SessionCookie, attributes } from "hardtack-session"; export { withSession } from "hardtack-session/fetch";',
  "hardtack: a worker, with revalidation": 'export { SessionCookie, revalidation } from "hardtack-session"; export { withSession } from "hardtack-session/fetch";',
  "hardtack: the program of the README, without Hono": FIRST_PROGRAM,
  "hardtack: with guard, struct and header": 'export * from "hardtack-session"; export * from "hardtack-session/csrf"; export * from "hardtack-session/struct"; export * from "hardtack-session/fetch";',
  "iron-session": 'export { getIronSession } from "iron-session";',
  "jose: EncryptJWT, jwtDecrypt": 'export { EncryptJWT, jwtDecrypt } from "jose";',
  "Auth.js: jwt": 'export { decode, encode } from "@auth/core/jwt";',
};

console.log("| bundle, minified by esbuild | bytes | gzip |\n|---|---|---|");
for (const [name, contents] of Object.entries(PROGRAMS)) {
  const { outputFiles } = await build({ stdin: { contents, loader: "ts", resolveDir: cwd }, bundle: true, minify: true, format: "esm", platform: "neutral", mainFields: ["module", "main"], external: ["crypto", "hono"], define: { "process.env.NODE_ENV": '"production"' }, write: false, logOverride: { "ignored-bare-import": "silent" } });
  const [{ contents: code }] = outputFiles;
  const compressed = gzipSync(code, { level: 9 }).length;
  console.log(`| ${name} | ${code.length} | ${compressed} |`);
  const limit = LIMITS[name] ?? Infinity;
  if (argv[2] === "--check" && compressed > limit) throw new Error(`${name} has ${compressed} bytes, at most ${limit}`);
}
if (argv[2] === "--check") process.exit();

const FIRST = {
  hardtack: `const { SessionCookie } = await import("hardtack-session"); const imported = performance.now();
    const cookies = await SessionCookie.encrypted("hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2"); const built = performance.now();
    const session = await cookies.load(null); session.set("user", 7); await cookies.save(session);`,
  "iron-session": `const { sealData } = await import("iron-session"); const imported = performance.now(); const built = imported;
    await sealData({ user: 7 }, { password: "a password of at least 32 characters" });`,
  jose: `const { EncryptJWT } = await import("jose"); const imported = performance.now(); const built = imported;
    await new EncryptJWT({ user: 7 }).setProtectedHeader({ alg: "dir", enc: "A256GCM" }).encrypt(new Uint8Array(32));`,
  "Auth.js": `const { encode } = await import("@auth/core/jwt"); const imported = performance.now(); const built = imported;
    await encode({ token: { user: 7 }, secret: "a secret of at least 32 characters", salt: "s" });`,
};
console.log(`\n| node ${version}, milliseconds, minimum of 15 processes | import | build | first session |\n|---|---|---|---|`);
for (const [name, program] of Object.entries(FIRST)) {
  const least = [Infinity, Infinity, Infinity];
  for (let round = 0; round < 15; round++) {
    const code = `const start = performance.now(); ${program} console.log(JSON.stringify([imported - start, built - imported, performance.now() - built]));`;
    const times = JSON.parse(execFileSync(execPath, ["--input-type=module", "-e", code], { cwd, encoding: "utf8", env: { ...process.env, NODE_ENV: "production" } }));
    times.forEach((time, i) => (least[i] = Math.min(least[i], time)));
  }
  console.log(`| ${name} | ${least.map((time) => time.toFixed(1)).join(" | ")} |`);
}
