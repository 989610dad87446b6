// A site on Node's own server.
//
//   export SESSION_KEYS=$(node -e 'import("hardtack-session").then(async ({ generateKey }) => console.log(await generateKey()))')
//   node node.js 3000
//   curl -c jar -b jar -d name=ada http://127.0.0.1:3000/sign-in     # ada 0
//   curl -c jar -b jar -X POST http://127.0.0.1:3000/count           # ada 1

import { createServer } from "node:http";
import { argv, env } from "node:process";

import { SessionCookie } from "hardtack-session";
import { CsrfGuard } from "hardtack-session/csrf";
import { withSession } from "hardtack-session/node";

// Once, at start-up: this derives the keys.
const cookies = await SessionCookie.encrypted(env.SESSION_KEYS);

const home = (session) => `${session.get("user") ?? "nobody"} ${session.get("count") ?? 0}`;

const routes = {
  "GET /": home,
  "POST /sign-in": (session, form) => {
    // A new id, so that a session planted in this browser does not become a signed-in one.
    session.signIn();
    session.set("user", form.get("name"));
    return home(session);
  },
  "POST /count": (session) => home(session.update("count", (count = 0) => count + 1)),
  "POST /sign-out": (session) => {
    session.invalidate();
    return home(session);
  },
};

// Refuses forms from other sites.
const guard = new CsrfGuard({ originCheckOnly: true });

const LONGEST_FORM = 10_000;

async function answer(request, response, session) {
  // Otherwise a character that arrives in two parts would be lost.
  request.setEncoding("utf8");
  let text = "";
  for await (const part of request) if (text.length <= LONGEST_FORM) text += part;
  if (text.length > LONGEST_FORM) return void response.writeHead(413).end("too long");
  const route = routes[`${request.method} ${request.url}`];
  response.writeHead(route ? 200 : 404, { "content-type": "text/plain; charset=utf-8" });
  response.end(route ? route(session, new URLSearchParams(text)) : "not found");
}

const server = createServer(withSession(cookies, answer, { guard }));
server.listen(Number(argv[2] ?? 3000), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
