// What visitors do in a site that is tested beside others.
//
// `touch`: how the response depends on the session: `none`, `read`, `write`, or `error` for one that fails. `cookie`: what is sent of the
// session: `none`, `set`, `dropped`, or `refresh`, which a shareable response and a 304 leave out.

/** Long enough for middleware that compresses. */
const page = (text) => ({ body: text.padEnd(3000, "."), headers: { "content-type": "text/plain; charset=utf-8" } });
const moved = { status: 303, headers: { location: "/" } };

const fails = () => {
  throw new Error("thrown");
};

export const CASES = {
  untouched: { visitor: "due for a refresh", page: () => page("hello") },
  read: { touch: "read", page: (session) => page(`hello ${session.get("user")}`) },
  refresh: { visitor: "due for a refresh", touch: "read", cookie: "refresh", page: (session) => page(`hello ${session.get("user")}`) },
  "not modified": { visitor: "due for a refresh", touch: "read", cookie: "refresh", isConditional: true, page: (session) => page(`hello ${session.get("user")}`) },
  change: { touch: "write", cookie: "set", page: (session) => (session.set("seen", 1), page("changed")) },
  "sign in": { method: "POST", touch: "write", cookie: "set", status: 303, page: (session) => (session.signIn(), session.set("user", "bob"), moved) },
  "sign out": { method: "POST", touch: "write", cookie: "dropped", status: 303, page: (session) => (session.invalidate(), moved) },
  full: { touch: "error", status: 413, page: (session) => (session.set("seen", 1), session.set("full", "x".repeat(5000)), page("never")) },
  unreadable: { visitor: "of another key", touch: "error", status: 503, page: (session) => (session.set("unreadable", 1), page("never")) },
  "refused form": { method: "POST", headers: { "sec-fetch-site": "cross-site" }, touch: "none", status: 403, page: () => page("never") },
  throw: { touch: "error", status: 500, page: (session) => (session.set("seen", 1), fails()) },
  "sign out and throw": { touch: "error", cookie: "dropped", status: 500, page: (session) => (session.invalidate(), fails()) },
};

/** What a site answers at `/` and the name of a case. */
export const pageAt = (path, session) => CASES[path.slice(1).replaceAll("-", " ")].page(session);

/** What pages use in a site without a session: it keeps nothing, and fails where a session would, with an error of the framework. */
export const standIn = (errorOf) => ({
  get: () => "ada",
  signIn() {},
  invalidate() {},
  set(name) {
    if (name === "full") throw errorOf(413, "full");
    if (name === "unreadable") throw errorOf(503, "later", { headers: { "retry-after": "10" } });
  },
});
