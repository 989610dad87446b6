// Runs the vectors at `/vectors`, goes before an origin at `/origin/…`, and serves a counter elsewhere.

import { Hono } from "../../node_modules/hono/dist/index.js";
import caches from "vectors/caches.json";
import contexts from "vectors/contexts.json";
import cookiesVectors from "vectors/cookies.json";
import csrf from "vectors/csrf.json";
import derivation from "vectors/derivation.json";
import devices from "vectors/devices.json";
import encode from "vectors/encode.json";
import headers from "vectors/headers.json";
import hosts from "vectors/hosts.json";
import keys from "vectors/keys.json";
import open from "vectors/open.json";
import policies from "vectors/policies.json";
import primitives from "vectors/primitives.json";
import rings from "vectors/rings.json";
import seal from "vectors/seal.json";
import settings from "vectors/settings.json";
import writes from "vectors/writes.json";

import { KeyRing, SessionCookie } from "../../src/index.js";
import { fromEnv } from "../../src/settings.js";
import { withSession } from "../../src/web/fetch.js";
import { withSession as inH3 } from "../../src/web/h3.js";
import { session as inHono } from "../../src/web/hono.js";
import { forward } from "../../src/web/origin.js";
import { served } from "../beside/served.js";
import { run } from "../vectors.js";

const FILES = {
  caches,
  contexts,
  cookies: cookiesVectors,
  csrf,
  derivation,
  devices,
  encode,
  headers,
  hosts,
  keys,
  open,
  policies,
  primitives,
  rings,
  seal,
  settings,
  writes,
};

// At the first request, because a worker has its secrets only then; kept for those that follow.
let made;
const cookies = async (env) => (made ??= await fromEnv("SESSION_", env));

const site = withSession(cookies, (request, session) => {
  const count = session.update("count", (count = 0) => count + 1).get("count");
  if (new URL(request.url).pathname === "/redirect") return Response.redirect("http://localhost/next", 303);
  return new Response(`${count}`);
});

async function beforeOrigin(request, env, path) {
  const sessions = await cookies(env);
  const session = await sessions.load(request);
  session.update("seen", (seen = 0) => seen + 1);
  return forward(sessions, session, new Request(`${env.ORIGIN}${path}`, request));
}

/** Opens a cookie whose keys are elsewhere, at `KEYS`. */
const opened = async (env, init) => SessionCookie.encrypted(await KeyRing.follow(async () => (await fetch(env.KEYS, init?.())).text()));

const greet = () => new Response("hello");

/** Sites that open their cookie at the first request. */
const OPENING = {
  "/opening/fetch": withSession((env) => opened(env), greet),
  "/opening/timeout": withSession((env) => opened(env, () => ({ signal: AbortSignal.timeout(5000) })), greet),
  "/opening/hono": onHono(inHono((env) => opened(env))),
  "/opening/h3": onH3(inH3((env) => opened(env), () => "hello")),
};

function onHono(middleware) {
  const app = new Hono();
  app.use(middleware);
  app.all("*", () => greet());
  return app.fetch;
}

function onH3(handle) {
  return async (req, env) => new Response(await handle({ req, res: { headers: new Headers() }, context: { cloudflare: { env } } }));
}

/** Passes the opening of a WebSocket on, with a change of the session. */
const SOCKETS = {
  "/socket/fetch": withSession(cookies, (request, session, env) => (session.set("user", "ada"), fetch(new Request(env.KEYS, request)))),
  "/socket/forward": async (request, env) => {
    const sessions = await cookies(env);
    const session = await sessions.load(request);
    session.set("user", "ada");
    return forward(sessions, session, new Request(env.KEYS, request));
  },
};

let besides;
let followed;

/** A site that follows its keys. A request says what time it is. */
async function withFollowedKeys(request, env) {
  followed ??= await opened(env);
  const sessions = followed;
  const session = await sessions.load(request, Number(request.headers.get("x-now")));
  session.update("count", (count = 0) => count + 1);
  return sessions.saveToResponse(new Response(`${session.get("count")} ${session.outcome.keyId}`), session);
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/vectors") return Response.json(await run((file) => FILES[file.replace(".json", "")]));
    if (SOCKETS[pathname]) return SOCKETS[pathname](request, env);
    if (OPENING[pathname]) return OPENING[pathname](request, env);
    if (pathname === "/described") return new Response(await fromEnv("", { KEYS_FILE: "session.keys" }).catch(String));
    if (pathname === "/followed") return withFollowedKeys(request, env);
    if (pathname.startsWith("/beside/")) return (besides ??= served(env.SESSION_KEYS))(request);
    if (pathname.startsWith("/origin/")) return beforeOrigin(request, env, pathname.slice("/origin".length));
    return site(request, env);
  },
};
