// Checks of the values of described types.

import { SessionError } from "../format/base/errors.js";
import { isMap, isPlain, isRecord } from "../format/base/plain.js";

export function refuse(expected, value) {
  const found = value === null || value === undefined ? String(value) : `${typeof value} ${Array.isArray(value) ? "(a list)" : ""}`.trim();
  throw new SessionError("value", `expected ${expected}, found ${found}`);
}

/** Adds the name of a part to the message of an error in it. */
export function within(part, work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof SessionError) error.message = `${part}: ${error.message}`;
    throw error;
  }
}

/** Throws for instances of other classes, and for properties that are not parts of the value, because they would be lost. */
function checkPlain(value, expected, isRight, isPart) {
  if (typeof value !== "object" || value === null || !isRight(value)) refuse(expected, value);
  const unknown = Reflect.ownKeys(value).find((name) => !isPart(name));
  if (unknown !== undefined) throw new SessionError("value", `there is no field \`${String(unknown)}\``);
}

const isList = (value) => Array.isArray(value) && isPlain(value);

export const checkList = (value, expected) =>
  checkPlain(value, expected, isList, (name) => name === "length" || /^\d+$/.test(String(name)));

const isPlainMap = (value) => isMap(value) && isPlain(value);

/** Accepts own methods of a frozen `Map`: `freeze` has put them there to refuse changes. */
export const checkMap = (value) =>
  checkPlain(value, "a Map", isPlainMap, (name) => Object.isFrozen(value) && Object.hasOwn(Map.prototype, name));

export const checkObject = (value, expected, isPart) => checkPlain(value, expected, isRecord, isPart);
