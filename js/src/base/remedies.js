// Options that do not exist, and advice in development: what to call or set in place of names of other libraries, and on timeouts
// that may be in milliseconds.

import { ConfigError } from "../format/base/errors.js";

/** Refuses options that do not exist, because a mistyped one would silently keep a default. */
export function refuseUnknown(options, advice = "") {
  for (const name of Object.keys(options)) {
    // A long name may be a key in the wrong place, so it is not shown.
    throw new ConfigError("option", `there is no option \`${name.length > 32 ? "…" : name}\`${remedyOf(name) ?? advice}`);
  }
}

// Bundlers drop the bodies of both functions in production, and with them all calls. They would keep both if a body compared `Deno`
// with `"undefined"`.

/** Returns the end of an error about such a name. */
export function remedyOf(name) {
  try {
    // Deno would ask for a permission.
    if (typeof Deno !== "object" && process.env.NODE_ENV !== "production") return REMEDIES.get(name);
  } catch {
    // A worker, which has no environment.
  }
  return undefined;
}

/** Warns of a timeout that may be in milliseconds, as in other libraries. */
export function adviseOn(policy, say) {
  try {
    if (typeof Deno !== "object" && process.env.NODE_ENV !== "production") warnOfLongest(policy, say);
  } catch {
    // As above.
  }
}

const LIFETIME = "; set the options `idleTimeout` and `absoluteTimeout`, in seconds, or call `rememberFor`";
const REMEDIES = /* @__PURE__ */ new Map([
  ["destroy", "; call `invalidate`"],
  ["regenerate", "; call `signIn`, or `renewId`, which keeps the data"],
  ["cookie", LIFETIME],
  ["maxAge", LIFETIME],
  ["ttl", LIFETIME],
  ["secret", "; give the keys as the first argument: `SessionCookie.encrypted(process.env.SESSION_KEYS)`"],
  ["cookieName", "; set `cookie: attributes({ name })`"],
  ["secure", "; leave it out, or set `cookie: attributes({ dangerAllowHttp: true })` where there is no HTTPS"],
  ["touch", "; leave it out, because reading is a use"],
  ["reload", "; leave it out, because a request has one session"],
]);

function warnOfLongest({ absolute, rememberUpTo }, say) {
  // Browsers keep a cookie for 400 days.
  const isTooLong = ([, seconds]) => seconds > 400 * 86_400;
  const [name, seconds] = Object.entries({ absoluteTimeout: absolute, rememberUpTo }).find(isTooLong) ?? [];
  if (!name) return;
  const days = Math.floor(seconds / 86_400);
  say("warn", `\`${name}\` is ${days} days, longer than a browser keeps a cookie; if ${seconds} counts milliseconds, divide it by 1,000`);
}
