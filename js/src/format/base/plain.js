// Plain data, which an application stores and reads.

import { misused } from "./errors.js";

/** Returns true for an object without a class. It may be of another realm, as in Jest or a `vm` context. */
export function isRecord(object) {
  const prototype = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Returns true for a `Map` of any realm. The tag alone is not enough, because other classes have it, such as MobX's. */
export const isMap = (value) => value?.[Symbol.toStringTag] === "Map" && value.constructor?.name === "Map";

/** Returns true for a `Uint8Array` of any realm, or a `Buffer`. */
export const isBytes = (value) => ArrayBuffer.isView(value) && value[Symbol.toStringTag] === "Uint8Array";

/** Returns true for an object, a list or a `Map` that is not an instance of another class. */
export const isPlain = (value) =>
  isRecord(value) || ((Array.isArray(value) || isMap(value)) && isRecord(Object.getPrototypeOf(value)));

/**
 * Freezes plain data, at any depth. Returns true if nothing in it can be changed afterwards. False for bytes and instances of
 * classes, which stay as they are, and for a `Map`, of which only the methods refuse. `seen`: what was frozen already.
 */
export function freeze(value, seen = new Set()) {
  if (Object(value) !== value || seen.has(value)) return true;
  if (!isPlain(value)) return false;
  seen.add(value);
  const isOfMap = isMap(value);
  // `Object.freeze` does not protect the entries of a `Map`.
  const methods = isOfMap && !Object.isFrozen(value) ? ["set", "delete", "clear"] : [];
  for (const name of methods) Object.defineProperty(value, name, { value: refuse });
  Object.freeze(value);
  const parts = isOfMap ? [...value].flat() : Object.values(value);
  return !parts.map((part) => freeze(part, seen)).includes(false) && !isOfMap;
}

const refuse = () => misused("read-only; use `update`");
