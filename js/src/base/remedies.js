// Names of other libraries, and what is called or set here instead.

/** Returns a remedy for such a name, in development. Bundles for production have none. */
export function remedyOf(name) {
  try {
    // Deno would ask for a permission.
    if (typeof Deno === "undefined" && process.env.NODE_ENV !== "production") return REMEDIES.get(name);
  } catch {
    // A worker, which has no environment.
  }
  return undefined;
}

const LIFETIME = "set the options `idleTimeout` and `absoluteTimeout`, in seconds, or call `rememberFor`";
const REMEDIES = /* @__PURE__ */ new Map([
  ["destroy", "call `invalidate`"],
  ["regenerate", "call `signIn`, or `renewId`, which keeps the data"],
  ["cookie", LIFETIME],
  ["maxAge", LIFETIME],
  ["touch", "leave it out, because reading is a use"],
  ["reload", "leave it out, because a request has one session"],
]);
