// The form of typed values in a dictionary (SPEC.md § 5.4.3).

import { hex } from "../../src/format/base/bytes.js";
import { encodeValue } from "../../src/format/bytes/msgpack.js";
import { bytes, equal, errorOf, know } from "./common.js";

export async function runEncode(vector) {
  know(vector, ["value", "bytes", "error"]);
  const value = valueOf(vector.value);
  if (vector.error) return equal(await errorOf(() => encodeValue(value, 2)), vector.error);
  equal(hex(encodeValue(value, 2)), whole(vector.bytes));
}

/** Returns the type in a value that this language has not, or null. A number that is an integer is written as one. */
export function missingType(value) {
  if (Array.isArray(value)) return value.map(missingType).find(Boolean) ?? null;
  if (typeof value !== "object" || value === null) return null;
  const [[kind, content]] = Object.entries(value);
  if (["u128", "i128", "f32"].includes(kind)) return kind;
  if (kind === "f64") return Number.isSafeInteger(double(content)) && !Object.is(double(content), -0) ? "integers as floating-point numbers" : null;
  return missingType(content) ?? (kind === "map" && holdsOnce(content.map(([key]) => valueOf(key))) ? "keys that a Map holds once" : null);
}

const holdsOnce = (keys) => keys.some((key, i) => keys.indexOf(key) < i);

const INTEGER = /^[ui](8|16|32|64)$/;

function valueOf(typed) {
  const [[kind, content], ...more] = Object.entries(typed);
  equal(more, [], "one type");
  if (INTEGER.test(kind)) return integer(content);
  const of = {
    none: () => null,
    some: valueOf,
    wrapper: valueOf,
    bool: (value) => value,
    f64: double,
    char: (text) => text,
    text: whole,
    bytes: (text) => bytes(whole(text)),
    uuid: (text) => text,
    address: (text) => text,
    list: (values) => values.map(valueOf),
    tuple: (values) => values.map(valueOf),
    empty: () => [],
    struct: (fields) => Object.fromEntries(fields.map(([name, value]) => [name, valueOf(value)])),
    map: mapOf,
    variant: ([name, data]) => (data === undefined ? name : { [name]: valueOf(data) }),
    nested: ([levels, level, value]) => Array.from({ length: levels }).reduce(around[level], valueOf(value)),
  };
  return of[kind](content);
}

const around = {
  wrapper: (value) => value,
  list: (value) => [value],
  struct: (a) => ({ a }),
  variant: (A) => ({ A }),
};

/** A map whose keys are all texts is an object here. */
function mapOf(entries) {
  const made = entries.map(([key, value]) => [valueOf(key), valueOf(value)]);
  return made.every(([key]) => typeof key === "string") ? Object.fromEntries(made) : new Map(made);
}

function integer(text) {
  const big = BigInt(text);
  return Number.isSafeInteger(Number(big)) ? Number(big) : big;
}

const double = (text) => new DataView(bytes(text).buffer).getFloat64(0);
const whole = (text) => (Array.isArray(text) ? text.map(([piece, count]) => piece.repeat(count)).join("") : text);
