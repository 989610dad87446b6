// Without this line, TypeScript would export every declaration, marked or not.
export {};

/**
 * Plain data, which a session stores and returns. An integer within 2^53 is a number, and a larger one is a BigInt of at most 64
 * bits. A `Map` needs at least one key that is not a string; otherwise use an object. Lists, objects and maps may be nested 63
 * deep.
 */
export type Stored =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Stored[]
  | ReadonlyMap<Stored, Stored>
  | { readonly [key: string]: Stored };

type Simple = null | undefined | boolean | number | bigint | string | symbol | Uint8Array | ((...given: any[]) => any);

/**
 * `T` as far as it can be stored. A part whose type shows that it cannot be stored becomes `never`, such as a `Date`, a function, a
 * field that is present but undefined, or a `Map` whose keys are strings.
 */
export type Storable<T> = [unknown] extends [T]
  ? [T] extends [null]
    ? T // any
    : never
  : [Stored] extends [T]
    ? T
    : T extends undefined | symbol | ((...given: any[]) => any)
      ? never
      : T extends Simple
        ? T
        : T extends ReadonlyMap<infer K, infer V>
          ? [K] extends [string]
            ? never
            : ReadonlyMap<Storable<K>, Storable<V>>
          : T extends Date | Set<any> | WeakMap<any, any> | Promise<any> | RegExp
            ? never
            : { [K in keyof T]: Storable<T[K]> };

/** `T` as it is read: a `bigint` may also be read as a number, and a `Buffer` is read as a `Uint8Array`. */
export type Loaded<T> = [Stored] extends [T]
  ? T
  : T extends bigint
    ? number | bigint
    : T extends Uint8Array & { readonly readUInt8: unknown }
      ? Uint8Array
      : T extends Simple
        ? T
        : T extends Map<infer K, infer V>
          ? Map<Loaded<K>, Loaded<V>>
          : T extends ReadonlyMap<infer K, infer V>
            ? ReadonlyMap<Loaded<K>, Loaded<V>>
            : { [K in keyof T]: Loaded<T[K]> };

/** `T` made read-only. Instances of classes, which have methods, stay as they are. */
export type Frozen<T> = [Stored] extends [T]
  ? T
  : T extends Simple
    ? T
    : T extends ReadonlyMap<infer K, infer V>
      ? ReadonlyMap<Frozen<K>, Frozen<V>>
      : T extends readonly unknown[]
        ? { readonly [K in keyof T]: Frozen<T[K]> }
        : Extract<T[keyof T], (...given: any[]) => any> extends never
          ? { readonly [K in keyof T]: Frozen<T[K]> }
          : T;

/** Entries of a session whose shape is not given. */
export type AnyShape = { [key: string]: Stored };

/** Error for a mistake in a key, a ring, a context, a setting or what an adapter gets, such as a handler that returns no response. */
export class ConfigError extends Error {
  constructor(code: ConfigErrorCode, message: string);
  readonly name: "ConfigError";
  /** The name of the setting or argument or, for a ring or a context, a word for what is wrong with it. */
  readonly code: ConfigErrorCode;
  /**
   * Names of the wrong settings, as the environment or the table spells them. A mistake in how several fit together may name none.
   * Only with the code `settings`.
   */
  readonly settings?: readonly string[];
}

export type ConfigErrorCode =
  // A ring
  | "ring"
  | "source"
  | "every"
  | "blank"
  | "attribute"
  | "time"
  | "key"
  | "mixed"
  | "empty"
  | "duplicate"
  | "last-retires"
  | "retires-too-early"
  | "suite"
  | "mode"
  // A purpose, or a context
  | "label"
  | "value"
  // Settings
  | keyof CookieOptions
  | keyof TokenOptions
  | keyof OptionsFor<any>
  | "settings"
  | "option"
  | "type"
  | "now"
  | "unvalidatedUpTo"
  | "dangerAllowHttp"
  | "formerly"
  | "from"
  | "until"
  | "password"
  | "trustOrigins"
  | "trustFormPosts"
  | "originCheckOnly"
  | "tokensInForms"
  | "formField"
  | "formLimit"
  // Adapters
  | "cookies"
  | "guard"
  | "refuse"
  | "failed"
  | "contextBy"
  | "onOutcome"
  | "onRefused"
  | "headers"
  | "response";

/**
 * Error for a change that was refused, which leaves the session as it was, or for a change that was lost. If `load` throws it, with
 * the code `unvalidated`, the request has no session for now.
 */
export class SessionError extends Error {
  constructor(code: SessionErrorCode, message: string);
  readonly name: "SessionError";
  readonly code: SessionErrorCode;
  /** The error of `validate`, or one that names what it returned. Only on errors of `load` with the code `unvalidated`. */
  readonly cause?: unknown;
  /**
   * Status of the response if a handler does not catch the error, except in `inNext`: 413 for the code `size`, 503 for
   * `unreadable` and `unvalidated`, 403 for `stale`.
   */
  readonly status?: 403 | 413 | 503;
  /** The same as `status`: NestJS and Koa recognize errors of HTTP by this name and `expose`. */
  readonly statusCode?: 403 | 413 | 503;
  /** The message is for operators. */
  readonly expose: false;
  /** Headers of that response: `Retry-After` with a 503. */
  readonly headers?: { readonly [name: string]: string };
  /** The text of that response, for the visitor. */
  readonly body?: string;
  /** Returns that response. Hono asks for it. Only with a `status`. */
  readonly getResponse?: () => unknown;
  /**
   * A session that reads as new and refuses all changes but `signIn`, `renew`, `invalidate` and `discard`. Only on errors of `load`
   * with the code `unvalidated`.
   */
  readonly session?: BaseSession;
}

export type SessionErrorCode =
  /** The value cannot be stored, or the bytes are not a value of the description. */
  | "value"
  /** There is no room for the change. */
  | "size"
  /** This program cannot read the session, which another version or another key wrote, and does not overwrite it. */
  | "unreadable"
  /** The request does not prove the session's device. */
  | "stale"
  /** `validate` failed, or returned neither true nor false. */
  | "unvalidated"
  /** `rememberUpTo` is not set. */
  | "not-remembering"
  /** The clock shows a time that the format cannot hold. */
  | "clock"
  /** The session has already been saved, or the head of this response cannot be changed, as in the handshake of a WebSocket. */
  | "after-head"
  /**
   * A change was not saved, because the response had the session's cookie already, for example from an inner request, or because
   * the handler has answered by the response of Node, past its framework. `onRefused` or `failed` gets this error; without them,
   * `log` gets it.
   */
  | "left-out"
  /** The session comes from `load()` of `inNext`, which saves nothing; `update` does. */
  | "read-only"
  /** The sealing key is a key of XChaCha20-Poly1305. */
  | "suite"
  /** The argument is not a whole number of seconds. */
  | "seconds";

/**
 * Receives events for operators: a message, and fields without secrets. Events that requests cause are logged at most once a minute
 * for each kind, except errors of a hook and lost changes, which are always logged. An error that the function throws does not fail
 * the request.
 */
export type Log = (level: "info" | "warn" | "error", message: string, fields: { readonly [name: string]: unknown }) => unknown;

/** The option `metrics`, from `prometheus` of `hardtack-session/prometheus`. */
export interface Metrics {
  ofCarrier(...given: any[]): unknown;
  ofRing(): unknown;
}

export interface RingOptions {
  /** Default: `encrypted`. */
  readonly mode?: "encrypted" | "signed" | undefined;
  /**
   * Accepts keys of XChaCha20-Poly1305, and leaves sessions under them alone. The name of the cookie must then begin with
   * `__Host-`; otherwise another host of the site could plant such sessions. Default: false, a ring with such keys is refused.
   */
  readonly skipXChaCha?: boolean | undefined;
}

export interface FollowOptions extends RingOptions {
  /** Seconds after which the source is asked again, 1 to 86,400. Default: 60. */
  readonly every?: number | undefined;
  /**
   * Called for each new ring, and for a source that fails, hangs, or returns a ring that is refused. The same refusal is logged again
   * after five minutes, and its end once. Default: the same as for a cookie.
   */
  readonly log?: Log | null | undefined;
  /** Counts new rings, and dropped and returned keys. Default: null. */
  readonly metrics?: Metrics | null | undefined;
}

/** The public facts of a key. */
export interface RingKey {
  /** 8 hexadecimal digits. */
  readonly id: string;
  /** Unix seconds from which the key may seal; null: from the beginning. */
  readonly sealFrom: number | null;
  /** Unix seconds until which the key opens; null: without an end. */
  readonly acceptUntil: number | null;
}

/** Generates the text of a new key, as `hardtack keygen` does. */
export function generateKey(options?: Pick<RingOptions, "mode">): Promise<string>;

/** The text of a ring as one string, or several strings with parts of it. Null and undefined are refused. */
export type RingText = string | readonly string[] | null | undefined;

/** One or more keys, of which one seals at any time. */
export class KeyRing {
  private constructor();
  /** Generates a ring of one key, for tests and for trying things out. Its sessions end with the program. */
  static generate(options?: Pick<RingOptions, "mode">): Promise<KeyRing>;
  /** Parses the text of a ring: one string, or several. Throws a `ConfigError`. */
  static parse(text: string | readonly string[], options?: RingOptions): Promise<KeyRing>;
  /**
   * Reads the text of a ring from `source`, and follows it: cookies and tokens that are built with the ring ask again when they
   * load a session, at most once in `every` seconds. One request waits for the answer, while others use the current ring. If the
   * source fails, or returns a ring that is refused, the ring stays as it is, and the source is asked again after a minute. Only the first reading throws: a `ConfigError`, or
   * the error of the source, as names, codes, and the first 2,048 characters of messages and stacks, without these if they hold a
   * key.
   */
  static follow(source: () => RingText | Promise<RingText>, options?: FollowOptions): Promise<KeyRing>;
  readonly mode: "encrypted" | "signed";
  /**
   * Keys in the order of their `sealFrom`. Among keys with the same time, the one listed first comes last. The last key whose time
   * has come seals, or the first if none has come.
   */
  readonly keys: readonly RingKey[];
  /** Unix seconds; sessions that began earlier are rejected. */
  readonly notBefore: number | null;
  /** 16 hexadecimal digits, to compare instances. */
  fingerprint(): Promise<string>;
}

/** Outcome of reading a session, for logs. Do not let a response depend on it. */
export interface Outcome {
  readonly kind: "absent" | "opened" | "openedUnderAcceptedKey" | "rejected" | "migrated" | "notMigrated";
  /** Reason, as SPEC.md § 14.1 names it. */
  readonly reason?: string;
  /** Id of the key that the token names, if it was read. */
  readonly keyId?: string | null;
  /** With the reason `UnknownKey`: `dropped` if this program follows a ring that lost the key while it opened tokens. */
  readonly known?: "dropped";
  /**
   * With the reason `Revoked`: the error of `revokedIf`, or an error that names what it returned in place of true or false. With
   * the reason `TooLong`, for a session of an old cookie: an error with its length and the limit.
   */
  readonly cause?: unknown;
}

/**
 * Codec of a value: a description of `hardtack-session/struct`, or your own. A value is stored only if decoding and encoding its
 * bytes again gives the same bytes.
 */
export interface Codec<T> {
  /** Encodes a value. A description throws a `SessionError` if the value is not of its type. */
  encode(value: T): Uint8Array;
  /** Decodes a value. Throws unless the bytes are exactly one such value. */
  decode(bytes: Uint8Array): T;
}

interface NamedType<T> {
  /** `SessionData::LABEL` of the type in Rust. */
  readonly label: string;
  /** `SessionData::SCHEMA`: 1 or more. */
  readonly schema: number;
  /**
   * Converts a payload of another schema; 0 is a dictionary (`decodeDictionary`). Returns undefined or null if it cannot, even if null
   * is a value of the type.
   */
  readonly convert?: (schema: number, payload: Uint8Array) => T | null | undefined;
}

/** The type of a session, for the option `type`. */
export interface SessionType<T> {
  readonly label: string;
  readonly schema: number;
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array): T;
  read(schema: number, payload: Uint8Array): unknown;
}

/** Makes the type of a session. Throws a `ConfigError`. */
export function sessionType<T>(
  type: NamedType<T> & {
    readonly shape: Codec<T> & { empty(): T };
    /** Value of a new session. Default: the value of Rust's derived `Default`. */
    readonly empty?: T;
  },
): SessionType<T>;
export function sessionType<T>(type: NamedType<T> & { readonly shape: Codec<T>; readonly empty: T }): SessionType<T>;

/** Reads a payload of schema 0, for the `convert` of a type. Throws if the payload is not a dictionary. */
export function decodeDictionary(payload: Uint8Array): { [key: string]: Stored };

/** Facts about a session, for the application to decide on it. */
export interface SessionInfo {
  readonly id: string | null;
  readonly createdAt: Date;
  readonly lastActiveAt: Date;
  /** Seconds from `createdAt`. */
  readonly limit: number | null;
  /** Seconds from `createdAt`. */
  readonly remembered: number | null;
  /** Null for a session of an old cookie. */
  readonly keyId: string | null;
}

/**
 * Session as `revokedIf` sees it: the facts about it, and its content if it can be read here. Its `binding` is never `stale`:
 * whether the request proves the device is checked afterwards.
 */
export type SessionToJudge<S extends BaseSession> = SessionInfo &
  Readonly<Pick<S, Extract<keyof S, "binding" | "get" | "has">>> & { readonly [K in Extract<keyof S, "value">]: S[K] | undefined };

/** Content of a session whose type is not named: TypeScript cannot infer it at a call of `revocation` or `revalidation`. */
interface AnyContent extends Pick<Session, "binding" | "get" | "has"> {
  readonly value: any;
}

/** Session as `validate` sees it: the facts about it, and its content, which cannot be changed here. */
export type SessionToValidate<S extends BaseSession> = SessionInfo & Readonly<Pick<S, Extract<keyof S, "binding" | "get" | "has" | "value">>>;

/** The option `revokedIf`. */
export interface Revocation<S extends BaseSession> {
  readonly judge: (session: SessionToJudge<S>) => boolean | Promise<boolean>;
  ask(...given: any[]): unknown;
}

/**
 * Asks the application at every `load`, and so in every request, whether the session is revoked. The session is rejected unless
 * `judge` returns false. If it fails, or returns neither true nor false, `outcome.cause` and `log` say why. If this program cannot
 * read the content, `get` returns undefined, and `value` is undefined. Throws a `ConfigError`.
 */
export function revocation(judge: (session: SessionInfo & AnyContent) => boolean | Promise<boolean>): Revocation<any>;
export function revocation<S extends BaseSession>(
  judge: (session: SessionToJudge<S>) => boolean | Promise<boolean>,
): Revocation<NoInfer<S>>;

interface RevalidationOf<Asked> {
  /** Seconds for which an answer holds: a whole number from 1 to half of each idle timeout. */
  readonly seconds: number;
  /**
   * Returns true if a session is still valid, and false if it has ended. An error, or any other value, is not an answer. `load` waits
   * for the call, so give it a timeout. Several calls may run at once.
   */
  readonly validate: (session: Asked) => boolean | Promise<boolean>;
  /**
   * Seconds after the last answer for which a session stays valid without a new one; more than `seconds`. Default: null, it does not
   * stay valid.
   */
  readonly unvalidatedUpTo?: number | null | undefined;
}

export interface RevalidationOptions<S extends BaseSession> extends RevalidationOf<SessionToValidate<S>> {}

/** The option `revalidateAfter`. */
export interface Revalidation<S extends BaseSession> {
  readonly seconds: number;
  readonly validate: (session: SessionToValidate<S>) => boolean | Promise<boolean>;
  prepare(...given: any[]): unknown;
}

/**
 * Asks the application whether a session is still valid, when the last answer is as old as the interval. Every program that writes
 * these sessions, in JavaScript or in Rust, needs the setting with the same interval: a program without it postpones the question.
 * Throws a `ConfigError`.
 */
export function revalidation(options: RevalidationOf<SessionInfo & AnyContent>): Revalidation<any>;
export function revalidation<S extends BaseSession>(options: RevalidationOptions<S>): Revalidation<NoInfer<S>>;

/** Pairs of label and value that sessions are bound to. */
export type Context = readonly (readonly [label: string, value: string])[];

export interface SessionOptions extends Pick<RingOptions, "skipXChaCha"> {
  /** Default: `console.error` and `console.warn`, which gets `info` too, in development and not in Deno. null turns the log off. */
  readonly log?: Log | null | undefined;
  /** Counts sessions, failures and refused requests, and shows keys and settings. Default: null. */
  readonly metrics?: Metrics | null | undefined;
  // Written by .ci/settings from src/settings/settings.toml: change that.
  /** Seconds after its last use at which a session ends, at most `absoluteTimeout`. null turns it off. Default: 1,800. */
  readonly idleTimeout?: number | null | undefined;
  /**
   * Seconds after its beginning, or its last `renew`, at which a session ends. In development, more than 400 days are a warning: they
   * may be meant as milliseconds. Default: 43,200.
   */
  readonly absoluteTimeout?: number | undefined;
  /**
   * Longest lifetime of a remembered session, in seconds. Each cookie lasts 400 days at most. Default: null, no session can be
   * remembered.
   */
  readonly rememberUpTo?: number | null | undefined;
  /** Idle timeout of remembered sessions, in seconds, at most `rememberUpTo`. Default: null, they have none. */
  readonly rememberedIdleTimeout?: number | null | undefined;
  /**
   * When the use of a session is written into its cookie. The idle timeout runs from the last use that was written.
   *
   * - A number: when the last written use is that many seconds old, at most half of each idle timeout.
   * - `always`: with each response whose handler uses the session.
   * - `every-request`: with each response, even if its handler leaves the session alone.
   * - `on-change`: whenever the content of the session is written.
   * - `never`: the timeout runs from the beginning of the session.
   *
   * By default, a use alone is not written in responses for parts of pages, with a status of 304 or from 400 on, or that caches may
   * share. It is never written for a remembered session without an idle timeout.
   *
   * Default: a quarter of the session's idle timeout, and without one `on-change`. With `revalidateAfter`, whenever a session was
   * validated.
   */
  readonly refreshAfter?: "never" | "on-change" | "always" | "every-request" | number | undefined;
  /** Seconds by which the clocks of programs may differ, 0 to 300. Default: 60. */
  readonly clockSkew?: number | undefined;
  /** Sessions that began earlier are rejected. A number counts milliseconds, as `Date.now()` does. Default: null. */
  readonly notBefore?: Date | number | null | undefined;
  /** `padme` hides part of the length. Default: null. */
  readonly padding?: Padding | null | undefined;
  /** Binds sessions to one application. Sessions of another do not open, and are overwritten. Default: null. */
  readonly application?: string | null | undefined;
  /**
   * Binds sessions to pairs of label and value. The order of the pairs counts. They are public: they are logged, and part of the
   * fingerprint of the settings. Default: none.
   */
  readonly context?: Context | undefined;
  /** Saves changes even with responses of status 5xx. Default: false. */
  readonly saveOnServerError?: boolean | undefined;
  /**
   * Leaves a session alone if its key is not in the ring. It reads as new, and every change but `signIn`, `renew`, `invalidate` and
   * `discard` throws an error with the code `unreadable`, which adapters answer with 503. Default: false.
   */
  readonly keepUnknownKeys?: boolean | undefined;
}

/** Settings that depend on what a session holds. */
export interface OptionsFor<S extends BaseSession> {
  /** The value of `revocation`. Refuses each session unless the application answers false. Default: null. */
  readonly revokedIf?: Revocation<S> | null | undefined;
  /** The value of `revalidation`. Asks the application at intervals. Default: null. */
  readonly revalidateAfter?: Revalidation<S> | null | undefined;
}

/** Settings of sessions that are bound to a device, from `deviceBound` of `hardtack-session/device`. */
export interface BoundOptions {
  prepare(...given: any[]): unknown;
}

/** The option `padding`. */
export interface Padding {
  pad(body: Uint8Array): Uint8Array;
  roomIn(longest: number, metadata: number): number;
}

/** Pads sessions by PADMÉ, with at most an eighth more bytes, or two, so that a cookie reveals only a few bits of its length. */
export const padme: Padding;

/** The name and attributes of a cookie. */
export interface CookieAttributes {
  // Written by .ci/settings from src/settings/settings.toml: change that.
  /** Default: `__Host-session`; `__Secure-session` with a path or a domain, `session` with `dangerAllowHttp`. */
  readonly name?: string | undefined;
  /** Default: `/`. */
  readonly path?: string | undefined;
  /** Default: null, for this host alone. */
  readonly domain?: string | null | undefined;
  /**
   * Default: `Lax`. null leaves the attribute out. If the browser hides the cookie from a request, only `signIn` and `renew` begin
   * a session. With `Strict`, a visitor who follows a link from another site looks like a new one, and a page that begins a session
   * signs them out.
   */
  readonly sameSite?: "Strict" | "Lax" | "None" | null | undefined;
  /**
   * Keeps a separate cookie for each site that embeds this one (CHIPS). Browsers keep about 10 kB of such cookies for a site, so a
   * `size` of `split:4` is refused, and with `split:3` the cookies of a session have at most 9,216 bytes together. Default: false.
   */
  readonly partitioned?: boolean | undefined;
  /** Former attributes. The cookie with these is dropped whenever a session is sent or ended. Default: none. */
  readonly formerly?: FormerAttributes | readonly FormerAttributes[] | undefined;
  /** Leaves `Secure` out, for development without TLS if `http://localhost` is not enough. Default: false. */
  readonly dangerAllowHttp?: boolean | undefined;
}

/** The value of `attributes`, for the option `cookie`. */
export interface CheckedAttributes {
  readonly name: string;
  readonly options: CookieToSet["options"];
  readonly isHostOnly: boolean;
}

/** Checks the name and attributes of a cookie, for the option `cookie`. Throws a `ConfigError`. */
export function attributes(chosen?: CookieAttributes): CheckedAttributes;

export interface CookieOptions extends SessionOptions {
  /** Made by `attributes`. Default: `__Host-session`, `Secure`, `SameSite=Lax`, for this host alone. */
  readonly cookie?: CheckedAttributes | undefined;
  /** Takes sessions over from cookies of other libraries, or from another cookie of your own. Default: none. */
  readonly migrateFrom?: OldCookie | readonly OldCookie[] | undefined;
  /** Reads and writes sessions that are bound to a device. Experimental. Default: null. */
  readonly deviceBound?: BoundOptions | null | undefined;
  // Written by .ci/settings from src/settings/settings.toml: change that.
  /**
   * Keeps the cookie of every session after the browser is closed, until the session ends, for at most 400 days at a time.
   * Default: false.
   */
  readonly persistent?: boolean | undefined;
  /**
   * Refreshes sessions, seals answers of `revalidateAfter` and seals under a new key only in responses to navigations
   * (`Sec-Fetch-Mode: navigate`, or none), so that a `fetch` which only reads undoes no change. The idle timeout then signs out
   * visitors of a page that never navigates or changes the session. Default: false.
   */
  readonly refreshNavigationsOnly?: boolean | undefined;
  /**
   * Greatest size of the cookie: 3,072 bytes (`anywhere`), 4,096 bytes (`browser`), or several cookies of 4,096 bytes (`split`).
   * For four full ones servers need a setting, such as Node's `--max-http-header-size`. Without it, Node's requests have room for
   * about 10,000 bytes of content, less the site's other cookies. Default: `anywhere`.
   */
  readonly size?: "anywhere" | "browser" | "split:2" | "split:3" | "split:4" | undefined;
  /**
   * Lets shared caches store responses with sessions if the application does. A cache that stores `Set-Cookie` gives the session of
   * one visitor to others. Default: false.
   */
  readonly dangerAllowSharedCaching?: boolean | undefined;
}

/** Attributes that a cookie had before. An attribute that is left out is the same as now. */
export interface FormerAttributes {
  readonly path?: string | undefined;
  readonly domain?: string | null | undefined;
  readonly partitioned?: boolean | undefined;
}

export interface TokenOptions extends SessionOptions {
  /** The name of the request header that the tokens travel in. Its case does not matter. Default: none, for bare tokens. */
  readonly header?: string | null | undefined;
  /** What bare tokens are for, instead of a `header`. They open for no other purpose. Default: none. */
  readonly purpose?: string | null | undefined;
  /** Longest token in characters, at most 16,384. Default: 3,072. */
  readonly maxTokenLength?: number | undefined;
}

type InHeader = TokenOptions & { readonly header: string };
type Bare = TokenOptions & { readonly purpose: string };

/** An old cookie, from `hardtack-session/iron-session` or `hardtack-session/migrate`. */
export interface OldCookie {
  readonly from: number;
  readonly until: number;
}

/** Facts about the response with which a session is saved. */
export interface ResponseFacts {
  /**
   * Status of the response. With 5xx only the end of a session is saved, unless `saveOnServerError` or `save` says otherwise;
   * with 408 nothing. Default: 200.
   */
  readonly status?: number | undefined;
  /** True if caches other than the visitor's may store the response. Default: false. */
  readonly isShareable?: boolean | undefined;
  /**
   * True if the response carries no refresh, because the request was for an image, a script or another part of a page. Default:
   * as the request's `Sec-Fetch-Dest` says, and true if another site prefetches the page. What a page preloads is never
   * refreshed.
   */
  readonly refreshesNothing?: boolean | undefined;
}

/** Headers to read, as a `Headers` or as Node has them. */
export type HeadersSource =
  | { get(name: string): string | null }
  | { readonly [name: string]: string | readonly string[] | undefined };

/** A request or an event of AWS Lambda, its headers, or the values of the header. */
export type Source = { readonly headers: HeadersSource } | HeadersSource | string | readonly string[] | null | undefined;

/** Properties and methods that every session has. */
export interface BaseSession {
  /**
   * Outcome of reading, for logs. Reading this property counts as a use of the session, so the response gets `Vary` and is private; the
   * hook `onOutcome` of an adapter gets the outcome without a use.
   */
  readonly outcome: Outcome;
  /** Binding of the session to a device: `bound` if this request proves the device, `stale` if it does not. */
  readonly binding: "unbound" | "bound" | "stale";
  /** Once the session has been saved: the value of the response header `Secure-Session-Registration`, or null. */
  readonly registration: string | null;
  /** True unless this session continues one that came with the request. */
  readonly isNew: boolean;
  /** 16 hexadecimal digits, or null if the session has no id. */
  readonly id: string | null;
  /**
   * True if this request has changed the session, so that a response that succeeds stores it or, once it has ended, drops it.
   * `save`, and what `discard` drops, do not count. Reading this property does not count as a use of the session.
   */
  readonly hasChanged: boolean;
  readonly createdAt: Date | null;
  readonly lastActiveAt: Date | null;
  readonly expiresAt: Date | null;
  /** Bytes by which the content may still grow. */
  readonly remainingBytes: number;
  /**
   * Returns true if the session began, or was renewed, less than this many seconds ago. False for a new session,
   * unless it was renewed in this request.
   */
  isRecent(seconds: number): boolean;

  /** Adds a message for the next page. The queue `""` is like any other. */
  flash(queue: string, message: string): void;
  /** Returns the messages of a queue, and leaves them in place. */
  flashes(queue: string): string[];
  /**
   * Takes the messages of a queue. A request that prefetches a page (`Sec-Purpose`, or a similar header) gets none, and leaves
   * them for a page that the visitor asks for.
   */
  takeFlashes(queue: string): string[];
  /** Returns the messages of all queues in their order, each as `[queue, message]`, and leaves them in place. */
  allFlashes(): [queue: string, message: string][];
  /** Takes the messages of all queues, for a layout that shows every message. Otherwise like `takeFlashes`. */
  takeAllFlashes(): [queue: string, message: string][];

  /** Returns the id. Makes one if the session has none. */
  ensureId(): string;
  /**
   * Begins the session of a user who has just signed in, with a new id and nothing from before: no data, no messages, no
   * limit. To keep what the same visitor left before, such as a cart, read it before this call and set it afterwards.
   * Returns the id of the session that has ended.
   *
   * @example
   * session.set("cart", ["bread"]);
   * session.signIn(); // after the password was checked
   * session.set("user", 7);
   * session.get("cart"); // undefined
   */
  signIn(): string | null;
  /**
   * Renews the session, after the password was asked for again: it gets a new id, keeps its data, and begins now.
   */
  renew(): void;
  /** Gives the session a new id, and keeps its data and dates. */
  renewId(): void;
  /** Ends the session at the latest this many seconds from now, unless a later request calls `renew`. */
  limitTo(seconds: number): void;
  /**
   * Keeps the session after the browser is closed, for this many seconds from now. Returns the time at which it ends at the latest:
   * `rememberUpTo` or a limit may shorten it. Throws a `SessionError` with the code `not-remembering` without `rememberUpTo`.
   */
  rememberFor(seconds: number): Date;
  /** Undoes `rememberFor`. With `persistent`, the browser still keeps the cookie. */
  forget(): void;
  /** Drops the data, the messages and the id. */
  clear(): void;
  /** Signs out: drops everything, and the browser's cookie. Returns the id of the session that has ended. */
  invalidate(): string | null;
  /**
   * Saves none of this request's changes except the end of a session by `invalidate` or `signIn`, unless `save` is called later.
   */
  discard(): void;
  /**
   * Writes the session with this response even if it did not change, unless it is new and empty. Calls `callback` before
   * that, with an error if it is refused.
   */
  save(callback?: (error?: unknown) => void): void;
  /** Throws, where `JSON.stringify` calls it. Send a page the entries that it needs, not the whole session. */
  toJSON(key: string): never;
}

type Key<Shape> = keyof Shape & string;

/** Returns a token of a session, for a form or for the header `x-csrf-token`. Makes an id if the session has none. */
export function csrfToken(session: BaseSession): Promise<string>;
/**
 * Returns true if a token was made for this session. Await it, because a promise is always true: until then, saving the session throws
 * a `TypeError`, and adapters answer 500.
 */
export function verifyCsrf(session: BaseSession, token: unknown): Promise<boolean>;

/** An entry as it is read and stored. */
type Entry<Shape, K extends keyof Shape> = Frozen<Loaded<Exclude<Shape[K], undefined>>>;

/** A visitor's session during one request: entries by their keys. */
export interface Session<Shape = AnyShape> extends BaseSession {
  /** Returns a value that cannot be changed (for bytes, a copy), or undefined if there is no such key. */
  get<K extends Key<Shape>>(key: K): Entry<Shape, K> | undefined;
  has(key: Key<Shape>): boolean;
  /** Returns the keys, in the order of their bytes. */
  keys(): Key<Shape>[];
  entries(): { [K in Key<Shape>]-?: [K, Entry<Shape, K>] }[Key<Shape>][];
  readonly size: number;
  /**
   * Stores a value. Throws a `SessionError` if the value would not come back the same, or does not fit.
   *
   * @example
   * session.set("user", 7).set("cart", ["bread"]);
   * session.get("user"); // 7
   */
  set<K extends Key<Shape>>(key: K, value: Entry<Shape, K>): this;
  /**
   * Calls `change` with a copy of the value, and stores its result or, if it returns nothing, the copy as it has changed it. A value
   * that is missing, or is no object, list, map or bytes, cannot be changed in place: return the new one. Throws a `TypeError` if the
   * value itself was changed meanwhile, as by another `update` inside `change`.
   */
  update<K extends Key<Shape>>(
    key: K,
    change: (value: Loaded<Exclude<Shape[K], undefined>> | undefined) => Entry<Shape, K> | void,
  ): this;
  /** Deletes an entry. Returns true if there was one. */
  delete(key: Key<Shape>): boolean;
}

/** A visitor's session during one request: one value. */
export interface TypedSession<T> extends BaseSession {
  /**
   * Value of the session. It cannot be changed in place (bytes and instances of classes are copies): call `update`, or
   * store another value.
   */
  get value(): Frozen<T>;
  set value(value: Frozen<T>);
  /**
   * Calls `change` with a copy of the value, and stores its result or, if it returns nothing, the copy as it has changed it. A value
   * that is no object, list, map or bytes cannot be changed in place: return the new one. Throws a `TypeError` if the value itself was
   * changed meanwhile, as by another `update` inside `change`.
   */
  update(change: (value: T) => Frozen<T> | void): this;
}

/** For `instanceof`, of sessions of entries. Only `load` makes sessions. */
export const Session: { readonly prototype: BaseSession; [Symbol.hasInstance](value: unknown): value is Session<any> };

declare abstract class Carrier {
  protected constructor();
  readonly mode: "encrypted" | "signed";
  /**
   * Returns the same cookie or token for another context, such as the tenant of a request, in place of its own. Derives no key, and
   * shares `raiseNotBefore`. Save a session with the one that loaded it. Throws a `ConfigError`.
   */
  inContext(context: Context): this;
  /** From now on refuses sessions that began before this time, in all contexts, in this program alone. */
  raiseNotBefore(time: Date | number): void;
}

/** A cookie to set, for frameworks that take a name, a value and options. */
export interface CookieToSet {
  readonly name: string;
  readonly value: string;
  readonly options: {
    readonly path: string;
    readonly domain?: string;
    readonly secure?: true;
    readonly httpOnly: true;
    readonly sameSite?: "strict" | "lax" | "none";
    readonly partitioned?: true;
    /** Seconds. Express counts milliseconds. */
    readonly maxAge?: number;
    readonly expires?: Date;
  };
}

/** The part of a `Headers` that is needed. */
export interface ResponseHeaders extends Iterable<[string, string]> {
  append(name: string, value: string): void;
  delete(name: string): void;
  set(name: string, value: string): void;
}

/** Sessions in cookies: of entries (`Session<Shape>`), or of one value (`TypedSession<T>`). */
export class SessionCookie<S extends BaseSession = Session> extends Carrier {
  /** Encrypted sessions. Derives the keys, so call it once, at start-up. Throws a `ConfigError`. */
  static encrypted<T>(
    ring: KeyRing | string | undefined,
    options: CookieOptions & OptionsFor<TypedSession<T>> & { readonly type: SessionType<T> },
  ): Promise<SessionCookie<TypedSession<T>>>;
  static encrypted<Shape extends { [K in keyof Shape]: Storable<Shape[K]> | undefined } = AnyShape>(
    ring: KeyRing | string | undefined,
    options?: CookieOptions & OptionsFor<Session<Shape>> & { readonly type?: null | undefined },
  ): Promise<SessionCookie<Session<Shape>>>;
  /** Signed sessions, whose content anyone who holds the cookie can read. */
  static unencryptedButSigned<T>(
    ring: KeyRing | string | undefined,
    options: CookieOptions & OptionsFor<TypedSession<T>> & { readonly type: SessionType<T> },
  ): Promise<SessionCookie<TypedSession<T>>>;
  static unencryptedButSigned<Shape extends { [K in keyof Shape]: Storable<Shape[K]> | undefined } = AnyShape>(
    ring: KeyRing | string | undefined,
    options?: CookieOptions & OptionsFor<Session<Shape>> & { readonly type?: null | undefined },
  ): Promise<SessionCookie<Session<Shape>>>;
  readonly name: string;
  /**
   * Loads the session of a request. Null, undefined, or a cookie that does not open give a new session. Anything that is not
   * a `Source`, such as a promise of headers, is a `TypeError`. With `revalidateAfter`, throws a `SessionError` with the code
   * `unvalidated` if there is no answer, unless `unvalidatedUpTo` covers it.
   *
   * @example
   * const session = await cookies.load(request); // of the platform, of Node, an event of Lambda, or the text of `Cookie`
   * session.get("user") ?? "nobody"; // "nobody"
   */
  load(source: Source, now?: Date | number): Promise<S>;
  /**
   * Ends the request, and returns the values of the response's `Set-Cookie` fields. Append each as a separate field.
   *
   * @example
   * session.set("user", 7);
   * const [line] = await cookies.save(session, { status: 200 });
   * line.split("=")[0]; // "__Host-session"
   */
  save(session: S, response?: ResponseFacts): Promise<string[]>;
  /** Ends the request, and returns the cookies to set, for frameworks that take a name, a value and options. */
  saveAsCookies(session: S, response?: ResponseFacts): Promise<CookieToSet[]>;
  /**
   * Ends the request, and saves into the `Headers` of its response: `Set-Cookie`, `Vary`, the headers for caches and the
   * `registration`.
   */
  saveTo(headers: ResponseHeaders, session: S, response?: Omit<ResponseFacts, "isShareable">): Promise<void>;
  /**
   * Ends the request, and returns its response with the session saved: the same response, or a copy if its headers cannot be changed,
   * as those of `Response.redirect()` and of `fetch()`. To set a cookie, a response without a body is copied too, because an application
   * may return it to every visitor.
   */
  saveToResponse<R extends { readonly status: number; readonly headers: ResponseHeaders }>(response: R, session: S): Promise<R>;
}

/**
 * Sessions in a header, for clients without cookies. A token opens only for its header, and as often as it is presented until a
 * timeout.
 */
export class SessionHeader<S extends BaseSession = Session> extends Carrier {
  /** Encrypted sessions. Derives the keys, so call it once, at start-up. Throws a `ConfigError`. */
  static encrypted<T>(
    ring: KeyRing | string | undefined,
    options: InHeader & OptionsFor<TypedSession<T>> & { readonly type: SessionType<T> },
  ): Promise<SessionHeader<TypedSession<T>>>;
  static encrypted<Shape extends { [K in keyof Shape]: Storable<Shape[K]> | undefined } = AnyShape>(
    ring: KeyRing | string | undefined,
    options: InHeader & OptionsFor<Session<Shape>> & { readonly type?: null | undefined },
  ): Promise<SessionHeader<Session<Shape>>>;
  /** Signed sessions, whose content anyone who holds the token can read. */
  static unencryptedButSigned<T>(
    ring: KeyRing | string | undefined,
    options: InHeader & OptionsFor<TypedSession<T>> & { readonly type: SessionType<T> },
  ): Promise<SessionHeader<TypedSession<T>>>;
  static unencryptedButSigned<Shape extends { [K in keyof Shape]: Storable<Shape[K]> | undefined } = AnyShape>(
    ring: KeyRing | string | undefined,
    options: InHeader & OptionsFor<Session<Shape>> & { readonly type?: null | undefined },
  ): Promise<SessionHeader<Session<Shape>>>;
  /** The name of the header, in lower case. */
  readonly name: string;
  /**
   * Loads the session of a request, its headers, or the values of the header, not joined. Without a token, or with one that does not
   * open, the session is new.
   */
  load(source: Source, now?: Date | number): Promise<S>;
  /** Ends the request, and returns the token for the response, `""` if the session has ended, or null if there is none to send. */
  save(session: S, response?: ResponseFacts): Promise<string | null>;
}

/**
 * Sessions in bare tokens, for links, messages and jobs. A token opens only for its purpose, and as often as it is presented until a
 * timeout. A link that works only once needs a list of used ids, each claimed in one step.
 */
export class SessionToken<S extends BaseSession = Session> extends Carrier {
  /** Encrypted sessions. Derives the keys, so call it once, at start-up. Throws a `ConfigError`. */
  static encrypted<T>(
    ring: KeyRing | string | undefined,
    options: Bare & OptionsFor<TypedSession<T>> & { readonly type: SessionType<T> },
  ): Promise<SessionToken<TypedSession<T>>>;
  static encrypted<Shape extends { [K in keyof Shape]: Storable<Shape[K]> | undefined } = AnyShape>(
    ring: KeyRing | string | undefined,
    options: Bare & OptionsFor<Session<Shape>> & { readonly type?: null | undefined },
  ): Promise<SessionToken<Session<Shape>>>;
  /** Signed sessions, whose content anyone who holds the token can read. */
  static unencryptedButSigned<T>(
    ring: KeyRing | string | undefined,
    options: Bare & OptionsFor<TypedSession<T>> & { readonly type: SessionType<T> },
  ): Promise<SessionToken<TypedSession<T>>>;
  static unencryptedButSigned<Shape extends { [K in keyof Shape]: Storable<Shape[K]> | undefined } = AnyShape>(
    ring: KeyRing | string | undefined,
    options: Bare & OptionsFor<Session<Shape>> & { readonly type?: null | undefined },
  ): Promise<SessionToken<Session<Shape>>>;
  /** The purpose. */
  readonly name: string;
  /** Loads the session of one token. Without a token, or with one that does not open, the session is new. */
  load(source: unknown, now?: Date | number): Promise<S>;
  /** Ends the use of the session, and returns its token, `""` if the session has ended, or null if the token is still good. */
  save(session: S, response?: ResponseFacts): Promise<string | null>;
}
