// The shop behind nginx, in Chromium, while its keys are rotated: `node --test shop.js`, after its package was built. Leaves
// pictures in `target/pictures`.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

import { Visitor, folderUntilExit, launch, root, screens } from "./demo.js";

const folder = folderUntilExit("hardtack-shop-");
const pictures = join(root, "target/pictures");
mkdirSync(pictures, { recursive: true });

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Waits until a program listens on this port. */
async function waitFor(port) {
  for (let tries = 0; tries < 100; tries += 1) {
    const socket = connect(port, "127.0.0.1");
    const listens = await once(socket, "connect").then(() => true, () => false);
    socket.destroy();
    if (listens) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`nothing listens on ${port}`);
}

function nginx(port, upstream) {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder};`);
  const file = join(folder, "nginx.conf");
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${folder}/nginx.pid; error_log stderr error; events {}
    http {
      access_log off; ${temporary.join(" ")}
      server {
        listen 127.0.0.1:${port};
        location / { proxy_pass http://127.0.0.1:${upstream}; proxy_set_header Host $http_host; }
      }
    }`,
  );
  return spawn("nginx", ["-p", folder, "-c", file], { stdio: "inherit" });
}

/** Starts the shop with this key ring. */
async function shop(port, keys) {
  const settings = readFileSync(join(root, "examples/shop/shop.toml"), "utf8");
  const file = join(folder, "shop.toml");
  writeFileSync(file, settings.replace(/^listen = .*$/m, `listen = "127.0.0.1:${port}"`));
  const program = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug/hardtack-shop");
  const env = { ...process.env, SESSION_KEYS: keys.join("\n") };
  const running = spawn(program, [file], { env, stdio: ["ignore", "pipe", "inherit"] });
  await once(createInterface({ input: running.stdout }), "line");
  return running;
}

async function stop(running) {
  running.kill();
  await once(running, "exit");
}

function newKey() {
  const command = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug/hardtack");
  return execFileSync(command, ["keygen"], { encoding: "utf8" }).trim();
}

test("a customer stays signed in behind nginx while the keys are rotated", async () => {
  const [port, upstream] = [await freePort(), await freePort()];
  const [old, next] = [newKey(), newKey()];
  let running = await shop(upstream, [old]);
  const proxy = nginx(port, upstream);
  await waitFor(port);
  const browser = await launch();
  try {
    const origin = `http://127.0.0.1:${port}`;
    const visitor = await Visitor.of(browser, { origin }, screens.desktop);
    const take = (name) => visitor.page.screenshot({ path: join(pictures, `shop-${name}.png`), fullPage: true });
    const cookie = async () => (await visitor.cookies())["__Host-session"];
    await take("items");

    await visitor.type("#pieces-1", "3");
    await visitor.click("form[action='/cart/add'] button");
    assert.match(await visitor.text("main"), /is in your cart/);
    await visitor.open("/sign-up");
    await visitor.type("#name", "Ada");
    await visitor.type("#password", "correct horse battery");
    await visitor.click("main button");
    assert.match(await visitor.text("main"), /Welcome aboard/);
    assert.match(await visitor.text("nav"), /Cart \(3\)/);
    const { httpOnly, secure } = await cookie();
    assert.deepEqual([httpOnly, secure], [true, true]);

    // The new key is known before it seals, and the old one after it.
    for (const keys of [[old, next], [next, old], [next]]) {
      const before = (await cookie()).value;
      await stop(running);
      running = await shop(upstream, keys);
      await visitor.open("/account");
      assert.match(await visitor.text("nav"), /Account of Ada/);
      const isSealedAnew = (await cookie()).value !== before;
      assert.equal(isSealedAnew, keys[1] === old, "under the new key, once");
    }
    await take("account");

    await visitor.page.setViewport(screens.phone);
    await visitor.open("/checkout");
    await take("checkout-on-a-phone");
    await visitor.click("main button");
    assert.match(await visitor.text("main"), /Thank you for your order/);
    await visitor.open("/admin");
    await take("admin-on-a-phone");
    await visitor.open("/account");
    await visitor.click("form[action='/account/sign-out'] button");
    assert.match(await visitor.text("main"), /You are signed out/);
    await visitor.open("/account");
    assert.match(visitor.page.url(), /\/sign-in\?next=/);
  } finally {
    await browser.close();
    await Promise.all([stop(running), stop(proxy)]);
  }
});
