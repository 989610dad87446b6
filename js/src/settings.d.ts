import type { AnyShape, BaseSession, CookieOptions, OptionsFor, Session, SessionCookie, SessionType, Storable, TypedSession } from "./index.js";

/** Options of a `SessionCookie`, besides `type`, that no setting can express. All other options are refused here. */
export type ProgramOptions<S extends BaseSession> = Pick<CookieOptions, "log" | "metrics" | "skipXChaCha" | "migrateFrom" | "deviceBound"> & OptionsFor<S>;

/**
 * Builds the cookie that environment variables describe: the names and values of docs/settings.md, as Rust's `SessionSettings`
 * reads them. With the prefix `SESSION_`, `SESSION_IDLE_TIMEOUT` is `idle_timeout`. Throws a `ConfigError`; for
 * wrong variables it has the code `settings`, names them, and shows no key.
 *
 * `env` is the environment, which also has the variable that `keys_env` names. Default: `process.env`; in a worker, give its `env`.
 */
export function fromEnv<T>(
  prefix: string,
  env: object | undefined,
  options: ProgramOptions<TypedSession<T>> & { readonly type: SessionType<T> },
): Promise<SessionCookie<TypedSession<T>>>;
export function fromEnv<Shape extends { [K in keyof Shape]: Storable<Shape[K]> | undefined } = AnyShape>(
  prefix: string,
  env?: object,
  options?: ProgramOptions<Session<Shape>> & { readonly type?: null },
): Promise<SessionCookie<Session<Shape>>>;

/**
 * Builds the cookie that a table describes, such as a part of a JSON or TOML file. Names, values and mistakes are those of
 * `fromEnv`. `env` has the variable that `keys_env` names.
 */
export function fromSettings<T>(
  settings: object,
  env: object | undefined,
  options: ProgramOptions<TypedSession<T>> & { readonly type: SessionType<T> },
): Promise<SessionCookie<TypedSession<T>>>;
export function fromSettings<Shape extends { [K in keyof Shape]: Storable<Shape[K]> | undefined } = AnyShape>(
  settings: object,
  env?: object,
  options?: ProgramOptions<Session<Shape>> & { readonly type?: null },
): Promise<SessionCookie<Session<Shape>>>;
