// The programs of migration.md and of the README for those who come from another library run.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { test } from "node:test";

import secureSession from "@fastify/secure-session";
import cookieSession from "cookie-session";
import Fastify from "fastify";
import * as h3of2 from "h3";
import * as h3of1 from "h3-1";
import { getIronSession } from "iron-session";
import { SignJWT } from "jose";
import Koa from "koa";
import koaSession from "koa-session";
import { createCookieSessionStorage } from "react-router";

import { SessionCookie } from "../src/index.js";
import { folder, load, programs } from "./programs.js";
import { listening } from "./stand_ins.js";
import { XAES_KEY } from "./visitor.js";

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

const PYTHON = JSON.parse(await readFile(new URL("../../crates/migrate/tests/python.json", import.meta.url), "utf8"));

for (const { format, name, value, made_at: made } of PYTHON.filter(({ format }) => /^(flask|starlette)(?! large)/.test(format))) {
  test(`who comes from ${format} goes on with the same session, until its maximum age`, async (t) => {
    const days = format === "starlette" ? 14 : 31;
    const own = /const key = (.*); \/\/ of Starlette, (.*)\n/;
    let program = programs.get("migrate_itsdangerous.js").replace(/"2026-12-01"/, made * 1000).replace(/"2026-12-15"/, (made + 90 * 86_400) * 1000);
    if (format === "starlette") program = program.replace(own, "const key = $2;\n").replace("31 *", "14 *");
    const file = new URL(`migrate_${format.replace(" ", "_")}.js`, folder);
    await writeFile(file, program);
    t.mock.timers.enable({ apis: ["Date"], now: made * 1000 });
    process.env.OLD_SECRET_KEY = "a secret of the old site";
    const { migrateFrom } = await import(file);
    const cookies = await SessionCookie.encrypted(XAES_KEY, { absoluteTimeout: 60 * 86_400, idleTimeout: null, migrateFrom });
    const load = (seconds, sent = value) => {
      t.mock.timers.setTime((made + seconds) * 1000);
      return cookies.load(`${name}=${sent}`);
    };
    const session = await load(60);
    const more = { "flask compressed": { note: "x".repeat(1000) }, "flask tags": { pair: { " t": [1, 2] } } };
    const expected = { user: "ada", count: 2, nested: { list: [1, -2, 3.5, null, true, "ä"] }, ...more[format] };
    assert.deepEqual([session.outcome.kind, Object.fromEntries(session.entries())], ["migrated", expected]);
    assert.ok(Math.abs(session.createdAt - made * 1000) <= 1000);
    assert.match((await cookies.save(session))[1], /^session=; Path=\/; HttpOnly; SameSite=Lax; Max-Age=0/);
    const outcomes = [(await load(days * 86_400 - 2)).outcome.kind, (await load(days * 86_400 + 2)).outcome.reason];
    assert.deepEqual(outcomes, ["migrated", "Expired"]);
    for (let i = 0; i < value.length; i++) {
      const other = value[i] === "A" ? "B" : "A";
      for (const wrong of [value.slice(0, i), `${value.slice(0, i)}${other}${value.slice(i + 1)}`]) {
        assert.equal((await load(60, wrong)).outcome.reason, "Auth", wrong);
      }
    }
  });
}

/** A visitor of a site of another library, as Node serves it: its cookies after the sign-in. */
async function visited(listener) {
  const { setCookies } = await (await listening(createServer(listener))).get("/");
  return setCookies.map((line) => line.split(";")[0]);
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
