import type { SessionType } from "./index.js";
import type { Description } from "./struct.js";

/**
 * Writes examples of a session's type, as JSON, for `Examples` of Rust to read. Of a description, they are values that differ in each
 * part, go to its bounds, and beyond, so that every swap, width or forgotten part is noticed; otherwise they are the values of a list.
 *
 * `toJson` makes of a value what it is in Rust's JSON, where that is something else, such as the text of a `Uuid`.
 */
export function writeExamples<T>(type: SessionType<T>, source: Description<T> | readonly T[], toJson?: (value: T) => unknown): string;

/**
 * Reads examples that Rust wrote, and returns their values. Throws an `Error` with all differences, unless this type has the same
 * values for the same bytes.
 */
export function readExamples<T>(type: SessionType<T>, written: string, toJson?: (value: T) => unknown): T[];
