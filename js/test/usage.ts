// Checked by `tsc`, not run.

import { createServer } from "node:http";
import { createSecureServer, createServer as createHttp2Server, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";

import { serve } from "@hono/node-server";
import express from "express";
import { Registry, register } from "prom-client";
import { Hono, type Context } from "hono";
import type { SessionOptions } from "iron-session";

import {
  ConfigError, KeyRing, SessionCookie, SessionError, SessionHeader, SessionToken, attributes, csrfToken, decodeDictionary, generateKey, padme,
  revalidation, revocation, sessionType as typeOf, verifyCsrf,
  type CookieToSet, type Session, type Stored, type TypedSession,
} from "hardtack-session";
import { CsrfGuard } from "hardtack-session/csrf";
import { session as inExpress } from "hardtack-session/express";
import { withSession } from "hardtack-session/fetch";
import { withSession as inH3 } from "hardtack-session/h3";
import { keysInUse, type KeysInUse } from "hardtack-session/health";
import { session as inHono, type AdapterOptions, type Refused } from "hardtack-session/hono";
import { ironSession } from "hardtack-session/iron-session";
import { oldCookie } from "hardtack-session/migrate";
import { inNext, protect, sessionProxy, wayBack } from "hardtack-session/next";
import { prometheus } from "hardtack-session/prometheus";
import { withSession as inNode } from "hardtack-session/node";
import { forward } from "hardtack-session/origin";
import { fromEnv, fromSettings } from "hardtack-session/settings";
import { type Infer, list, map, oneOf, option, sessionType, struct, text, tuple, u32, u53, u64 } from "hardtack-session/struct";
import { onSession } from "hardtack-session/astro";

interface Cart {
  id: number;
  count?: number;
}

interface Visitor {
  user: string;
  visits: number;
  cart: Cart[];
  theme?: "dark" | "light";
}

const ironOptions: SessionOptions = { cookieName: "sid", password: "x".repeat(32), ttl: 60, cookieOptions: { sameSite: "none", partitioned: true } };
const ring: KeyRing = await KeyRing.parse(["key", "key"], { mode: "encrypted", skipXChaCha: true });
const followed: KeyRing = await KeyRing.follow(() => process.env["SESSION_KEYS"], { every: 30, log: (level, message, { error }) => console.warn(level, message, error) });
await SessionCookie.encrypted(followed);
// @ts-expect-error: not a text
await KeyRing.follow(async () => 5);
const key: string = await generateKey({ mode: "signed" });
const cookies = await SessionCookie.encrypted<Visitor>(ring, {
  application: "shop",
  context: [["tenant", "acme"]],
  idleTimeout: null,
  size: "split:2",
  padding: padme,
  cookie: attributes({ domain: "example.com", sameSite: null, formerly: [{ domain: null }, { path: "/app" }] }),
  revokedIf: revocation(async ({ id, createdAt, keyId }) => id === null && createdAt < new Date() && keyId !== key),
  migrateFrom: [
    ironSession({ cookieName: "sid", password: "x".repeat(32), from: new Date(), until: Date.now() }),
    ironSession({ ...ironOptions, from: new Date(), until: Date.now() }),
    oldCookie({ name: "old", read: (value) => ({ entries: { value } }), convert: async (entries) => entries, from: 0, until: 1 }),
  ],
});

const ofTenant: SessionCookie<Session<Visitor>> = cookies.inContext([["tenant", "acme"]]);
ofTenant.raiseNotBefore(new Date());
const { seals, accepts, next: change } = await keysInUse(Promise.resolve(ofTenant));
const inUse: KeysInUse = await keysInUse(ofTenant, Date.now());
const health: string = inUse.problems.map(({ kind, since, sentence }) => `${kind} ${since?.getTime()} ${sentence}`).join() + String(inUse);
await keysInUse(await SessionToken.encrypted(ring, { purpose: "jobs" }));
const metrics = prometheus(new Registry());
await SessionCookie.encrypted(await KeyRing.follow(() => key, { metrics }), { metrics: prometheus(register) });
await fromEnv("SESSION_", process.env, { metrics: prometheus() });
// @ts-expect-error the register itself
await SessionCookie.encrypted(ring, { metrics: register });
// @ts-expect-error a ring alone
await keysInUse(ring);
await SessionToken.encrypted(ring, { purpose: "jobs", log: null });
// @ts-expect-error there is no such level
await SessionCookie.encrypted(ring, { log: (level: "debug") => level });
console.log(seals, accepts[0], change?.role, health);

// A dictionary knows its entries.
const session: Session<Visitor> = await cookies.load(new Headers());
const visits: number = (session.get("visits") ?? 0) + 1;
session.set("visits", visits).set("cart", [{ id: 1 }]).update("visits", (count) => (count ?? 0) + 1);
session.set("theme", "dark");
const entries: (["user", string] | ["visits", number] | ["cart", readonly Readonly<Cart>[]] | ["theme", "dark" | "light"])[] = session.entries();
// @ts-expect-error there is no such entry
session.get("vists");
// @ts-expect-error a text is no number
session.set("visits", "7");
// @ts-expect-error `delete` takes an entry out
session.set("theme", undefined);
// @ts-expect-error a dictionary has no value
session.value;
// @ts-expect-error a change gives a number
session.update("visits", () => "7");

// What is read cannot be changed, and can be stored again.
const cart: readonly Readonly<Cart>[] = session.get("cart") ?? [];
session.set("cart", cart).set("cart", [...cart, { id: 2 }]).update("cart", () => cart);
// @ts-expect-error it would be lost
session.get("cart")?.push({ id: 2 });
// @ts-expect-error at any depth
for (const item of cart) item.id = 2;
// An update is given a copy, and may return nothing.
session.update("cart", (cart = []) => {
  cart.push({ id: 3, count: 1 });
  for (const item of cart) item.count = 2;
});
session.update("cart", (cart) => cart?.filter(({ id }) => id > 1) ?? []);
// @ts-expect-error the new length is no cart
session.update("cart", (cart = []) => cart.push({ id: 3 }));

interface Wide {
  id: bigint;
  byId: Map<number, { at: bigint; tags: string[] }>;
  key?: Uint8Array;
  digest: Buffer;
  mixed: Map<string | number, boolean>;
}
const wide = await (await SessionCookie.encrypted<Wide>(ring)).load(null);
// An integer within 2^53 is read as a number.
const wideId: number | bigint | undefined = wide.get("id");
wide.set("id", 7).set("id", 2n ** 60n).set("byId", new Map([[7, { at: 1, tags: [] }]])).set("mixed", new Map([[1, true]]));
wide.update("byId", (map) => void map?.get(7)?.tags.push("new"));
wide.update("key", (key) => key?.fill(7) ?? new Uint8Array(8));
wide.set("digest", Buffer.from("ada")).update("digest", (digest) => digest?.fill(7) ?? Buffer.alloc(8));
// @ts-expect-error it is read as a Uint8Array, which knows no `hex`
wide.get("digest")?.toString("hex");
// @ts-expect-error it may be a number
wide.update("id", (id = 0n) => id + 1n);
// @ts-expect-error it cannot be changed
wide.get("byId")?.set(8, { at: 1, tags: [] });
// @ts-expect-error a map of texts is an object
await SessionCookie.encrypted<{ limits: Map<string, number> }>(ring);
// @ts-expect-error at any depth
await SessionCookie.encrypted<{ list: { limits: ReadonlyMap<"a" | "b", number> }[] }>(ring);
// @ts-expect-error undefined cannot be stored
await SessionCookie.encrypted<{ login: { user: string | undefined } }>(ring);
// @ts-expect-error a function is no plain data
await SessionCookie.encrypted<{ login: { user(): string } }>(ring);
// @ts-expect-error a list of undefined is refused
await SessionCookie.encrypted<{ list: (number | undefined)[] }>(ring);
// @ts-expect-error nothing is known about it
await SessionCookie.encrypted<{ login: unknown }>(ring);
await SessionCookie.encrypted<{ login: any }>(ring);
// A field may be left out, and lists may be `readonly` throughout.
await SessionCookie.encrypted<{ login?: { readonly roles: readonly string[]; since?: number }; last: string | undefined }>(ring);

// Dates cannot be stored.
// @ts-expect-error a date is no plain data
await SessionCookie.encrypted<{ at: Date }>(ring);
// @ts-expect-error at any depth
await SessionCookie.encrypted<{ list: { at: Date }[] }>(ring);
// @ts-expect-error there is no such option
await SessionCookie.encrypted(ring, { idleTimeOut: 1 });
// @ts-expect-error `attributes` checks them
await SessionCookie.encrypted(ring, { cookie: { name: "sid" } });
// @ts-expect-error those of a cookie go to `attributes`
await SessionCookie.encrypted(ring, { name: "sid" });
// @ts-expect-error it is a value
await SessionCookie.encrypted(ring, { padding: "padme" });
// @ts-expect-error there is no such attribute
attributes({ secure: false });
await SessionCookie.encrypted(ring, { persistent: true, rememberUpTo: 86_400, rememberedIdleTimeout: 3600, refreshAfter: "every-request" });
// @ts-expect-error a header field has no Max-Age
await SessionHeader.encrypted(ring, { header: "authorization", persistent: true });
// @ts-expect-error a header field has no attributes
await SessionHeader.encrypted(ring, { header: "authorization", cookie: attributes({}) });

// Without a shape entries are plain data, of which nothing is known.
const plain = await SessionCookie.encrypted(process.env["SESSION_KEYS"]);
const any = await plain.load(null);
const stored: Stored | undefined = any.get("anything");
any.set("list", [1n, "two", new Uint8Array(), { three: null }]).set("map", new Map([[1, "one"]]));
// @ts-expect-error has to be looked at first
const text_: string = any.get("anything");
// @ts-expect-error a date is no plain data
any.set("date", new Date());

// A typed session has a value.
const Login = struct({
  user: option(u53),
  roles: list(text),
  limits: map(text, u64),
  at: tuple(u32, text),
  kind: oneOf({ guest: null, member: struct({ since: u32 }) }),
});
type Login = Infer<typeof Login>;
const login: Login = { user: 7, roles: ["editor"], limits: new Map([["a", 1n]]), at: [1, "x"], kind: { member: { since: 1 } } };
// @ts-expect-error no such alternative
const wrong: Login = { ...login, kind: "admin" };
const type = sessionType({
  label: "login",
  schema: 2,
  shape: Login,
  empty: { ...login, kind: "guest" },
  convert: (schema, payload) => (schema === 0 ? { ...login, roles: Object.keys(decodeDictionary(payload)) } : undefined),
});
const links: SessionToken<Session<{ email: string }>> = await SessionToken.encrypted<{ email: string }>(ring, { purpose: "sign-in link", absoluteTimeout: 900 });
const link = await links.load(new URL("https://example.com").searchParams.get("token"));
const email: string | undefined = link.get("email");
const linkToken: string | null = await links.inContext([]).save(link);
const typed = await SessionHeader.encrypted(ring, { header: "authorization", type });
const value: TypedSession<Login> = await typed.load("Bearer token");
// @ts-expect-error a header is found in a request
await typed.load(42);
// @ts-expect-error it is for a purpose
await SessionToken.encrypted(ring, { type });
// @ts-expect-error it is for a header
await SessionHeader.encrypted(ring, { type });
value.value = { ...value.value, user: null };
value.value = login;
value.update((login) => {
  login.roles.push("reviewer");
});
value.update((login) => ({ ...login, roles: value.value.roles }));
// @ts-expect-error the value cannot be changed
value.value.roles.push("reviewer");
// @ts-expect-error its maps neither
value.value.limits.clear();
// @ts-expect-error a u64 is a BigInt
value.update((login) => void login.limits.set("a", 1));
const limit: bigint | undefined = value.value.limits.get("a");
// @ts-expect-error a typed session has no entries
value.get("user");
// @ts-expect-error a number is no text
value.update((login) => login.roles.push(7));
const token: string | null = await typed.save(value);

// @ts-expect-error a session is made by `load`
new (await import("hardtack-session")).Session();

try {
  const until: Date = session.rememberFor(60);
} catch (error) {
  if (error instanceof SessionError) {
    switch (error.code) {
      case "not-remembering":
      case "after-head":
        console.log(error.message);
        break;
      // @ts-expect-error there is no such code
      case "to-large":
        break;
    }
  }
  if (error instanceof ConfigError && error.code === "migrateFrom") throw error;
}

// Adapters

const toSet: CookieToSet[] = await cookies.saveAsCookies(session);
const guard = new CsrfGuard({ trustOrigins: ["https://app.example.com"], tokensInForms: true });

interface Env {
  SESSION_KEYS: string;
}

const options: AdapterOptions<Request, Response> = {
  guard,
  contextBy: (request) => [["host", new URL(request.url).host]],
  onOutcome: ({ kind, reason, keyId, cause }, { method }) => console.log(kind, reason, keyId, cause, method),
  onRefused: async ({ code, status, message }: Refused, request) => console.log(code, status, message, request.url),
  refuse: ({ status }, { url }) => (status === 503 ? new Response("later", { status }) : Response.redirect(new URL("/login", url))),
};
inHono(cookies, options);
// What only one environment has.
const isDev: boolean = process.env.NODE_ENV !== "production";
inHono(cookies, { guard: isDev ? undefined : guard, onOutcome: isDev && console.log });
inNode(cookies, (_request, response) => void response.end(), { failed: isDev ? undefined : console.error, refuse: null });
const name: string | undefined = process.env.COOKIE_NAME;
await SessionCookie.encrypted(ring, { idleTimeout: isDev ? undefined : 900, cookie: attributes({ name, domain: name, formerly: { path: name } }) });
await SessionToken.encrypted(ring, { purpose: "link", absoluteTimeout: isDev ? undefined : 900, type: undefined });
// @ts-expect-error there is no such option
inHono(cookies, { csrf: guard });
// @ts-expect-error the guard goes into `{ guard }`
inHono(cookies, guard);
// @ts-expect-error an answer is a Response
onSession(cookies, { refuse: () => "no" });
inExpress(cookies, { refuse: ({ code }, request, response) => response.redirect(`/login?${code}`) });
inNode(cookies, (_request, response) => void response.end(), { refuse: ({ status }, request, response) => response.writeHead(status ?? 403, { location: request.url }).end() });

export default {
  fetch: withSession(
    (env: Env) => SessionCookie.encrypted<Visitor>(env.SESSION_KEYS),
    async (request: Request, session, env: Env): Promise<Response> => {
      session.set("user", env.SESSION_KEYS);
      return new Response(session.get("user"));
    },
    { guard },
  ),
};

// A dynamic route of Next.js: a function without arguments makes the cookie, and the handler has a context.
const opened = () => SessionCookie.encrypted<Visitor>(process.env["SESSION_KEYS"]);
const route: (request: Request, context: { params: Promise<{ id: string }> }) => Promise<Response> = withSession(
  opened,
  async (_request: Request, session, { params }: { params: Promise<{ id: string }> }) => {
    const { id } = await params;
    return new Response(session.set("user", id).get("user"));
  },
);
// Without annotations the request is a `Request`, and what follows is what the framework gives.
export const GET: (request: Request, context: { params: Promise<{ id: string }> }) => Promise<Response> = withSession(
  opened,
  async (request, session, context) => {
    const name: string | undefined = session.get("user");
    // @ts-expect-error a request has no such property
    request.uri;
    return Response.json([request.url, name, await context.params]);
  },
);
// A worker whose handler also needs what comes after `env`: as it says, as its place says, or as nobody says.
interface Ctx {
  waitUntil(promise: Promise<unknown>): void;
}
const openedBy = (env: Env) => SessionCookie.encrypted<Visitor>(env.SESSION_KEYS);
const later: (request: Request, env: Env, ctx: Ctx) => Promise<Response> = withSession(openedBy, async (request, session, env, ctx: Ctx) => {
  const url: string = request.url;
  ctx.waitUntil(Promise.resolve(env.SESSION_KEYS));
  // @ts-expect-error the environment has no such variable
  env.KEYS;
  return new Response(session.get("user") ?? url);
});
const inPlace: { fetch(request: Request, env: Env, ctx: Ctx): Promise<Response> } = {
  fetch: withSession(openedBy, async (_request, session, env, ctx) => {
    ctx.waitUntil(Promise.resolve(env.SESSION_KEYS));
    // @ts-expect-error a context has no such method
    ctx.after();
    return new Response(session.get("user"));
  }),
};
// @ts-expect-error the environment has no such variable
withSession(openedBy, async (_request, _session, env) => new Response(env.KEYS));
// A worker whose cookie needs more than `env`.
const byContext: (request: Request, env: Env, ctx: { keys: string }) => Promise<Response> = withSession(
  (_env: Env, { keys }: { keys: string }) => SessionCookie.encrypted<Visitor>(keys),
  async (_request, session) => new Response(session.get("user")),
);
// A server of Bun, which answers the handshake of a WebSocket itself.
interface Server {
  upgrade(request: Request): boolean;
}
const upgrading: (request: Request, server: Server) => Promise<Response | undefined> = withSession(
  cookies,
  (request: Request, session, server: Server) => {
    if (!server.upgrade(request)) return new Response(session.get("user"), { status: 426 });
  },
);
const upgradingLater: { fetch(request: Request, server: Server): Promise<Response | undefined> } = {
  fetch: withSession(opened, async (request, _session, server) => (server.upgrade(request) ? undefined : new Response("no", { status: 426 }))),
};
// @ts-expect-error a handler without a response
withSession(cookies, (_request, session) => {
  session.set("user", "ada");
});
// @ts-expect-error the same
export const POST = withSession(opened, async (_request, session) => {
  session.set("user", "ada");
});
// @ts-expect-error what may be undefined is no Response
const answering: (request: Request, server: Server) => Promise<Response> = upgrading;
// A `Response` is what a session is saved with, too.
const savedWith: Promise<string[]> = cookies.load(null).then((session) => cookies.save(session, new Response("", { status: 500 })));
// Null stands for none, and is no value of the type.
const converted = typeOf({ label: "a", schema: 2, shape: struct({ user: text }), convert: () => null });
const readAs: { user: string } = converted.decode(new Uint8Array());
// @ts-expect-error a type has no such option
typeOf({ label: "a", schema: 1, shape: struct({ user: text }), converts: () => undefined });
// A worker whose handler needs no `env`.
const worker: (request: Request, env: Env) => Promise<Response> = withSession(
  (env: Env) => SessionCookie.encrypted<Visitor>(env.SESSION_KEYS),
  async (_request: Request, session) => new Response(session.get("user")),
);

const site = new Hono<{ Variables: { session: Session<Visitor> } }>();
site.use(inHono(cookies, { guard, now: () => new Date() }));
site.use("/admin/*", inHono((env: Env) => SessionCookie.encrypted<Visitor>(env.SESSION_KEYS)));
site.get("/", (c) => c.text(c.get("session").get("user") ?? "nobody"));
// A chain has the variable without a name for it, also with a guard, under a path, and behind others.
new Hono().use(inHono(cookies)).get("/", (c) => {
  const user: string | undefined = c.var.session.get("user");
  // @ts-expect-error there is no such entry
  c.get("session").get("usr");
  return c.text(user ?? "nobody");
});
new Hono<{ Variables: { user: string } }>().use(inHono(cookies, { guard })).use(async (c, next) => (c.set("user", c.var.session.get("user") ?? ""), next()));
new Hono().use("/admin/*", inHono(Promise.resolve(cookies), { guard })).post("/admin/x", (c) => c.json(c.var.session.get("visits") ?? null));
new Hono().get("/", inHono(cookies), (c) => c.text(c.var.session.get("user") ?? "nobody"));
// So it has the environment.
new Hono()
  .use(inHono((env: Env) => SessionCookie.encrypted<Visitor>(env.SESSION_KEYS), { guard }))
  .get("/", (c) => c.text(c.var.session.get("user") ?? c.env.SESSION_KEYS));
// @ts-expect-error the environment has no such variable
inHono((env: Env) => SessionCookie.encrypted<Visitor>(env.SESSION_KEY));
// @ts-expect-error an environment without a type has no variables
inHono((env) => SessionCookie.encrypted<Visitor>(env.SESSION_KEYS));
// Any type of an environment will do.
inHono((env: { SESSION_KEYS?: string }) => SessionCookie.encrypted<Visitor>(env.SESSION_KEYS));
inHono((env: NodeJS.ProcessEnv) => SessionCookie.encrypted<Visitor>(env["SESSION_KEYS"]));
inHono((env: Record<string, string>) => SessionCookie.encrypted<Visitor>(env["SESSION_KEYS"]));
inHono((env: any) => SessionCookie.encrypted<Visitor>(env.SESSION_KEYS));
inHono(() => SessionCookie.encrypted<Visitor>(process.env["SESSION_KEYS"]));
// @ts-expect-error the function is given the environment, and not the context
inHono((c: Context<{ Bindings: Env }>) => SessionCookie.encrypted<Visitor>(c.env.SESSION_KEYS));
// A chain of the application's own type has both.
const chained = new Hono<{ Bindings: Env; Variables: { session: Session<Visitor> } }>().use(inHono((env: Env) => SessionCookie.encrypted<Visitor>(env.SESSION_KEYS))).get("/", (c) => c.text(c.var.session.get("user") ?? c.env.SESSION_KEYS));
serve(chained);
new Hono<{ Bindings: Env; Variables: { session: Session<Visitor>; user: string } }>().use(inHono(cookies)).get("/", inHono(cookies), (c) => c.text(c.get("user")));
new Hono().use(inHono(cookies));
serve(site);

declare global {
  namespace Express {
    interface Request {
      session: Session<Visitor>;
    }
  }
}
const app = express();
app.use(inExpress(cookies));
app.get("/", (request, response) => {
  response.send(request.session.get("user"));
});

createServer(inNode(cookies, (request, response, session) => {
  response.end(`${request.url} ${session.get("user")}`);
}));
const overHttp2 = inNode(
  cookies,
  (request: Http2ServerRequest, response: Http2ServerResponse, session) => void response.end(`${request.authority} ${session.get("user")}`),
  { refuse: ({ status }, request, response) => response.stream.respond({ ":status": status ?? 403, location: request.authority }) },
);
createHttp2Server(overHttp2);
createSecureServer({ allowHTTP1: true }, overHttp2);

const next = inNext(() => SessionCookie.encrypted<Visitor>(process.env["SESSION_KEYS"]), async () => ({
  getAll: () => [{ name: "a", value: "b" }],
  set: () => {},
}));
inNext(cookies, async () => ({ getAll: () => [], set: () => {} }), { headers: async () => new Headers() });
const count: number = await next.update((session) => session.set("visits", 1).get("visits") ?? 0);

const looked = { next: (_init?: { request?: { headers?: Headers } }) => new Response() };
const proxy: (request: Request) => Promise<Response> = sessionProxy(cookies, looked);
class WithCookies extends Response {
  readonly cookies = new Map<string, string>();
}
// @ts-expect-error a redirect of the handler has no `cookies`
const withCookies: (request: Request) => Promise<WithCookies> = sessionProxy(cookies, { next: () => new WithCookies() });
sessionProxy(cookies, looked, (request: Request, session) => {
  const user: string | undefined = session.get("user");
  return user === undefined ? Response.redirect(request.url) : undefined;
});
// @ts-expect-error an answer is a response
sessionProxy(cookies, looked, () => "no");
sessionProxy(cookies, looked, protect(["/account"], { to: "/login", unless: (session) => session.has("user") }), { flashes: ["notice"] });
// @ts-expect-error there is no such entry
sessionProxy(cookies, looked, protect("/account", { to: "/login", unless: (session) => session.has("usr") }));
const members = protect<Session<Visitor>>("/account", { to: "/login", unless: async (session) => session.has("user"), back: null });
sessionProxy(cookies, looked, (request, session) => {
  session.ensureId();
  return members(request, session);
});
// @ts-expect-error a guard goes to route handlers
sessionProxy(cookies, looked, () => {}, { guard });
const back: string = wayBack(new FormData().get("next"), "/account");
const handler: (event: { path: string }) => Promise<string | undefined> = inH3(cookies, async (_event, session) => session.get("user"));

const proxied: Response = await forward(cookies, session, new Request("http://origin.test"));
await cookies.saveTo(proxied.headers, session, { status: 200 });
const answer: Response = await cookies.saveToResponse(proxied, session);
// A codec of one's own.
const shape = { encode: ({ at }: { at: number }) => Uint8Array.of(at), decode: ([at = 0]: Uint8Array) => ({ at }) };
const placed: TypedSession<{ at: number }> = await (
  await SessionCookie.encrypted(ring, { type: typeOf({ label: "place", schema: 1, shape, empty: { at: 0 } }) })
).load(null);
// An instance of a class stays one.
class Place {
  #at = 0;
  get at(): number {
    return this.#at;
  }
  move(): void {
    this.#at += 1;
  }
}
const ofPlace = { encode: ({ at }: Place) => Uint8Array.of(at), decode: () => new Place() };
const atPlace = await (await SessionCookie.encrypted(ring, { type: typeOf({ label: "at", schema: 1, shape: ofPlace, empty: new Place() }) })).load(null);
const here: Place = atPlace.value;
// @ts-expect-error a codec has no default
typeOf({ label: "place", schema: 1, shape });
// @ts-expect-error a codec is not a type
await SessionCookie.encrypted(ring, { type: { label: "place", schema: 1, ...shape, empty: { at: 0 } } });

const isOurs: boolean = await verifyCsrf(placed, await csrfToken(session));
console.log(wideId, limit, here);
console.log(isOurs, entries, stored, text_, wrong, token, toSet, count, answer, handler, proxy, route, worker);

// An application that is asked again sees the content of the session, and cannot change it.
await SessionCookie.encrypted<Visitor>(ring, {
  revalidateAfter: revalidation<Session<Visitor>>({
    seconds: 60,
    validate: async (session) => {
      const user: string | undefined = session.get("user");
      const at: Date = session.lastActiveAt;
      // @ts-expect-error there is no such entry
      session.get("vists");
      // @ts-expect-error it is not changed here
      session.set("user", "eve");
      return user !== undefined && at < new Date() && session.binding !== "stale";
    },
    unvalidatedUpTo: 3600,
  }),
});
await SessionHeader.encrypted(ring, {
  header: "authorization",
  type,
  revalidateAfter: revalidation<TypedSession<Login>>({ seconds: 60, validate: ({ value }) => value.roles.includes("editor") }),
});
// Without the type argument the value is of any type there, and the sessions are of the type of `type`.
const asked = await SessionCookie.encrypted(ring, { type, revalidateAfter: revalidation({ seconds: 60, validate: ({ value }) => value.roles.includes("editor") }) });
const roles: readonly string[] = (await asked.load(null)).value.roles;
// @ts-expect-error a list is no number
const noRoles: number = (await asked.load(null)).value.roles;
const judged = await SessionHeader.encrypted(ring, { header: "authorization", type, revokedIf: revocation(({ value, id }) => value?.user === 7 && id !== null) });
// @ts-expect-error a typed session has no entries
(await judged.load(null)).get("user");
await SessionCookie.encrypted<Visitor>(ring, { revalidateAfter: revalidation({ seconds: 60, validate: (session) => session.get("user") === "ada" }) });
// @ts-expect-error an answer is true or false
revalidation({ seconds: 60, validate: () => "yes" });
console.log(roles, noRoles);
await SessionCookie.encrypted<Visitor>(ring, { revokedIf: revocation<Session<Visitor>>(({ get, has }) => has("theme") && get("visits") === 1) });
await SessionCookie.encrypted(ring, { revokedIf: revocation(({ get }) => get("anything") === 1) });
await SessionCookie.encrypted(ring, { type, revokedIf: revocation<TypedSession<Login>>(async ({ value }) => value !== undefined && value.roles.length === 0) });
// @ts-expect-error: this version of the program may not be able to read the content
await SessionCookie.encrypted(ring, { type, revokedIf: revocation<TypedSession<Login>>(({ value }) => value.roles.length === 0) });
// @ts-expect-error: no such entry
await SessionCookie.encrypted<Visitor>(ring, { revokedIf: revocation<Session<Visitor>>(({ has }) => has("name")) });
await SessionCookie.encrypted(ring, { revalidateAfter: revalidation({ seconds: 60, validate: ({ id, get }) => id !== null && get("user") !== null }) });
// @ts-expect-error an answer is true or false
await SessionCookie.encrypted(ring, { revalidateAfter: revalidation({ seconds: 60, validate: () => "goes on" }) });
// @ts-expect-error made by `revalidation`
await SessionCookie.encrypted(ring, { revalidateAfter: 60 });
// @ts-expect-error it has a question
revalidation({ seconds: 60 });

// Settings from outside the program.

const described: SessionCookie<Session<Visitor>> = await fromEnv<Visitor>("SESSION_");
const inWorker = withSession((env: { SESSION_KEYS: string }) => fromEnv("SESSION_", env), async () => new Response());
const describedTable = await fromSettings({ keys_env: "KEYS", idle_timeout: "15m" }, process.env, {
  type: typeOf({ label: "n", schema: 1, shape: struct({ n: u32 }) }),
  revokedIf: revocation<TypedSession<{ n: number }>>(({ value }) => value?.n === 0),
});
const describedNumber: number = (await describedTable.load(null)).value.n;
// @ts-expect-error: a setting says it
await fromEnv("SESSION_", process.env, { idleTimeout: 60 });
// @ts-expect-error: not a prefix
await fromEnv(process.env);
export { described, describedNumber, inWorker };

