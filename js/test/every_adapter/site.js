// The site whose adapter is tested, and what the tests share.

import assert from "node:assert/strict";

import { SessionCookie, csrfToken, revalidation } from "../../src/index.js";
import { XAES_KEY, filled } from "../visitor.js";

export const NAME = "__Host-session";
export const cookies = await SessionCookie.encrypted(XAES_KEY);

export const visit = (session) => `visit ${session.update("visits", (visits = 0) => visits + 1).get("visits")}`;

/** What every site does at its paths. */
export const PAGES = {
  "/visit": (session) => ({ body: visit(session) }),
  "/look": (session) => ({ body: `${session.get("visits")}` }),
  "/plain": () => ({ body: "hello" }),
  "/untouched": () => ({ body: "hello", headers: { "cache-control": "public" } }),
  "/cookies": (session) => ({ body: visit(session), headers: { "set-cookie": ["a=1", "b=2"] } }),
  "/fail": (session) => (visit(session), { status: 500, body: "no" }),
  "/throw": (session) => {
    visit(session);
    throw new Error("thrown");
  },
  "/out": (session) => (session.invalidate(), { body: "out" }),
  "/out-and-fail": (session) => (session.invalidate(), { status: 500, body: "no" }),
  "/out-and-throw": (session) => {
    session.invalidate();
    throw new Error("thrown");
  },
  "/sign-in": (session) => (session.signIn(), session.set("user", "ada"), session.flash("notice", "hello"), { status: 303, headers: { location: "/" } }),
  "/full": (session) => (visit(session), session.set("note", "x".repeat(4000)), { body: "never" }),
  "/out-and-full": (session) => (session.invalidate(), session.set("note", "x".repeat(4000)), { body: "never" }),
  "/full-and-caught": (session) => {
    visit(session);
    assert.throws(() => session.set("note", "x".repeat(4000)), { code: "size", status: 413 });
    return { body: "caught" };
  },
  "/full-and-answered": (session) => ({ ...PAGES["/full-and-caught"](session), status: 413 }),
  "/renew-id": (session) => (session.renewId(), { body: "never" }),
  "/token": async (session) => ({ body: await csrfToken(session) }),
};

for (const [name, look] of Object.entries({ read: (session) => session.get("visits"), visit })) {
  PAGES[`/same/${name}`] = (session) => (look(session), { response: new Response(null, { status: 304 }) });
}

for (const status of [301, 302, 303, 307, 308]) {
  const location = "http://localhost/look";
  PAGES[`/moved/${status}`] = (session) => (visit(session), { status, headers: { location } });
  PAGES[`/redirect/${status}`] = (session) => (visit(session), { response: Response.redirect(location, status) });
}

/** Where what a handler throws is answered without this package, and without its cookies. */
export const ANSWERED_ELSEWHERE = ["fetch", "Astro", "the proxy of Next.js"];

export const page = (session, path) => PAGES[path](session);
export const fieldOf = (lines) => lines.map((line) => line.split(";")[0]).join("; ");
export const namesOf = (lines) => lines.map((line) => line.split("=")[0]);
export const posted = (headers = {}) => ({ method: "POST", headers });
export const crossSite = posted({ "sec-fetch-site": "cross-site" });
export const fails = () => Promise.reject(new Error("no database"));

/** Keeps what was printed in place of printing it: of each call, what was given. */
export function printed(t) {
  const { mock } = t.mock.method(console, "error", () => {});
  const flat = ([first, fields, ...rest]) => (fields?.error ? [fields.error, fields.method, fields.path] : [first, fields, ...rest]);
  return () => mock.calls.map((call) => flat(call.arguments));
}

/** The value of a session that was written 100 seconds ago. */
export const valueOfOld = async () => (await filled(visit, cookies, Date.now() - 100_000)).split("=")[1];

export const validatedBy = (validate) => SessionCookie.encrypted(XAES_KEY, { revalidateAfter: revalidation({ seconds: 60, validate }) });
