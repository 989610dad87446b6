/** What can be stored in a session: plain data. Integers beyond 2^53 are BigInts, of 64 bits. */
export type Value =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Value[]
  | ReadonlyMap<Value, Value>
  | { readonly [key: string]: Value };

/** A mistake in a key, a ring, a context or a setting. */
export class ConfigError extends Error {
  /** A word of SPEC.md § 14, or the name of the setting. */
  readonly code: string;
}

/** A change that was refused. The session is as it was. */
export class SessionError extends Error {
  readonly code: "value" | "size" | "unreadable" | "not-remembering" | "clock" | "after-head" | "suite" | "seconds";
}

export interface RingOptions {
  readonly mode?: "encrypted" | "signed";
  /** Accepts keys of XChaCha20-Poly1305 and leaves the sessions under them alone. By default such a ring is refused. */
  readonly skipXChaCha?: boolean;
}

export interface RingKey {
  /** 8 hexadecimal digits. */
  readonly id: string;
  /** Unix seconds. */
  readonly sealFrom: number | null;
  /** Unix seconds. */
  readonly acceptUntil: number | null;
}

/** One or more keys, of which one seals at any time (SPEC.md § 3.4). */
export class KeyRing {
  private constructor();
  /** Parses the text of a ring, or several texts. Throws a `ConfigError`. */
  static parse(texts: string | readonly string[], options?: RingOptions): Promise<KeyRing>;
  readonly mode: "encrypted" | "signed";
  /** In their order: the last whose time has come seals. */
  readonly keys: readonly RingKey[];
  /** Unix seconds. */
  readonly notBefore: number | null;
  /** 16 hexadecimal digits, to compare instances. */
  fingerprint(): Promise<string>;
}

/** What came of reading a session. For logs; a response must not depend on it. */
export interface Outcome {
  readonly kind: "absent" | "opened" | "openedUnderAcceptedKey" | "rejected";
  /** The Reason of SPEC.md § 14.1. */
  readonly reason?: string;
  /** The key that the token names, where it names one. */
  readonly keyId?: string | null;
}

/** The codec of a typed session, in the postcard format where the other side is Rust (SPEC.md § 5.5). */
export interface SessionType<T> {
  /** `SessionData::LABEL` of the type in Rust. */
  readonly label: string;
  /** `SessionData::SCHEMA`: 1 or more. */
  readonly schema: number;
  /** The value of a new session. Each session gets one of its own, by `decode(encode(empty))`. */
  readonly empty: T;
  encode(value: T): Uint8Array;
  /** Throws where the bytes are no such value. */
  decode(payload: Uint8Array): T;
  /** Converts a payload of another schema; 0 is a dictionary. */
  convert?(schema: number, payload: Uint8Array): T;
}

export interface SessionOptions<T = never> extends Pick<RingOptions, "skipXChaCha"> {
  /** Seconds; null turns it off. Default: 1800. */
  readonly idleTimeout?: number | null;
  /** Seconds. Default: 43,200. */
  readonly absoluteTimeout?: number;
  /** Seconds; null, the default, remembers no session. */
  readonly rememberUpTo?: number | null;
  /** When a use is written. Default: a quarter of the idle timeout. */
  readonly refreshAfter?: "never" | "on-change" | "always" | number;
  /** Seconds, 0 to 300. Default: 60. */
  readonly clockSkew?: number;
  /** Sessions that began earlier are refused. A number counts milliseconds, as `Date.now()` does. */
  readonly notBefore?: Date | number | null;
  /** Binds sessions to one application. */
  readonly application?: string | null;
  /** Binds sessions to pairs of label and value, whose order counts. */
  readonly context?: readonly (readonly [label: string, value: string])[];
  /** Hides a part of the length. Default: none. */
  readonly padding?: "none" | "padme";
  /** A session for which this does not say false is refused; a failure of it refuses as well. */
  readonly revokedIf?: (session: { readonly id: string | null; readonly createdAt: Date }) => boolean | Promise<boolean>;
  /** Sessions of one type instead of a dictionary. */
  readonly type?: SessionType<T>;
}

export interface CookieOptions<T = never> extends SessionOptions<T> {
  /** Default: `__Host-session`. */
  readonly name?: string;
  /** Default: `/`. */
  readonly path?: string;
  /** Default: null, this host alone. */
  readonly domain?: string | null;
  /** Default: true. */
  readonly secure?: boolean;
  /** Default: `Lax`. null leaves the attribute out. */
  readonly sameSite?: "Strict" | "Lax" | "None" | null;
  readonly partitioned?: boolean;
  /** The greatest size: 3,072 bytes (the default), 4,096 bytes, or several cookies of 4,096 bytes. */
  readonly size?: "anywhere" | "browser" | "split:2" | "split:3" | "split:4";
}

export interface HeaderOptions<T = never> extends SessionOptions<T> {
  /** Characters. Default: 3,072. At most 16,384. */
  readonly maxTokenLength?: number;
}

/** The response that a session is saved for. */
export interface Circumstances {
  /** Default: 200. With 5xx no change is saved. */
  readonly status?: number;
  /** Others than the visitor may store the response. Default: false. */
  readonly isShareable?: boolean;
  /** The request was for an image, a script or another part of a page. Default: false. */
  readonly isSubresource?: boolean;
}

/** A visitor's session during one request. */
export class Session<T = never> {
  private constructor();
  readonly outcome: Outcome;
  readonly isNew: boolean;
  /** 16 hexadecimal digits. */
  readonly id: string | null;
  readonly createdAt: Date | null;
  readonly lastActiveAt: Date | null;
  readonly expiresAt: Date | null;
  /** Bytes by which the content may still grow. */
  readonly remainingBytes: number;

  /** Returns undefined where there is no such key. */
  get(key: string): any;
  has(key: string): boolean;
  keys(): string[];
  entries(): [string, any][];
  readonly size: number;
  /** Throws a `SessionError` where the value cannot be stored or does not fit. */
  set(key: string, value: Value): this;
  /** Returns true if there was such a key. */
  delete(key: string): boolean;

  /** The value of a typed session. */
  value: T;

  /** Adds a message for the next page. `""` is a queue like any other. */
  flash(queue: string, message: string): void;
  /** The messages of a queue, left in place. */
  flashes(queue: string): string[];
  takeFlashes(queue: string): string[];

  /** Returns the id, and makes one if there is none. */
  ensureId(): string;
  /** After a sign-in: a new id, issued now, the same data. */
  renew(): void;
  /** A new id; data and dates are kept. */
  renewId(): void;
  limitTo(seconds: number): void;
  rememberFor(seconds: number): void;
  forget(): void;
  /** Drops the data, the messages and the id. */
  clear(): void;
  /** Signs out. Returns the id of the session that has ended. */
  invalidate(): string | null;
  /** Writes the session with this response even if it did not change. */
  save(): void;
}

declare class Carrier<T> {
  protected constructor();
  readonly mode: "encrypted" | "signed";
  /** Returns a token for the forms of a session (SPEC.md § 13). Makes an id if there is none. */
  csrfToken(session: Session<T>): Promise<string>;
  verifyCsrf(session: Session<T>, token: unknown): Promise<boolean>;
}

/** Sessions in cookies. */
export class SessionCookie<T = never> extends Carrier<T> {
  /** Throws a `ConfigError`. Derives the keys, so call it once, at start-up. */
  static encrypted<T = never>(ring: KeyRing | string, options?: CookieOptions<T>): Promise<SessionCookie<T>>;
  /** The content can be read by everyone who holds the cookie. */
  static unencryptedButSigned<T = never>(ring: KeyRing | string, options?: CookieOptions<T>): Promise<SessionCookie<T>>;
  readonly name: string;
  /** Loads the session of a request. Never fails: a cookie that does not open is a new session. */
  load(fields: Headers | string | readonly string[] | null | undefined, now?: Date | number): Promise<Session<T>>;
  /** Returns the values of the response's `Set-Cookie` fields. Append each as a field of its own. */
  save(session: Session<T>, circumstances?: Circumstances): Promise<string[]>;
  /** Saves into the `Headers` of a response: `Set-Cookie`, `Vary` and the fields for caches. */
  saveTo(headers: Headers, session: Session<T>, circumstances?: Omit<Circumstances, "isShareable">): Promise<void>;
}

/** Sessions in a header field. */
export class SessionHeader<T = never> extends Carrier<T> {
  static encrypted<T = never>(name: string, ring: KeyRing | string, options?: HeaderOptions<T>): Promise<SessionHeader<T>>;
  /** The content can be read by everyone who holds the token. */
  static unencryptedButSigned<T = never>(
    name: string,
    ring: KeyRing | string,
    options?: HeaderOptions<T>,
  ): Promise<SessionHeader<T>>;
  /** Loads the session of a request: its `Headers`, or the values of the field, not joined. */
  load(values: Headers | string | readonly string[] | null | undefined, now?: Date | number): Promise<Session<T>>;
  /** Returns the token for the response, `""` if the session has ended, or null if the client keeps its own. */
  save(session: Session<T>, circumstances?: Circumstances): Promise<string | null>;
}
