// Variants of an object.

/** Returns an object with these changes that inherits the rest, so that keys which are replaced later are seen through it. */
export const changed = (object, changes) => Object.assign(Object.create(object), changes);
