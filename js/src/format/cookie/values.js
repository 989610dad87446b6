// Values in `Cookie` fields (docs/spec/carriers.md § 9.1, § 9.2).

import { BLANK, trim } from "../base/bytes.js";
import { Rejected } from "../base/errors.js";
import { LONGEST_TOKEN } from "../token/token.js";

/** Distinct values that are tried (§ 9.1.4). Browsers seldom send more unless someone planted them. */
export const MOST_VALUES = 4;

/** Calls `found(rest, value)` for each pair whose name begins with `name`, in order. `rest` is the end of its name. */
export function eachPair(fields, name, found) {
  // Splitting a field into pairs would take longer than all else, and anyone can send one of thousands.
  const pair = new RegExp(`(?:^|;)[ \\t]*${name.replace(/\W/g, "\\$&")}([^=;]*)=([^;]*)`, "g");
  for (const field of fields) for (const [, rest, value] of field.matchAll(pair)) found(rest, plain(value));
}

/**
 * Removes blanks and one pair of quotes from a value (§ 9.1.4). Cuts it to one character more than a token may have, which is enough
 * to refuse it.
 */
export function plain(value) {
  const text = trim(value, BLANK);
  const isQuoted = text.length >= 2 && text.startsWith('"') && text.endsWith('"');
  return (isQuoted ? text.slice(1, -1) : text).slice(0, LONGEST_TOKEN + 1);
}

/** Returns the distinct values of one name in `Cookie` fields, at most `most` (§ 9.1.3, § 9.1.4). */
export function findValues(fields, name, most = MOST_VALUES) {
  const values = [];
  eachPair(fields, name, (rest, value) => {
    if (rest === "") addDistinct(values, value, most);
  });
  return values;
}

/** Returns the values of a cookie at index 0, and those of its parts at their numbers. */
export function findCookie(fields, name) {
  const found = [[]];
  eachPair(fields, name, (rest, value) => {
    if (rest === "") addDistinct(found[0], value, MOST_VALUES);
    // Of a part, two values show that it is not clear which one counts.
    else if (/^\.[1-7]$/.test(rest)) addDistinct((found[rest[1]] ??= []), value, 2);
  });
  return found;
}

function addDistinct(values, value, most) {
  if (values.length < most && !values.includes(value)) values.push(value);
}

/** Joins a value with its parts, as `findCookie` found them (§ 9.2). Throws a `Rejected`. */
export function assemble(value, found) {
  if (value.length > LONGEST_TOKEN) throw new Rejected("TooLong");
  const dot = value.indexOf(".");
  if (dot < 0) return { token: value, cookies: 1 };
  const count = value.slice(0, dot);
  if (!/^[2-8]$/.test(count)) throw new Rejected("Incomplete");
  const cookies = Number(count);
  let token = value.slice(dot + 1);
  for (let number = 1; number < cookies; number++) {
    const part = found[number];
    if (part?.length !== 1) throw new Rejected(part ? "Duplicate" : "Incomplete");
    token += part[0];
  }
  return { token, cookies };
}
