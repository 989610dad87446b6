// Prints how many characters one session takes in the cookies of libraries for JavaScript. In this folder, with Node 22:
//
//   npm install --no-save --no-package-lock iron-session@9.0.1 cookie-session@2.1.1 @fastify/secure-session@8.4.0 fastify@5 express@5
//   node cookies.js

import cookieSession from "cookie-session";
import express from "express";
import fastify from "fastify";
import secureSession from "@fastify/secure-session";
import { sealData } from "iron-session";

import { KeyRing, SessionCookie } from "../../js/src/index.js";
import { sessionType, struct, text, u32 } from "../../js/src/struct.js";

// The login of src/workloads.rs.
const SESSION = { user: 48_151_623, csrf: "q9Jf3v0mXl7Rk2sTzD8hWbYp5uCgNe4iA1oVrEwMx6Q", language: "en-GB" };

const secret = new Uint8Array(32).fill(7);
const password = "a password of at least 32 characters";

/** The value in a `Set-Cookie` field. */
const valueOf = (field) => field.slice(field.indexOf("=") + 1).split(";")[0];

async function hardtack() {
  const cookies = await SessionCookie.encrypted(await KeyRing.generate());
  const session = await cookies.load(null);
  for (const [name, value] of Object.entries(SESSION)) session.set(name, value);
  return (await cookies.save(session)).map(valueOf);
}

async function hardtackTyped() {
  const type = sessionType({ label: "login", schema: 1, shape: struct({ user: u32, csrf: text, language: text }) });
  const cookies = await SessionCookie.encrypted(await KeyRing.generate(), { type });
  const session = await cookies.load(null);
  session.value = SESSION;
  return (await cookies.save(session)).map(valueOf);
}

async function cookieSessionOfExpress() {
  const app = express();
  app.use(cookieSession({ keys: [password] }));
  app.get("/", (request, response) => {
    Object.assign(request.session, SESSION);
    response.end();
  });
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const response = await fetch(`http://127.0.0.1:${server.address().port}/`);
  server.close();
  return response.headers.getSetCookie().map(valueOf);
}

async function secureSessionOfFastify() {
  const app = fastify();
  await app.register(secureSession, { key: Buffer.from(secret), cookie: { path: "/" } });
  app.get("/", async (request) => {
    for (const [name, value] of Object.entries(SESSION)) request.session.set(name, value);
    return "";
  });
  const { headers } = await app.inject("/");
  await app.close();
  return [headers["set-cookie"]].flat().map(valueOf);
}

const COOKIES = {
  "hardtack-session": hardtack,
  "hardtack-session, typed": hardtackTyped,
  "iron-session": async () => [await sealData(SESSION, { password })],
  "cookie-session": cookieSessionOfExpress,
  "@fastify/secure-session": secureSessionOfFastify,
};

for (const [library, make] of Object.entries(COOKIES)) {
  const lengths = (await make()).map((value) => value.length);
  console.log(`${library}: ${lengths.join(" + ")} characters`);
}
