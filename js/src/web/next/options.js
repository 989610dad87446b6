// Options of the functions for Next.js, checked at start-up.

import { ensure, optionsOf } from "../../format/base/errors.js";
import { refuseUnknown } from "../../base/remedies.js";

const OF_HANDLERS = "; Next.js checks the origin of server actions itself, so give the guard to `withSession` of each route handler";

/** Returns a copy of options. Throws a `ConfigError` for those with other names. `named`: the function that takes the options. */
export function checkOptions(named, options, names) {
  const isPlain = typeof options === "object" && options !== null && [Object.prototype, null].includes(Object.getPrototypeOf(options));
  ensure(isPlain, "option", `the last argument of \`${named}\` must be an object of options`);
  const unknown = { ...options };
  for (const name of names) delete unknown[name];
  refuseUnknown(unknown, "guard" in unknown ? OF_HANDLERS : ` in \`${named}\``);
  const own = optionsOf(options);
  ensure(own.now === undefined || typeof own.now === "function", "option", "`now` must be a function that returns the time");
  return own;
}
