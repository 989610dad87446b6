import type { SessionCookie, SessionHeader, SessionToken } from "./index.js";

// Without this line, TypeScript would export every declaration, marked or not.
export {};

/** A problem that lasts. */
export interface Problem {
  /**
   * `SourceRefused`: the source of a followed ring fails, or returns a ring that is refused. `SourceHangs`: it has not answered for 5
   * seconds. `KeyReturned`: a key opens longer than an earlier ring of this program said, as when a backup is restored after a leak.
   * `NotBeforeAhead`: all sessions are rejected until `notBefore`. `ClockDisagrees`: in the last ten minutes a session was
   * `NotYetValid`.
   */
  readonly kind: "SourceRefused" | "SourceHangs" | "KeyReturned" | "NotBeforeAhead" | "ClockDisagrees" | "ProgramLacksRing" | "ValidationHangs";
  /** Time at which it began, if that is known. */
  readonly since: Date | null;
  readonly sentence: string;
}

/** Keys and settings of a cookie or a token, and problems that last, without secrets. Its string has a line for each fact. */
export interface KeysInUse {
  /** Id of the key that seals. */
  readonly seals: string;
  /** Ids of the keys that are not retired, the sealing key included. */
  readonly accepts: readonly string[];
  /** Ids of the other keys of the ring, which have ended. */
  readonly retired: readonly string[];
  /** Fingerprint of the ring. */
  readonly fingerprint: string;
  /** Fingerprint of the settings that must be the same in all programs that share these sessions. */
  readonly settings: string;
  /** Those settings (SPEC.md § 3.7). */
  readonly settingsText: string;
  readonly backend: "WebCrypto";
  /** Time of the program, in whole seconds. */
  readonly now: Date;
  /** Sessions that began earlier are rejected, by the ring, an option or `raiseNotBefore`. */
  readonly notBefore: Date | null;
  /** Next change of a key's role. */
  readonly next: { readonly at: Date; readonly key: string; readonly role: "seals" | "retires" } | null;
  readonly problems: readonly Problem[];
  /** Text in the same form as Rust's. */
  toString(): string;
}

type Carrier = SessionCookie<any> | SessionHeader<any> | SessionToken<any>;

/** Returns the keys in use, for health checks: `String(await keysInUse(cookies))`. Asks the source of a followed ring if that is due. */
export function keysInUse(cookies: Carrier | Promise<Carrier>, now?: Date | number): Promise<KeysInUse>;
