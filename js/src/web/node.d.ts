import type { IncomingMessage, ServerResponse } from "node:http";

import type { BaseSession } from "../index.js";
import type { AdapterOptions, Cookies } from "./adapter.js";

export interface NodeOptions extends AdapterOptions {
  /** Is told what fails. By default the error is printed with the method and the path. */
  readonly failed?: (error: unknown, request: IncomingMessage) => void;
}

/** Returns a listener for `createServer` that loads the session, and saves it before the head of the response is sent. */
export function withSession<S extends BaseSession, Q extends IncomingMessage = IncomingMessage, R extends ServerResponse = ServerResponse>(
  cookies: Cookies<S, [Q]>,
  handler: (request: Q, response: R, session: S) => void | Promise<void>,
  options?: NodeOptions,
): (request: Q, response: R) => Promise<void>;
