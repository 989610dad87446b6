import type { OldCookie } from "./index.js";
import type { OldCookieOptions } from "./old_cookies.js";

/** The options that iron-session had. Only those that its cookies depend on are used. */
export interface IronSessionOptions {
  readonly cookieName: string;
  readonly password: string | { readonly [id: string]: string };
  readonly cookieOptions?: {
    readonly path?: string;
    readonly domain?: string;
    readonly secure?: boolean;
    readonly partitioned?: boolean;
    readonly [other: string]: unknown;
  };
  /** Not used: each seal has its own end, or none. */
  readonly ttl?: number;
  /** Not used: sessions in several cookies are not read. */
  readonly chunk?: boolean;
  /** Not used. */
  readonly onUnsealError?: unknown;
  /** Renames or drops entries. Returning null rejects the session. */
  readonly convert?: OldCookieOptions["convert"];
  /**
   * Time of the rollout; a number counts milliseconds. Sessions count as begun then, because they have no date. While it is in the
   * future, old cookies are left alone, and a warning says so.
   */
  readonly from: Date | number;
  /** Time from which cookies of iron-session are no longer read. */
  readonly until: Date | number;
}

/** Returns the cookie of iron-session 6 to 9, for the option `migrateFrom`. */
export function ironSession(options: IronSessionOptions): OldCookie;
