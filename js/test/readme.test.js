// The programs of the README, of migration.md and of docs/ run; migration.test.js has those for who comes from another library, and
// nextjs_page.test.js those for Next.js.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { execPath } from "node:process";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import connect from "connect";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import passport from "passport";
import polka from "polka";

import { SessionCookie, attributes, generateKey } from "../src/index.js";
import { CsrfGuard } from "../src/csrf_guard.js";
import { session } from "../src/web/express.js";
import { withSession } from "../src/web/fetch.js";
import { cookieOf, folder, here, load, pages, programs, readme } from "./programs.js";
import { inEachRuntime } from "./runtimes.js";
import { listening } from "./stand_ins.js";
import { SIGNING_KEY, XAES_KEY, filled } from "./visitor.js";

const env = { SESSION_KEYS: XAES_KEY };
const request = (cookie = "") => new Request("http://localhost/", { headers: { cookie } });

const FIRST = { name: "first", contents: programs.get("worker.ts"), loader: "ts" };
const runtimes = await inEachRuntime({ ...FIRST, env: { ...env, PASSWORD: "right" }, origin: "https://shop.example" });

test("the worker counts", async () => {
  const worker = (await load("worker.js")).default;
  const first = await worker.fetch(request(), env);
  assert.equal(await first.text(), "visit 1");
  assert.equal(await (await worker.fetch(request(cookieOf(first)), env)).text(), "visit 2");
});

for (const [runtime, fresh] of Object.entries(runtimes)) {
  test(`the first program signs in and out in ${runtime}, and refuses other sites and wrong passwords`, async () => {
    const browser = fresh();
    const post = (path, password, site = "same-origin") =>
      browser.fetch(path, { method: "POST", body: new URLSearchParams({ name: "ada", password }), headers: { "sec-fetch-site": site } });
    assert.equal((await post("/sign-in", "wrong")).status, 401);
    assert.equal((await post("/sign-in", "right", "cross-site")).status, 403);
    assert.equal((await browser.get("/")).text, "Hello nobody");
    assert.equal((await post("/sign-in", "right")).status, 303);
    assert.equal((await browser.get("/")).text, "Hello ada");
    assert.match((await post("/sign-out")).setCookies[0], /Max-Age=0/);
    assert.equal((await browser.get("/")).text, "Hello nobody");
  });
}

test("the first program signs nobody in where the password was forgotten", async () => {
  const worker = (await import(new URL("first.js", folder))).default;
  const nameAlone = { method: "POST", body: new URLSearchParams({ name: "ada" }) };
  assert.equal((await worker.request("/sign-in", nameAlone, env)).status, 401);
});

test("the program of Express signs in and out, and refuses other sites and wrong passwords", async () => {
  const { siteOf } = await load("express.js");
  const browser = await listening(createServer(siteOf(async (name, password) => (password === "right" ? { name } : null))));
  const send = (path, body = "", headers = {}) =>
    browser.fetch(path, { method: "POST", body, headers: { "content-type": "application/x-www-form-urlencoded", ...headers } });
  assert.equal((await send("/sign-in", "name=ada&password=wrong")).status, 401);
  assert.equal((await send("/sign-in", "name=ada&password=right", { "sec-fetch-site": "cross-site" })).status, 403);
  assert.equal((await browser.get("/")).text, "Hello nobody");
  assert.equal((await send("/sign-in", "name=ada&password=right")).status, 303);
  assert.equal((await browser.get("/")).text, "Hello ada");
  await send("/sign-out");
  assert.equal((await browser.get("/")).text, "Hello nobody");
});

test("a key is made by the line for it", async () => {
  const [, program] = /^node -e '(.*)'$/m.exec(readme);
  const key = execFileSync(execPath, ["-e", program], { cwd: fileURLToPath(here("./")), encoding: "utf8" });
  process.env.SESSION_KEYS = key;
  assert.equal((await SessionCookie.encrypted(key)).name, "__Host-session");
  process.env.SESSION_KEYS = XAES_KEY;
});

test("on Lambda the session goes by the lists of payload 2.0, and by the headers of others, and a guard refuses forms of other sites", async () => {
  const { handler } = await load("lambda.js");
  const by = (method, event) => handler({ rawPath: "/", requestContext: { http: { method } }, ...event });
  const first = await by("GET", { version: "2.0", headers: {} });
  assert.deepEqual([first.body, first.cookies.length], ["visit 1", 1]);
  const cookie = first.cookies[0].split(";")[0];
  const events = [{ version: "2.0", headers: {}, cookies: ["a=1", cookie] }, { headers: { Cookie: cookie } }, { headers: {}, multiValueHeaders: { Cookie: [cookie] } }];
  for (const event of events) assert.equal((await by("GET", event)).body, "visit 2");
  const form = (fields) => by("POST", { version: "2.0", headers: { host: "abc.lambda-url.eu-west-1.on.aws", ...fields }, cookies: [cookie] });
  assert.equal((await form({ "sec-fetch-site": "same-origin" })).body, "visit 2");
  assert.equal((await form({ origin: "https://abc.lambda-url.eu-west-1.on.aws" })).body, "visit 2");
  for (const fields of [{ "sec-fetch-site": "cross-site" }, { Origin: "https://evil.example" }, { "Sec-Fetch-Site": "same-site" }]) {
    const refused = await form(fields);
    assert.deepEqual([refused.statusCode, refused.cookies], [403, undefined]);
  }
});

test("a form that a provider posts is answered by a page that posts its fields again, and shows none of them as markup", async () => {
  const { postAgain } = await load("form_post.js");
  const fields = new URLSearchParams({ code: 'a"<b>&', SAMLResponse: "+/=".repeat(6_000), user: '{"name":"Ada"}' });
  const page = await postAgain(new Request("http://localhost/callback/form", { method: "POST", body: fields }), "/callback");
  const text = await page.text();
  assert.deepEqual([page.status, page.headers.get("cache-control"), page.headers.getSetCookie()], [200, "no-store", []]);
  const found = [...text.matchAll(/name="(.*?)" value="(.*?)"/g)].map(([, name, value]) => [name, value.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))]);
  assert.deepEqual(found, [...fields]);
});

test("the types are right, and another type than the one of the shape is refused", async () => {
  const check = (program) => {
    const file = new URL("types.ts", folder);
    writeFileSync(file, program);
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--ignoreConfig", "--module", "nodenext", "--target", "es2023", "--types", "node,express"];
    execFileSync(execPath, ["node_modules/typescript/bin/tsc", ...options, fileURLToPath(file)], { cwd: here("./"), encoding: "utf8" });
  };
  const program = programs.get("types.ts");
  check(program);
  for (const name of ["worker.ts", "provider.ts"]) check(programs.get(name));
  assert.throws(() => check(program.replace("user: number;", "user: Date;")), ({ stdout }) => /types\.ts.*error/.test(stdout));
});

test("Connect, Polka, Koa and Fastify have the session of the lines for them", async (t) => {
  t.mock.method(console, "error", () => {});
  const { refuse, inKoa, inFastify } = await load("koa_fastify.js");
  const sessions = session(SessionCookie.encrypted(XAES_KEY), { refuse });
  const greet = (session) => (session.update("visits", (visits = 0) => visits + 1), `visit ${session.get("visits")}`);
  // What takes the place of a session cannot be saved.
  const page = (request) => (request.url === "/lost" ? String(delete request.session) : greet(request.session));
  const koa = new Koa().use(inKoa(sessions)).use((context) => void (context.body = page(context.req)));
  koa.silent = true;
  const fastify = Fastify();
  fastify.addHook("onRequest", inFastify(sessions));
  fastify.get("*", async (request) => page(request.raw));
  await fastify.ready();
  const answer = (request, response) => response.end(page(request));
  const listeners = {
    Connect: connect().use(sessions).use(answer),
    Polka: polka().use(sessions).get("*", answer).handler,
    Koa: koa.callback(),
    Fastify: (request, response) => fastify.routing(request, response),
  };
  for (const [name, listener] of Object.entries(listeners)) {
    const browser = await listening(createServer(listener));
    assert.equal((await browser.get("/lost")).status, 500, name);
    const [first, second] = [await browser.get("/"), await browser.get("/")];
    assert.deepEqual([first.text, second.text, second.headers.get("vary")], ["visit 1", "visit 2", "Cookie"], name);
  }
});

test("who signs in by passport is known until a sign-out, and its own sessions are refused", async () => {
  const { siteOf } = await load("passport.js");
  passport.use("local", {
    authenticate({ body }) {
      body.password === "right" ? this.success({ id: 7 }) : this.fail();
    },
  });
  const app = siteOf(async (id) => ({ id, name: "ada" }));
  app.get("/", (request, response) => response.send(request.user?.name ?? "nobody"));
  app.get("/login", passport.initialize(), (request, response) => request.login({ id: 7 }, () => response.send("in")));
  app.use((error, request, response, next) => response.status(500).send(error.message));
  const browser = await listening(createServer(app));
  const post = (path, fields) => browser.fetch(path, { method: "POST", body: new URLSearchParams(fields) });
  assert.equal((await post("/sign-in", { password: "wrong" })).status, 401);
  assert.equal((await browser.get("/")).text, "nobody");
  await post("/sign-in", { password: "right" });
  assert.equal((await browser.get("/")).text, "ada");
  await post("/sign-out");
  assert.equal((await browser.get("/")).text, "nobody");
  assert.match((await browser.get("/login")).text, /session keeps no property `regenerate`/);
});

test("a request fails, and not the process, if the user of passport cannot be looked up, in Express 4 too", async () => {
  for (const express of ["express", "express4"]) {
    const file = new URL(`passport_in_${express}.js`, folder);
    await writeFile(file, programs.get("passport.js").replace('from "express"', `from "${express}"`));
    const { siteOf } = await import(file);
    const app = siteOf(async () => {
      throw new Error("no database");
    });
    app.use((error, request, response, next) => response.status(500).send(error.message));
    const browser = await listening(createServer(app));
    const cookie = await filled((session) => session.set("user", 7), undefined, Date.now());
    const answer = await browser.fetch("/", { headers: { cookie }, signal: AbortSignal.timeout(5_000) });
    assert.deepEqual([answer.status, answer.text], [500, "no database"], express);
  }
});

test("the site on Node's own server reads each character of a form, and no form that is too long", async (t) => {
  const site = spawn(execPath, [fileURLToPath(here("examples/node.js")), "0"], { env: { ...process.env, SESSION_KEYS: XAES_KEY } });
  t.after(() => site.kill());
  const [line] = await once(site.stdout.setEncoding("utf8"), "data");
  const url = `${line.trim().replace("listening on ", "")}/sign-in`;
  const post = async (body) => {
    const response = await fetch(url, { method: "POST", body, duplex: "half" });
    return [response.status, await response.text()];
  };
  const [first, second] = [Buffer.from("name=é").subarray(0, -1), Buffer.from("é").subarray(1)];
  const parts = (async function* () {
    yield first;
    await setTimeout(100);
    yield second;
  })();
  assert.deepEqual(await post(parts), [200, "é 0"]);
  assert.deepEqual(await post(`name=ada&more=${"x".repeat(1_000_000)}`), [413, "too long"]);
  assert.deepEqual(await post("name=ada"), [200, "ada 0"]);
});

test("the described type and the migration are built", async () => {
  await load("struct.js");
  assert.equal((await load("migrate.js")).cookies.name, "__Host-session");
  const [, chosen] = /`cookie: attributes\((\{ name.*)\)`/.exec(pages.join(""));
  assert.equal(attributes(new Function(`return ${chosen}`)()).name, "__Secure-shop");
  assert.equal((await load("migrate_own.js")).cookies.name, "__Host-session");
});

test("a user who signs out everywhere is asked about a minute later", async () => {
  const { cookies, epochs } = await load("revalidate.js");
  const now = Date.now();
  const cookie = await filled((session) => (session.signIn(), session.set("user", 7).set("epoch", 1)), cookies, now - 60_000);
  const userAt = async (moment) => (await cookies.load(cookie, moment)).get("user");
  assert.equal(await userAt(now), 7);
  epochs.set(7, 2);
  assert.deepEqual([await userAt(now - 1000), await userAt(now)], [7, undefined]);
  // A replica that has not heard of the change yet does not end the sessions that began after it.
  epochs.set(7, 0);
  assert.equal(await userAt(now), 7);
  // A user who is not there, in a session from before there were numbers.
  const before = await filled((session) => session.set("user", 8), cookies, now - 60_000);
  assert.equal((await cookies.load(before, now)).get("user"), undefined);
});

test("a program takes a new ring from its file", async () => {
  const file = new URL("session_keys", folder);
  process.env.SESSION_KEYS_FILE = fileURLToPath(file);
  await writeFile(file, `${XAES_KEY}\n`);
  const { cookies } = await load("follow.js");
  const now = Date.now();
  const cookie = await filled(undefined, cookies, now);
  await writeFile(file, `${await generateKey()}\n${XAES_KEY}\n`);
  const kindAt = async (moment) => (await cookies.load(cookie, moment)).outcome.kind;
  assert.deepEqual([await kindAt(now), await kindAt(now + 61_000)], ["opened", "openedUnderAcceptedKey"]);
});

test("a link signs in once, within 15 minutes", async (t) => {
  const { emailOf, linkFor } = await load("magic_link.js");
  const [link, late] = [await linkFor("ada@example.com"), await linkFor("eve@example.com")];
  assert.equal(await emailOf(`${link.slice(0, -1)}-`), undefined);
  assert.deepEqual([await emailOf(link), await emailOf(link)], ["ada@example.com", undefined]);
  const now = Date.now();
  t.mock.method(Date, "now", () => now + 900_000);
  assert.equal(await emailOf(late), undefined);
});

test("a link that two use at once signs one of them in, also where the list of used ids answers later", async () => {
  const program = programs.get("magic_link.js");
  const [line] = /^const claim = .*$/m.exec(program);
  // As a database does: the answer is late, and the row is there or not.
  const late = line.replace(/=> .*;$/, "=> (await new Promise(setImmediate), !used.has(id) && used.add(id) === used);");
  assert.notEqual(late, line);
  const file = new URL("magic_link_late.js", folder);
  await writeFile(file, program.replace(line, late));
  for (const { emailOf, linkFor } of [await load("magic_link.js"), await import(file)]) {
    for (let round = 0; round < 20; round++) {
      const link = await linkFor("ada@example.com");
      const found = await Promise.all([1, 2, 3, 4].map(() => emailOf(link)));
      assert.deepEqual(found.filter(Boolean), ["ada@example.com"]);
      assert.equal(await emailOf(link), undefined);
    }
  }
});

test("a log of JSON has the sentence of an error", async (t) => {
  const { mock } = t.mock.method(console, "log", () => {});
  const before = process.env;
  t.after(() => (process.env = before));
  process.env = { SESSION_KEYS: XAES_KEY };
  const { cookies } = await load("log.js");
  assert.equal(cookies.name, "__Host-session");
  const log = new Function("console", `${/^const withErrors[^]*?^const log = .*$/m.exec(programs.get("log.js"))[0]} return log;`)(console);
  log("error", "the session is lost", { error: new TypeError("no room") });
  assert.deepEqual(JSON.parse(mock.calls.at(-1).arguments[0]), { level: "error", message: "the session is lost", error: "TypeError: no room" });
  assert.ok(mock.calls.every(({ arguments: [line] }) => JSON.parse(line).level));
});

test("settings are read by the lines of the page about them", async (t) => {
  const page = await readFile(here("../docs/settings.md"), "utf8");
  const [, program] = /```js\n(import { fromEnv, fromSettings }[^]*?)```/.exec(page);
  await writeFile(new URL("settings.js", folder), `${program}export { cookies, same };`);
  t.after(() => delete process.env.APP_SESSION_KEYS);
  process.env.APP_SESSION_KEYS = XAES_KEY;
  const { cookies, same } = await import(new URL("settings.js", folder));
  assert.equal((await same.load(await filled(undefined, cookies, Date.now()))).get("user"), "ada");
});

test("what a session can do is done, line by line", async () => {
  const cookies = await SessionCookie.encrypted(XAES_KEY);
  const session = await cookies.load(null);
  const { useOf } = await load("session.js");
  useOf(await cookies.load(null));
  // What a comment says of a line, where it is a value.
  const said = programs.get("session.js").split("\n").map((line) => line.trim()).filter((line) => line.startsWith("session."));
  const results = said.map((line) => new Function("session", `return ${line.split("//")[0]}`)(session));
  assert.deepEqual([results[2], results[3], results[4], results[6]], [7, true, true, ["Saved."]]);
  assert.deepEqual([session.get("visits"), session.get("cart")], [1, undefined]);
  session.set("cart", [{ id: 7 }]);
  new Function("session", said[1])(session);
  assert.deepEqual(session.get("cart"), [{ id: 7 }, { id: 8 }]);
  assert.throws(() => session.get("cart").push({ id: 9 }), TypeError);
  for (const refused of [undefined, new Date(), 1n, new Map(), new Map([["a", 1]])]) assert.throws(() => session.set("a", refused), { code: "value" });
  assert.deepEqual(session.set("a", new Map([[1, "one"]])).get("a").get(1), "one");
  for (const copied of [() => session.user, () => JSON.stringify(session), () => ({ ...session })]) assert.throws(copied, TypeError);
});

test("the examples of the types say what comes out", async () => {
  const files = ["src/index.d.ts", "src/web/fetch.d.ts", "src/csrf_guard.d.ts"].map((file) => readFile(here(file), "utf8"));
  const examples = [...(await Promise.all(files)).join("").matchAll(/@example\n([^]*?)\n *\*\//g)].map(([, text]) => text.replace(/^ *\* /gm, ""));
  const cookies = await SessionCookie.encrypted(XAES_KEY);
  for (const example of examples) {
    const given = { cookies, session: await cookies.load(null), request: request(), withSession, CsrfGuard, said: [] };
    const lines = example.replace(/^(.*); \/\/ (".*"|\d+|undefined)$/gm, "said.push([$1, $2]);");
    await new Function(...Object.keys(given), `return (async () => { ${lines} })()`)(...Object.values(given));
    assert.notDeepEqual(given.said, [], example);
    for (const [found, expected] of given.said) assert.deepEqual(found, expected, example);
  }
  assert.ok(examples.length >= 6);
});

test("operators count outcomes and refusals, and tenants have sessions of their own", async (t) => {
  const { mock } = t.mock.method(console, "error", () => {});
  const { cookies, scrape } = await load("metrics.js");
  await (await cookies).load(null);
  const scraped = await scrape();
  assert.match(scraped.headers.get("content-type"), /^text\/plain/);
  assert.match(await scraped.text(), /hardtack_sessions_read_total{purpose="__Host-session",outcome="Absent",reason="",known=""} 1\n/);
  const { fetch, counts } = await load("hooks.js");
  await fetch(request("__Host-session=junk"));
  await fetch(new Request("http://localhost/", { method: "POST", headers: { "sec-fetch-site": "cross-site" } }));
  assert.deepEqual(counts, { TooShort: 1, absent: 1, "cross-site": 1 });
  assert.equal(mock.callCount(), 0);
  await printsFailures(mock);
  const { forTenants, forTenantsInPaths } = await load("tenants.js");
  const tenants = new Hono();
  const installed = await import("hardtack-session");
  const visited = (c) => c.text(`visit ${c.get("session").update("visits", (visits = 0) => visits + 1).get("visits")}`);
  const inPaths = new Hono();
  forTenantsInPaths(inPaths, XAES_KEY);
  inPaths.get("/t/:tenant/", visited);
  // Two tabs of one browser.
  const jar = new Map();
  for (const [id, visit] of [["1", 1], ["2", 1], ["1", 2], ["2", 2]]) {
    const answer = await inPaths.request(`http://a.example/t/${id}/`, { headers: { cookie: [...jar.values()].join("; ") } });
    assert.equal(await answer.text(), `visit ${visit}`);
    jar.set(id, cookieOf(answer));
  }
  forTenants(tenants, installed.SessionCookie.encrypted(XAES_KEY));
  tenants.get("/", visited);
  const first = await tenants.request("http://a.example/");
  const headers = { cookie: cookieOf(first) };
  assert.equal(await (await tenants.request("http://a.example/", { headers })).text(), "visit 2");
  assert.equal(await (await tenants.request("http://b.example/", { headers })).text(), "visit 1");
  assert.equal((await tenants.request("http://c.example/", { headers })).status, 421);
});

/** The hooks print a change that is lost, and the error of a `validate` that fails. */
async function printsFailures(mock) {
  const validate = '() => { throw new TypeError("no answer"); }';
  const handler = '(_, session) => (session.set("user", 7), new Response("", { headers: { "set-cookie": "__Host-session=x; Path=/" } }))';
  const program = programs
    .get("hooks.js")
    .replace("process.env.SESSION_KEYS", `$&, { revalidateAfter: revalidation({ seconds: 60, validate: ${validate} }) }`)
    .replace('() => new Response("hello")', handler);
  const file = new URL("hooks_of_failures.js", folder);
  await writeFile(file, `import { revalidation } from "hardtack-session";
${program}`);
  const { fetch, counts } = await import(file);
  await fetch(request());
  assert.equal((await fetch(request(await filled(undefined, undefined, Date.now() - 120_000)))).status, 503);
  assert.deepEqual(counts, { absent: 1, "left-out": 1, Unvalidated: 1, unvalidated: 1 });
  const printed = mock.calls.map(({ arguments: [error, fields] }) => [error.code ?? error, fields.error?.message ?? fields]);
  assert.deepEqual(printed, [["left-out", "GET"], ["the application could not say whether a session is still valid", "no answer"]]);
}

test("the worker before an origin passes the session on", async () => {
  const { origin } = await listening(createServer((request, response) => response.end(request.headers.cookie)));
  const worker = (await load("origin.js")).default;
  const response = await worker.fetch(request("a=1"), { ...env, ORIGIN: origin });
  assert.equal(await response.text(), `a=1; ${cookieOf(response)}`);
});

test("the package that is installed from a clone is the one that is packed", async () => {
  const { name, version } = JSON.parse(await readFile(here("package.json"), "utf8"));
  assert.ok(readme.includes(`npm install ../hardtack/js/${name}-${version}.tgz`));
});

test("the tests of a handler and of a type pass", async () => {
  for (const name of ["handler.test.js", "login.test.js"]) {
    const file = new URL(name, folder);
    await writeFile(file, programs.get(name));
    execFileSync(execPath, ["--test", fileURLToPath(file)], { env: { PATH: process.env.PATH } });
  }
});

test("every block is a program that runs here, or lines of one, or commands and output", () => {
  for (const page of pages) {
    const own = page.replace(/^<!-- Written by .*-->\n```[^]*?^```$/gm, "");
    for (const [, language, first] of own.matchAll(/^```(\w+)\n(.*)$/gm)) {
      if (["sh", "text"].includes(language)) continue;
      assert.ok(programs.has(first.slice("// ".length)), `${language}: ${first}`);
    }
  }
});

test("the README has no link into the repository, and no page a key", () => {
  assert.doesNotMatch(readme, /\]\((?!https:|#)/);
  assert.ok([XAES_KEY, SIGNING_KEY].every((key) => pages.every((page) => !page.includes(key))));
});
