import type { OldCookie } from "./index.js";

/** What another library had in its cookie. */
export interface OldSession {
  readonly entries: { readonly [key: string]: unknown };
  /** Default: the beginning of the range. */
  readonly createdAt?: Date | number | null;
  /** Default: now. */
  readonly lastActiveAt?: Date | number | null;
  readonly expiresAt?: Date | number | null;
}

export interface OldCookieOptions {
  readonly name: string;
  /** The attributes with which the old library set the cookie. */
  readonly path?: string;
  readonly domain?: string | null;
  /** Default: true. */
  readonly secure?: boolean;
  readonly partitioned?: boolean;
  /** Reads a value. Null, or an error: it is no such session. */
  read(value: string): OldSession | null | Promise<OldSession | null>;
  /**
   * The rollout. Sessions without a date began then. While it is in the future, old cookies are left alone, which a
   * warning says.
   */
  readonly from: Date | number;
  /** Old cookies do not count from then on. */
  readonly until: Date | number;
}

/** A cookie that another library wrote, for the option `migrateFrom`. */
export function oldCookie(cookie: OldCookieOptions): OldCookie;
