// A worker before an origin that shares its sessions.

import { SessionCookie } from "../src/index.js";
import { forward } from "../src/web/origin.js";
import { XAES_KEY } from "./keys.js";

export const cookies = await SessionCookie.encrypted(XAES_KEY);

/** The `Cookie` field that a browser sends after these lines. */
export const field = (lines) => lines.filter((line) => !line.includes("Max-Age=0")).map((line) => line.split(";")[0]).join("; ");

/** A worker that makes `change`, and passes requests on to `origin`. */
export function worker(origin, change, sessions = cookies) {
  return async (path, { method = "GET", cookie = "", body } = {}) => {
    const request = new Request(`${origin}${path}`, { method, headers: { cookie }, body });
    const session = await sessions.load(request);
    change(session);
    const response = await forward(sessions, session, request);
    return { status: response.status, text: await response.text(), headers: response.headers, setCookies: response.headers.getSetCookie() };
  };
}
