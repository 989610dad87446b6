// Checked by `tsc` with `declaration` in a folder where the package is installed, not run: what a package of a monorepo exports.

import { KeyRing, SessionCookie, SessionHeader, SessionToken, attributes, revalidation, revocation, sessionType, type Session } from "hardtack-session";
import { CsrfGuard } from "hardtack-session/csrf";
import { session as inExpress } from "hardtack-session/express";
import { withSession as inFetch } from "hardtack-session/fetch";
import { withSession as inH3 } from "hardtack-session/h3";
import { session as inHono } from "hardtack-session/hono";
import { ironSession } from "hardtack-session/iron-session";
import { oldCookie } from "hardtack-session/migrate";
import { inNext, protect, sessionProxy } from "hardtack-session/next";
import { withSession as inNode } from "hardtack-session/node";
import { forward } from "hardtack-session/origin";
import { fromEnv, fromSettings } from "hardtack-session/settings";
import { list, map, oneOf, option, struct, text, tuple, u53 } from "hardtack-session/struct";
import { handleSession } from "hardtack-session/sveltekit";
import { onSession } from "hardtack-session/astro";

interface Env {
  KEYS: string;
}
interface Ctx {
  waitUntil(promise: Promise<unknown>): void;
}
type Visitor = { user: string; visits: number };

export const ring = await KeyRing.generate();
export const cookie = SessionCookie.encrypted<Visitor>(ring);
export const plain = await SessionCookie.encrypted(ring);
export const shape = struct({ user: option(u53), roles: list(text), limits: map(text, u53), at: tuple(u53, text), kind: oneOf({ guest: null, member: struct({ since: u53 }) }) });
export const type = sessionType({ label: "login", schema: 1, shape });
export const typed = SessionCookie.encrypted(ring, { type });
export const token = SessionToken.encrypted<Visitor>(ring, { purpose: "jobs" });
export const inHeader = SessionHeader.encrypted(ring, { header: "authorization", type });
export const chosen = attributes({ name: "__Host-shop" });
export const revalidated = revalidation({ seconds: 60, validate: (session) => session.has("user") });
export const revoked = revocation(({ id }) => id === null);
export const guard = new CsrfGuard();
export const old = oldCookie({ name: "old", read: (value) => ({ entries: { value } }), from: 0, until: 1 });
export const iron = ironSession({ cookieName: "sid", password: "x".repeat(32), from: 0, until: 1 });
export const express = inExpress(cookie, { guard });
export const hono = inHono((env: Env) => SessionCookie.encrypted<Visitor>(env.KEYS));
export const astro = onSession(cookie);
export const onRequest = onSession((env: Env) => SessionCookie.encrypted<Visitor>(env.KEYS));
export const handle = handleSession(cookie);
export const handleTyped = handleSession(typed, { guard });
export const members = protect<Session<Visitor>>("/members", { to: "/login", unless: (session) => session.has("user") });
export const sessions = inNext(cookie, () => ({ getAll: () => [], set: () => {} }));
export const proxy = sessionProxy(cookie, { next: () => new Response() }, members);
export const listener = inNode(cookie, (_request, response, session) => void response.end(session.get("user")));
export const event = inH3(cookie, (_event: { path: string }, session) => session.get("user") ?? "nobody");
export const route = inFetch(cookie, async (_request, session) => new Response(session.get("user")));
export const plainRoute = inFetch(cookie, async (request: Request) => forward(await cookie, await (await cookie).load(request), request));
export const worker = inFetch((env: Env) => SessionCookie.encrypted<Visitor>(env.KEYS), async (_request, session, env, ctx: Ctx) => {
  const keys: string = env.KEYS;
  ctx.waitUntil(Promise.resolve(keys));
  return new Response(session.get("user"));
});
export const unannotated = inFetch((env: Env) => SessionCookie.encrypted<Visitor>(env.KEYS), async (request, session, env, ctx) => {
  ctx.waitUntil(Promise.resolve(env.KEYS));
  const url: string = request.url;
  return new Response(session.get("user") ?? url);
});
export const fromEnvironment = fromEnv("SESSION");
export const fromTable = fromSettings({ keys: "x" });
export default { fetch: worker };
export const called: Promise<Response> = worker(new Request("https://example.com"), { KEYS: "x" }, { waitUntil() {} });
