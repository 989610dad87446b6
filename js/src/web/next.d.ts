import type { BaseSession, SessionCookie } from "../index.js";
import type { AdapterOptions, AnyResponse, Cookies, RequestLike, ResponseLike } from "./adapter_types.js";

export type { RequestLike, ResponseLike } from "./adapter_types.js";

/** The part of the cookies of `next/headers` that is needed. */
export interface NextCookies {
  getAll(): { readonly name: string; readonly value: string }[];
  set(name: string, value: string, options: any): unknown;
}

/** Sessions in the app router of Next.js. */
export interface NextSessions<S extends BaseSession> {
  /**
   * Makes the cookie and returns it. Call it in `register` of instrumentation.js, so that a wrong key or option is an error when the
   * server starts, and not at the first request.
   */
  ready(): Promise<SessionCookie<S>>;
  /**
   * Loads the session for reading, in server components, server actions and route handlers. Every change throws a `SessionError`
   * with the code `read-only`; so does `csrfToken` for a session without an id.
   */
  load(): Promise<S>;
  /** Saves the `session` of an error of `load` or `update`, in server actions and route handlers. */
  save(session: BaseSession): Promise<void>;
  /**
   * Loads the session, changes it and saves it, in server actions and route handlers. Returns what `change` returns. Await it,
   * because a response that is sent earlier has no cookie. Several updates in one request run one after another. An update inside
   * another has the same session, which the outer one saves. Inside an update, do not await another one that began later elsewhere:
   * each would wait for the other. Updates of two cookies that are nested in opposite orders are an error.
   */
  update<T>(change: (session: S) => T | Promise<T>): Promise<T>;
}

export interface NextOptions extends Pick<AdapterOptions, "now"> {
  /**
   * The function of `next/headers`. Needed for a cookie whose name does not begin with `__Host-`, because another host may
   * have set a second one, and with `migrateFrom`, because the jar has the values of old cookies decoded. Without it, a route
   * handler may begin a session in a request of another site from which the browser hides the cookie.
   */
  readonly headers?: () => { get(name: string): string | null } | Promise<{ get(name: string): string | null }>;
}

/**
 * Returns the sessions of the app router. `cookies` is the function of `next/headers`. Its jar has only one cookie of each
 * name, so a `SessionCookie` with `formerly`, or one that drops two old cookies of one name, is refused with a
 * `ConfigError`. If `sessions` is a function, a build needs no keys.
 */
export function inNext<S extends BaseSession>(
  sessions: Cookies<S, []>,
  cookies: () => NextCookies | Promise<NextCookies>,
  options?: NextOptions,
): NextSessions<S>;

/** The part of a request of Next.js that is needed. */
export interface NextRequestLike extends RequestLike {
  readonly method: string;
}

/** The part of `NextResponse` of `next/server` that is needed. */
export interface NextResponses {
  next(init?: any): ResponseLike;
}

export interface ProxyOptions extends Pick<AdapterOptions, "now" | "onOutcome" | "onRefused"> {
  /**
   * Queues of messages that pages show, or true for all queues. Once a page has the messages, the browser's cookie no longer has
   * them. Default: none.
   */
  readonly flashes?: readonly string[] | true;
}

/**
 * Returns the function `proxy`, called `middleware` before Next.js 16, which refreshes the session of a visitor who only
 * looks at pages. `handler` may change the session, which the page of the same request then loads, and may answer the
 * request itself. After `NextResponse.next()` and `NextResponse.rewrite()`, Next.js renders the page.
 */
export function sessionProxy<S extends BaseSession, Q extends NextRequestLike = any>(
  sessions: Cookies<S, []>,
  NextResponse: NextResponses,
  handler?: (request: Q, session: S) => ResponseLike | undefined | void | Promise<ResponseLike | undefined | void>,
  options?: ProxyOptions,
): (request: Q) => Promise<AnyResponse>;

export interface ProtectOptions<S extends BaseSession> {
  /** Path of the page for signing in, without `basePath` and locale. It is never protected. */
  readonly to: string;
  /** Returns true for visitors who may pass. */
  readonly unless: (session: S, request: any) => unknown;
  /**
   * Parameter in which the page `to` gets the address that the visitor asked for by GET or HEAD, without `basePath` and with a locale
   * other than the default, or null for none. Default: `next`.
   */
  readonly back?: string | null;
}

/**
 * Returns a handler for `sessionProxy` that sends visitors of these paths, and of the paths below them, to another page. Name the
 * type of the session: `protect<Session<Shape>>(…)`.
 * Paths begin with `/`, and have no patterns, no `basePath` and no locale. Upper and lower case count as the same. Pages that the
 * handler lets pass, and its redirects, tell caches not to store them.
 */
export function protect<S extends BaseSession = any>(
  paths: string | readonly string[],
  options: ProtectOptions<S>,
): (request: any, session: S) => Promise<ResponseLike | undefined>;

/**
 * Returns an address from a request to go back to, such as the one that `protect` adds, if it is a path on this site. Returns
 * `otherwise` if not. Default of `otherwise`: `/`.
 */
export function wayBack(value: unknown, otherwise?: string): string;
