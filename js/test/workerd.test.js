// The same vectors in workerd, and a session that goes from there to Node and back.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, get } from "node:http";
import { connect } from "node:net";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { rollup } from "rollup";

import { KeyRing, SessionCookie, generateKey } from "../src/index.js";
import { addressOf } from "./beside/built.js";
import { beside } from "./beside/matrix.js";
import { SERVED } from "./beside/served.js";
import { XAES_KEY, Browser, patience } from "./visitor.js";
import { startCounter } from "./rust.js";
import { startWorkerd } from "./runtimes.js";
import { SKIPPED } from "./vectors.js";

const path = (file) => fileURLToPath(new URL(file, import.meta.url));
const bundle = await rollup({ input: path("workerd/worker.js"), external: /^vectors\// });
await bundle.write({ file: path("../dist-test/worker.js") });
let keys = XAES_KEY;
/** The answers of `secrets` that are held back. */
let held = null;
let asked = 0;
const secrets = createServer((_, response) => {
  asked++;
  if (held) held.push(response);
  else response.end(keys);
});
secrets.on("upgrade", ({ headers }, socket) => {
  const accept = createHash("sha1").update(`${headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  socket.on("error", () => {});
  socket.end(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
});
await new Promise((resolve) => secrets.listen(0, "127.0.0.1", resolve));
after(() => secrets.close());
const site = await startWorkerd(path("workerd/config.capnp"), {
  ...process.env,
  SESSION_KEYS: XAES_KEY,
  ORIGIN: await startCounter(XAES_KEY),
  KEYS: `http://127.0.0.1:${secrets.address().port}`,
});

test("every vector passes in workerd", async () => {
  const { passed, skipped, failed } = await (await fetch(`${site}/vectors`)).json();
  assert.deepEqual(failed, []);
  assert.deepEqual(skipped, SKIPPED);
  assert.ok(Object.values(passed).every((count) => count > 0), JSON.stringify(passed));
});

beside("workerd", { companions: SERVED, open: (address) => new Browser(addressOf(site, address)) });

test("a session goes from workerd to Node and back", async () => {
  const cookies = await SessionCookie.encrypted(XAES_KEY);
  let cookie = "";
  for (let count = 1; count <= 5; count += 2) {
    const response = await fetch(site, { headers: { cookie } });
    assert.equal(await response.text(), `${count}`);
    assert.equal(response.headers.get("cache-control"), "no-store");
    const session = await cookies.load(response.headers.getSetCookie()[0].split(";")[0]);
    assert.equal(session.get("count"), count);
    session.set("count", count + 1);
    [cookie] = (await cookies.save(session))[0].split(";");
  }
});

test("a worker has no files to read keys from, and says what to give", async () => {
  const sentence = "file session.keys cannot be read, because there are no files here; give `KEYS_ENV` or `KEYS`";
  assert.equal(await (await fetch(`${site}/described`)).text(), `ConfigError: session settings: \`KEYS_FILE\`: ${sentence}`);
});

test("a worker follows its keys, and no request waits for what another one began", async () => {
  const now = Date.now();
  const visit = (seconds, cookie = "") => fetch(`${site}/followed`, { headers: { cookie, "x-now": `${now + seconds * 1000}` } });
  const [cookie] = (await visit(0)).headers.getSetCookie()[0].split(";");
  const next = await generateKey();
  keys = `${next}\n${XAES_KEY}`;
  const ids = (await KeyRing.parse([next, XAES_KEY])).keys.map(({ id }) => id);
  const answers = await Promise.all(Array.from({ length: 20 }, async () => (await visit(600, cookie)).text()));
  assert.deepEqual(new Set(answers), new Set([`2 ${ids[0]}`]), `${ids}`);
  const renewed = await visit(601, cookie);
  const [field] = renewed.headers.getSetCookie()[0].split(";");
  assert.match(await (await visit(602, field)).text(), /^3 /);
  const alone = await SessionCookie.encrypted(next);
  assert.equal((await alone.load(field, now + 601_000)).get("count"), 2);
});

for (const name of ["fetch", "timeout", "hono", "h3"]) {
  test(`${name}: a client that leaves while the worker opens its cookie holds up no other`, async () => {
    held = [];
    const before = asked;
    const { port, pathname } = new URL(`${site}/opening/${name}`);
    const first = connect(port, "127.0.0.1", () => first.write(`GET ${pathname} HTTP/1.1\r\nHost: localhost\r\n\r\n`));
    while (held.length === 0) await new Promise(setImmediate);
    first.resetAndDestroy();
    await new Promise((resolve) => first.once("close", resolve));
    // The question is given up with its request.
    await new Promise((resolve) => held[0].once("close", resolve));
    held = null;
    const texts = await Promise.all([1, 2, 3, 4].map(async () => (await fetch(`${site}/opening/${name}`, { signal: patience() })).text()));
    assert.deepEqual(texts, Array(4).fill("hello"));
    const now = asked;
    assert.equal(await (await fetch(`${site}/opening/${name}`, { signal: patience() })).text(), "hello");
    assert.deepEqual([asked === now, now > before + 1], [true, true]);
  });
}

for (const name of ["fetch", "forward"]) {
  test(`${name}: the opening of a WebSocket that is passed on carries the session in workerd`, async () => {
    const headers = { upgrade: "websocket", connection: "upgrade", "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" };
    const [response, socket] = await once(get(`${site}/socket/${name}`, { headers }), "upgrade", { signal: patience() });
    socket.destroy();
    assert.equal(response.statusCode, 101);
    const sessions = await SessionCookie.encrypted(XAES_KEY);
    assert.equal((await sessions.load(response.headers["set-cookie"][0].split(";")[0])).get("user"), "ada");
  });
}

test("a redirect carries the session in workerd", async () => {
  const response = await fetch(`${site}/redirect`, { redirect: "manual" });
  assert.deepEqual([response.status, response.headers.getSetCookie().length], [303, 1]);
});

test("a worker in workerd goes before an origin in Rust, and neither's change is lost", async () => {
  const cookies = await SessionCookie.encrypted(XAES_KEY);
  const browser = new Browser(site);
  const signIn = await browser.fetch("/origin/sign-in", { method: "POST", body: new URLSearchParams({ name: "ada" }) });
  assert.equal(signIn.text, "ada 0");
  for (let count = 1; count <= 3; count++) {
    const { text, setCookies } = await browser.fetch("/origin/count", { method: "POST" });
    assert.deepEqual([text, setCookies.length], [`ada ${count}`, 1]);
    const session = await cookies.load(setCookies[0].split(";")[0]);
    assert.deepEqual([session.get("seen"), session.get("count")], [count + 1, count]);
  }
  assert.equal((await browser.fetch("/origin/")).text, "ada 3");
  assert.match((await browser.fetch("/origin/sign-out", { method: "POST" })).setCookies[0], /^__Host-session=; /);
});
