// Names of settings and their effects, in the rows of table.js, and the message for an unknown name.

import { padme } from "../state/padding.js";
import { NOT_HTTP_ONLY, NOT_SECURE, NO_FORMERLY, NO_PAIRS, NO_SOURCES, NO_VARIABLE } from "./mistakes.js";
import { either, refuse } from "./sentences.js";
import { ELSEWHERE, OF_THE_PROGRAM, SETTINGS } from "./table.js";
import { choiceOf, choiceOrDurationOf, durationOf, flagOf, intervalOf, onlyTrue, tablesOf, timeOf } from "./value.js";
import { isEmpty, lineOf, lower, textOf } from "./value.js";

/**
 * Returns what settings are applied to: `mode`, `sources` of keys, `watch`, the attributes of the `cookie` with its `formerly`, and
 * `options` of a `SessionCookie`. Durations are BigInts.
 */
export const noSettings = () => ({ mode: "encrypted", sources: [], watch: null, cookie: { formerly: [] }, options: {} });

const READERS = {
  flag: flagOf,
  line: lineOf,
  duration: durationOf,
  time: timeOf,
  choice: choiceOf,
  choice_or_duration: choiceOrDurationOf,
};

/** Settings that are not applied as their row says. */
const OWN = {
  mode: (value, to) => (to.mode = choiceOf(value, { encrypted: "encrypted", "unencrypted-but-signed": "signed" })),
  keys: (value, to) => (to.sources = [{ text: textOf(value) }]),
  keys_env: (value, to) => (to.sources = [sourceOf("env", value)]),
  keys_file: (value, to) => (to.sources = [sourceOf("file", value)]),
  keys_from: (value, to) => (to.sources = sourcesOf(value)),
  watch_keys: (value, to) => (to.watch = intervalOf(value)),
  padding: (value, to) => (to.options.padding = choiceOf(value, { none: null, padme })),
  context: (value, to) => (to.options.context = contextOf(value)),
  formerly: (value, to) => to.cookie.formerly.push(...formerlyOf(value)),
  secure: (value) => onlyTrue(value, NOT_SECURE),
  httponly: (value) => onlyTrue(value, NOT_HTTP_ONLY),
  http_only: (value) => onlyTrue(value, NOT_HTTP_ONLY),
};

export const NAMES = Object.keys(SETTINGS);

export const isSetting = (name) => Object.hasOwn(SETTINGS, name);

export const isSourceOfKeys = (name) => name.startsWith("keys");

/** Applies a setting. Refuses a value that it cannot have. */
export function apply(name, value, to) {
  if (Object.hasOwn(OWN, name)) return void OWN[name](value, to);
  const [place, kind, words] = SETTINGS[name];
  to[place][camelCase(name)] = READERS[kind](value, words);
}

export const camelCase = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());

/** Returns a source of keys: the name of a variable, or the path of a file. */
function sourceOf(kind, value) {
  const place = lineOf(value);
  if (kind === "file") return { file: place };
  if (kind !== "env") refuse(NO_SOURCES);
  return /^\w*$/.test(place) ? { variable: place } : refuse(NO_VARIABLE);
}

/** Reads sources of keys. Their order matters, so each is a separate table. */
function sourcesOf(value) {
  const tables = tablesOf(value, (table) => [table], NO_SOURCES);
  const isSource = (table) => table.length === 1 && !isEmpty(table[0][1]);
  if (tables.length === 0) refuse(NO_SOURCES);
  return tables.map((table) => (isSource(table) ? sourceOf(...table[0]) : refuse(NO_SOURCES)));
}

function contextOf(value) {
  const pairs = tablesOf(value, (table) => [table], NO_PAIRS).flat();
  return pairs.map(([label, { text }]) => [label, text ?? refuse(NO_PAIRS)]);
}

function formerlyOf(value) {
  return tablesOf(value, (table) => table.split(/\p{White_Space}+/u).filter(Boolean), NO_FORMERLY).map(formerOf);
}

function formerOf(table) {
  if (table.length === 0) refuse(NO_FORMERLY);
  const former = {};
  for (const [attribute, value] of table) {
    if (attribute === "path") former.path = lineOf(value);
    else if (attribute === "domain") former.domain = isEmpty(value) ? null : lineOf(value);
    else if (attribute === "partitioned") former.partitioned = flagOf(value);
    else refuse(NO_FORMERLY);
  }
  return former;
}

/** Returns the message for an unknown setting, with a suggestion if there is one. */
export function unknown(name) {
  if (OF_THE_PROGRAM.includes(plainName(name).replaceAll("_", ""))) return "is not a setting: give it as an option, in the program";
  const near = suggestions(name).map((name) => `{${name}}`);
  return near.length === 0 ? "is not a setting; docs/settings.md has all of them" : `is not a setting; did you mean ${either(near)}?`;
}

const plainName = (name) => lower(name).replace(/[-.]/g, "_");

/**
 * Returns the settings that other libraries call so, the setting whose name is misspelled, or else those that share the most words with
 * `name`.
 */
function suggestions(name) {
  const given = plainName(name);
  const has = (words) => `_${given}_`.includes(`_${words}_`);
  const isSo = (words) => has(words) || has(words.replaceAll("_", ""));
  const found = ELSEWHERE.flatMap(([words, meant]) => words.filter(isSo).map(({ length }) => ({ length, meant })));
  if (found.length > 0) return found.toSorted((a, b) => b.length - a.length)[0].meant;
  const furthest = (name) => 1 + Math.floor(name.length / 6);
  const { length } = [...given];
  // The distance is slow to compute, and at least the difference in length.
  const alike = NAMES.filter((name) => Math.abs(name.length - length) <= furthest(name));
  const near = alike.map((name) => ({ name, least: distance(given, name) })).filter(({ name, least }) => least <= furthest(name));
  if (near.length > 0) return [near.toSorted((a, b) => a.least - b.least || (a.name < b.name ? -1 : 1))[0].name];
  const words = given.split("_");
  const shared = (name) => name.split("_").filter((word) => words.includes(word)).length;
  const most = Math.max(...NAMES.map(shared));
  return NAMES.filter((name) => most > 0 && shared(name) === most);
}

/** Returns the Levenshtein distance in characters. */
function distance(a, b) {
  let row = [0, ...Array.from(b, (_, i) => i + 1)];
  for (const [i, x] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, y] of [...b].entries()) next.push(Math.min(next[j] + 1, row[j + 1] + 1, row[j] + (x === y ? 0 : 1)));
    row = next;
  }
  return row[row.length - 1];
}
