// Sessions bound to a device: the offers of every adapter, and what a worker and the proxy of Next.js pass on.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { deviceBound } from "../src/device.js";
import { KeyRing, SessionCookie, attributes } from "../src/index.js";
import { withSession } from "../src/web/fetch.js";
import { sessionProxy } from "../src/web/next.js";
import { withSession as nodeSession } from "../src/web/node.js";
import { forward } from "../src/web/origin.js";
import { listening } from "./stand_ins.js";
import { NOW, XAES_KEY, sealedAs } from "./visitor.js";

const NAME = "__Host-session";
const ring = await KeyRing.parse(XAES_KEY);
const cookieOf = (name) => SessionCookie.encrypted(ring, { cookie: attributes({ name: `__Host-${name}` }), deviceBound: deviceBound({ path: `/.${name}` }) });
const cookieWith = (options) => SessionCookie.encrypted(ring, { application: "shop", deviceBound: deviceBound({ path: "/.session", ...options }) });

test("mistakes in the settings of devices are refused", async () => {
  assert.throws(() => deviceBound({ path: "/x", requireAfter: 60 }), { code: "option", message: "there is no option `requireAfter` of `deviceBound`" });
  assert.throws(() => deviceBound({ path: "/x", offers: 1 }), { code: "deviceBound" });
  await assert.rejects(SessionCookie.encrypted(ring, { deviceBound: true }), { code: "deviceBound" });
  const strict = { cookie: attributes({ sameSite: "Strict" }), deviceBound: deviceBound({ path: "/x" }) };
  await assert.rejects(SessionCookie.encrypted(ring, strict), { code: "deviceBound", message: /choose `Lax`, or set `initiators` to `same-site`$/ });
});

/** What Chromium sends if a link of another site waits for a refresh: no cookie, which is `Lax`, and same-origin. */
const REFRESH = { "sec-secure-session-id": "eDBj", "sec-fetch-site": "same-origin", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "empty", origin: "https://shop.example" };

test("a worker that changes every session begins none in a refresh, whose cookie the browser hides", async () => {
  const cookies = await cookieWith({});
  const request = new Request("https://shop.example/.session/refresh", { method: "POST", headers: REFRESH });
  const session = await cookies.load(request);
  session.set("seen", 1);
  let passed;
  const answer = await forward(cookies, session, request, (request) => {
    passed = request.headers.get("cookie");
    return new Response("", { headers: { "set-cookie": `${NAME}.b-AbCd0123=token; Path=/; Secure; HttpOnly` } });
  });
  assert.equal(passed, null);
  assert.deepEqual(answer.headers.getSetCookie().map((line) => line.split("=")[0]), [`${NAME}.b-AbCd0123`]);
});

const registrationOf = ({ headers }) => headers.get("secure-session-registration");
const signIn = (loaded) => (loaded.signIn(), loaded.set("user", "ada"));

test("two cookies that sign in in one response are both offered, by every adapter", async () => {
  const [one, two] = await Promise.all(["one", "two"].map(cookieOf));
  const request = () => new Request("https://shop.example/", { headers: { accept: "text/html" } });
  const inner = withSession(two, (_, loaded) => (signIn(loaded), new Response("")));
  const worked = async () => {
    const loaded = await one.load(request());
    signIn(loaded);
    return forward(one, loaded, request(), inner);
  };
  const saved = async () => {
    const headers = new Headers();
    for (const cookie of [two, one]) await cookie.saveTo(headers, signIn(await cookie.load(null)));
    return { headers };
  };
  const inNode = async () => {
    const innermost = nodeSession(two, (_, response, loaded) => (signIn(loaded), response.end()));
    const outer = nodeSession(one, (request, response, loaded) => (signIn(loaded), innermost(request, response)));
    return (await listening(createServer(outer))).get("/");
  };
  const proxied = (_, loaded) => (signIn(loaded), inner(request()).then(({ headers }) => new Response("", { headers: { ...Object.fromEntries(headers), "x-middleware-next": "1" } })));
  const answers = [
    saved(),
    withSession(one, (_, loaded) => (signIn(loaded), inner(request())))(request()),
    worked(),
    inNode(),
    sessionProxy(one, { next: () => new Response("") }, proxied)(request()),
  ];
  for (const answer of await Promise.all(answers)) {
    assert.deepEqual(registrationOf(answer).match(/path="[^"]+"/g), ['path="/.two/register"', 'path="/.one/register"']);
  }
});

test("the proxy of Next.js offers the registration, and marks a session that has ended", async () => {
  const cookies = await cookieWith({});
  const visited = (handler, headers = {}) => {
    const proxy = sessionProxy(cookies, { next: () => new Response("") }, (_, loaded) => void handler(loaded), { flashes: ["notice"], now: () => NOW });
    return proxy(new Request("https://shop.example/", { headers: { accept: "text/html", ...headers } }));
  };
  assert.match(registrationOf(await visited(signIn)), /^\(ES256\)/);
  const greeted = await visited((loaded) => signIn(loaded).flash("notice", "hello"));
  assert.match(registrationOf(greeted), /^\(ES256\)/);
  assert.deepEqual([registrationOf(await visited((loaded) => loaded.set("a", 1))), registrationOf(await visited(signIn, { "sec-purpose": "prefetch" }))], [null, null]);
  const cookie = `${NAME}=${await sealedAs(NAME, {}, [0x81, 0xa1, 0x61, 0x01], "shop")}`;
  const isMarked = async (handler) => (await visited(handler, { cookie })).headers.getSetCookie().some((line) => line.startsWith(`${NAME}.out-`));
  assert.equal(await isMarked((loaded) => loaded.invalidate()), true);
  assert.equal(await isMarked((loaded) => (loaded.invalidate(), loaded.flash("notice", "bye"))), true);
});
