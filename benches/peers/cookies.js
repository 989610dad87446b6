// Prints how many characters one session takes in the cookies of libraries for JavaScript, and how many packages each library
// installs. In this folder, with Node 22:
//
//   npm install --no-save --no-package-lock iron-session@9.0.1 cookie-session@2.1.1 @fastify/secure-session@8.4.0 jose@6.2.18 fastify@5 express@5
//   node cookies.js

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import cookieSession from "cookie-session";
import express from "express";
import fastify from "fastify";
import secureSession from "@fastify/secure-session";
import { sealData } from "iron-session";
import { EncryptJWT, SignJWT } from "jose";

import { KeyRing, SessionCookie } from "../../js/src/index.js";
import { sessionType, struct, text, u32 } from "../../js/src/struct.js";

// As in src/lib.rs.
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

const inTwelveHours = (token) => token.setIssuedAt().setExpirationTime("12h");

const COOKIES = {
  "hardtack-session": hardtack,
  "hardtack-session, typed": hardtackTyped,
  "iron-session": async () => [await sealData(SESSION, { password })],
  "cookie-session": cookieSessionOfExpress,
  "@fastify/secure-session": secureSessionOfFastify,
  "jose, HS256": async () => [await inTwelveHours(new SignJWT(SESSION).setProtectedHeader({ alg: "HS256" })).sign(secret)],
  "jose, dir and A256GCM": async () => [
    await inTwelveHours(new EncryptJWT(SESSION).setProtectedHeader({ alg: "dir", enc: "A256GCM" })).encrypt(secret),
  ],
};

/** Paths of the packages that `name` needs, itself among them. */
function packagesOf(name, from = import.meta.url, seen = new Set()) {
  const file = createRequire(from).resolve.paths(name).map((folder) => `${folder}/${name}/package.json`);
  for (const path of file) {
    let dependencies;
    try {
      ({ dependencies = {} } = JSON.parse(readFileSync(path, "utf8")));
    } catch {
      continue;
    }
    if (seen.has(path)) return seen;
    seen.add(path);
    for (const dependency of Object.keys(dependencies)) packagesOf(dependency, path, seen);
    return seen;
  }
  throw new Error(`${name} is not installed`);
}

for (const [library, make] of Object.entries(COOKIES)) {
  const lengths = (await make()).map((value) => value.length);
  const [name] = library.split(",");
  const packages = name === "hardtack-session" ? 1 : packagesOf(name).size;
  console.log(`${library}: ${lengths.join(" + ")} characters, packages: ${packages}`);
}
