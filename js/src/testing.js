// Examples of a session's type, with which programs in two languages compare their types (docs/typed-sessions.md).
//
// A file of examples is a list: the label, the schema, the examples, each with a name, its bytes and its value, and at last bytes that
// are not a value, each with a name.

import { equal } from "./base/bytes.js";
import { ConfigError } from "./base/errors.js";
import { isBytes, isMap } from "./base/plain.js";
import { bool, bytes, char, i128, i16, i32, i53, i64, list, map, oneOf, option, struct, text, tuple } from "./struct.js";
import { u128, u16, u32, u53, u64, u8, unit } from "./struct.js";

export function writeExamples(type, source, toJson = (value) => value) {
  const given = (value, i) => ({ path: `${i + 1}`, shape: type, value });
  const all = Array.isArray(source) ? source.map(given) : [...examplesOf(source)];
  const lines = (isOther) =>
    all.filter((example) => !!example.isOther === isOther).map(({ path, shape, value }) => {
      const encoded = [...shape.encode(value)];
      return jsonOf(isOther ? [path, encoded] : [path, encoded, toJson(value)]);
    });
  return `[${jsonOf(type.label)}, ${type.schema}, ${listOf(lines(false))}, ${listOf(lines(true))}]\n`;
}

const listOf = (lines) => (lines.length === 0 ? "[]" : `[\n${lines.join(",\n")}\n]`);

export function readExamples(type, written, toJson = (value) => value) {
  const [label, schema, examples, others] = JSON.parse(written);
  const isSame = label === type.label && schema === type.schema;
  if (!isSame) throw new Error(`examples are of \`${label}\`, schema ${schema}, and this type is \`${type.label}\`, schema ${type.schema}`);
  const results = examples.map(([name, given, json]) => readExample(type, name, Uint8Array.from(given), json, toJson));
  const isRead = ([, given]) => valueOf(type, Uint8Array.from(given)) !== undefined;
  const accepted = others.filter(isRead).map(([name]) => `${name}: a value of this type, and not of that of the examples`);
  const differences = [...results.flatMap(({ difference }) => difference ?? []), ...accepted];
  if (differences.length > 0) throw new Error(`type \`${label}\` differs from that of the examples:\n  ${differences.join("\n  ")}`);
  return results.map(({ value }) => value);
}

function readExample(type, name, given, json, toJson) {
  const value = valueOf(type, given);
  if (value === undefined) return { difference: `${name}: the bytes are not a value of this type` };
  const difference = differenceOf(toJson(value), json, "");
  if (difference !== null) return { difference: `${name}: ${difference}` };
  return equal(type.encode(value), given) ? { value } : { difference: `${name}: this type writes other bytes for its value` };
}

function valueOf(type, given) {
  try {
    return type.decode(given);
  } catch {
    return undefined;
  }
}

/** Returns the first difference between a value and its JSON, or null. Compares as numbers, because JSON rounds integers above 2^53. */
function differenceOf(value, json, path) {
  const isNumber = typeof json === "number" && ["number", "bigint"].includes(typeof value);
  if (isNumber && (Number(value) === json || value === Math.fround(json))) return null;
  const parts = partsOf(value);
  const isOther = parts === null || json === null || typeof json !== "object" || Array.isArray(json) !== Array.isArray(parts);
  const said = JSON.stringify(json);
  if (isOther) return value === json ? null : `${path || "it"} is ${jsonOf(value)} in this type, and ${said} in the examples`;
  const missing = Object.keys(json).find((name) => !Object.hasOwn(parts, name));
  if (missing !== undefined) return `${path}${path && "."}${missing} is missing in this type`;
  for (const [name, part] of Object.entries(parts)) {
    const at = `${path}${path && "."}${name}`;
    const difference = Object.hasOwn(json, name) ? differenceOf(part, json[name], at) : `${at} is missing in the examples`;
    if (difference !== null) return difference;
  }
  return null;
}

/** Returns the parts of a value as JSON has them, or null for a value without parts. */
function partsOf(value) {
  if (isBytes(value)) return [...value];
  if (isMap(value)) return Object.fromEntries([...value].map(([name, part]) => [String(name), part]));
  return typeof value === "object" ? value : null;
}

/** Formats a value as JSON. `JSON.stringify` would throw for a BigInt, of which Rust reads any size. */
function jsonOf(value) {
  if (typeof value === "bigint") return String(value);
  const parts = partsOf(value);
  if (parts === null) return JSON.stringify(value);
  if (Array.isArray(parts)) return `[${parts.map(jsonOf).join(",")}]`;
  return `{${Object.entries(parts).map(([name, part]) => `${JSON.stringify(name)}:${jsonOf(part)}`).join(",")}}`;
}

/** Yields a value of a description, and values that differ from it in one part. `isOther`: the value belongs only to a wider `shape`. */
function* examplesOf(shape) {
  let count = 0;
  const value = plainOf(shape, () => ++count);
  yield { path: "plain", shape, value };
  for (const variant of variantsOf(shape, value)) yield { ...variant, path: variant.path.slice(1) };
}

/** Returns a value in which parts of the same type differ, so that swapped parts are noticed. `next` counts them. */
function plainOf(shape, next) {
  const { parts } = shape;
  if (!parts) throw new ConfigError("type", "examples of a `shape` of your own are values; give a list of them");
  const of = (part) => plainOf(part, next);
  if (parts.struct) return Object.fromEntries(Object.entries(parts.struct).map(([name, field]) => [name, of(field)]));
  if (parts.tuple) return parts.tuple.map(of);
  if (parts.list) return [of(parts.list), of(parts.list)];
  if (parts.map) return new Map([parts.map.map(of)]);
  if (parts.option) return of(parts.option);
  if (parts.oneOf) return alternative(Object.entries(parts.oneOf)[0], of);
  if (parts.integer) return typeof parts.integer[0] === "bigint" ? BigInt(next()) : next() % 127;
  if (parts.float) return next() + 0.5;
  if (shape === text) return `text ${next()}`;
  if (shape === char) return String.fromCodePoint(0x40 + (next() % 26));
  if (shape === bytes) return Uint8Array.of(next() % 256, 255);
  return shape === unit ? null : false;
}

const alternative = ([name, data], of) => (data ? { [name]: of(data) } : name);

/** Yields values that differ from `value` in one part, each with its path, and those that only a wider shape has. */
function* variantsOf(shape, value) {
  const { parts } = shape;
  const inside = function* (part, inner, path, around, holding) {
    for (const it of variantsOf(part, inner)) yield { ...it, path: path + it.path, shape: around(it.shape), value: holding(it.value) };
  };
  const here = (value, more = {}) => ({ path: ` = ${jsonOf(value)}`, shape, value, ...more });
  if (parts.struct) {
    for (const [name, field] of Object.entries(parts.struct)) {
      yield* inside(field, value[name], `.${name}`, (it) => struct({ ...parts.struct, [name]: it }), (it) => ({ ...value, [name]: it }));
    }
  } else if (parts.tuple) {
    for (const [i, item] of parts.tuple.entries()) {
      yield* inside(item, value[i], `.${i}`, (it) => tuple(...parts.tuple.with(i, it)), (it) => value.with(i, it));
    }
  } else if (parts.list) {
    yield here([]);
    yield* inside(parts.list, value[0], ".0", list, (it) => value.with(0, it));
  } else if (parts.map) {
    const [[name, of], [key, inner]] = [parts.map, [...value][0]];
    yield here(new Map());
    yield* inside(name, key, ".key", (it) => map(it, of), (it) => new Map([[it, inner]]));
    yield* inside(of, inner, ".value", (it) => map(name, it), (it) => new Map([[key, it]]));
  } else if (parts.option) {
    yield here(null);
    yield* inside(parts.option, value, "", option, (it) => it);
  } else if (parts.oneOf) {
    yield* alternativesOf(parts.oneOf, here, inside);
  } else if (parts.integer) {
    for (const bound of parts.integer) yield here(bound);
    const wider = WIDER.get(shape);
    const beyond = typeof parts.integer[1] === "bigint" ? parts.integer[1] + 1n : parts.integer[1] + 1;
    if (wider) yield here(beyond, { shape: wider, isOther: true });
  } else if (parts.float) {
    yield here(-0.25);
  } else if (shape === bool) {
    yield here(true);
  } else if (shape === text) {
    yield here("é");
  } else if (shape === char) {
    yield here("é");
    yield here("abcde", { shape: text, isOther: true });
  } else if (shape === bytes) {
    yield here(new Uint8Array());
  }
}

function* alternativesOf(alternatives, here, inside) {
  let count = 0;
  for (const entry of Object.entries(alternatives)) {
    const [name, data] = entry;
    const value = alternative(entry, (data) => plainOf(data, () => ++count));
    yield here(value);
    if (data) yield* inside(data, value[name], `.${name}`, (it) => oneOf({ ...alternatives, [name]: it }), (it) => ({ [name]: it }));
  }
  // Zeros are valid data of most types, so one of these numbers of zeros reveals an alternative that only Rust has.
  const another = `${Object.keys(alternatives).join("")}…`;
  for (let zeros = 0; zeros <= MOST_ZEROS; zeros++) {
    const data = tuple(...Array.from({ length: zeros }, () => u8));
    const shape = oneOf({ ...alternatives, [another]: data });
    yield here({ [another]: data.empty() }, { path: ` = one more, with ${zeros} bytes`, shape, isOther: true });
  }
}

const MOST_ZEROS = 8;

/** Descriptions with the same bytes and a greater bound. Integers of 8 bits have none, because their bytes differ. */
const WIDER = new Map([[u16, u53], [u32, u53], [u64, u128], [i16, i53], [i32, i53], [i64, i128]]);
