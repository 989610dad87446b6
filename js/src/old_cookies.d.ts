import type { OldCookie } from "./index.js";

/** Session that another library had in its cookie. */
export interface OldSession {
  readonly entries: { readonly [key: string]: unknown };
  /** Default: `from`, the beginning of the range. */
  readonly createdAt?: Date | number | null;
  /** Default: now. */
  readonly lastActiveAt?: Date | number | null;
  readonly expiresAt?: Date | number | null;
}

/** Entries of a new session, or null where the session is refused. */
export type Converted = { [key: string]: any } | null;

export interface OldCookieOptions {
  readonly name: string;
  /** The attributes with which the old library set the cookie. */
  readonly path?: string;
  readonly domain?: string | null;
  /** Default: true. */
  readonly secure?: boolean;
  readonly partitioned?: boolean;
  /** Reads the value of a cookie. Null, or an error, means that it is not such a session. */
  read(value: string): OldSession | null | Promise<OldSession | null>;
  /** Renames or drops entries. Returning null refuses the session. */
  convert?(entries: { [key: string]: any }): Converted | Promise<Converted>;
  /**
   * Moment of the rollout. Sessions without a date count as begun then. While it is in the future, old cookies are left
   * alone, and a warning says so.
   */
  readonly from: Date | number;
  /** Moment from which old cookies no longer count. */
  readonly until: Date | number;
}

/** A cookie that another library wrote, for the option `migrateFrom`. */
export function oldCookie(cookie: OldCookieOptions): OldCookie;
