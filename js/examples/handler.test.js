// Tests a handler with cookies of a signed-in user, from now and from half an hour ago.

import assert from "node:assert/strict";
import { test } from "node:test";

import { KeyRing, SessionCookie } from "hardtack-session";
import { withSession } from "hardtack-session/fetch";

const cookies = await SessionCookie.encrypted(await KeyRing.generate());
const handler = withSession(cookies, (request, session) => new Response(`Hello ${session.get("user") ?? "nobody"}`));

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
