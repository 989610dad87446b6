// Typed sessions, which hold one value (SPEC.md § 5.5).

import { U32, equal } from "../base/bytes.js";
import { INVALID, ConfigError, SessionError, ensure } from "../base/errors.js";
import { freeze, isBytes } from "../base/plain.js";
import { BaseSession, refuseInside, stateOf } from "./session.js";

/**
 * The type of a session, for the option `type`. `label` and `schema` are `SessionData::LABEL` and `SCHEMA` of the type in
 * Rust. `shape` is a description, or a codec of your own: an object with `encode(value)` and `decode(bytes)`. `empty` is the
 * value of a new session: by default the one that Rust's derived `Default` makes. `convert(schema, bytes)` reads a payload of another
 * schema, 0 for a dictionary, and returns undefined if it cannot.
 */
export function sessionType(type) {
  const refuse = (sentence) => {
    throw new ConfigError("type", sentence);
  };
  const { label, schema, shape } = type;
  if (typeof label !== "string") refuse("`label` is a text, which keeps the sessions of two types apart");
  if (!Number.isInteger(schema) || schema < 1 || schema > U32) refuse("`schema` is a whole number from 1 to 4,294,967,295");
  if (typeof shape?.encode !== "function" || typeof shape.decode !== "function") {
    refuse("`shape` is a description, or an object with the functions `encode` and `decode`");
  }
  if (!("empty" in type) && typeof shape.empty !== "function") refuse("`empty` is the value of a new session");
  try {
    return new SessionType(type);
  } catch (error) {
    return refuse(`\`empty\` cannot be stored: ${error?.message}`);
  }
}

/** A session of one value. */
class TypedSession extends BaseSession {
  /** It cannot be changed; call `update`, or store another. */
  get value() {
    return stateOf(this).touch().payload.value;
  }

  set value(value) {
    const state = stateOf(this).change();
    const { payload, contentLength } = state;
    const next = payload.with(value);
    const isSame = next.schema === payload.schema && equal(next.bytes, payload.bytes);
    if (!isSame) state.checkSize(contentLength - payload.length + next.length);
    state.payload = next;
  }

  /** Changes a copy of the value in place, or stores what `change` returns. */
  update(change) {
    const state = stateOf(this).touch();
    const { payload } = state;
    const copy = payload.copy();
    const changed = change(copy);
    if (!equal(state.payload.bytes, payload.bytes)) refuseInside();
    this.value = changed === undefined ? copy : changed;
    return this;
  }

  // What a dictionary has

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
  throw new TypeError("session has a type, without entries; use `value`");
}

/** A codec. Copies the bytes that it gives and gets, so the shape may keep or reuse them. */
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

  checkRoom(room) {
    ensure(this.#empty.length <= room, "size", "no room for the `empty` value of the type; use a larger `size`");
  }

  /** The payload of a new session. */
  empty() {
    return new TypedValue(this, this.schema, this.#empty);
  }

  /** Reads a payload. Throws if it cannot be read. */
  read(schema, bytes) {
    const form = this.#formOf(schema, bytes);
    return new TypedValue(this, schema, bytes, form, this.decode(form));
  }

  /** The payload of a session that was a dictionary. Throws if it has no value. */
  adopt(dictionary) {
    return this.#formOf(0, dictionary);
  }

  /** The bytes of a payload's value in the current schema. */
  #formOf(schema, bytes) {
    if (schema === this.schema) return bytes;
    if (schema === 0 && bytes.length === 0) return this.#empty;
    return this.payloadOf(aValue(this.#convert?.(schema, new Uint8Array(bytes)) ?? undefined)).bytes;
  }

  /** The payload of a value, as the next request reads it. Values of any class have no equality, so their bytes are compared. */
  payloadOf(value) {
    const bytes = this.encode(value);
    try {
      const read = this.decode(bytes);
      ensure(equal(this.encode(read), bytes), "value", "it gave another value");
      return new TypedValue(this, this.schema, bytes, bytes, read);
    } catch (error) {
      throw new SessionError("value", `\`shape\` does not decode what it encodes: ${error?.message ?? "it gave no value"}`);
    }
  }

  isEmpty({ schema, bytes }) {
    return schema === this.schema && equal(bytes, this.#empty);
  }

  encode(value) {
    // JSON would make an empty object of it.
    if (typeof value?.then === "function") throw new SessionError("value", "a promise cannot be stored; await it before");
    const bytes = this.#shape.encode(value);
    if (!isBytes(bytes)) throw new SessionError("value", "`encode` gave no Uint8Array");
    return new Uint8Array(bytes);
  }

  decode(bytes) {
    return aValue(this.#shape.decode(new Uint8Array(bytes)));
  }
}

/** A codec cannot be asynchronous. */
function aValue(value) {
  if (value === undefined || typeof value?.then === "function") throw INVALID;
  return value;
}

/** The value of a typed session: its bytes, and the schema that they have. `form`: its bytes in the current schema. */
class TypedValue {
  #type;
  #form;
  /** The value, if it is known. */
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

  /** The payload with another value in place of this one. */
  with(value) {
    return this.#type.payloadOf(value);
  }

  /** A value that cannot be changed; of bytes and instances of classes, a copy. */
  get value() {
    const value = this.#value ?? this.copy();
    this.#value = freeze(value) ? value : null;
    return value;
  }

  /** A value that may be changed. */
  copy() {
    return this.#type.decode(this.#form);
  }
}
