import type { BaseSession } from "./index.js";

export interface CsrfGuardOptions {
  /** Origins whose requests count as the site's own, such as `https://app.example.com`. They still need a token. */
  readonly trustOrigins?: readonly string[];
  /** Origins whose forms may be posted to a path without a token, as in the last step of a sign-in elsewhere. */
  readonly trustFormPosts?: readonly (readonly [origin: string, path: string])[];
  /** Lets requests through without a token: `Sec-Fetch-Site` and `Origin` are enough. Default: false. */
  readonly originCheckOnly?: boolean;
  /**
   * Accepts the token in a form field, of a `Request` whose body was not read before, or of the `body` that a parser left in a request
   * of Node. Default: false.
   */
  readonly tokensInForms?: boolean;
  /** Name of the form field with the token. Default: `csrf_token`. */
  readonly formField?: string;
  /**
   * With `tokensInForms`, bytes at the beginning of a `Request`'s form in which the token is looked for. A longer form without a
   * token there is refused with 413, so the field with the token has to come before a large file. Nothing is read if the token
   * is in the header, or if the session has no id, which is refused with 403. Default: 1 MiB.
   */
  readonly formLimit?: number;
}

/** Reason why a guard refuses a request. Its `message` may be shown to the visitor. */
export class CsrfRefusal extends Error {
  constructor(code: CsrfRefusalCode);
  readonly code: CsrfRefusalCode;
  /** Status of the response: 403, or 413 for a form beyond `formLimit` without a token in its beginning. */
  readonly status: number;
  /** The same as `status`: NestJS and Koa recognize errors of HTTP by this name and `expose`. */
  readonly statusCode: number;
  /** The message may be shown to the visitor. */
  readonly expose: true;
  /**
   * What was compared, for logs, with the codes `cross-site` and `plain-http`: for example `origin https://app.example.com,
   * sec-fetch-site null, host localhost:3000`. If that origin is your site, list it in `trustOrigins`.
   */
  readonly details: string | null;
  /**
   * Body of the response. It is the message or, for a form with a token of another session, a page with a link: to the page of the
   * form, which the request's `Referer` names, or else to the address that the form was sent to.
   */
  readonly body: string;
  readonly headers: { readonly "content-type": string };
}

export type CsrfRefusalCode = "cross-site" | "plain-http" | "service-worker" | "no-token" | "wrong-token" | "too-large";

/**
 * Refuses requests that another site makes a visitor's browser send. GET, HEAD, OPTIONS and TRACE pass, except a WebSocket that
 * another site opens.
 *
 * @example
 * const guard = new CsrfGuard({ originCheckOnly: true });
 * const form = new Request("https://example.com/cart", { method: "POST", headers: { "sec-fetch-site": "cross-site" } });
 * (await guard.check(form, session))?.code; // "cross-site"
 */
export class CsrfGuard {
  /** Makes a guard. Throws a `ConfigError`. */
  constructor(options?: CsrfGuardOptions);
  /**
   * Checks a `Request`, or a request of Node, with its `url`. Returns null if the request may pass. Await it, because a promise is
   * always true.
   */
  check(request: { readonly method?: string; readonly url?: string; readonly headers: object }, session: BaseSession): Promise<CsrfRefusal | null>;
}
