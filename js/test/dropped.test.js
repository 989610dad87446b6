// Cookies that a browser drops, or does not send back to the page that sets them: told once for each, in development.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { execPath } from "node:process";
import { mock, test } from "node:test";
import { promisify } from "node:util";

import { SessionCookie, attributes, generateKey } from "../src/index.js";
import { withSession } from "../src/web/fetch.js";
import { eventsOf } from "./visitor.js";

const key = await generateKey();
const { mock: warned } = mock.method(console, "warn", () => {});
const change = (session) => session.set("user", 7);

/** What is told of two requests with these fields, each of which is answered with a changed session. */
async function toldOf(chosen, headers, { page = "/", use = change } = {}) {
  warned.resetCalls();
  const cookie = await SessionCookie.encrypted(key, { cookie: attributes(chosen) });
  for (let round = 0; round < 2; round++) {
    const session = await cookie.load({ url: page, rawHeaders: Object.entries(headers).flat() });
    use(session);
    await cookie.save(session);
  }
  return eventsOf(warned.calls).map(([sentence]) => sentence);
}

const of = (origin, more = { "sec-fetch-site": "same-origin" }) => ({ host: origin.split("://")[1], origin, ...more });
const UPGRADED = { "upgrade-insecure-requests": "1" };

test("a secure cookie for a page without TLS is told once, with its origin", async () => {
  const expected = (origin) => [
    `the browser will drop \`__Host-session\`: it is \`Secure\`, and ${origin} came without TLS; serve the site by https, or in development on localhost`,
  ];
  for (const [headers, origin] of [
    [of("http://intranet"), "http://intranet"],
    [of("http://192.168.0.7:8080"), "http://192.168.0.7:8080"],
    [{ host: "192.168.0.7:3000", ...UPGRADED }, "http://192.168.0.7:3000"],
    [of("https://intranet")],
    [of("http://localhost:3000")],
    [of("http://127.0.0.1")],
    [of("http://[::1]:3000")],
    [of("http://a.localhost")],
    [{ host: "localhost:3000", ...UPGRADED }],
    // In front of the program is a proxy with TLS.
    [{ host: "192.168.0.7:3000", ...UPGRADED, "sec-fetch-dest": "document" }],
    // The page of another site, and a proxy that tells another host.
    [{ host: "example.com", origin: "http://evil.example" }],
    [{ host: "app:3000", origin: "http://intranet" }],
    [{ host: "intranet", origin: "null" }],
    [{ host: "?", origin: "http://?" }],
    [{}],
  ]) {
    assert.deepEqual(await toldOf({}, headers), origin ? expected(origin) : [], JSON.stringify(headers));
    assert.deepEqual(await toldOf({ dangerAllowHttp: true }, headers), [], JSON.stringify(headers));
  }
});

test("where no session is set nobody is told of it", async () => {
  for (const use of [() => {}, (session) => session.get("user"), (session) => session.invalidate()]) {
    assert.deepEqual(await toldOf({}, of("http://intranet"), { use }), []);
  }
});

test("a cookie that does not come back to the page that sets it is told once", async () => {
  const left = (name, value, page) => [
    `the browser will not send \`__Secure-session\` back to ${page}, which its ${name} \`${value}\` leaves out; correct \`${name}\``,
  ];
  const shop = "https://shop.example";
  for (const [domain, origin] of [
    ["example.com", shop],
    ["op.example", shop],
    ["www.shop.example", shop],
    ["example", shop],
    ["example.com", "https://localhost:3000"],
    ["example.com", "https://192.0.2.1"],
  ]) {
    const { hostname } = new URL(origin);
    assert.deepEqual(await toldOf({ domain }, of(origin)), left("domain", domain, hostname), domain);
    assert.deepEqual(await toldOf({ domain }, { host: new URL(origin).host }), left("domain", domain, hostname), domain);
  }
  for (const [path, page] of [["/app/", "/app"], ["/app/", "/app?a=/b"], ["/app//", "/app/"], ["//", "/"], ["//app", "/app/x"], ["/a//b", "/a/b"]]) {
    assert.deepEqual(await toldOf({ path }, of(shop), { page }), left("path", path, page.split("?")[0]), path);
    assert.deepEqual(await toldOf({ path }, of(shop), { page: shop + page }), left("path", path, page.split("?")[0]), path);
  }
  for (const [chosen, page, origin = shop] of [
    [{ domain: "shop.example" }, "/a"],
    [{ domain: "SHOP.example" }, "/a"],
    [{ domain: "shop.example" }, "/a", "https://a.b.shop.example"],
    [{ domain: "localhost" }, "/a", "http://localhost:3000"],
    [{ path: "/app" }, "/app"],
    [{ path: "/app/" }, "/app/x"],
    [{ path: "/a//b" }, "/a//b/c"],
    // A page may sign in to another part of the site.
    [{ path: "/app" }, "/sign-in"],
    [{ path: "/app/" }, "/sign-in"],
    [{ path: "/app/" }, "/apple"],
    [{ path: "/app/" }, undefined],
  ]) {
    assert.deepEqual(await toldOf(chosen, of(origin), { page }), [], JSON.stringify(chosen));
  }
  // The page of another site says nothing of this one's host, and one of this site more than a proxy.
  assert.deepEqual(await toldOf({ domain: "shop.example" }, { ...of(shop), host: "app:3000" }), []);
});

test("an adapter tells of it, also in the context of another tenant", async () => {
  warned.resetCalls();
  const cookie = await SessionCookie.encrypted(key);
  const handler = withSession(cookie, (request, session) => new Response(change(session) && "set"), { contextBy: ({ url }) => [["page", url]] });
  for (const page of ["http://intranet/a", "http://intranet/b"]) {
    await handler(new Request(page, { headers: of("http://intranet") }));
  }
  assert.equal(eventsOf(warned.calls).length, 1);
});

test("in production nothing is told, and sessions without a request are saved", async () => {
  const program = `import { SessionCookie, generateKey } from "./src/index.js";
    const cookie = await SessionCookie.encrypted(await generateKey());
    for (const source of [null, [], "a=b", { rawHeaders: ["Host", "intranet", "Origin", "http://intranet"] }]) {
      const session = await cookie.load(source);
      session.set("user", 7);
      console.log((await cookie.save(session)).length);
    }`;
  for (const [mode, expected] of [["production", 0], ["development", 1]]) {
    const env = { ...process.env, NODE_ENV: mode };
    const cwd = new URL("..", import.meta.url);
    const { stdout, stderr } = await promisify(execFile)(execPath, ["--input-type=module", "-e", program], { cwd, env });
    assert.equal(stdout, "1\n1\n1\n1\n");
    assert.equal(stderr.split("the browser will drop").length - 1, expected);
  }
});
