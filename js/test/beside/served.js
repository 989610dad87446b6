// The companions of /fetch at the addresses of built.js, for runtimes that are not Node.

import { CsrfGuard } from "../../src/csrf_guard.js";
import { SessionCookie } from "../../src/index.js";
import { responseOf } from "../answers.js";
import { wishOf } from "./built.js";
import { pageAt, standIn } from "./cases.js";
import { LOSING, errorOf, fetchSite } from "./on_fetch.js";

/** Returns a handler of requests. */
export function served(keys) {
  const cookies = SessionCookie.encrypted(keys, { keepUnknownKeys: true });
  const session = [cookies, { guard: new CsrfGuard({ originCheckOnly: true }) }];
  return (request) => {
    const { isOurs, order, companion, path } = wishOf(new URL(request.url).pathname);
    const mounted = { before: [], behind: [], [order]: [LOSING[companion].make(() => {})] };
    return fetchSite({ session: isOurs ? session : null, ...mounted }, async (own) => responseOf(pageAt(path, own ?? standIn(errorOf))))(request);
  };
}

/** These companions by their names, for the driver. */
export const SERVED = Object.fromEntries(Object.entries(LOSING).map(([name, companion]) => [name, { ...companion, make: () => name }]));
