// A bundled worker in Node, and in workerd.

import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";
import package_ from "workerd";

import { folder } from "./programs.js";
import { Browser } from "./visitor.js";

/**
 * For each runtime, a function that makes a browser on a site whose worker is this module, with these bindings. `origin`: that of the
 * site in Node.
 */
export async function inEachRuntime({ name, contents, loader, env, origin }) {
  const program = fileURLToPath(new URL(`${name}.js`, folder));
  const stdin = { contents, loader, resolveDir: fileURLToPath(folder) };
  await build({ stdin, outfile: program, bundle: true, format: "esm", logLevel: "error" });
  const site = (await import(program)).default;
  const address = await servedByWorkerd(name, env);
  return {
    Node: () => new Browser(origin, (url, init) => site.request(url, init, env)),
    workerd: () => new Browser(address),
  };
}

async function servedByWorkerd(name, env) {
  const bindings = Object.entries(env).map(([name, value]) => `(name = "${name}", text = "${value}")`);
  const config = new URL(`${name}.capnp`, folder);
  await writeFile(config, `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker), (name = "internet", network = (allow = ["local", "private"]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "${name}.js", esModule = embed "${name}.js")],
  compatibilityDate = "2026-10-01",
  bindings = [${bindings}],
);`);
  return startWorkerd(fileURLToPath(config), process.env);
}

/** Starts workerd, which listens at one socket, for as long as the tests of this file run. Returns its address. */
export async function startWorkerd(config, env) {
  const workerd = spawn(package_.default, ["serve", config, "--control-fd=3"], { env, stdio: ["ignore", "ignore", "inherit", "pipe"] });
  after(() => workerd.kill());
  const port = await new Promise((resolve, reject) => {
    workerd.once("error", reject);
    workerd.once("exit", (code) => reject(new Error(`workerd has ended with ${code}; run \`.ci/packages js\` first`)));
    let told = "";
    workerd.stdio[3].on("data", (data) => {
      told += data;
      const message = told.split("\n").find((line) => line.includes('"listen"'));
      if (message) resolve(JSON.parse(message).port);
    });
  });
  return `http://127.0.0.1:${port}`;
}
