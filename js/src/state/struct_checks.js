// What the values of described types may be.

import { SessionError } from "../base/errors.js";

export function refuse(expected, value) {
  const found = value === null || value === undefined ? String(value) : `${typeof value} ${Array.isArray(value) ? "(a list)" : ""}`.trim();
  throw new SessionError("value", `expected ${expected}, found ${found}`);
}

/** Says in which part of a value something is refused. */
export function within(part, work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof SessionError) error.message = `${part}: ${error.message}`;
    throw error;
  }
}

/** Refuses instances of other classes, and what is beside the parts of a value: it would be lost. */
function checkPlain(value, expected, prototypes, isPart) {
  if (typeof value !== "object" || value === null || !prototypes.includes(Object.getPrototypeOf(value))) refuse(expected, value);
  const unknown = Reflect.ownKeys(value).find((name) => !isPart(name));
  if (unknown !== undefined) throw new SessionError("value", `there is no field \`${String(unknown)}\``);
}

export const checkList = (value, expected) =>
  checkPlain(value, expected, [Array.prototype], (name) => name === "length" || /^\d+$/.test(String(name)));

/** Reading has frozen those that have methods of their own. */
export const checkMap = (value) =>
  checkPlain(value, "a Map", [Map.prototype], (name) => Object.isFrozen(value) && Object.hasOwn(Map.prototype, name));

export const checkObject = (value, expected, isPart) => checkPlain(value, expected, [Object.prototype, null], isPart);
