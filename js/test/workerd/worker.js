// Runs the vectors at `/vectors`, and serves a counter elsewhere.

import contexts from "vectors/contexts.json";
import cookiesVectors from "vectors/cookies.json";
import csrf from "vectors/csrf.json";
import derivation from "vectors/derivation.json";
import headers from "vectors/headers.json";
import keys from "vectors/keys.json";
import open from "vectors/open.json";
import primitives from "vectors/primitives.json";
import rings from "vectors/rings.json";
import seal from "vectors/seal.json";
import writes from "vectors/writes.json";

import { SessionCookie } from "../../src/index.js";
import { run } from "../vectors.js";

const FILES = { contexts, cookies: cookiesVectors, csrf, derivation, headers, keys, open, primitives, rings, seal, writes };

// At the first request, because a worker has its secrets only then; kept for those that follow.
let cookies;

export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname === "/vectors") {
      return Response.json(await run((file) => FILES[file.replace(".json", "")]));
    }
    cookies ??= SessionCookie.encrypted(env.SESSION_KEYS);
    const sessions = await cookies;
    const session = await sessions.load(request.headers);
    const count = (session.get("count") ?? 0) + 1;
    session.set("count", count);
    const response = new Response(`${count}`);
    await sessions.saveTo(response.headers, session);
    return response;
  },
};
