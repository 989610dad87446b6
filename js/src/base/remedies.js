// Names that other libraries use, and what to call or set here instead.

/**
 * Returns the end of an error about such a name or, with `given`, advice on these timeouts. Bundlers drop all of it from production.
 * A comparison of `Deno` with `"undefined"` would stay, and with it all calls.
 */
export function remedyOf(name, given) {
  try {
    // Deno would ask for a permission.
    if (typeof Deno !== "object" && process.env.NODE_ENV !== "production") return given ? adviceOn(given) : REMEDIES.get(name);
  } catch {
    // A worker, which has no environment.
  }
  return undefined;
}

const LIFETIME = "; set the options `idleTimeout` and `absoluteTimeout`, in seconds, or call `rememberFor`";
const REMEDIES = /* @__PURE__ */ new Map([
  ["destroy", "; call `invalidate`"],
  ["regenerate", "; call `signIn`, or `renewId`, which keeps the data"],
  ["cookie", LIFETIME],
  ["maxAge", LIFETIME],
  ["touch", "; leave it out, because reading is a use"],
  ["reload", "; leave it out, because a request has one session"],
]);

/** Returns advice on a timeout that may be in milliseconds, as in other libraries. */
function adviceOn(spans) {
  // Browsers keep a cookie for 400 days.
  const [name, seconds] = Object.entries(spans).find(([, seconds]) => seconds > 400 * 86_400) ?? [];
  if (!name) return undefined;
  const days = Math.floor(seconds / 86_400);
  return `\`${name}\` is ${days} days, longer than a browser keeps a cookie; if ${seconds} counts milliseconds, divide it by 1,000`;
}
