import type { CsrfGuard, CsrfRefusal } from "../csrf_guard.js";
import type { BaseSession, Context, HeadersSource, Outcome, ResponseHeaders, SessionCookie, SessionError } from "../index.js";

// Without this line, TypeScript would export every declaration, marked or not.
export {};

/** A cookie, a promise of one, or a function that makes one at the first request. */
export type Cookies<S extends BaseSession, Given extends unknown[] = any[]> =
  | SessionCookie<S>
  | Promise<SessionCookie<S>>
  | ((...given: Given) => SessionCookie<S> | Promise<SessionCookie<S>>);

/**
 * Reason why a request is refused: a refusal of the guard, or an error with the code `unvalidated` if the session cannot be
 * validated.
 */
export type Refused = CsrfRefusal | SessionError;

/** Leaves an option out, as in `{ guard: isDev ? undefined : guard, onOutcome: isDev && print }`. */
type None = false | null | undefined;

/**
 * Options of the adapters. Next.js has some of them, and `forward` none. `Q` is the request that the session is loaded from: a
 * `Request`, or a request of Node.
 */
export interface CommonOptions<Q> {
  /** Checks each request before its handler runs. */
  readonly guard?: CsrfGuard | None;
  /** The clock, for tests. */
  readonly now?: (() => Date | number) | None;
  /**
   * Binds the session of each request to a context, such as its tenant, in place of the cookie's own context. If it throws,
   * the request fails. Contexts of one host share its cookie, so give tenants in the path a cookie each, by `name`.
   */
  readonly contextBy?: ((request: Q) => Context | Promise<Context>) | None;
  /**
   * Receives the outcome of reading each request's session, before the guard and the handler run. An error that the hook throws is
   * logged, and does not fail the request. A promise that it returns is not awaited.
   */
  readonly onOutcome?: ((outcome: Outcome, request: Q) => unknown) | None;
  /**
   * Receives each refusal, in the same way as `onOutcome`, and an error with the code `left-out` for a lost change. Without the hook,
   * the option `failed` of `/node` gets this error and one with the code `unvalidated`; without either, `log` gets a lost change. `log`
   * always gets the cause of `unvalidated`, at most once a minute. In Express, `unvalidated` also goes to `next`.
   */
  readonly onRefused?: ((refusal: Refused, request: Q) => unknown) | None;
}

export interface AdapterOptions<Q = any, R = any> extends CommonOptions<Q> {
  /** Answers a request that is refused; the session is saved with the answer. Default: its `status`, `headers`, and `body` or `message`. */
  readonly refuse?: ((refusal: Refused, request: Q) => R | Promise<R>) | None;
}

/** Options of adapters whose responses are Node's. */
export interface NodeAdapterOptions<Q, R> extends CommonOptions<Q> {
  /** Answers a request that is refused; the session is saved with the answer. Default: its `status`, `headers`, and `body` or `message`. */
  readonly refuse?: ((refusal: Refused, request: Q, response: R) => unknown) | None;
}

/** The `Request` of the platform, where its types are known. */
export type AnyRequest = typeof globalThis extends { Request: { prototype: infer Q } } ? Q : RequestLike;

/** The `Response` of the platform, where its types are known. */
export type AnyResponse = typeof globalThis extends { Response: { prototype: infer R } } ? R : ResponseLike;

/** The part of a `Request` that is needed. */
export interface RequestLike {
  readonly headers: HeadersSource;
}

/** The part of a `Response` that is needed. */
export interface ResponseLike {
  readonly status: number;
  readonly headers: ResponseHeaders;
}
