import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";

import type { BaseSession } from "../index.js";
import type { Cookies, NodeAdapterOptions } from "./adapter_types.js";

export type { NodeAdapterOptions, Refused } from "./adapter_types.js";

export interface NodeOptions<Q = IncomingMessage, R = ServerResponse> extends NodeAdapterOptions<Q, R> {
  /**
   * Receives each error that fails a request and, without `onRefused`, each error of a lost change or of `validate`. By default, the
   * error of a request is printed with the method and the path. `log` gets the others and, at most once a minute for each code, an
   * error of the session with a `status`, such as that of a full session.
   */
  readonly failed?: ((error: unknown, request: Q) => void) | false | null | undefined;
}

/**
 * Returns a listener for `createServer` that loads the session, and saves it before the head of the response is sent. The answer to an
 * error has the headers that the response has when the listener is called, such as those of CORS. The promise of the listener
 * resolves when the handler has ended, and what it has written is sent. For a server of `node:http2`, declare the handler's
 * `request: Http2ServerRequest` and `response: Http2ServerResponse`.
 */
export function withSession<
  S extends BaseSession,
  Q extends IncomingMessage | Http2ServerRequest = IncomingMessage,
  R extends ServerResponse | Http2ServerResponse = ServerResponse,
>(
  cookies: Cookies<S, []>,
  handler: (request: Q, response: R, session: S) => void | Promise<void>,
  options?: NodeOptions<NoInfer<Q>, NoInfer<R>>,
): (request: Q, response: R) => Promise<void>;
