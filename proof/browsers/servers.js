// Servers of the tests of a file, on ports of their own.

import { once } from "node:events";
import { createServer } from "node:http";

const servers = [];

/** Starts a server, and returns its port. */
export async function listen(listener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return server.address().port;
}

export function closeServers() {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
}
