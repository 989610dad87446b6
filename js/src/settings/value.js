// Values of settings, and functions that read them.
//
// A value is `{ text }`, `{ list }` of values, `{ table }` of pairs of a name and a value, or `{ bare }`: a number, a flag or anything
// else, as a string. A missing value is an empty one.

import { compare } from "../format/base/bytes.js";
import { isMap, isPlain } from "../format/base/plain.js";
import { looksLikeAKey } from "../format/keys/redact.js";
import { parseDuration } from "./duration.js";
import { A_DURATION, NAME_TWICE, NO_FLAG, NO_INTERVAL, NO_TEXT, NO_TIME, SEVERAL_LINES } from "./mistakes.js";
import { either, refuse } from "./sentences.js";

export function valueOf(given) {
  if (typeof given === "string") return { text: given };
  if (["number", "boolean", "bigint"].includes(typeof given)) return { bare: String(given) };
  if (Array.isArray(given)) return { list: given.map(valueOf) };
  if (given === null || given === undefined) return { bare: "" };
  if (typeof given !== "object" || !isPlain(given)) return { bare: "an object" };
  const pairs = isMap(given) ? [...given] : Object.entries(given);
  return { table: pairs.map(([name, value]) => [String(name), valueOf(value)]) };
}

export const trim = (text) => text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");

/** Converts ASCII letters to lower case, as Rust does. */
export const lower = (text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Returns a text, a number or a flag as a string. For a list or a table, a string that no setting accepts. */
const wordOf = ({ text, bare = "several values" }) => trim(text ?? bare);

export const isEmpty = (value) => wordOf(value) === "";

export async function holdsAKey({ text, bare, list = [], table = [] }) {
  if (await looksLikeAKey(text ?? bare ?? table.map(([name]) => name).join(" "))) return true;
  for (const value of [...list, ...table.map(([, value]) => value)]) if (await holdsAKey(value)) return true;
  return false;
}

/** Returns true if quotes stand around a text or a part of it, as in a file of variables that no shell reads. */
export function isQuoted({ text, list = [], table = [] }) {
  const isText = (text) => text.split(/[,=]/).some((part) => /^["'`“”‘’]|["'`“”‘’]$/.test(trim(part)));
  return (text !== undefined && isText(text)) || list.some(isQuoted) || table.some(([name, value]) => isText(name) || isQuoted(value));
}

export function textOf({ text }) {
  return text ?? refuse(NO_TEXT);
}

/** Returns a text of one line. A wrong line ending in a file may join several lines, one of them a password, which must not be shown. */
export function lineOf(value) {
  const text = textOf(value);
  return /[\n\r]/.test(text) ? refuse(SEVERAL_LINES) : text;
}

export function flagOf(value) {
  const word = lower(wordOf(value));
  if (["true", "yes", "on", "y", "t", "1"].includes(word)) return true;
  if (["false", "no", "off", "n", "f", "0"].includes(word)) return false;
  return refuse(NO_FLAG);
}

export function isOn(value) {
  try {
    return flagOf(value);
  } catch {
    return false;
  }
}

/** Reads a flag that must be on. `why` is the message for any other value. */
export const onlyTrue = (value, why) => isOn(value) || refuse(why);

const choicesIn = (choices) => `must be ${either(Object.keys(choices).map((word) => `\`${word}\``))}`;

const isChoice = (value, choices) => Object.hasOwn(choices, lower(wordOf(value)));

/** Reads one of several words, ignoring case. */
export function choiceOf(value, choices) {
  return isChoice(value, choices) ? choices[lower(wordOf(value))] : refuse(choicesIn(choices));
}

/** Reads a duration such as `1h 30m`, or a number of seconds. Returns a BigInt, or null. */
function secondsOf(value) {
  const word = wordOf(value);
  const isNumber = /^[0-9]+$/.test(word);
  if (!isNumber) return parseDuration(word);
  return BigInt(word) < 2n ** 64n ? BigInt(word) : null;
}

export const durationOf = (value) => secondsOf(value) ?? refuse(`must be ${A_DURATION}`);

/** Reads a duration of at least a second. */
export const intervalOf = (value) => durationOf(value) || refuse(NO_INTERVAL);

/** Reads one of several words, or a duration. */
export function choiceOrDurationOf(value, choices) {
  return isChoice(value, choices) ? choiceOf(value, choices) : secondsOf(value) ?? refuse(`${choicesIn(choices)}, or ${A_DURATION}`);
}

/** Reads a time as Unix seconds. `Date.parse` accepts many forms. Formatting the result again reveals all but one. */
export function timeOf(value) {
  const word = wordOf(value);
  const time = Date.parse(word);
  const isTime = time >= 0 && word.length === 20 && new Date(time).toISOString() === word.replace("Z", ".000Z");
  return isTime ? time / 1000 : refuse(NO_TIME);
}

/**
 * Reads tables: a list of them, a single table, or a text in which commas separate tables. `split` divides such a table into pairs like
 * `name=value`. Sorts each table by name. `noTables` is the message for any other value.
 */
export function tablesOf(value, split, noTables) {
  const pair = (text) => {
    const at = text.indexOf("=");
    return at < 0 ? refuse(noTables) : [trim(text.slice(0, at)), { text: trim(text.slice(at + 1)) }];
  };
  const { text, list = [value] } = value;
  const tables = text?.split(",").map((table) => split(table).map(pair)) ?? list.map((table) => tableOf(table) ?? refuse(noTables));
  const sorted = tables.map((table) => table.toSorted(([a], [b]) => compare(a, b)));
  const isTwice = (table) => new Set(table.map(([name]) => name)).size < table.length;
  if (sorted.some(isTwice)) refuse(NAME_TWICE);
  return sorted;
}

/** Returns the pairs of a table, or of a list like `["name", "value"]`; or null. */
function tableOf({ table, list = [] }) {
  const [name, value, ...more] = list;
  return table ?? (name?.text !== undefined && value && more.length === 0 ? [[name.text, value]] : null);
}
