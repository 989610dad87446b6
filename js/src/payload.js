// The payload of a session: a dictionary, or one value of a type (SPEC.md § 5.4, § 5.5).

import { Dictionary } from "./dictionary.js";

/** The value of a typed session, with its bytes and the schema that they have. */
class TypedValue {
  constructor(value, schema, bytes) {
    this.value = value;
    this.schema = schema;
    this.bytes = bytes;
  }

  get length() {
    return this.bytes.length;
  }
}

/** That of a new session. Each session has one of its own, because the application may change a value in place. */
export function emptyPayload(type) {
  return type === null ? new Dictionary() : new TypedValue(type.decode(type.empty), type.schema, type.empty);
}

export const typedPayload = (type, value) => new TypedValue(value, type.schema, type.encode(value));

/** Reads a payload. Returns null where it cannot be read. */
export function readPayload(type, schema, bytes) {
  try {
    if (type === null) return schema === 0 ? Dictionary.read(bytes) : null;
    return new TypedValue(readTyped(type, schema, bytes), schema, bytes);
  } catch {
    return null;
  }
}

function readTyped(type, schema, bytes) {
  if (schema === type.schema) return type.decode(bytes);
  if (schema === 0 && bytes.length === 0) return type.decode(type.empty);
  return type.convert(schema, bytes);
}
