import type { CsrfGuard } from "../csrf_guard.js";
import type { BaseSession, HeadersSource, ResponseHeaders, SessionCookie } from "../index.js";

/** A cookie, a promise of one, or a function that makes one at the first request. */
export type Cookies<S extends BaseSession, Given extends unknown[] = any[]> =
  | SessionCookie<S>
  | Promise<SessionCookie<S>>
  | ((...given: Given) => SessionCookie<S> | Promise<SessionCookie<S>>);

export interface AdapterOptions {
  /** Refuses requests of other sites with 403, before the handler. */
  readonly guard?: CsrfGuard | null;
  /** The clock, for tests. */
  readonly now?: () => Date | number;
}

/** A `Request`, as far as it is needed. */
export interface RequestLike {
  readonly headers: HeadersSource;
}

/** A `Response`, as far as it is needed. */
export interface ResponseLike {
  readonly status: number;
  readonly headers: ResponseHeaders;
}
