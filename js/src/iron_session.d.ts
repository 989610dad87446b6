import type { OldCookie } from "./index.js";

/** The options that iron-session got, as far as its cookies depend on them. */
export interface IronSessionOptions {
  readonly cookieName: string;
  readonly password: string | { readonly [id: string]: string };
  readonly cookieOptions?: { readonly path?: string; readonly domain?: string; readonly secure?: boolean };
  /** Renames or drops entries. Null refuses the session. */
  readonly convert?: (entries: { [key: string]: any }) => { [key: string]: any } | null;
  /**
   * The rollout. Sessions began then, as they have no date. While it is in the future, old cookies are left alone, which a
   * warning says.
   */
  readonly from: Date | number;
  /** Cookies of iron-session do not count from then on. */
  readonly until: Date | number;
}

/** The cookie of iron-session 6 to 8, for the option `migrateFrom`. */
export function ironSession(options: IronSessionOptions): OldCookie;
