import type { Codec } from "./index.js";

export { sessionType } from "./index.js";

/** A type of Rust: a codec of the postcard format, and the TypeScript type of its values. */
export interface Description<T> extends Codec<T> {
  /** Returns the value of Rust's derived `Default`. Throws a `ConfigError` if the value would contain one of `oneOf`. */
  empty(): T;
}

/** The TypeScript type of a description. */
export type Infer<D> = D extends Description<infer T> ? T : never;

export const u8: Description<number>;
export const u16: Description<number>;
export const u32: Description<number>;
/** A `u64` of Rust whose values are below 2^53, as numbers. A greater one does not decode. */
export const u53: Description<number>;
export const u64: Description<bigint>;
export const u128: Description<bigint>;
export const i8: Description<number>;
export const i16: Description<number>;
export const i32: Description<number>;
/** An `i64` of Rust whose values are within 2^53, as numbers. Other values do not decode. */
export const i53: Description<number>;
export const i64: Description<bigint>;
export const i128: Description<bigint>;
/** Numbers are rounded to 32 bits, as by `Math.fround`; one that is too large for them is refused. So is NaN. */
export const f32: Description<number>;
/** NaN is refused. */
export const f64: Description<number>;
export const bool: Description<boolean>;
export const text: Description<string>;
/** One character, as a string of one code point. */
export const char: Description<string>;
/** A `Vec<u8>` of Rust. */
export const bytes: Description<Uint8Array>;
/** `()`. */
export const unit: Description<null>;
/** An `Option`. */
export function option<T>(inner: Description<T>): Description<T | null>;
/** A `Vec`. */
export function list<T>(item: Description<T>): Description<T[]>;
/** A tuple, or an array of fixed length. */
export function tuple<T extends unknown[]>(...items: { [I in keyof T]: Description<T[I]> }): Description<T>;
/** A `BTreeMap`. */
export function map<K, V>(key: Description<K>, value: Description<V>): Description<Map<K, V>>;
/** A structure, with its fields in the order of the declaration in Rust. */
export function struct<F extends { readonly [name: string]: Description<any> }>(
  fields: F,
): Description<{ [K in keyof F]: Infer<F[K]> }>;
/**
 * An `enum`, with its alternatives in the order of the declaration in Rust. null describes one without data, whose value is its name,
 * such as `"guest"`. Any other value is an object with the name and the data: `{ user: 7 }`.
 */
export function oneOf<A extends { readonly [name: string]: Description<any> | null }>(
  alternatives: A,
): Description<{ [K in keyof A]: A[K] extends Description<infer T> ? { [N in K]: T } : K }[keyof A]>;
