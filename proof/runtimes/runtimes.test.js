// The vectors in newer Node, in Deno, in Bun and in a page of Chromium, and a WebSocket in Bun. `.ci/packages js proof/runtimes` and
// `node build.js` in js/ first.

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { SKIPPED } from "../../js/test/vectors.js";
import { packInto } from "../../js/test/visitor.js";
import { RUNTIMES } from "./runtimes.js";

const path = (file) => fileURLToPath(new URL(file, import.meta.url));
const root = path("../..");

for (const [name, [program, ...given]] of Object.entries(RUNTIMES)) {
  test(`${name}: every vector passes, and a session goes and comes`, async () => {
    await chmod(path(program), 0o755);
    const { passed, skipped, failed, user, status } = JSON.parse(execFileSync(path(program), [...given, path("vectors.js")], { encoding: "utf8" }));
    assert.deepEqual([failed, skipped, user, status], [[], SKIPPED, 7, 303]);
    assert.ok(Object.values(passed).every((count) => count > 0));
  });
}

test("`import` and `require` give the same copy of the package, in every runtime", async () => {
  const folder = await mkdtemp(join(tmpdir(), "hardtack-copies-"));
  after(() => rm(folder, { recursive: true }));
  const installed = join(folder, "node_modules/hardtack-session");
  await mkdir(installed, { recursive: true });
  execFileSync("tar", ["--extract", "--file", packInto(folder).tarball, "--strip-components=1", "--directory", installed]);
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", dependencies: { "hardtack-session": "0.1.0" } }));
  const program = `import { createRequire } from "node:module";
    import { SessionCookie } from "hardtack-session";
    console.log(SessionCookie === createRequire(import.meta.url)("hardtack-session").SessionCookie);`;
  await writeFile(join(folder, "copies.js"), program);
  for (const [name, [runtime, ...given]] of Object.entries(RUNTIMES)) {
    const options = name === "Deno" ? ["run", "--allow-read", "--node-modules-dir=manual"] : given;
    assert.equal(execFileSync(path(runtime), [...options, "copies.js"], { cwd: folder, encoding: "utf8" }), "true\n", name);
  }
});

for (const name of ["Deno", "Bun"]) {
  test(`${name}: its server counts a visitor's visits until a sign-out`, () => {
    const [program, ...given] = RUNTIMES[name];
    const options = name === "Deno" ? ["--allow-net", "--allow-env"] : [];
    const printed = execFileSync(path(program), [...given, ...options, path("serve.js")], { encoding: "utf8" });
    assert.deepEqual(JSON.parse(printed), ["visit 1", "visit 2", "visit 1", "visit 2"]);
  });
}

test("Bun: a WebSocket opens without an error, and one that would lose a change of the session says so", async () => {
  const [program, ...given] = RUNTIMES.Bun;
  const { stdout, stderr } = spawnSync(path(program), [...given, path("upgrade.js")], { encoding: "utf8" });
  assert.deepEqual(JSON.parse(stdout), { jar: "TypeError", greetings: ["hello", "hello", "hello, Hono"], status: 426, told: ["after-head"], shown: false });
  assert.deepEqual(stderr.match(/^\w+Error: .*$/gm), ["SessionError: session cannot be saved with this response; `save` it before, and send its cookie"]);
});

const PAGE = `<!doctype html><script type="module">
  import { run } from "/js/test/vectors.js";
  const report = await run(async (file) => (await fetch("/tests/vectors/" + file)).text());
  await fetch("/report", { method: "POST", body: JSON.stringify(report) });
</script>`;
const TYPES = { ".js": "text/javascript", ".json": "application/json" };

test("Chromium: every vector passes in a page", async () => {
  let reported;
  const report = new Promise((resolve) => (reported = resolve));
  const server = createServer(async (request, response) => {
    if (request.url === "/") return response.setHeader("content-type", "text/html").end(PAGE);
    if (request.method === "POST") {
      reported(JSON.parse((await request.toArray()).join("")));
      return response.end();
    }
    try {
      const file = join(root, new URL(request.url, "http://localhost").pathname);
      response.setHeader("content-type", TYPES[extname(file)] ?? "text/plain").end(await readFile(file));
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const profile = await mkdtemp(join(tmpdir(), "hardtack-chromium-"));
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", `--user-data-dir=${profile}`];
  const browser = spawn("chromium", [...flags, `http://127.0.0.1:${server.address().port}/`], { stdio: "ignore" });
  after(() => (browser.kill(), server.close()));
  const ended = once(browser, "exit").then(() => assert.fail("chromium has ended"));
  const { passed, skipped, failed } = await Promise.race([report, ended]);
  assert.deepEqual([failed, skipped], [[], SKIPPED]);
  assert.ok(Object.values(passed).every((count) => count > 0));
});
