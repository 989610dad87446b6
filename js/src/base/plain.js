// Plain data, which an application stores and reads.

/** An object without a class, of this realm or another. */
export function isRecord(object) {
  const prototype = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A `Map`, of this realm or another. Other classes have its tag, too, such as that of MobX. */
export const isMap = (value) => value?.[Symbol.toStringTag] === "Map" && value.constructor?.name === "Map";

/** A `Uint8Array`, of this realm or another, or a `Buffer`. */
export const isBytes = (value) => ArrayBuffer.isView(value) && value[Symbol.toStringTag] === "Uint8Array";

/** An object, a list or a `Map`, and no instance of another class. */
export const isPlain = (value) =>
  isRecord(value) || ((Array.isArray(value) || isMap(value)) && isRecord(Object.getPrototypeOf(value)));

/**
 * Makes plain data unchangeable, at any depth. Returns true if all of it is now: bytes and instances of classes stay as they
 * are, and a `Map` refuses by its methods alone.
 */
export function freeze(value) {
  if (Object.isFrozen(value)) return true;
  if (!isPlain(value)) return false;
  const isOfMap = isMap(value);
  // Freezing a `Map` leaves its entries open.
  if (isOfMap) for (const name of ["set", "delete", "clear"]) Object.defineProperty(value, name, { value: refuse });
  Object.freeze(value);
  const parts = isOfMap ? [...value].flat() : Object.values(value);
  return !parts.map(freeze).includes(false) && !isOfMap;
}

function refuse() {
  throw new TypeError("read-only; use `update`");
}
