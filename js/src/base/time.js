// Times, which are whole seconds inside.

import { U32 } from "./bytes.js";
import { mustBe } from "./errors.js";

/** The Unix seconds of a `Date` or of milliseconds. Refuses a time that is not a number, at which nothing would expire. */
export function secondsOf(name, time, round = Math.floor) {
  const milliseconds = time?.getTime?.() ?? time;
  mustBe(Number.isFinite(milliseconds), name, "a Date or milliseconds");
  return round(milliseconds / 1000);
}

/** In the global scope of a worker it is 1970, until the first request. */
export const isClockRunning = () => Date.now() > 0;

export const dateOf = (seconds) => new Date(seconds * 1000);

/** `YYYY-MM-DDThh:mm:ssZ`. */
export const timeOf = (seconds) => dateOf(seconds).toISOString().replace(".000", "");

/** A duration as it is sealed: from 0 to 2^32 - 1 seconds. */
export const duration = (seconds) => Math.min(U32, Math.max(0, seconds));
