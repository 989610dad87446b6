// The host of a request (SPEC.md § 15.9).

import { hostOf, tellingPort } from "../../src/origins.js";
import { equal, know } from "./common.js";

export async function runHost(vector) {
  know(vector, ["scheme", "authority", "fields", "host"]);
  const scheme = vector.scheme === null ? undefined : `${vector.scheme}:`;
  const host = hostOf({ values: () => vector.fields, address: vector.authority, scheme });
  if (!host) return equal(null, vector.host);
  const port = tellingPort(host, scheme);
  equal(`${host.name.toLowerCase()}${port === null ? "" : `:${port}`}`, vector.host);
}
