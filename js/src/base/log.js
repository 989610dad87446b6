// Events for operators.

import { mustBe } from "../format/base/errors.js";

/** Seconds between two events of one kind, however many requests cause it: a minute without the event shows that it has ended. */
const INTERVAL = 60;

/**
 * Returns a function that logs an event, through the option `log`. If the event has a `kind`, the function logs one event of that
 * kind in an interval; `now` is the time of the request. A log that throws or hangs neither fails a request nor delays it.
 */
export function sayingBy(log = toConsole, more = {}) {
  mustBe(log === null || typeof log === "function", "log", "a function, or null");
  const last = new Map();
  return (level, message, fields, kind, now) => {
    if (log === null || Math.abs(now - last.get(kind)) < INTERVAL) return;
    if (kind) last.set(kind, now);
    const all = { ...more, ...fields };
    (async () => log(level, message, all))().catch(() => toConsole(level, message, all));
  };
}

/** Writes to standard error only, because the output of a program may be data. */
function toConsole(level, message, fields) {
  if (level !== "info" || isInDevelopment()) console[level === "error" ? level : "warn"](message, fields);
}

/** Returns true in development, or nothing: bundlers drop a call of a function that does nothing, as this one does in production. */
function isInDevelopment() {
  try {
    // Deno would ask for a permission, and a worker has no environment.
    if (typeof Deno !== "object" && process.env.NODE_ENV !== "production") return true;
  } catch {
    // As in production.
  }
  return undefined;
}
