// Servers of the tests of a file, on ports of their own.

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";

const servers = [];

/** WebKit keeps no `Secure` cookie without TLS, not even of this machine. */
export const scheme = process.env.BROWSER === "webkit" ? "https" : "http";

/** Makes a key and a certificate that no browser trusts. */
function certificate() {
  const folder = mkdtempSync(join(tmpdir(), "hardtack-tls-"));
  const [key, cert] = ["key.pem", "cert.pem"].map((name) => join(folder, name));
  const names = "subjectAltName=DNS:localhost,IP:127.0.0.1";
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  execFileSync("openssl", ["req", "-x509", ...kind, "-keyout", key, "-out", cert, "-subj", "/CN=localhost", "-addext", names], { stdio: "ignore" });
  const made = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return made;
}

/** Starts a server, and returns its port. */
export async function listen(listener) {
  const server = (scheme === "https" ? createTlsServer(certificate(), listener) : createServer(listener)).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return server.address().port;
}

/**
 * Starts a server in front of the program at `address`, and returns its origin. It has some scripts of its own, by path, and `change`
 * changes the fields and the text of the program's answers.
 */
export async function inFrontOf(address, { scripts = {}, change = () => {} } = {}) {
  const { hostname, port } = new URL(address);
  const own = await listen((request, response) => {
    const { method, url: path, headers } = request;
    if (scripts[path]) return response.writeHead(200, { "content-type": "text/javascript" }).end(scripts[path]);
    const passed = httpRequest({ hostname, port, path, method, headers }, async (answer) => {
      const { "content-length": _, "transfer-encoding": __, ...fields } = answer.headers;
      const page = { fields, text: await textOf(answer) };
      change(page);
      response.writeHead(answer.statusCode, page.fields).end(page.text);
    });
    request.pipe(passed);
  });
  return `${scheme}://127.0.0.1:${own}`;
}

export { textOf };

export function closeServers() {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
}
