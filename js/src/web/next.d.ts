import type { BaseSession } from "../index.js";
import type { AdapterOptions, Cookies } from "./adapter.js";

/** The cookies of `next/headers`, as far as they are needed. */
export interface NextCookies {
  getAll(): { readonly name: string; readonly value: string }[];
  set(name: string, value: string, options: any): unknown;
}

/** Sessions in the app router of Next.js. */
export interface NextSessions<S extends BaseSession> {
  /** Loads the session: in server components, server actions and route handlers. */
  load(): Promise<S>;
  /** Saves a session: in server actions and route handlers. */
  save(session: S): Promise<void>;
  /** Loads the session, changes it and saves it. Returns what `change` returns. */
  update<T>(change: (session: S) => T | Promise<T>): Promise<T>;
}

/** `cookies` is the function of `next/headers`. */
export function inNext<S extends BaseSession>(
  sessions: Cookies<S, []>,
  cookies: () => NextCookies | Promise<NextCookies>,
  options?: Pick<AdapterOptions, "now">,
): NextSessions<S>;
