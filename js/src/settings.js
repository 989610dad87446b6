// Settings from outside the program, which programs in JavaScript and in Rust can share: the names and values of docs/settings.md, and
// the messages of src/settings/.

import { EPOCH, isText } from "./format/base/bytes.js";
import { misused, optionsOf } from "./format/base/errors.js";
import { isMap, isRecord } from "./format/base/plain.js";
import { withAdvice } from "./carrier/carrier.js";
import { SessionCookie } from "./carrier/cookie.js";
import { attributes } from "./carrier/attributes.js";
import "./format/keys/looks.js";
import { looksLikeAKey } from "./format/keys/redact.js";
import { ringOf } from "./settings/keys.js";
import { EMPTY, GIVEN_TWICE, HOLDS_A_KEY, NOTHING_TO_WATCH, NOT_A_TABLE, NOT_UTF8, OPPOSITE } from "./settings/mistakes.js";
import { OTHER_KEYS, QUOTED } from "./settings/mistakes.js";
import { NAMES, apply, camelCase, isSetting, isSourceOfKeys, noSettings, unknown } from "./settings/names.js";
import { mistakesIn } from "./settings/rules.js";
import { errorOf, escaped, mistake, mistakeIn, namesOne, refuse, spelled } from "./settings/sentences.js";
import { holdsAKey, isEmpty, isOn, isQuoted, lower, valueOf } from "./settings/value.js";

export function fromEnv(prefix, env = globalThis.process?.env, options = {}) {
  return withAdvice(buildFromEnv(prefix, env, options));
}

export function fromSettings(settings, env = globalThis.process?.env, options = {}) {
  return withAdvice(buildFromSettings(settings, env, options));
}

async function buildFromEnv(prefix, env, options) {
  if (typeof prefix !== "string") misused("expected the prefix of variables, such as SESSION_");
  if (typeof env !== "object" || env === null) misused("expected an environment; in a worker, give its `env`");
  const settings = new Settings(prefix, (name) => name.toUpperCase());
  for (const [variable, value] of Object.entries(env)) {
    const name = variable.slice(prefix.length);
    // In workerd, a binding without a value is null.
    if (value == null || !variable.startsWith(prefix) || variable === X11_SESSION_MANAGER || isOfKubernetes(name)) continue;
    if (isUtf8(value)) await settings.take(lower(name), variable, value);
    else await settings.refuse(variable, NOT_UTF8);
  }
  await settings.check(env, options);
  return settings.build(env, options);
}

async function buildFromSettings(given, env, options) {
  const settings = new Settings("", (name) => name);
  const isTable = typeof given === "object" && given !== null && !Array.isArray(given) && (isRecord(given) || isMap(given));
  if (!isTable) throw errorOf([mistake(null, NOT_A_TABLE)]);
  for (const [name, value] of isMap(given) ? given : Object.entries(given)) await settings.take(String(name), String(name), value);
  return settings.build(env, options);
}

/** Settings that were given, and mistakes in them. */
class Settings {
  #prefix;
  #spell;
  /** The value of each setting, and the name under which it was given. */
  #entries = new Map();
  #problems = [];
  #applied = noSettings();

  constructor(prefix, spell) {
    this.#prefix = prefix;
    this.#spell = spell;
  }

  /** Adds the setting `name`. `shown`: its name in the source, for errors. */
  async take(name, shown, given) {
    try {
      await this.#take(name, shown, given);
    } catch (error) {
      if (error.code !== "settings") throw error;
      await this.refuse(shown, error.message);
    }
  }

  async #take(name, shown, given) {
    const value = valueOf(given);
    if (isEmpty(value)) refuse(EMPTY);
    if (name !== "keys" && (await holdsAKey(value))) refuse(HOLDS_A_KEY);
    if (!isSetting(name)) refuse(unknown(name));
    if (name !== "keys" && isQuoted(value)) refuse(QUOTED);
    if (this.#entries.has(name)) refuse(GIVEN_TWICE);
    apply(name, value, noSettings());
    if (isSourceOfKeys(name) && this.#sourceOfKeys()) refuse(OTHER_KEYS);
    this.#entries.set(name, { shown, value });
    apply(name, value, this.#applied);
  }

  /** `reason` follows the name: "is empty, …". */
  async refuse(shown, reason) {
    const setting = (await looksLikeAKey(shown)) ? "(a key)" : escaped(shown);
    this.#problems.push({ setting, sentence: `\`${setting}\` ${this.#spelled(reason)}` });
  }

  #sourceOfKeys() {
    return [...this.#entries.keys()].find(isSourceOfKeys);
  }

  /**
   * Throws for mistakes in single settings. If there is one, mistakes in the keys are added to the error: those of keys in the settings
   * themselves or, with `readsKeys`, of all keys.
   */
  async check(env, options, readsKeys = this.#entries.has("keys")) {
    const alone = mistakesIn(this.#applied).filter(({ setting, sentence }) => setting !== null && namesOne(sentence));
    const mistakes = [...this.#misread(), ...alone.map((found) => this.#worded(found))];
    if (readsKeys && mistakes.length > 0) mistakes.push(...(await this.#mistakesInKeys(env, options)));
    this.#throw(mistakes);
  }

  /** Returns the mistake in the keys, if all settings about keys were understood. */
  async #mistakesInKeys(env, options) {
    const ofKeys = ["mode", "keys", "keys_env", "keys_file", "keys_from"].map((name) => this.#shown(name));
    if (!this.#sourceOfKeys() || this.#problems.some(({ setting }) => ofKeys.includes(setting))) return [];
    const { wrong } = await this.#ring({ ...this.#applied, watch: null }, env, options);
    return wrong ? [wrong] : [];
  }

  /** Builds the cookie. Throws for all mistakes together, those in the keys included. */
  async build(env, options) {
    // A setting that is not understood may be the reason for other mistakes.
    if (this.#misread().length > 0) await this.check(env, options, true);
    const own = this.#optionsOf(options);
    const [mistakes, ring] = [mistakesIn(this.#applied).map((found) => this.#worded(found)), await this.#ring(this.#applied, env, own)];
    this.#throw(ring.wrong ? [...mistakes, ring.wrong] : mistakes);
    const make = this.#applied.mode === "signed" ? "unencryptedButSigned" : "encrypted";
    return SessionCookie[make](ring, { ...this.#described(), ...own });
  }

  /**
   * Returns the ring, or the mistake in it as `wrong`.
   *
   * @returns {Promise<any>}
   */
  async #ring(applied, env, options = {}) {
    const { sources, watch } = applied;
    const isUnwatched = watch !== null && sources.length > 0 && sources.every(({ file }) => file === undefined);
    if (isUnwatched) return { wrong: this.#worded(mistakeIn("watch_keys", NOTHING_TO_WATCH)) };
    try {
      return await ringOf(applied, env, options);
    } catch (error) {
      if (error.code !== "settings") throw error;
      // The keys are in a setting that the sentence does not name.
      const shown = this.#shown(this.#sourceOfKeys() ?? "keys");
      return { wrong: { setting: shown, sentence: `\`${shown}\`: ${this.#spelled(error.message)}` } };
    }
  }

  /** Returns the options of the program. Throws for an option that is a setting. */
  #optionsOf(given) {
    const options = optionsOf(given);
    const isDescribed = (name) => name === "cookie" || NAMES.some((setting) => camelCase(setting) === name);
    const misplaced = Object.keys(options).find(isDescribed);
    const sentence = `the option \`${misplaced}\` belongs in the settings; give it there`;
    if (misplaced !== undefined) this.#throw([this.#worded(mistake(null, sentence))]);
    return options;
  }

  /** Returns the options that the settings describe. */
  #described() {
    const { cookie, options } = this.#applied;
    const inNumbers = Object.entries(options).map(([name, value]) => [name, typeof value === "bigint" ? Number(value) : value]);
    const described = { ...Object.fromEntries(inNumbers), cookie: attributes(cookie) };
    // No session began earlier.
    if (described.notBefore !== undefined) described.notBefore = Math.max(described.notBefore, EPOCH) * 1000;
    return described;
  }

  /** Returns mistakes in settings that were not understood. */
  #misread() {
    const http = this.#entries.get("danger_allow_http");
    const isBoth = http && isOn(http.value) && this.#entries.has("secure");
    return isBoth ? [...this.#problems, this.#worded(mistakeIn("secure", OPPOSITE))] : this.#problems;
  }

  #throw(mistakes) {
    if (mistakes.length > 0) throw errorOf(mistakes);
  }

  /** Returns a mistake with the names of settings as the source writes them. */
  #worded({ setting, sentence }) {
    return { setting: setting && this.#shown(setting), sentence: this.#spelled(sentence) };
  }

  #spelled(sentence) {
    return spelled(sentence, (name) => this.#shown(name));
  }

  /** Returns the name of a setting as its source writes it. */
  #shown(name) {
    const given = this.#entries.get(name)?.shown;
    return given ?? (isSetting(name) ? `${this.#prefix}${this.#spell(name)}` : name);
  }
}

/** Returns false for a variable that was not UTF-8: Node has put U+FFFD into it. */
const isUtf8 = (given) => typeof given !== "string" || (isText(given) && !given.includes("\u{fffd}"));

/** Returns true for the end of a variable that Kubernetes sets for a service, such as one called `session`. No setting has a port. */
const isOfKubernetes = (name) => name.endsWith("SERVICE_HOST") || name.split("_").includes("PORT");

/** Set by X11 session managers for the programs that they start. */
const X11_SESSION_MANAGER = "SESSION_MANAGER";
