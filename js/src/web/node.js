// Node's own server, over HTTP/1.1 and HTTP/2, and what is built on it.

import { headChanges } from "../session_cookie.js";
import { opener } from "./adapter.js";
import { beforeHead } from "./hold.js";

/** Loads the session of a request, and saves it before the head of the response is sent. */
export async function attach(sessions, request, response, { now, failed }) {
  const session = await sessions.load(request, now?.());
  beforeHead(response, () => sealedFor(sessions, response, session), failed);
  return session;
}

/** Ends the request, and saves the session into the head of its response, which has not been sent. */
export const saveToNode = async (...given) => (await sealedFor(...given))();

/** Seals the session. Returns a function that writes it into the head of the response. */
async function sealedFor(sessions, response, session) {
  const fields = Object.entries(response.getHeaders()).flatMap(([name, values]) =>
    [values].flat().map((value) => [name.toLowerCase(), String(value)]),
  );
  const changes = await headChanges(sessions, fields, session, { status: response.statusCode });
  return () => {
    for (const [name, value] of changes) {
      if (name !== "set-cookie") response.setHeader(name, value);
      else response.setHeader(name, [response.getHeader(name) ?? [], value].flat());
    }
  };
}

/**
 * Returns a listener for `createServer` that loads the session, calls `handler(request, response, session)`, and saves the
 * session before the head of the response is sent. `failed(error, request)` is told what fails; by default the error is
 * printed with the method and the path.
 */
export function withSession(cookies, handler, { guard = null, now, failed = print } = {}) {
  const open = opener(cookies);
  return async (request, response) => {
    const answerFailure = (error) => {
      failed(error, request);
      if (response.headersSent) return response.destroy();
      for (const name of response.getHeaderNames()) response.removeHeader(name);
      const isUnvalidated = error?.code === "unvalidated";
      response.statusCode = isUnvalidated ? 503 : 500;
      response.end(isUnvalidated ? error.message : "internal server error");
    };
    try {
      const session = await attach(await open(request), request, response, { now, failed: answerFailure });
      const refusal = await guard?.check(request, session);
      if (refusal) answerRefusal(response, refusal);
      else await handler(request, response, session);
    } catch (error) {
      answerFailure(error);
    }
  };
}

/** A whole request would show its cookies. */
const print = (error, { method, url }) => console.error(error, method, url.split("?")[0]);

export function answerRefusal(response, refusal) {
  response.statusCode = refusal.status;
  response.setHeader("content-type", refusal.headers["content-type"]);
  response.end(refusal.body);
}
