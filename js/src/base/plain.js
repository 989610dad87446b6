// Plain data, which an application stores and reads.

/** An object without a class, of this realm or another. */
export function isRecord(object) {
  const prototype = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** An object, a list or a `Map`, and no instance of another class. */
export const isPlain = (value) =>
  isRecord(value) || ((Array.isArray(value) || value instanceof Map) && isRecord(Object.getPrototypeOf(value)));

/**
 * Makes plain data unchangeable, at any depth. Returns true if all of it is now: bytes and instances of classes stay as they
 * are, and a `Map` refuses by its methods alone.
 */
export function freeze(value) {
  if (Object.isFrozen(value)) return true;
  if (!isPlain(value)) return false;
  const isMap = value instanceof Map;
  // Freezing a `Map` leaves its entries open.
  if (isMap) for (const name of ["set", "delete", "clear"]) Object.defineProperty(value, name, { value: refuse });
  Object.freeze(value);
  const parts = isMap ? [...value].flat() : Object.values(value);
  return !parts.map(freeze).includes(false) && !isMap;
}

function refuse() {
  throw new TypeError("read-only; use `update`");
}
