// A server of Bun or Deno with the companions of /fetch. Prints its port.

import { served } from "../../js/test/beside/served.js";

const [hostname, port] = ["127.0.0.1", 0];
if (globalThis.Deno) Deno.serve({ hostname, port, onListen: ({ port }) => console.log(port) }, served(Deno.env.get("SESSION_KEYS")));
else console.log(Bun.serve({ hostname, port, fetch: served(process.env.SESSION_KEYS) }).port);
