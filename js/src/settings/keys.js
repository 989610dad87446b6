// The keys that settings name: from variables, files and the settings themselves.

import { fromUtf8 } from "../format/base/bytes.js";
import { MOST_SECONDS } from "../keys/followed_ring.js";
import { KeyRing } from "../keys/key_ring.js";
import { NEW_KEY } from "../format/keys/key.js";
import { NO_KEYS } from "./mistakes.js";
import { escaped, plain, refuse } from "./sentences.js";

/**
 * Returns the ring of these sources. If `watch` is an interval, the ring follows its files. `env`: the environment. Throws a
 * `ConfigError` with the names of settings in braces.
 */
export async function ringOf({ mode, sources, watch }, env, /** @type {Record<string, any>} */ { skipXChaCha, log, metrics }) {
  if (sources.length === 0) refuse(NO_KEYS);
  const names = sources.map(nameOf);
  const read = () => Promise.all(sources.map((source, i) => textOf(source, names[i], env)));
  const options = { mode, skipXChaCha };
  try {
    if (watch === null) return await KeyRing.parse(await read(), options);
    // `follow` accepts at most a day. Asking more often than was set does no harm.
    const every = Math.min(Number(watch), MOST_SECONDS);
    return await KeyRing.follow(settled(sources, names, read), { ...options, every, log, metrics });
  } catch (error) {
    // The error of a source contains its name already.
    if (error.code === "settings") throw error;
    return refuse([names.filter(Boolean).join(", "), error.message].filter(Boolean).map(plain).join(": "));
  }
}

/** Returns the name of a source, for errors. A key in place of a name was refused before. */
function nameOf({ variable, file }) {
  if (variable === undefined && file === undefined) return "";
  return variable === undefined ? `file ${file}` : `environment variable ${variable}`;
}

async function textOf({ text, variable, file }, name, env) {
  if (text !== undefined) return text;
  if (file !== undefined) return readFile(file, plain(name));
  const value = Object.hasOwn(Object(env), variable) ? env[variable] : undefined;
  return typeof value === "string" ? value : refuse(`${plain(name)} is not set; ${NEW_KEY}`);
}

async function readFile(path, name) {
  // `getBuiltinModule` hides the module from bundlers. In a Cloudflare worker, its files are those of the bundle, so it is not used.
  const isWorker = globalThis.navigator?.userAgent === "Cloudflare-Workers";
  const files = isWorker ? null : globalThis.process?.getBuiltinModule?.("node:fs/promises");
  if (!files) refuse(`${name} cannot be read, because there are no files here; give {keys_env} or {keys}`);
  let bytes;
  try {
    const found = await files.stat(path);
    if (!found.isFile()) refuse(`${name} is not a regular file, nor a link to one; \`KeyRing.follow\` reads other sources`);
    if (found.size > LARGEST_FILE) refuse(`${name} is larger than 1 MiB, expected keys`);
    bytes = await files.readFile(path);
  } catch (error) {
    if (error.code === "settings") throw error;
    // The rest of the message repeats the path.
    return refuse(`cannot read ${name}: ${plain(escaped(String(error.message).split(",")[0]))}`);
  }
  try {
    return fromUtf8(bytes);
  } catch {
    return refuse(`${name} is not UTF-8, expected keys`);
  }
}

/**
 * Returns a source that reads files while they may be written. It accepts a change only if two readings in a row agree and each file
 * ends with a line feed.
 */
function settled(sources, names, read) {
  let known;
  const readWhole = async () => {
    const texts = await read();
    const half = sources.findIndex(({ file }, i) => file !== undefined && texts[i] !== "" && !texts[i].endsWith("\n"));
    if (half >= 0) refuse(`${plain(names[half])} ${NO_LINE_FEED}`);
    return texts;
  };
  return async () => {
    const texts = await readWhole();
    const isSame = (others) => texts.every((text, i) => text === others[i]);
    if (known && !isSame(known)) {
      // Milliseconds, in which a push of small files is through.
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (!isSame(await readWhole())) refuse(`${plain(names.join(", "))} changed while it was read`);
    }
    known = texts;
    return texts;
  };
}

/** Bytes. A thousand keys take 135,000, so what is larger is another file, or a device that never ends. */
const LARGEST_FILE = 2 ** 20;
const NO_LINE_FEED = "does not end with a line feed, so it may be half written: restore it, or end it with one if it is whole";
