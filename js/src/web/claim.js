// One session of a cookie in a request: of two, the one that is saved first would be lost.

import { ensure } from "../errors.js";

const namesIn = new WeakMap();

/** Claims a cookie for a session of this request. Returns a function that gives it back. Throws a `ConfigError`. */
export function claim(request, { name }) {
  const names = namesIn.get(request) ?? [];
  const sentence = `request has a session of the cookie ${name} already; mount one adapter, or give the second cookie a name`;
  ensure(!names.includes(name), "cookies", sentence);
  namesIn.set(request, [...names, name]);
  return () => namesIn.set(request, names);
}
