// What SvelteKit makes of a response after all hooks: a 304, and errors inside of a 200.

import assert from "node:assert/strict";
import { test } from "node:test";

import { SessionCookie } from "../src/index.js";
import { handleSession } from "../src/web/sveltekit.js";
import { before } from "./stand_ins.js";
import { XAES_KEY, cookies, filled, isExpiry, later, signedIn } from "./visitor.js";

/** SvelteKit around its hooks. `joins`: as in 2.60, where the cookies of a 304 are one header. */
function kit(handle, page, { joins = false, event = {} } = {}) {
  return before(async (request) => {
    const response = await handle({ event: { request, locals: {}, ...event }, resolve: ({ locals }) => page(locals.session, request) });
    const tag = response.headers.get("etag");
    if (tag === null || request.headers.get("if-none-match")?.replace(/^W\//, "") !== tag) return response;
    const headers = new Headers({ etag: tag });
    for (const name of ["cache-control", "vary"]) if (response.headers.has(name)) headers.set(name, response.headers.get(name));
    const lines = response.headers.getSetCookie();
    for (const line of joins && lines.length > 1 ? [lines.join(", ")] : lines) headers.append("set-cookie", line);
    return new Response(null, { status: 304, headers });
  });
}

test("SvelteKit: a page that has not changed refreshes nothing, and is sent as a whole with a change", async () => {
  const split = await SessionCookie.encrypted(XAES_KEY, { size: "split:2" });
  const content = "x".repeat(4000);
  for (const [sessions, count] of [[cookies, 1], [split, 2]]) {
    for (const tag of ['"a"', 'W/"a"']) {
      for (const joins of [false, true]) {
        const handle = handleSession(sessions, { now: () => later(900) });
        const page = (change) => (session) => (change(session), new Response("page", { headers: { etag: '"a"', "set-cookie": "theme=dark" } }));
        const cookie = await filled((session) => session.set("note", count > 1 ? content : "short").set("user", "ada"), sessions);
        const headers = { cookie, "if-none-match": tag };
        const read = await kit(handle, page((session) => session.get("user")), { joins }).get("/", headers);
        assert.deepEqual([read.status, read.setCookies, read.headers.get("vary")], [304, ["theme=dark"], "Cookie"]);
        const changed = await kit(handle, page((session) => session.set("user", "bob")), { joins }).get("/", headers);
        assert.deepEqual([changed.status, changed.text, changed.headers.get("etag"), changed.setCookies.length], [200, "page", null, 1 + count]);
        // What does not fit the visitor's page is refreshed.
        const other = await kit(handle, page((session) => session.get("user")), { joins }).get("/", { ...headers, "if-none-match": '"b"' });
        assert.deepEqual([other.status, other.setCookies.length], [200, 1 + count]);
      }
    }
  }
});

const json = (answer) => Response.json(answer, { headers: { "cache-control": "private, no-store" } });

/** Answers of SvelteKit 3 and 2 to a script, all with the status 200, and whether each is a failure. */
const ANSWERS = [
  [{ isRemoteRequest: true }, { type: "error", error: { status: 500, message: "Internal Error" } }, true],
  [{ isRemoteRequest: true }, { type: "error", error: { message: "Internal Error" }, status: 500 }, true],
  [{ isRemoteRequest: true }, { type: "error", error: { message: "of an own `handleError`" } }, true],
  [{ isRemoteRequest: true }, { type: "error", error: { status: 503, message: "" } }, true],
  [{ isRemoteRequest: true }, { type: "error", error: { status: 400, message: "" } }, false],
  [{ isRemoteRequest: true }, { type: "error", error: { message: "" }, status: 404 }, false],
  [{ isRemoteRequest: true }, { type: "result", data: "[1]" }, false],
  [{ isDataRequest: true }, { type: "data", nodes: [null, { type: "data", data: [] }, { type: "error", error: { status: 500 } }] }, true],
  [{ isDataRequest: true }, { type: "data", nodes: [{ type: "skip" }, { type: "error", error: { status: 404 } }] }, false],
  [{ isDataRequest: true }, { type: "redirect", status: 303, location: "/" }, false],
  // An endpoint of the application.
  [{}, { type: "error", error: { status: 500 } }, false],
];

test("SvelteKit: what answers a script with an error inside of a 200 changes nothing, and signs out all the same", async () => {
  for (const [event, answer, isFailed] of ANSWERS) {
    const answered = async (change) => {
      const page = (session) => (change(session), json(answer));
      const { text, setCookies } = await kit(handleSession(cookies), page, { event }).get("/", await signedIn());
      assert.deepEqual(JSON.parse(text), answer);
      return setCookies;
    };
    const name = JSON.stringify([event, answer]);
    assert.equal((await answered((session) => session.set("half", 1))).length, isFailed ? 0 : 1, name);
    assert.ok(isExpiry(await answered((session) => session.invalidate())), name);
  }
});

test("SvelteKit: answers to scripts that are no JSON are left alone", async () => {
  for (const event of [{ isRemoteRequest: true }, { isDataRequest: true }]) {
    for (const type of ["text/event-stream", "text/sveltekit-data", null]) {
      const stream = new ReadableStream({ pull: () => new Promise(() => {}) });
      const page = (session) => (session.set("a", 1), new Response(stream, { headers: type ? { "content-type": type } : {} }));
      const handle = handleSession(cookies);
      const request = new Request("http://localhost/");
      const response = await handle({ event: { request, locals: {}, ...event }, resolve: ({ locals }) => page(locals.session) });
      assert.equal(response.headers.getSetCookie().length, 1);
    }
  }
});
