// Tests handlers: called with a session, without an adapter or a cookie; and behind the adapter, with cookies of a signed-in user, from
// now and from half an hour ago.

import assert from "node:assert/strict";
import { test } from "node:test";

import { KeyRing, SessionCookie } from "hardtack-session";
import { withSession } from "hardtack-session/fetch";
import { Hono } from "hono";

const cookies = await SessionCookie.encrypted(await KeyRing.generate());
const greetingFor = (session) => `Hello ${session.get("user") ?? "nobody"}`;

// A handler of a worker, of Express, and of Hono.
const greet = (request, session) => new Response(greetingFor(session));
const greetInExpress = (request, response) => response.send(greetingFor(request.session));
const greetInHono = (c) => c.text(greetingFor(c.get("session")));

test("a handler greets the user of its session", async () => {
  const session = await cookies.load(null);
  session.set("user", "Ada");
  assert.equal(await greet(new Request("https://app.example.com/"), session).text(), "Hello Ada");

  greetInExpress({ session }, { send: (text) => assert.equal(text, "Hello Ada") });

  const app = new Hono().use((c, next) => (c.set("session", session), next())).get("/", greetInHono);
  assert.equal(await (await app.request("/")).text(), "Hello Ada");
});

const handler = withSession(cookies, greet);

async function cookieOf(user, now) {
  const session = await cookies.load(null, now);
  session.signIn();
  session.set("user", user);
  const [line] = await cookies.save(session);
  return line.split(";")[0];
}

test("a visitor is greeted by name, for half an hour", async () => {
  const greeting = async (cookie) => (await handler(new Request("https://app.example.com/", { headers: { cookie } }))).text();
  assert.equal(await greeting(await cookieOf("Ada")), "Hello Ada");
  assert.equal(await greeting(await cookieOf("Ada", Date.now() - 1_800_000)), "Hello nobody");
});
