// The sign-in at a provider, in Hono, in Node and in workerd, at a provider of the test.

import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { test } from "node:test";
import { text } from "node:stream/consumers";

import { SignJWT, generateKeyPair } from "jose";

import { SessionCookie } from "../src/index.js";
import { inEachRuntime } from "./runtimes.js";
import { listening } from "./stand_ins.js";
import { Browser, XAES_KEY, filled, isExpiry } from "./visitor.js";

const [ISSUER, SITE, CLIENT_ID, CLIENT_SECRET] = ["https://provider.example", "https://shop.example", "shop", "a secret"];
const { privateKey } = await generateKeyPair("RS256");
const asked = new Map();

/** What the provider answers to a client that may ask. */
async function tokens(request) {
  const fields = new URLSearchParams(await text(request));
  const known = asked.get(fields.get("code"));
  asked.delete(fields.get("code"));
  const challenge = createHash("sha256").update(fields.get("code_verifier") ?? "").digest("base64url");
  const right = { code_challenge: challenge, redirect_uri: fields.get("redirect_uri"), client_id: CLIENT_ID, client_secret: CLIENT_SECRET };
  const given = { ...known, client_secret: fields.get("client_secret") };
  if (!known || Object.keys(right).some((name) => given[name] !== right[name])) return { error: "invalid_grant" };
  const claims = new SignJWT({ nonce: known.nonce }).setProtectedHeader({ alg: "RS256" }).setSubject("ada");
  const id_token = await claims.setIssuer(ISSUER).setAudience(CLIENT_ID).setIssuedAt().setExpirationTime("1m").sign(privateKey);
  return { access_token: "a token", token_type: "bearer", id_token };
}

const described = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  response_types_supported: ["code"],
  code_challenge_methods_supported: ["S256"],
};
const { origin: PROVIDER } = await listening(
  createServer(async (request, response) => {
    const answer = request.url === "/token" ? await tokens(request) : described;
    response.writeHead(answer.error ? 400 : 200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  }),
);

/** The visitor consents: returns the query with which the provider sends the browser back. */
function consent(location, change = {}) {
  const { origin, searchParams } = new URL(location);
  assert.deepEqual([origin, searchParams.get("redirect_uri"), searchParams.get("scope")], [ISSUER, `${SITE}/callback`, "openid"]);
  const code = randomUUID();
  asked.set(code, { ...Object.fromEntries(searchParams), ...change });
  return new URLSearchParams({ code, state: searchParams.get("state") });
}

// The provider's address needs TLS, and it is on this machine.
const entry = `
import site from "../../examples/provider.ts";
const { fetch } = globalThis;
globalThis.fetch = (url, init) => fetch(String(url).replace("${ISSUER}", "${PROVIDER}"), init);
export default site;`;
const env = { SESSION_KEYS: XAES_KEY, SITE, ISSUER, CLIENT_ID, CLIENT_SECRET };

// All that is waited for comes before the first test, because a file ends when the tests that it knows have ended.
const runtimes = await inEachRuntime({ name: "site", contents: entry, loader: "js", env, origin: SITE });
const cookies = await SessionCookie.encrypted(XAES_KEY);
for (const [runtime, fresh] of Object.entries(runtimes)) {
  /** Begins a sign-in in a tab, and returns where the provider is asked. */
  async function begin(browser, next) {
    const { status, headers } = await browser.get(`/sign-in?${new URLSearchParams({ next })}`);
    assert.equal(status, 303);
    return headers.get("location");
  }

  /** The page of the callback, and what it posts. */
  async function back(browser, query, init) {
    const page = await browser.fetch(init ? "/callback" : `/callback?${query}`, init);
    assert.deepEqual([page.status, page.setCookies, page.headers.get("cache-control")], [200, [], "no-store"]);
    const fields = [...page.text.matchAll(/name="(.*?)" value="(.*?)"/g)].map(([, ...pair]) => pair);
    assert.deepEqual(fields, [...query]);
    return post(browser, query);
  }

  const post = (browser, body, site = "same-origin") => browser.fetch("/signed-in", { method: "POST", body, headers: { "sec-fetch-site": site } });
  const again = ({ status, setCookies, text }) =>
    assert.deepEqual([status, setCookies, text], [400, [], '<a href="/sign-in">Please sign in again</a>']);
  const comesTo = ({ status, headers }, page) => assert.deepEqual([status, headers.get("location")], [303, page]);

  test(`${runtime}: a visitor comes back signed in, by an address and by a form, and signs out`, async () => {
    for (const isPosted of [false, true]) {
      const browser = fresh();
      const query = consent(await begin(browser, "/account?tab=1"));
      const form = { method: "POST", body: query, headers: { "sec-fetch-site": "cross-site" } };
      const { id } = await cookies.load(`__Host-session=${browser.cookies.get("__Host-session")}`);
      const signedIn = await back(browser, query, isPosted ? form : undefined);
      comesTo(signedIn, "/account?tab=1");
      const session = await cookies.load(signedIn.setCookies[0].split(";")[0]);
      assert.deepEqual(session.entries(), [["user", "ada"]]);
      assert.notEqual(session.id, id);
      // The same answer a second time writes nothing.
      const second = await back(browser, query);
      comesTo(second, "/account?tab=1");
      assert.deepEqual(second.setCookies, []);
      assert.equal((await browser.get("/")).text, "Hello ada");
      const signedOut = await browser.fetch("/sign-out", { method: "POST", headers: { "sec-fetch-site": "same-origin" } });
      assert.ok(isExpiry(signedOut.setCookies));
    }
  });

  test(`${runtime}: what was not asked for in this browser signs nobody in`, async (t) => {
    t.mock.method(console, "error", () => {});
    const browser = fresh();
    const location = await begin(browser, "/account");
    const query = consent(location);
    again(await back(fresh(), query)); // another browser, without a session
    assert.equal((await post(browser, query, "cross-site")).status, 403);
    const state = query.get("state");
    for (const wrong of [{ error: "access_denied", state }, { code: "another", state }, { code: query.get("code"), state: "another" }, { code: query.get("code") }]) {
      again(await back(browser, new URLSearchParams(wrong)));
    }
    for (const change of [{ nonce: "another" }, { code_challenge: "another" }]) again(await back(browser, consent(location, change)));
    assert.equal((await browser.get("/")).text, "Hello nobody");
    comesTo(await back(browser, query), "/account");
    // At half of the idle timeout, when a session that stays is written again.
    const [name, old] = (await filled(undefined, cookies, new Date(Date.now() - 1_000_000))).split("=");
    browser.cookies.set(name, old);
    assert.deepEqual((await back(browser, query)).setCookies, []);
    assert.equal((await browser.get("/")).setCookies.length, 1);
    const elsewhere = fresh();
    comesTo(await back(elsewhere, consent(await begin(elsewhere, "//evil.example"))), "/");
  });

  test(`${runtime}: tabs that begin together come to their own pages`, async () => {
    const browser = fresh();
    const pages = ["/1", "/2", "/3"];
    const queries = [];
    for (const page of pages) {
      browser.cookies.clear(); // no tab has the cookie of another one, and the browser keeps the last one
      queries.push(consent(await begin(browser, page)));
    }
    const first = await back(browser, queries[0]);
    assert.deepEqual([first.status, first.setCookies], [303, []]);
    comesTo(await back(browser, consent(first.headers.get("location"))), pages[0]);
    for (const at of [1, 2]) comesTo(await back(browser, queries[at]), pages[at]);
    assert.equal((await browser.get("/")).text, "Hello ada");
  });
}
