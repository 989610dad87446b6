// The matrix of ../../js/test/beside in Deno and Bun. As runtimes.test.js, which says what it needs.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

import { beside } from "../../js/test/beside/matrix.js";
import { addressOf } from "../../js/test/beside/built.js";
import { SERVED } from "../../js/test/beside/served.js";
import { Browser, XAES_KEY } from "../../js/test/visitor.js";
import { RUNTIMES } from "./runtimes.js";

const path = (file) => fileURLToPath(new URL(file, import.meta.url));

for (const [name, more] of Object.entries({ Deno: ["--allow-net", "--allow-env"], Bun: [] })) {
  const [program, ...given] = RUNTIMES[name];
  const server = spawn(path(program), [...given, ...more, path("beside.js")], { env: { ...process.env, SESSION_KEYS: XAES_KEY }, stdio: ["ignore", "pipe", "inherit"] });
  after(() => server.kill());
  const [port] = await once(server.stdout.setEncoding("utf8"), "data");
  beside(name, { companions: SERVED, open: (site) => new Browser(addressOf(`http://127.0.0.1:${port.trim()}`, site)) });
}
