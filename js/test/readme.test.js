// The programs of the README, of migration.md and of docs/ run; nextjs_page.test.js has those for Next.js.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { execPath } from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import secureSession from "@fastify/secure-session";
import connect from "connect";
import cookieSession from "cookie-session";
import express from "express";
import Fastify from "fastify";
import * as h3of2 from "h3";
import * as h3of1 from "h3-1";
import { Hono } from "hono";
import { getIronSession } from "iron-session";
import { SignJWT } from "jose";
import Koa from "koa";
import koaSession from "koa-session";
import passport from "passport";
import polka from "polka";
import { createCookieSessionStorage } from "react-router";

import { SessionCookie, generateKey } from "../src/index.js";
import { sessionType, struct, text, u53 } from "../src/struct.js";
import { writeExamples } from "../src/testing.js";
import { session as inHono } from "../src/web/hono.js";
import { cookieOf, folder, here, load, migration, nextjs, operations, pages, programs, readme } from "./programs.js";
import { listening } from "./stand_ins.js";
import { SIGNING_KEY, XAES_KEY } from "./visitor.js";

const env = { SESSION_KEYS: XAES_KEY };
const request = (cookie = "") => new Request("http://localhost/", { headers: { cookie } });

test("the worker counts", async () => {
  const worker = (await load("worker.js")).default;
  const first = await worker.fetch(request(), env);
  assert.equal(await first.text(), "visit 1");
  assert.equal(await (await worker.fetch(request(cookieOf(first)), env)).text(), "visit 2");
});

test("the program of Hono answers", async () => {
  const hono = (await load("hono.js")).default;
  assert.equal(await (await hono.request("/")).text(), "Hello nobody");
});

test("the first program signs in and out, and refuses other sites and wrong passwords", async () => {
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

test("on Lambda the session goes by the lists of payload 2.0, and by the headers of others", async () => {
  const { handler } = await load("lambda.js");
  const first = await handler({ version: "2.0", headers: {} });
  assert.deepEqual([first.body, first.cookies.length], ["visit 1", 1]);
  const cookie = first.cookies[0].split(";")[0];
  const events = [{ version: "2.0", headers: {}, cookies: ["a=1", cookie] }, { headers: { Cookie: cookie } }, { multiValueHeaders: { Cookie: [cookie] } }];
  for (const event of events) assert.equal((await handler(event)).body, "visit 2");
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
  assert.throws(() => check(program.replace("user: number;", "user: Date;")), ({ stdout }) => /types\.ts.*error/.test(stdout));
});

test("Connect, Polka, Koa and Fastify have the session of the lines for them", async () => {
  const { sessions, inKoa, inFastify } = await load("koa_fastify.js");
  const greet = (session) => (session.update("visits", (visits = 0) => visits + 1), `visit ${session.get("visits")}`);
  const koa = new Koa().use(inKoa).use((context) => void (context.body = greet(context.req.session)));
  const fastify = Fastify();
  fastify.addHook("onRequest", inFastify);
  fastify.get("/", async (request) => greet(request.raw.session));
  await fastify.ready();
  const answer = (request, response) => response.end(greet(request.session));
  const listeners = {
    Connect: connect().use(sessions).use(answer),
    Polka: polka().use(sessions).get("/", answer).handler,
    Koa: koa.callback(),
    Fastify: (request, response) => fastify.routing(request, response),
  };
  for (const [name, listener] of Object.entries(listeners)) {
    const server = createServer(listener).listen(0, "127.0.0.1");
    await once(server, "listening");
    const visit = (cookie = "") => fetch(`http://127.0.0.1:${server.address().port}/`, { headers: { cookie } });
    const first = await visit();
    const second = await visit(cookieOf(first));
    assert.deepEqual([await first.text(), await second.text(), second.headers.get("vary")], ["visit 1", "visit 2", "Cookie"], name);
    server.close();
  }
});

test("who signs in by passport is known until a sign-out, and its own sessions are refused", async () => {
  const { siteOf } = await load("passport.js");
  passport.use("local", {
    authenticate({ query }) {
      query.password === "right" ? this.success({ id: 7 }) : this.fail();
    },
  });
  const app = siteOf(async (id) => ({ id, name: "ada" }));
  app.get("/", (request, response) => response.send(request.user?.name ?? "nobody"));
  app.get("/login", passport.initialize(), (request, response) => request.login({ id: 7 }, () => response.send("in")));
  app.use((error, request, response, next) => response.status(500).send(error.message));
  const browser = await listening(createServer(app));
  const post = (path) => browser.fetch(path, { method: "POST" });
  assert.equal((await post("/sign-in?password=wrong")).status, 401);
  assert.equal((await browser.get("/")).text, "nobody");
  await post("/sign-in?password=right");
  assert.equal((await browser.get("/")).text, "ada");
  await post("/sign-out");
  assert.equal((await browser.get("/")).text, "nobody");
  assert.match((await browser.get("/login")).text, /session has no property `regenerate`/);
});

test("the described type and the migration are built", async () => {
  await load("struct.js");
  assert.equal((await load("migrate.js")).cookies.name, "__Host-session");
  assert.equal((await load("attributes.js")).cookies.name, "__Secure-shop");
  assert.equal((await load("device.js")).cookies.name, "__Host-session");
  assert.equal((await load("migrate_own.js")).cookies.name, "__Host-session");
});

test("who comes from iron-session is signed in and out on the same days as there", async (t) => {
  const DAY = 86_400_000;
  const rollout = Date.parse("2026-12-01");
  t.mock.timers.enable({ apis: ["Date"], now: rollout - 3 * DAY });
  const options = { cookieName: "sid", password: process.env.IRON_PASSWORD };
  /** The cookies of a browser, which drops them at their end. */
  const browser = () => {
    const jar = new Map();
    return {
      get cookie() {
        return [...jar].filter(([, { end }]) => Date.now() < end).map(([name, { value }]) => `${name}=${value}`).join("; ");
      },
      keep(lines) {
        for (const line of lines) {
          const [, name, value, seconds] = /^([^=]+)=([^;]*);.*Max-Age=(\d+)/.exec(line);
          jar.set(name, { value, end: Date.now() + seconds * 1000 });
        }
      },
    };
  };
  const [theirs, ours] = [browser(), browser()];
  /** Visits a site of iron-session. Returns the user, who signs in again if there is none. */
  const visitTheirs = async (isChanged) => {
    const response = new Response();
    const session = await getIronSession(new Request("http://localhost/", { headers: { cookie: theirs.cookie } }), response, options);
    const { user } = session;
    session.user = "ada";
    session.visits = (session.visits ?? 0) + 1;
    if (isChanged || !user) await session.save();
    theirs.keep(response.headers.getSetCookie());
    return user;
  };
  await visitTheirs(true);
  ours.keep([`sid=${/sid=(.*)/.exec(theirs.cookie)[1]}; Max-Age=${14 * 86_400}`]);

  t.mock.timers.setTime(rollout);
  const { cookies } = await load("migrate.js");
  const visitOurs = async (isChanged) => {
    const session = await cookies.load(ours.cookie);
    const user = session.get("user");
    session.get("visits");
    if (!user) session.signIn();
    if (isChanged || !user) session.set("user", "ada").update("visits", (visits = 0) => visits + 1);
    ours.keep(await cookies.save(session));
    return user;
  };
  // A visit a day, of which every third changes something; then some that come late, and too late.
  const gaps = [...Array(120).fill(1), 6, 7, 13, 14, 13.9, 15, 1, 40, 13];
  const [users, theirUsers] = [[], []];
  for (const [i, gap] of gaps.entries()) {
    const isChanged = i % 3 === 0 || i >= 120;
    theirUsers.push(await visitTheirs(isChanged));
    users.push(await visitOurs(isChanged));
    t.mock.timers.setTime(Date.now() + gap * DAY);
  }
  assert.deepEqual(users, theirUsers);
  assert.equal(users.slice(0, 121).every((user) => user === "ada"), true);
  assert.deepEqual(users.slice(120), ["ada", "ada", "ada", "ada", undefined, "ada", undefined, "ada", undefined]);
});

for (const [version, h3] of Object.entries({ "h3 1": h3of1, "h3 2": h3of2 })) {
  test(`who comes from ${version} goes on with the same session, until the same day`, async (t) => {
    const rollout = Date.parse("2026-12-01");
    t.mock.timers.enable({ apis: ["Date"], now: rollout - 3 * 86_400_000 });
    process.env.SESSION_PASSWORD = "a password of at least 32 characters";
    const config = { password: process.env.SESSION_PASSWORD, maxAge: 7 * 86_400 };
    const lines = await answerOf(h3, async (event) => {
      const session = await h3.useSession(event, config);
      await session.update({ user: 7, roles: ["editor"] });
      return session.id;
    });
    const old = lines.at(-1).split(";")[0];
    const program = programs.get("migrate_h3.js").replace('"h3"', version === "h3 1" ? '"h3-1"' : '"h3"');
    const file = new URL(`migrate_${version.replace(" ", "_")}.js`, folder);
    await writeFile(file, program);
    const { cookies } = await import(file);
    const at = async (moment, cookie = old) => {
      t.mock.timers.setTime(moment);
      return cookies.load(cookie);
    };
    const session = await at(rollout);
    assert.deepEqual([session.outcome.kind, session.get("user"), session.get("roles")], ["migrated", 7, ["editor"]]);
    const [fresh, dropped] = await cookies.save(session);
    assert.match(dropped, /^h3=; .*Max-Age=0/);
    assert.match(fresh, /; Max-Age=345600$/);
    const end = rollout + 4 * 86_400_000;
    const next = async (moment) => (await at(moment, fresh.split(";")[0])).get("user");
    assert.deepEqual([await next(end - 1000), await next(end)], [7, undefined]);
    assert.deepEqual([(await at(end + 1)).get("user"), (await at(rollout, `${old.slice(0, -3)}xxx`)).outcome.kind], [undefined, "notMigrated"]);
  });
}

test("who comes from h3 2 with an idle timeout is signed out as long after the last use", async (t) => {
  const rollout = Date.parse("2026-12-01");
  t.mock.timers.enable({ apis: ["Date"], now: rollout - 1_800_000 });
  process.env.SESSION_PASSWORD = "a password of at least 32 characters";
  const config = { password: process.env.SESSION_PASSWORD, maxAge: 7 * 86_400, idleTimeout: 3600 };
  const [line] = await answerOf(h3of2, async (event) => (await h3of2.useSession(event, config)).update({ user: 7 }));
  const withIdle = programs.get("migrate_h3.js").replace("idleTimeout: null", "idleTimeout: 3600").replace("maxAge: 7 * 86_400", "$&, idleTimeout: 3600");
  const file = new URL("migrate_h3_idle.js", folder);
  await writeFile(file, withIdle);
  const { cookies } = await import(file);
  const at = async (moment) => {
    t.mock.timers.setTime(moment);
    return cookies.load(line.split(";")[0]);
  };
  const session = await at(rollout + 1_799_000);
  assert.deepEqual([session.get("user"), session.lastActiveAt], [7, new Date(rollout - 1_800_000)]);
  assert.equal((await at(rollout + 1_801_000)).outcome.kind, "notMigrated");
});

/** A visitor of a site of another library, as Node serves it: its cookies after the sign-in. */
async function visited(listener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { headers } = await fetch(`http://127.0.0.1:${server.address().port}/`);
  server.close();
  return headers.getSetCookie().map((line) => line.split(";")[0]);
}

/** Sign-ins of other libraries at the time of the clock, with the old cookie that migration.md reads. */
const OTHERS = {
  "cookie-session": async () => {
    const sessions = cookieSession({ keys: [process.env.OLD_KEY] });
    const cookies = await visited((request, response) => sessions(request, response, () => void ((request.session.user = 7), response.end())));
    return { ...(await load("migrate_cookie_session.js")), cookies };
  },
  "koa-session": async () => {
    const app = new Koa({ keys: [process.env.OLD_KEY] });
    app.use(koaSession({ maxAge: 3 * 86_400_000 }, app)).use((context) => void ((context.session.user = 7), (context.body = "")));
    const program = programs.get("migrate_cookie_session.js").replace('"session"', '"koa.sess"');
    await writeFile(new URL("migrate_koa.js", folder), program);
    return { ...(await import(new URL("migrate_koa.js", folder))), cookies: await visited(app.callback()) };
  },
  "@fastify/secure-session": async () => {
    const app = Fastify();
    app.register(secureSession, { key: Buffer.alloc(32, 7), expiry: 3 * 86_400, cookie: { path: "/" } });
    app.get("/", (request, reply) => (request.session.set("user", 7), reply.send("")));
    const { cookies } = await app.inject("/");
    const { migrateFrom } = await load("migrate_fastify.js");
    return { migrateFrom: migrateFrom(app), cookies: cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`) };
  },
  "React Router": async () => {
    const storage = createCookieSessionStorage({ cookie: { secrets: [process.env.OLD_KEY], maxAge: 3 * 86_400 } });
    const session = await storage.getSession();
    session.set("user", 7);
    const { migrateFrom } = await load("migrate_react_router.js");
    return { migrateFrom: migrateFrom(storage), cookies: [(await storage.commitSession(session)).split(";")[0]] };
  },
  "a JWT": async () => {
    const token = new SignJWT({ user: 7 }).setProtectedHeader({ alg: "HS256" }).setIssuedAt().setExpirationTime("3d");
    const jwt = await token.sign(new TextEncoder().encode(process.env.JWT_SECRET));
    return { ...(await load("migrate_jwt.js")), cookies: [`token=${jwt}`] };
  },
};

for (const [name, signIn] of Object.entries(OTHERS)) {
  test(`who comes from ${name} goes on with the same session, and who forges its cookie does not`, async (t) => {
    const rollout = Date.parse("2026-12-01");
    Object.assign(process.env, { OLD_KEY: "an old key", JWT_SECRET: "a secret of at least 32 characters" });
    t.mock.timers.enable({ apis: ["Date"], now: rollout });
    const { migrateFrom, cookies: pairs } = await signIn();
    const cookies = await SessionCookie.encrypted(XAES_KEY, { absoluteTimeout: 30 * 86_400, idleTimeout: null, migrateFrom });
    const session = await cookies.load(pairs.join("; "));
    assert.deepEqual([session.outcome, session.entries()], [{ kind: "migrated" }, [["user", 7]]]);
    const lines = await cookies.save(session);
    const dropped = lines.slice(1).map((line) => /^([^=]+)=; .*Max-Age=0/.exec(line)[1]);
    assert.deepEqual(dropped, pairs.map((pair) => pair.split("=")[0]));
    // One character of each cookie.
    for (const [i, pair] of pairs.entries()) {
      const at = pair.length - 6;
      const forged = pair.slice(0, at) + (pair[at] === "A" ? "B" : "A") + pair.slice(at + 1);
      const { outcome, size } = await cookies.load(pairs.with(i, forged).join("; "));
      assert.deepEqual([outcome.kind, size], [outcome.kind === "absent" ? "absent" : "notMigrated", 0], forged);
    }
    // A signature that is not there, or there twice.
    const [, signature] = pairs;
    if (signature) {
      for (const others of [[], [signature, "session.sig=x"], [signature, "koa.sess.sig=x"]]) {
        const { size } = await cookies.load([pairs[0], ...others].join("; "));
        assert.equal(size, others.length > 0 && others[1].split("=")[0] !== signature.split("=")[0] ? 1 : 0, `${others}`);
      }
    }
    // These two have no end in their cookies.
    const isEndless = ["cookie-session", "React Router"].includes(name);
    t.mock.timers.setTime(rollout + 4 * 86_400_000);
    assert.equal((await cookies.load(pairs.join("; "))).outcome.kind, isEndless ? "migrated" : "notMigrated");
  });
}

/** The lines of `Set-Cookie` of a handler of h3. */
async function answerOf(h3, handler) {
  const app = h3.createApp ? h3.createApp() : new h3.H3();
  const handle = h3.createApp ? (app.use(h3.eventHandler(handler)), h3.toWebHandler(app)) : (app.get("/", handler), (request) => app.fetch(request));
  return (await handle(new Request("http://localhost/"))).headers.getSetCookie();
}

test("a user who signs out everywhere is asked about a minute later", async () => {
  const { cookies, epochs } = await load("revalidate.js");
  const now = Date.now();
  const session = await cookies.load(null, now - 60_000);
  session.signIn();
  session.set("user", 7).set("epoch", 1);
  const [line] = await cookies.save(session);
  const userAt = async (moment) => (await cookies.load(line.split(";")[0], moment)).get("user");
  assert.equal(await userAt(now), 7);
  epochs.set(7, 2);
  assert.deepEqual([await userAt(now - 1000), await userAt(now)], [7, undefined]);
});

test("a program takes a new ring from its file", async () => {
  const file = new URL("session_keys", folder);
  process.env.SESSION_KEYS_FILE = fileURLToPath(file);
  await writeFile(file, `${XAES_KEY}\n`);
  const { cookies } = await load("follow.js");
  const now = Date.now();
  const session = await cookies.load(null, now);
  session.set("user", 7);
  const [line] = await cookies.save(session);
  await writeFile(file, `${await generateKey()}\n${XAES_KEY}\n`);
  const kindAt = async (moment) => (await cookies.load(line.split(";")[0], moment)).outcome.kind;
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
  const [line] = await cookies.save((await cookies.load(null)).set("user", 7));
  assert.equal((await same.load(line.split(";")[0])).get("user"), 7);
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

test("who signs in has a session of one's own, and who signs out none", async () => {
  const cookies = await SessionCookie.encrypted(XAES_KEY);
  const session = await cookies.load(null);
  session.set("cart", [7]);
  session.signIn();
  session.set("user", 7);
  assert.deepEqual([session.get("user"), session.has("cart"), session.id === null], [7, false, false]);
  const [line] = await cookies.save(session);
  const next = await cookies.load(line.split(";")[0]);
  next.invalidate();
  assert.match((await cookies.save(next)).join(), /Max-Age=0/);
});

test("the guard lets a page through that carries a token", async () => {
  const { fetch } = await load("guard.js");
  assert.match(await (await fetch(request())).text(), /value="[A-Za-z0-9_-]{43}"/);
  assert.equal((await fetch(new Request("http://localhost/", { method: "POST" }))).status, 403);
});

test("operators count outcomes and refusals, and tenants have sessions of their own", async () => {
  const { fetch, counts } = await load("hooks.js");
  await fetch(request("__Host-session=junk"));
  await fetch(new Request("http://localhost/", { method: "POST", headers: { "sec-fetch-site": "cross-site" } }));
  assert.deepEqual(counts, { TooShort: 1, absent: 1, "cross-site": 1 });
  const { forTenants } = await load("tenants.js");
  const tenants = new Hono();
  tenants.onError((error, c) => c.text(error.message, 500));
  const installed = await import("hardtack-session");
  forTenants(tenants, installed.SessionCookie.encrypted(XAES_KEY));
  tenants.get("/", (c) => c.text(`visit ${c.get("session").update("visits", (visits = 0) => visits + 1).get("visits")}`));
  const first = await tenants.request("http://a.example/");
  const headers = { cookie: cookieOf(first) };
  assert.equal(await (await tenants.request("http://a.example/", { headers })).text(), "visit 2");
  assert.equal(await (await tenants.request("http://b.example/", { headers })).text(), "visit 1");
  assert.equal((await tenants.request("http://c.example/", { headers })).status, 500);
});

test("the worker before an origin passes the session on", async () => {
  const origin = createServer((request, response) => response.end(request.headers.cookie));
  await new Promise((resolve) => origin.listen(0, "127.0.0.1", resolve));
  const worker = (await load("origin.js")).default;
  const response = await worker.fetch(request("a=1"), { ...env, ORIGIN: `http://127.0.0.1:${origin.address().port}` });
  assert.equal(await response.text(), `a=1; ${cookieOf(response)}`);
  origin.close();
});

test("the package that is installed from a clone is the one that is packed", async () => {
  const { name, version } = JSON.parse(await readFile(here("package.json"), "utf8"));
  assert.ok(readme.includes(`npm install ../hardtack/js/${name}-${version}.tgz`));
});

test("the test of a handler passes", async () => {
  const file = new URL("handler.test.js", folder);
  await writeFile(file, programs.get("handler.test.js"));
  execFileSync(execPath, ["--test", fileURLToPath(file)], { env: { PATH: process.env.PATH } });
});

test("the examples of a type are compared by the README's test, and are those that Rust's guide compares", async () => {
  const shape = struct({ user: u53, language: text });
  const json = writeExamples(sessionType({ label: "login", schema: 1, shape }), shape);
  const file = new URL("login.test.js", folder);
  await writeFile(file, programs.get("login.test.js"));
  const run = async (text) => {
    await writeFile(new URL("login.json", folder), text);
    execFileSync(execPath, ["--test", fileURLToPath(file)], { cwd: folder, env: { PATH: process.env.PATH }, stdio: "ignore" });
  };
  await run(json);
  await assert.rejects(run(json.replace("language", "lang")));
  assert.equal(json, await readFile(here("../tests/kinds/login.json"), "utf8"));
});

const anchorOf = (title) => title.toLowerCase().replace(/[^a-z0-9 -]/g, "").replaceAll(" ", "-");

test("each table of contents has every section, in its order", () => {
  for (const page of [readme, operations, nextjs]) {
    const sections = [...page.matchAll(/^## (.*)$/gm)].map(([, title]) => anchorOf(title));
    const [contents] = /^\| \*\*This page\*\* .*$/m.exec(page) ?? page.split("\n## ");
    const listed = [...contents.matchAll(/\]\(#(\S+)\)/g)].map(([, target]) => target);
    assert.deepEqual(listed, sections);
  }
});

test("every block is a program that runs here, or commands and output", () => {
  for (const page of pages) {
    for (const [, language, first] of page.matchAll(/^```(\w+)\n(.*)$/gm)) {
      if (["sh", "text"].includes(language)) continue;
      assert.ok(programs.has(first.slice("// ".length)), `${language}: ${first}`);
    }
  }
});

test("the README has no link into the repository, and no page a key", () => {
  assert.doesNotMatch(readme, /\]\((?!https:|#)/);
  assert.ok([XAES_KEY, SIGNING_KEY].every((key) => pages.every((page) => !page.includes(key))));
});
