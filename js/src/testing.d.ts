import type { SessionType } from "./index.js";
import type { Description } from "./struct.js";

/**
 * Writes examples of a session's type as JSON, which `Examples` of Rust reads. For a description it makes the values: they differ in
 * each part, and go to its bounds and beyond, so that Rust notices parts that are swapped, forgotten or of another width. For a codec
 * of your own, give a list of values.
 *
 * `toJson` turns a value into its form in Rust's JSON, if that differs, such as the text of a `Uuid`.
 */
export function writeExamples<T>(type: SessionType<T>, source: Description<T> | readonly T[], toJson?: (value: T) => unknown): string;

/**
 * Reads examples that Rust or this package wrote, and returns their values. Throws an `Error` if this type has another label or schema,
 * or other values for the same bytes: then the error names the first difference in each example.
 */
export function readExamples<T>(type: SessionType<T>, written: string, toJson?: (value: T) => unknown): T[];
