// Names of settings: a row for each setting, with the function that applies it, and the message for an unknown name. The rows are those
// of `SETTINGS` in Rust.

import { padme } from "../state/padding.js";
import { either, refuse } from "./sentences.js";
import { choiceOf, choiceOrDurationOf, durationOf, flagOf, intervalOf, onlyTrue, tablesOf, timeOf } from "./value.js";
import { isEmpty, lineOf, lower, textOf } from "./value.js";

/**
 * Returns what settings are applied to: `mode`, `sources` of keys, `watch`, the attributes of the `cookie` with its `formerly`, and
 * `options` of a `SessionCookie`. Durations are BigInts.
 */
export const noSettings = () => ({ mode: "encrypted", sources: [], watch: null, cookie: { formerly: [] }, options: {} });

const option = (name, read) => (value, to) => (to.options[name] = read(value));
const attribute = (name, read) => (value, to) => (to.cookie[name] = read(value));
const among = (choices) => (value) => choiceOf(value, choices);

const SAME_SITES = { strict: "Strict", lax: "Lax", none: "None", omit: null };
const REFRESHES = { never: "never", "on-change": "on-change", always: "always", "every-request": "every-request" };
const SIZES = { anywhere: "anywhere", browser: "browser", "split:2": "split:2", "split:3": "split:3", "split:4": "split:4" };

const SETTINGS = {
  mode: (value, to) => (to.mode = choiceOf(value, { encrypted: "encrypted", "unencrypted-but-signed": "signed" })),
  keys: (value, to) => (to.sources = [{ text: textOf(value) }]),
  keys_env: (value, to) => (to.sources = [sourceOf("env", value)]),
  keys_file: (value, to) => (to.sources = [sourceOf("file", value)]),
  keys_from: (value, to) => (to.sources = sourcesOf(value)),
  watch_keys: (value, to) => (to.watch = intervalOf(value)),
  name: attribute("name", lineOf),
  path: attribute("path", lineOf),
  domain: attribute("domain", lineOf),
  same_site: attribute("sameSite", among(SAME_SITES)),
  partitioned: attribute("partitioned", flagOf),
  persistent: option("persistent", flagOf),
  idle_timeout: option("idleTimeout", (value) => choiceOrDurationOf(value, { off: null, false: null })),
  absolute_timeout: option("absoluteTimeout", durationOf),
  remember_up_to: option("rememberUpTo", durationOf),
  remembered_idle_timeout: option("rememberedIdleTimeout", durationOf),
  refresh_after: option("refreshAfter", (value) => choiceOrDurationOf(value, REFRESHES)),
  refresh_navigations_only: option("refreshNavigationsOnly", flagOf),
  clock_skew: option("clockSkew", durationOf),
  not_before: option("notBefore", timeOf),
  size: option("size", among(SIZES)),
  padding: option("padding", among({ none: null, padme })),
  application: option("application", lineOf),
  context: option("context", contextOf),
  formerly: (value, to) => to.cookie.formerly.push(...formerlyOf(value)),
  save_on_server_error: option("saveOnServerError", flagOf),
  keep_unknown_keys: option("keepUnknownKeys", flagOf),
  danger_allow_http: attribute("dangerAllowHttp", flagOf),
  danger_allow_shared_caching: option("dangerAllowSharedCaching", flagOf),
  secure: (value) => onlyTrue(value, NOT_SECURE),
  httponly: (value) => onlyTrue(value, NOT_HTTP_ONLY),
  http_only: (value) => onlyTrue(value, NOT_HTTP_ONLY),
};

export const NAMES = Object.keys(SETTINGS);

export const isSetting = (name) => Object.hasOwn(SETTINGS, name);

export const isSourceOfKeys = (name) => name.startsWith("keys");

/** Applies a setting. Refuses a value that it cannot have. */
export const apply = (name, value, to) => void SETTINGS[name](value, to);

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

/** Options without a setting, and the names of their methods in Rust. */
const OF_THE_PROGRAM = [
  ...["companion", "migratefrom", "onoutcome", "revalidateafter", "revokedif", "typelabel", "typed", "unvalidatedupto"],
  ...["devicebound", "log", "metrics", "skipxchacha", "type"],
];

/** Words for settings in other libraries. */
const ELSEWHERE = [
  ...["secret", "secrets", "password"].map((words) => [words, ["keys"]]),
  ...["max_age", "maxage", "ttl", "expires"].map((words) => [words, ["idle_timeout", "absolute_timeout"]]),
];

/**
 * Returns the settings that other libraries call so, the setting whose name is misspelled, or else those that share the most words with
 * `name`.
 */
function suggestions(name) {
  const given = plainName(name);
  const meant = ELSEWHERE.find(([words]) => `_${given}_`.includes(`_${words}_`));
  if (meant) return meant[1];
  const furthest = (name) => 1 + Math.floor(name.length / 6);
  const { length } = [...given];
  // The distance is slow to compute, and at least the difference in length.
  const alike = NAMES.filter((name) => Math.abs(name.length - length) <= furthest(name)).map((name) => [distance(given, name), name]);
  const near = alike.filter(([least, name]) => least <= furthest(name)).sort(([a, x], [b, y]) => a - b || (x < y ? -1 : 1));
  if (near.length > 0) return [near[0][1]];
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
  return row.at(-1);
}

const NOT_SECURE =
  "cannot be false, because anyone on the network could take the session; leave it out, or set {danger_allow_http} where there is no HTTPS";
const NOT_HTTP_ONLY =
  "cannot be false, because every script in the page could take the session; leave it out, and let the server tell scripts what they need";
const NO_VARIABLE = "is not the name of an environment variable; give one like `SESSION_KEYS`";
const NO_SOURCES = "must be a list of tables, each with `env` or `file`, or a string like `env=OLD_KEYS, file=/run/secrets/keys`";
const NO_PAIRS = "must be a table of strings, a list of pairs of strings, or a string like `label=value, label=value`";
const NO_FORMERLY =
  'must be a list of tables like `{ path = "/app", domain = "", partitioned = true }`, where an empty domain is none, or a string like ' +
  "`path=/app domain=example.com, path=/shop`";
