// The routes of js/examples/google, with a server of the test in place of Next.js, and another one in place of Google.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { generateKey } from "../../js/src/index.js";
import { withSession } from "../../js/src/web/fetch.js";
import { root } from "./demo.js";
import { listen, scheme, textOf } from "./servers.js";

const FILES = ["lib/google.js", "app/api/google/route.js", "app/api/google/callback/route.js"];

/** In place of the package, whose Google has a fixed address. */
const ARCTIC = `
import { randomUUID } from "node:crypto";
export const generateCodeVerifier = randomUUID;
export const decodeIdToken = JSON.parse;
export class Google {
  constructor(id, secret, callback) {
    this.callback = callback;
  }
  createAuthorizationURL(state, verifier) {
    return new URL("/authorize?" + new URLSearchParams({ state, verifier, callback: this.callback }), process.env.GOOGLE);
  }
  async validateAuthorizationCode(code, verifier) {
    const answer = await fetch(process.env.GOOGLE + "/token?" + new URLSearchParams({ code, verifier }));
    if (!answer.ok) throw new Error("refused");
    const token = await answer.text();
    return { idToken: () => token };
  }
}`;

const SESSION = `
import { SessionCookie } from "hardtack-session";
export const cookie = SessionCookie.encrypted(process.env.SESSION_KEYS);
`;

/** Starts the site. Its home page greets the user. */
export async function siteOfGoogle() {
  const folder = mkdtempSync(join(tmpdir(), "hardtack-google-"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const places = {
    arctic: join(folder, "lib/arctic.js"),
    "hardtack-session": join(root, "js/src/index.js"),
    "hardtack-session/fetch": join(root, "js/src/web/fetch.js"),
    "hardtack-session/next": join(root, "js/src/web/next.js"),
  };
  const write = (name, text) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text.replace(/from "(.*)"/g, (_, from) => `from "${from.startsWith(".") ? `${from}.js` : (places[from] ?? from)}"`));
  };
  for (const name of FILES) write(name, readFileSync(join(root, "js/examples/google", name), "utf8"));
  write("lib/form_post.js", readFileSync(join(root, "js/examples/form_post.js"), "utf8"));
  write("lib/arctic.js", ARCTIC);
  write("lib/session.js", SESSION);

  const verifiers = new Map();
  const google = await listen((request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://google");
    const [code, verifier] = ["code", "verifier"].map((name) => searchParams.get(name));
    if (pathname === "/token") {
      const isRight = verifiers.get(code) === verifier;
      verifiers.delete(code);
      return response.writeHead(isRight ? 200 : 400).end('{"sub":"ada","name":"Ada"}');
    }
    const [fresh, state] = [crypto.randomUUID(), searchParams.get("state")];
    verifiers.set(fresh, verifier);
    response.writeHead(302, { location: `${searchParams.get("callback")}?${new URLSearchParams({ code: fresh, state })}` }).end();
  });

  let worker;
  const routes = new Map();
  const port = await listen(async (request, response) => {
    const url = new URL(request.url, own);
    if (url.pathname === "/worker.js") return response.writeHead(200, { "content-type": "text/javascript" }).end(worker);
    const { method, headers } = request;
    const handler = routes.get(url.pathname)?.[method] ?? routes.get("/").GET;
    const body = method === "POST" ? await textOf(request) : undefined;
    const answer = await handler(new Request(url, { method, headers, body }));
    response.writeHead(answer.status, [...answer.headers].flat()).end(await answer.text());
  });
  const own = `${scheme}://127.0.0.1:${port}`;
  if (scheme === "https") process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // for the token, which the site asks for itself
  process.env.SESSION_KEYS = await generateKey();
  process.env.GOOGLE = `${scheme}://localhost:${google}`;
  process.env.GOOGLE_CALLBACK = `${own}/api/google/callback`;
  const { cookie } = await import(join(folder, "lib/session.js"));
  routes.set("/api/google", await import(join(folder, FILES[1])));
  routes.set("/api/google/callback", await import(join(folder, FILES[2])));
  const home = (_, session) => new Response(`Hello ${session.get("user") ?? "nobody"}`, { headers: { "content-type": "text/html" } });
  routes.set("/", { GET: withSession(cookie, home) });
  return {
    own,
    signIn: "/api/google",
    page: (name) => `/pages/${name}`,
    worker: (text) => (worker = text),
    stop: () => rmSync(folder, { recursive: true }),
  };
}
