// Times. Inside the package they are whole Unix seconds.

import { U32 } from "./bytes.js";
import { mustBe } from "./errors.js";

/** Returns the Unix seconds of a `Date` or of milliseconds. Throws for NaN: every comparison with it is false, so nothing would expire. */
export function secondsOf(name, time, round = Math.floor) {
  const milliseconds = time?.getTime?.() ?? time;
  mustBe(Number.isFinite(milliseconds), name, "a Date or milliseconds");
  return round(milliseconds / 1000);
}

export const dateOf = (seconds) => new Date(seconds * 1000);

/** Formats a time as `YYYY-MM-DDThh:mm:ssZ`. */
export const timeOf = (seconds) => dateOf(seconds).toISOString().replace(".000", "");

/** Limits a duration to what a token can hold: 0 to 2^32 - 1 seconds. */
export const duration = (seconds) => Math.min(U32, Math.max(0, seconds));
