// Typed sessions, which hold one value (SPEC.md § 5.5). index.d.ts has the contracts.

import { U32, equal } from "../format/base/bytes.js";
import { INVALID, ConfigError, SessionError, ensure } from "../format/base/errors.js";
import { refuseUnknown } from "../base/remedies.js";
import { freeze, isBytes } from "../format/base/plain.js";
import { checkSize } from "../state/fit.js";
import { refusePromise } from "../format/bytes/msgpack.js";
import { BaseSession, refuseInside, stateOf, updated } from "./session.js";

export function sessionType(type) {
  const refuse = (sentence) => {
    throw new ConfigError("type", sentence);
  };
  const { label, schema, shape, empty: _, convert, ...unknown } = type;
  refuseUnknown(unknown, " of a type");
  if (typeof label !== "string") refuse("`label` must be a string, which keeps the sessions of two types apart");
  if (!Number.isInteger(schema) || schema < 1 || schema > U32) refuse("`schema` must be a whole number from 1 to 4,294,967,295");
  if (typeof shape?.encode !== "function" || typeof shape.decode !== "function") {
    refuse("`shape` must be a description, or an object with the functions `encode` and `decode`");
  }
  if (!("empty" in type) && typeof shape.empty !== "function") refuse("`empty` is missing; give the value of a new session");
  // Otherwise no session of an earlier schema would be read.
  if (convert !== undefined && typeof convert !== "function") refuse("`convert` must be a function");
  try {
    return new SessionType(type);
  } catch (error) {
    return refuse(`\`empty\` cannot be stored: ${error?.message}`);
  }
}

class TypedSession extends BaseSession {
  get value() {
    return stateOf(this).touch().payload.value;
  }

  set value(value) {
    const state = stateOf(this).change();
    const { payload, contentLength } = state;
    const next = payload.with(value);
    const isSame = next.schema === payload.schema && equal(next.bytes, payload.bytes);
    if (!isSame) checkSize(state, contentLength - payload.length + next.length);
    state.payload = next;
  }

  update(change) {
    const state = stateOf(this).touch();
    const { payload } = state;
    const copy = payload.copy();
    const changed = change(copy);
    if (!equal(state.payload.bytes, payload.bytes)) refuseInside();
    this.value = updated(changed, copy);
    return this;
  }

  // Methods of a dictionary, for those who expect one

  get get() {
    return refuseEntries();
  }

  get has() {
    return refuseEntries();
  }

  get keys() {
    return refuseEntries();
  }

  get entries() {
    return refuseEntries();
  }

  get size() {
    return refuseEntries();
  }

  get set() {
    return refuseEntries();
  }

  get delete() {
    return refuseEntries();
  }
}

function refuseEntries() {
  throw new TypeError("a session with a type has no entries; use `value`");
}

/** The type of a session. Copies all bytes that `shape` gets or returns, so that `shape` may keep or reuse them. */
class SessionType {
  Handle = TypedSession;
  #shape;
  #convert;
  #empty;

  constructor({ label, schema, shape, empty = shape.empty(), convert }) {
    this.label = label;
    this.schema = schema;
    this.#shape = shape;
    this.#convert = convert;
    this.#empty = this.payloadOf(empty).bytes;
  }

  checkRoom(budget) {
    const sentence = `no room for the \`empty\` value of the type; raise \`${budget.setting}\``;
    ensure(this.#empty.length <= budget.room, budget.setting, sentence);
  }

  /** Returns the payload of a new session. */
  empty() {
    return new TypedValue(this, this.schema, this.#empty);
  }

  /** Reads a payload. Throws if this program cannot read it. */
  read(schema, bytes) {
    const form = this.#formOf(schema, bytes);
    return new TypedValue(this, schema, bytes, form, this.decode(form));
  }

  /** Converts a dictionary to a payload of this type. Throws if `convert` cannot. */
  adopt(dictionary) {
    return this.#formOf(0, dictionary);
  }

  /** Returns the bytes of a payload in the current schema. */
  #formOf(schema, bytes) {
    if (schema === this.schema) return bytes;
    if (schema === 0 && bytes.length === 0) return this.#empty;
    return this.payloadOf(aValue(this.#convert?.(schema, new Uint8Array(bytes)) ?? undefined)).bytes;
  }

  /**
   * Encodes a value, and decodes it again as the next request does. A codec that loses something is an error now, and not then.
   * Compares bytes, because values of other classes have no equality.
   */
  payloadOf(value) {
    const bytes = this.encode(value);
    try {
      const decoded = this.decode(bytes);
      ensure(equal(this.encode(decoded), bytes), "value", "it returned another value");
      return new TypedValue(this, this.schema, bytes, bytes, decoded);
    } catch (error) {
      throw new SessionError("value", `\`shape\` does not decode what it encodes: ${error?.message ?? "it returned no value"}`);
    }
  }

  isEmpty({ schema, bytes }) {
    return schema === this.schema && equal(bytes, this.#empty);
  }

  encode(value) {
    // A codec of JSON would encode a promise as an empty object, without an error.
    refusePromise(value);
    const bytes = this.#shape.encode(value);
    if (!isBytes(bytes)) throw new SessionError("value", "`encode` must return a Uint8Array");
    return new Uint8Array(bytes);
  }

  decode(bytes) {
    return aValue(this.#shape.decode(new Uint8Array(bytes)));
  }
}

/** Throws `INVALID` unless a codec returned a value. A codec cannot be asynchronous. */
function aValue(value) {
  if (value === undefined || typeof value?.then === "function") throw INVALID;
  return value;
}

/** The payload of a typed session: its bytes and their schema. `form`: its bytes in the current schema. */
class TypedValue {
  #type;
  #form;
  /** The value, or null if it has to be decoded at each use because it cannot be frozen. */
  #value;

  constructor(type, schema, bytes, form = bytes, value = null) {
    this.#type = type;
    this.schema = schema;
    this.bytes = bytes;
    this.#form = form;
    this.#value = value;
  }

  get length() {
    return this.bytes.length;
  }

  get isEmpty() {
    return this.#type.isEmpty(this);
  }

  /** Returns a payload with another value. */
  with(value) {
    return this.#type.payloadOf(value);
  }

  /** Returns a value that cannot be changed: frozen data, or a copy of bytes and instances of classes. */
  get value() {
    const value = this.#value ?? this.copy();
    this.#value = freeze(value) ? value : null;
    return value;
  }

  /** Returns a copy of the value, which may be changed. */
  copy() {
    return this.#type.decode(this.#form);
  }
}
