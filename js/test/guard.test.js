// The rules of `CsrfGuard`, against those of Rust, and the tokens in forms.

import assert from "node:assert/strict";
import { test } from "node:test";

import { CsrfGuard } from "../src/csrf_guard.js";
import { SessionCookie, csrfToken } from "../src/index.js";
import { XAES_KEY, random } from "./visitor.js";
import { ask } from "./rust.js";

const NOW = 1_800_000_000;
const cookies = await SessionCookie.encrypted(XAES_KEY);

/** A session with an id, the field that carries it, and a token. */
async function visitor() {
  const session = await cookies.load(null, NOW * 1000);
  session.set("user", "ada");
  const token = await csrfToken(session);
  const [line] = await cookies.save(session);
  return { token, cookie: line.split(";")[0] };
}

const { token, cookie } = await visitor();
const { token: foreign } = await visitor();

const HOSTS = ["shop.example", "shop.example:443", "SHOP.example", "shop.example:80", "shop.example:8443", "localhost:3000", "127.0.0.1", "127.1.2.3", "[::1]:3000", "a.localhost", "evil.example", "shop.example:", "sh op", "[::1", "user@shop.example", "shop.example:99999", ""];
const ORIGINS = [...HOSTS.flatMap((host) => [`https://${host}`, `http://${host}`]), "null", "HTTPS://shop.example", "https://shop.example/", "app://shop.example", "https:/shop.example", "", "//shop.example", "http://127.0.0.01", "http://0127.0.0.1"];
const SITES = ["same-origin", "none", "same-site", "cross-site", "Same-Origin", ""];
const MODES = ["navigate", "navigate", "navigate", "cors", "no-cors", "same-origin", " navigate\t", "Navigate", ""];
const DESTINATIONS = ["document", "document", "empty", "empty", "iframe", " empty ", "Document", ""];
const TYPES = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/json", "APPLICATION/X-WWW-FORM-URLENCODED ; charset=utf-8", ""];

function requests(seed) {
  const { next, oneOf } = random(seed);
  const maybe = (share, make) => (next() < share ? [make()] : []);
  return () => {
    const headers = [
      ["cookie", cookie],
      ...maybe(0.9, () => ["host", oneOf(HOSTS)]),
      ...maybe(0.05, () => ["host", oneOf(HOSTS)]),
      ...maybe(0.7, () => ["origin", oneOf(ORIGINS)]),
      ...maybe(0.05, () => ["origin", oneOf(ORIGINS)]),
      ...maybe(0.4, () => ["sec-fetch-site", oneOf(SITES)]),
      ...maybe(0.5, () => ["sec-fetch-mode", oneOf(MODES)]),
      ...maybe(0.05, () => ["sec-fetch-mode", oneOf(MODES)]),
      ...maybe(0.5, () => ["sec-fetch-dest", oneOf(DESTINATIONS)]),
      ...maybe(0.05, () => ["sec-fetch-dest", oneOf(DESTINATIONS)]),
      ...maybe(0.6, () => ["x-csrf-token", oneOf([token, token, token, foreign, "junk", ""])]),
      ...maybe(0.1, () => ["x-csrf-token", oneOf([token, foreign])]),
      ...maybe(0.5, () => ["content-type", oneOf(TYPES)]),
      ...maybe(0.2, () => ["upgrade", oneOf(["websocket", "WebSocket", "h2c, websocket", "h2c", "websockets"])]),
    ];
    const method = oneOf(["POST", "POST", "POST", "PUT", "DELETE", "GET", "HEAD", "OPTIONS", "TRACE"]);
    const path = oneOf(["/", "/signed-in", "/signed-in?x=1", "/signed-in/"]);
    const authority = next() < 0.15 ? oneOf(HOSTS.filter((host) => host && !/[ @]|:$|99999|\[::1$/.test(host))) : null;
    const scheme = authority && oneOf(["https", "http"]);
    const options = {
      trusted: maybe(0.3, () => oneOf(["https://app.example", "https://shop.example", "http://evil.example", "https://shop.example:8443"])),
      form_posts: maybe(0.4, () => [oneOf(["https://evil.example", "https://shop.example"]), "/signed-in"]),
      origin_check_only: next() < 0.4,
    };
    return { method, path, headers, authority, scheme, options };
  };
}

/** As Node gives it: over HTTP/2, or over HTTP/1.1 with a whole address in the first line. */
function asNode({ method, path, headers, authority, scheme }, isOverHttp2) {
  const given = { method, url: path, rawHeaders: headers.flat(), body: {} };
  if (authority === null) return given;
  return isOverHttp2 ? { ...given, authority, scheme } : { ...given, url: `${scheme}://${authority}${path}` };
}

test("a guard answers as in Rust", async () => {
  const make = requests(1);
  const seen = new Map();
  for (let round = 0; round < 4000; round++) {
    const request = make();
    const { trusted, form_posts, origin_check_only } = request.options;
    // In Rust every guard looks into forms.
    const guard = new CsrfGuard({ tokensInForms: true, trustOrigins: trusted, trustFormPosts: form_posts, originCheckOnly: origin_check_only });
    const session = await cookies.load(cookie, NOW * 1000);
    const refusal = await guard.check(asNode(request, round % 2 === 0), session);
    const { method, path, headers, authority, scheme } = request;
    const uri = authority ? `${scheme}://${authority}${path}` : path;
    const answer = await ask({ guard: { ring: XAES_KEY, now: NOW, method, uri, headers, ...request.options } });
    const found = refusal ? refusal.message : "passed";
    // In Rust the sentence does not know the name of the field.
    const expected = answer.status === 403 ? answer.body.replace("field, by default `csrf_token`", "field `csrf_token`") : "passed";
    assert.equal(found, method === "HEAD" ? "passed" : expected, `round ${round}: ${JSON.stringify(request)} ${JSON.stringify(answer)}`);
    seen.set(found, (seen.get(found) ?? 0) + 1);
  }
  assert.equal(seen.size, 6, JSON.stringify([...seen]));
  assert.ok([...seen.values()].every((count) => count > 5), JSON.stringify([...seen]));
});

const guarded = async (options, request) => (await new CsrfGuard(options).check(request, await cookies.load(cookie, NOW * 1000)))?.code ?? null;

test("the host of a Request is the one in its field, whatever a framework writes into the address", async () => {
  const codeFor = (origin, host) => {
    const headers = { origin, "x-csrf-token": token, ...(host && { host }) };
    return guarded({}, new Request("http://localhost:3000/transfer", { method: "POST", headers }));
  };
  assert.equal(await codeFor("https://shop.example", "shop.example"), null);
  assert.equal(await codeFor("http://127.0.0.1:3000", "127.0.0.1:3000"), null);
  assert.equal(await codeFor("http://localhost:3000", "shop.example"), "cross-site");
  assert.equal(await codeFor("http://localhost:3000", "shop.example, localhost:3000"), "cross-site");
  assert.equal(await codeFor("http://localhost:3000", null), null);
});

test("forms are looked into where it is asked for, and those that a parser has read", async () => {
  const form = new Request("https://shop.example/transfer", { method: "POST", body: new URLSearchParams([["csrf_token", token]]) });
  assert.equal(await guarded({}, form), "no-token");
  const parsed = { method: "POST", url: "/", rawHeaders: ["content-type", "application/x-www-form-urlencoded"], body: { csrf_token: token } };
  assert.equal(await guarded({ tokensInForms: true }, parsed), null);
  assert.equal(await guarded({ tokensInForms: true }, { ...parsed, body: undefined }), "no-token");
  // Of several fields the first counts, as in Rust.
  for (const [several, code] of [[[token], null], [[token, "x"], null], [["x", token], "wrong-token"], [[], "no-token"], [{ 0: token }, "wrong-token"]]) {
    assert.equal(await guarded({ tokensInForms: true }, { ...parsed, body: { csrf_token: several } }), code);
  }
});

test("a form of another session gets a page that leads on, and a script a sentence", async () => {
  const refusal = async (init) => {
    const request = new Request("https://shop.example/login", { method: "POST", ...init });
    return new CsrfGuard({ tokensInForms: true }).check(request, await cookies.load(cookie, NOW * 1000));
  };
  const ofForm = await refusal({ body: new URLSearchParams({ csrf_token: foreign }) });
  assert.equal(ofForm.headers["content-type"], "text/html; charset=utf-8");
  // A screen reader leads to the landmark.
  const end = '<p><a href="">Load the page again</a></p>\n</main>\n';
  assert.ok(ofForm.body.includes("<main>\n<h1>") && ofForm.body.endsWith(end));
  const sentence = "refused: the CSRF token is not of this session; load the page again";
  for (const init of [{ headers: { "x-csrf-token": foreign } }, { headers: { "x-csrf-token": foreign }, body: new URLSearchParams({ csrf_token: token }) }]) {
    const ofScript = await refusal(init);
    assert.deepEqual([ofScript.headers["content-type"], ofScript.body], ["text/plain; charset=utf-8", sentence]);
  }
  assert.equal((await refusal({ body: new URLSearchParams({ amount: "7" }) })).headers["content-type"], "text/plain; charset=utf-8");
});

test("a form that is posted to another address than its page's leads back to the page, if that is of this site", async () => {
  const linkOf = async (referer, { host, ...options } = {}) => {
    const headers = [...(referer === null ? [] : ["referer", referer]), ...(host ? ["host", host] : [])];
    const form = ["content-type", "application/x-www-form-urlencoded", ...headers];
    const request = { method: "POST", url: "/transfer", rawHeaders: form, body: { csrf_token: foreign } };
    const { body } = await new CsrfGuard({ tokensInForms: true, ...options }).check(request, await cookies.load(cookie, NOW * 1000));
    return /<a href="(.*)">Load/.exec(body)[1];
  };
  const page = "https://shop.example/account?tab=2&x=1";
  const host = "shop.example";
  assert.equal(await linkOf(page, { host }), "https://shop.example/account?tab=2&amp;x=1");
  assert.equal(await linkOf("https://user@shop.example/a#b", { host }), "https://shop.example/a");
  assert.equal(await linkOf("http://127.0.0.1:3000/a", { host: "127.0.0.1:3000" }), "http://127.0.0.1:3000/a");
  assert.equal(await linkOf(page, { host: "10.0.0.1:3000", trustOrigins: ["https://shop.example"] }), "https://shop.example/account?tab=2&amp;x=1");
  const others = [null, "", "/account", "https://evil.example/", "https://shop.example:8443/", "https://shop.example@evil.example/", "javascript:alert(1)", "data:text/html,x", "null"];
  // None of these is written into HTML.
  const [script, quotes] = ['"><script>alert(1)</script>', ["'", '"', "<", ">", "\\", " "]];
  others.push(...["blob:https://shop.example/", "filesystem:https://shop.example/", "https://shop.example/", "https://shop.example/?"].map((start) => start + script));
  others.push(...quotes.map((quote) => `https://shop.example/a${quote}b`), "blob:https://shop.example/a");
  for (const referer of others) assert.equal(await linkOf(referer, { host }), "", referer);
  assert.equal(await linkOf(page), "");
});

test("a refusal of an origin shows to logs what was compared, and not to visitors", async () => {
  const refusal = async (url, headers) => new CsrfGuard().check(new Request(url, { method: "POST", headers }), await cookies.load(cookie, NOW * 1000));
  const behindProxy = await refusal("http://localhost:3000/transfer", { origin: "https://shop.example", host: "localhost:3000" });
  assert.equal(behindProxy.details, "origin https://shop.example, sec-fetch-site null, host localhost:3000");
  assert.equal(behindProxy.body, "refused: the request comes from another site");
  const crossed = await refusal("https://shop.example/", { origin: "https://evil.example", "sec-fetch-site": "cross-site" });
  assert.equal(crossed.details, "origin https://evil.example, sec-fetch-site cross-site, host null, address shop.example");
  assert.equal((await refusal("https://shop.example/", {})).details, null);
});

test("a body is read for a token up to a limit, and not at all where no token is right", async () => {
  const CHUNK = new TextEncoder().encode("a=".padEnd(9_999, "x") + "&");
  const LAST = new TextEncoder().encode(`csrf_token=${token}`);
  const posted = async (cookie, { headers, chunks = 30_000, ...options } = {}) => {
    let pulled = 0;
    const pull = (stream) => {
      if (++pulled <= chunks) stream.enqueue(CHUNK);
      else if (pulled === chunks + 1) stream.enqueue(LAST);
      else stream.close();
    };
    const body = new ReadableStream({ pull }, { highWaterMark: 0 });
    const type = { "content-type": "application/x-www-form-urlencoded" };
    const request = new Request("https://shop.example/", { method: "POST", body, duplex: "half", headers: { ...type, ...headers } });
    const refusal = await new CsrfGuard({ tokensInForms: true, ...options }).check(request, await cookies.load(cookie, NOW * 1000));
    return [refusal?.code ?? null, refusal?.status ?? 200, pulled];
  };
  assert.deepEqual(await posted(null), ["wrong-token", 403, 0]);
  assert.deepEqual(await posted(cookie, { headers: { "x-csrf-token": token } }), [null, 200, 0]);
  const [code, status, pulled] = await posted(cookie);
  assert.deepEqual([code, status], ["too-large", 413]);
  assert.ok(pulled >= 105 && pulled < 115, `${pulled}`);
  const length = CHUNK.length + LAST.length;
  assert.deepEqual((await posted(cookie, { chunks: 1, formLimit: length })).slice(0, 2), [null, 200]);
  assert.deepEqual((await posted(cookie, { chunks: 1, formLimit: length - 1 })).slice(0, 2), ["too-large", 413]);
});

test("a refusal without a token names the places where the guard looks for one", async () => {
  const ofNode = { method: "POST", url: "/", rawHeaders: ["content-type", "application/x-www-form-urlencoded"] };
  const message = async (options, request) => (await new CsrfGuard(options).check(request, await cookies.load(cookie))).message;
  const inHeader = "refused: the request has no CSRF token; send it in the header `x-csrf-token`";
  assert.equal(await message({}, { ...ofNode, body: {} }), inHeader);
  assert.equal(await message({ tokensInForms: true }, { ...ofNode, body: {} }), `${inHeader}, or a form in its field \`csrf_token\``);
  assert.equal(
    await message({ tokensInForms: true, formField: "t" }, ofNode),
    `${inHeader}, or a form in its field \`t\`; no parser of forms ran before the guard`,
  );
});
