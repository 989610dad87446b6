// What the runners of all vectors share.

import { purposeBytes } from "../../src/format/keys/purpose.js";
import { SessionError } from "../../src/format/base/errors.js";
import { headerLabel } from "../../src/carrier/header.js";
import { tokenLabel } from "../../src/carrier/token.js";
import { padme } from "../../src/state/padding.js";
import { revalidation, revocation } from "../../src/session/revalidation.js";
import { sessionType } from "../../src/session/typed.js";

/** `JSON.parse`, with integers beyond 2^53 as BigInts. */
export function parse(text) {
  const marked = text.replace(/([:[,]\s*)(-?\d{16,})(?=\s*[,\]}])/g, '$1"bigint:$2"');
  const revive = (_, value) => {
    if (typeof value !== "string" || !value.startsWith("bigint:")) return value;
    const big = BigInt(value.slice(7));
    return Number.isSafeInteger(Number(big)) ? Number(big) : big;
  };
  return JSON.parse(marked, revive);
}

export function equal(found, expected, what = "result") {
  const told = (value) => JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? `${inner}n` : inner));
  if (told(found) !== told(expected)) throw new Error(`${what}: found ${told(found)}, expected ${told(expected)}`);
}

/** Refuses fields that a runner does not know. */
export function know(vector, fields) {
  const unknown = Object.keys(vector).filter((field) => !fields.includes(field));
  if (unknown.length > 0) throw new Error(`no runner knows the fields ${unknown}`);
}

export async function errorOf(work) {
  try {
    await work();
  } catch (error) {
    return error.code ?? error.reason ?? `${error}`;
  }
  return null;
}

/** Whether a configuration is accepted. What is no mistake in it is thrown. */
export async function isAccepted(configure) {
  try {
    await configure();
    return true;
  } catch (error) {
    if (error.name !== "ConfigError") throw error;
    return false;
  }
}

export const bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
export const binary = (text) => Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");

export function nameOf({ kind, name }) {
  if (kind === "cookie") return name;
  return kind === "header" ? headerLabel(name) : tokenLabel(name);
}

/** `prefix`: that of a token of a device. */
export const purposeOf = ({ purpose, application, type_label }, prefix = "") =>
  purposeBytes(prefix + nameOf(purpose), application, type_label);

/** The settings of a vector, but for those of its carrier. */
export const optionsOf = ({ application, context = [] }, policy = {}, validate = undefined) =>
  given({ ...rulesOf(policy, validate), application, context, log: null });

/** The option `padding`. */
export const paddingOf = (word = "none") => ({ none: null, padme })[word];

const POLICY =
  "idle absolute remember_up_to remembered_idle skew not_before refresh_after revalidate_after unvalidated_up_to revoked persistent".split(" ");

/** The rules of a vector's sessions. `persistent` is for cookies alone. */
export function rulesOf(policy, validate) {
  know(policy, POLICY);
  return given({
    idleTimeout: policy.idle,
    absoluteTimeout: policy.absolute,
    rememberUpTo: policy.remember_up_to,
    rememberedIdleTimeout: policy.remembered_idle,
    clockSkew: policy.skew,
    notBefore: policy.not_before ? new Date(policy.not_before * 1000) : undefined,
    refreshAfter: policy.refresh_after,
    revalidateAfter: revalidationOf(policy, validate),
    revokedIf: policy.revoked && revocation(revokedIf(policy.revoked)),
  });
}

/** `validate` is that of the application. */
function revalidationOf({ revalidate_after: seconds, unvalidated_up_to: unvalidatedUpTo }, validate = () => true) {
  if (seconds === undefined && unvalidatedUpTo === undefined) return undefined;
  return revalidation({ seconds, validate, unvalidatedUpTo });
}

function revokedIf(revoked) {
  if (Array.isArray(revoked)) return ({ id }) => revoked.includes(id);
  equal(revoked, "fails");
  return () => {
    throw new Error("no answer");
  };
}

/** Removes what is undefined, which means the default. */
export const given = (options) => Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** The type of the vectors, in postcard. */
export const visitsType = (type) => sessionType({ ...type, empty: { visits: 0, name: "" }, shape: VISITS });

export const VISITS = {
  encode: ({ visits, name }) => {
    if (visits > 0xffff_ffff) throw new SessionError("value", "a number of more than 32 bits");
    const text = new TextEncoder().encode(name);
    return Uint8Array.from([...leb(visits), ...leb(text.length), ...text]);
  },
  decode: (payload) => {
    let at = 0;
    const number = (most) => {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        if (at >= payload.length || shift >= BigInt(Math.ceil(most / 7) * 7)) throw new Error("cut off");
        const byte = BigInt(payload[at++]);
        value |= (byte & 0x7fn) << shift;
        if (byte < 0x80n) break;
      }
      if (value >> BigInt(most)) throw new Error("too large");
      return Number(value);
    };
    const visits = number(32);
    const end = number(64) + at;
    if (end !== payload.length) throw new Error("bytes are missing or left");
    return { visits, name: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(payload.subarray(at)) };
  },
};

function leb(value) {
  const encoded = [];
  for (; value > 127; value = Math.floor(value / 128)) encoded.push((value % 128) | 128);
  return [...encoded, value];
}
