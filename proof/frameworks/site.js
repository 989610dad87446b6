// A site that is built with the packed package, and started as in production.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { execPath } from "node:process";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

import { XAES_KEY, packInto } from "../../js/test/visitor.js";

const { tarball } = packInto(await mkdtemp(join(tmpdir(), "hardtack-frameworks-")));
/** Sites whose frameworks do not run in the oldest Node that the package supports. */
const NEEDS_NEWEST = ["astro", "astro6", "nuxt", "react_router", "sveltekit", "tanstack"];
const NEWEST_NODE = fileURLToPath(new URL("../runtimes/node_modules/node-26/bin", import.meta.url));
const path = (file) => fileURLToPath(new URL(file, import.meta.url));
const QUIET = { NEXT_TELEMETRY_DISABLED: "1", ASTRO_TELEMETRY_DISABLED: "1", NUXT_TELEMETRY_DISABLED: "1" };

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Builds a site, starts it, and returns its origin. The build has no keys, and needs none. `hear` is told what the server complains of. */
export async function start(name, build, command, host = "127.0.0.1", hear = (text) => process.stderr.write(text)) {
  const cwd = fileURLToPath(new URL(name, import.meta.url));
  const PATH = [NEEDS_NEWEST.includes(name) ? NEWEST_NODE : dirname(execPath), process.env.PATH].join(delimiter);
  const options = { cwd, env: { ...process.env, ...QUIET, PATH }, stdio: ["ignore", "ignore", "inherit"] };
  await installIn(cwd);
  execFileSync(join(cwd, "node_modules/.bin", build[0]), build.slice(1), options);
  const port = await freePort();
  const origin = `http://${host}:${port}`;
  const env = { ...options.env, SESSION_KEYS: XAES_KEY, PORT: `${port}`, HOST: host, ORIGIN: origin };
  const server = spawn("node", command(port), { ...options, env, stdio: ["ignore", "ignore", "pipe"] });
  server.stderr.on("data", hear);
  after(() => server.kill());
  await untilItAnswers(origin, server);
  return origin;
}

/** SvelteKit 2 has another module with the variables. */
export async function copyForSvelteKit2() {
  await cp(path("sveltekit/src"), path("sveltekit2/src"), { recursive: true });
  await rm(path("sveltekit2/src/env.js"));
  const hooks = path("sveltekit2/src/hooks.server.js");
  const text = await readFile(hooks, "utf8");
  const [, line] = /SvelteKit 2: `(.*)`/.exec(text);
  await writeFile(hooks, text.replace(/^import .*app\/env.*$/m, line).replace("encrypted(SESSION", "encrypted(env.SESSION"));
}

/** Installs the package, which depends on no other. */
export async function installIn(cwd) {
  const folder = join(cwd, "node_modules/hardtack-session");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  execFileSync("tar", ["--extract", "--file", tarball, "--strip-components=1", "--directory", folder]);
}

/** Asks until somebody listens. */
async function untilItAnswers(origin, server) {
  for (;;) {
    assert.equal(server.exitCode, null, "the server has ended");
    try {
      return await fetch(origin);
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
