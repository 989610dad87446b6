import type { OldCookie, SessionCookie } from "./index.js";

/** Session that another library had in its cookie. */
export interface OldSession {
  /**
   * A plain object. A session with a number beyond 2^53 is rejected, because `JSON.parse` may have rounded the id of a user: return a
   * BigInt or a text.
   */
  readonly entries: { readonly [key: string]: unknown };
  /** Default: `from`, the beginning of the range. */
  readonly createdAt?: Date | number | null;
  /** Default: now. */
  readonly lastActiveAt?: Date | number | null;
  readonly expiresAt?: Date | number | null;
}

/** Entries of a new session, or null to reject the session. */
export type Converted = { [key: string]: any } | null;

export interface OldCookieOptions {
  readonly name: string;
  /** Names of other cookies of the session, such as one with its signature. They are dropped with it. Default: none. */
  readonly also?: readonly string[];
  /** The attributes with which the old library set the cookie. */
  readonly path?: string;
  readonly domain?: string | null;
  /** Default: true. */
  readonly secure?: boolean;
  readonly partitioned?: boolean;
  /**
   * Reads the value of a cookie. The visitor chose it, so verify it with a key before anything else. `others` has the values of the
   * cookies in `also`, in that order, with null for a cookie that is missing or has two values. Return null, or throw, if the value
   * is not a session.
   */
  read(value: string, others: (string | null)[]): OldSession | null | Promise<OldSession | null>;
  /** Renames or drops entries. Returning null rejects the session, and so does an error, which is logged, so let it name no secret. */
  convert?(entries: { [key: string]: any }): Converted | Promise<Converted>;
  /**
   * Time of the rollout; a number counts milliseconds. Sessions without a date count as begun then. While it is in the future, old
   * cookies are left alone, and a warning says so.
   */
  readonly from: Date | number;
  /** Time from which old cookies are no longer read. */
  readonly until: Date | number;
}

/** A `SessionCookie` under another name. Its ring, mode and `application` may differ, too. */
export interface FormerCookieOptions extends Pick<OldCookieOptions, "from" | "until"> {
  /**
   * Its sessions hold the same type, or are dictionaries. They stay as they are, with their ids, dates and messages. One with an
   * unknown schema, or with its `keepUnknownKeys` an unknown key, is left to other instances: changing it throws `unreadable`.
   */
  readonly cookie: SessionCookie<any>;
}

/** Returns a cookie of another library, or one of this package, for the option `migrateFrom`. */
export function oldCookie(cookie: OldCookieOptions | FormerCookieOptions): OldCookie;
