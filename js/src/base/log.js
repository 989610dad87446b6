// Events for operators.

import { mustBe } from "./errors.js";

/** Seconds between two events of one kind that requests bring. */
const A_WHILE = 60;

/**
 * Returns a function that tells an event. `log`: the option. With a `kind`, and the time of its request, it tells one event of
 * this kind in a while. No request fails because of a log, or waits for it.
 */
export function sayingBy(log = toConsole, more = {}) {
  mustBe(log === null || typeof log === "function", "log", "a function, or null");
  const last = new Map();
  return (level, message, fields, kind, now) => {
    if (log === null || Math.abs(now - last.get(kind)) < A_WHILE) return;
    if (kind) last.set(kind, now);
    const told = { ...more, ...fields };
    (async () => log(level, message, told))().catch(() => toConsole(level, message, told));
  };
}

/** The standard output is the program's own. */
function toConsole(level, message, fields) {
  if (level === "error") console.error(message, fields);
  else if (level === "warn" || isInDevelopment()) console.warn(message, fields);
}

function isInDevelopment() {
  try {
    // Deno would ask for a permission, and a worker has no environment.
    return typeof Deno === "undefined" && process.env.NODE_ENV !== "production";
  } catch {
    return false;
  }
}
