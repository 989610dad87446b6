// Servers of the tests of a file, on ports of their own.

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";

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

/** Reads the body of a request. */
export async function textOf(request) {
  let text = "";
  for await (const part of request) text += part;
  return text;
}

export function closeServers() {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
}
