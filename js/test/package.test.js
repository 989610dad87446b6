// The package as its users get it: packed, and installed in an empty folder.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { execPath } from "node:process";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { publint } from "publint";
import { formatMessage } from "publint/utils";

import { monorepoIn } from "./monorepo.js";
import { packInto } from "./visitor.js";

const here = fileURLToPath(new URL("..", import.meta.url));
const bin = (name) => join(here, "node_modules/.bin", name);
const folder = await mkdtemp(join(tmpdir(), "hardtack-package-"));
after(() => rm(folder, { recursive: true }));
const { tarball, files } = await packInto(folder);
const run = (command, given, options) => execFileSync(command, given, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], ...options });

const manifest = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
const entries = Object.keys(manifest.exports).filter((entry) => !entry.endsWith(".json")).map((entry) => entry.replace(".", "hardtack-session"));

test("the package holds its modules, their types, and what says what it is", () => {
  assert.ok(files.every((file) => /^(dist\/|package\.json$|README\.md$|CHANGELOG\.md$|LICENSE-)/.test(file)), files.join(" "));
  for (const file of ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"]) assert.ok(files.includes(file), file);
  for (const file of Object.values(manifest.exports).flatMap((conditions) => (conditions.default ? Object.values(conditions) : []))) {
    assert.ok(files.includes(file.slice(2)), file);
    assert.ok(files.includes(file.slice(2).replace(/\.js$/, ".d.ts")), `types of ${file}`);
  }
});

test("installing it runs no script and brings no other package", () => {
  const atInstall = ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"];
  assert.deepEqual(Object.keys(manifest.scripts).filter((script) => atInstall.includes(script)), []);
  // npm builds it without being asked.
  assert.ok(!files.includes("binding.gyp"));
  const fields = Object.keys(manifest).filter((field) => /dependencies$/i.test(field));
  assert.deepEqual(fields, ["peerDependencies", "devDependencies"]);
  for (const name of Object.keys(manifest.peerDependencies)) assert.ok(manifest.peerDependenciesMeta[name].optional, name);
});

test("publint has nothing to say", async () => {
  const { messages, pkg } = await publint({ pkgDir: here, strict: true, pack: "npm" });
  assert.deepEqual(messages.map((message) => formatMessage(message, pkg)), []);
});

test("the types are right", () => {
  run(bin("attw"), [tarball, "--profile", "node16", "--no-emoji", "--no-color"]);
});

test("installed in an empty folder, every entry loads, from a module and from CommonJS", async () => {
  await writeFile(join(folder, "package.json"), "{}");
  run("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball]);
  assert.deepEqual((await readdir(join(folder, "node_modules"))).filter((name) => !name.startsWith(".")), ["hardtack-session"]);
  for (const name of Object.keys(manifest.peerDependencies)) await symlink(join(here, "node_modules", name), join(folder, "node_modules", name));
  const uses = `
    const cookies = await SessionCookie.encrypted(await KeyRing.generate());
    const session = await cookies.load(null);
    session.set("user", 7);
    const [line] = await cookies.save(session);
    console.log((await cookies.load(line.split(";")[0])).get("user"));
  `;
  await writeFile(join(folder, "module.mjs"), `${entries.map((entry) => `import "${entry}";`).join("\n")}
    import { KeyRing, SessionCookie } from "hardtack-session";${uses}`);
  await writeFile(join(folder, "common.cjs"), `${entries.map((entry) => `require("${entry}");`).join("\n")}
    const { KeyRing, SessionCookie } = require("hardtack-session");
    (async () => {${uses}})();`);
  for (const file of ["module.mjs", "common.cjs"]) assert.equal(run(execPath, ["--no-warnings", file]), "7\n", file);
  await writeFile(join(folder, "both.cjs"), `(async () => {
    const copies = async (entry) => [await import(entry), require(entry)].map((all) => Object.values(all)[0]);
    for (const entry of ${JSON.stringify(entries)}) if (new Set(await copies(entry)).size > 1) console.log(entry);
  })();`);
  // Where Node can load modules so.
  if (process.features.require_module) assert.equal(run(execPath, ["--no-warnings", "both.cjs"]), "", "two copies");
});

/** Both copies of the package, as an entry of them. */
const bothOf = async (entry) => [await import(`../dist/${entry}.js`), createRequire(import.meta.url)(`../dist/cjs/${entry}.js`)];

test("a program with both copies of the package gets a session of one of them, or an error", async () => {
  const [mains, fetches, guards] = [await bothOf("index"), await bothOf("web/fetch"), await bothOf("csrf_guard")];
  for (const own of [0, 1]) {
    const { SessionCookie, csrfToken } = mains[own];
    const other = mains[1 - own];
    const text = await other.generateKey();
    const cookies = await SessionCookie.encrypted(text);
    const others = await other.SessionCookie.encrypted(text);
    const [line] = await others.save((await others.load(null)).set("user", "ada"));
    const cookie = line.split(";")[0];
    assert.equal((await cookies.load(cookie)).get("user"), "ada");
    // What one copy makes, in the other.
    await assert.rejects(SessionCookie.encrypted(await other.KeyRing.parse(text)), { name: "ConfigError" });
    await assert.rejects(SessionCookie.encrypted(text, { cookie: other.attributes({}) }), { name: "ConfigError" });
    const revoking = await SessionCookie.encrypted(text, { revokedIf: other.revocation(({ id }) => id === null) });
    await assert.rejects(revoking.load(cookie));
    const session = await others.load(cookie);
    const isOther = { name: "TypeError", message: "expected a session; await `load`, and have one copy of this package" };
    for (const use of [() => csrfToken(session), () => cookies.save(session), () => cookies.saveToResponse(new Response(), session)]) {
      await assert.rejects(async () => use(), isOther);
    }
    assert.throws(() => fetches[own].withSession(others, () => new Response("x")), { name: "ConfigError", code: "cookies" });
    const guarded = fetches[own].withSession(cookies, () => new Response("x"), { guard: new guards[1 - own].CsrfGuard() });
    const post = (headers) => guarded(new Request("https://a.example/", { method: "POST", headers: { cookie, ...headers } }));
    assert.equal((await post({ "sec-fetch-site": "cross-site" })).status, 403);
    await assert.rejects(post({ "x-csrf-token": "x" }), isOther);
  }
});

test("types resolve in every way, and need no library of the browser's", async () => {
  const program = (names) => `
    ${names.map((entry, i) => `import * as m${i} from "${entry}";\nexport { m${i} };`).join("\n")}
    import { SessionCookie, type Session } from "hardtack-session";
    const cookies = await SessionCookie.encrypted<{ user: string }>("key");
    const session: Session<{ user: string }> = await cookies.load("");
    export const user: string | undefined = session.get("user");
  `;
  // The types of Node's adapter are those of Node, and Hono's own need the library of the browser's.
  const plain = entries.filter((entry) => !/\/(node|hono)$/.test(entry));
  await writeFile(join(folder, "plain.ts"), program(plain));
  for (const [module, moduleResolution] of [["nodenext", "nodenext"], ["node20", "node16"], ["esnext", "bundler"], ["preserve", "bundler"]]) {
    const options = ["--module", module, "--moduleResolution", moduleResolution, "--target", "es2023", "--lib", "es2023"];
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    run(bin("tsc"), [...options, "--strict", "--noEmit", "--types", "", "plain.ts"]);
  }
});

test("a package of a monorepo exports what each adapter returns, without a name for its type", async () => {
  run(bin("tsc"), ["--project", await monorepoIn(folder)]);
});

test("fields that may be left out have the same types with exactOptionalPropertyTypes", () => {
  for (const flag of ["true", "false"]) run(bin("tsc"), ["-p", join(here, "tsconfig.json"), "--exactOptionalPropertyTypes", flag]);
});

test("the file for those who copy works alone", async () => {
  await writeFile(join(folder, "copied.mjs"), await readFile(join(here, "hardtack.js")));
  await writeFile(join(folder, "copied.d.mts"), await readFile(join(here, "hardtack.d.ts")));
  const program = 'import { KeyRing, SessionCookie } from "./copied.mjs"; console.log((await SessionCookie.encrypted(await KeyRing.generate())).name);';
  await writeFile(join(folder, "copy.mjs"), program);
  assert.equal(run(execPath, ["copy.mjs"]), "__Host-session\n");
});

test("of a text that is no key, files say what it looks like, and a bundle the command that does", async () => {
  const program = 'import { KeyRing } from "hardtack-session"; await KeyRing.parse("x=y").catch(({ message }) => console.log(message));';
  await writeFile(join(folder, "key.mjs"), program);
  run(bin("esbuild"), ["key.mjs", "--bundle", "--format=esm", "--platform=node", "--outfile=bundle.mjs", "--log-level=error"]);
  assert.match(run(execPath, ["key.mjs"]), /it has the name of a variable before it; give the value alone/);
  assert.match(run(execPath, ["bundle.mjs"]), /it is none: see `hardtack ring check -`; restore its keys/);
});

test("files and functions are of a size that one can read", async () => {
  for (const file of (await readdir(join(here, "src"), { recursive: true })).filter((file) => file.endsWith(".js"))) {
    const lines = (await readFile(join(here, "src", file), "utf8")).split("\n");
    assert.ok(lines.length <= 400, `${file} has ${lines.length} lines`);
    assert.ok(lines.every((line) => line.length <= 140), `${file} has long lines`);
  }
});

test("a room imports only from those below it", async () => {
  const rooms = ["format", "base", "keys", "state", "session", "carrier", "settings", ".", "web"];
  const floor = (file) => rooms.indexOf(file.includes("/") ? file.split("/")[0] : ".");
  for (const file of (await readdir(join(here, "src"), { recursive: true })).filter((file) => file.endsWith(".js"))) {
    assert.ok(floor(file) >= 0, `${file} is in no room`);
    for (const [, from] of (await readFile(join(here, "src", file), "utf8")).matchAll(/ from "(\.[^"]+)"/g)) {
      assert.ok(floor(normalize(join(dirname(file), from))) <= floor(file), `${file} imports ${from}`);
    }
  }
});
