// Types of proof/interop: one with every kind of field, and one of a few.

import * as t from "../src/struct.js";

/** `Every` of proof/interop. */
export const Every = t.struct({
  bool: t.bool,
  small: t.tuple(t.u8, t.i8),
  numbers: t.tuple(t.u16, t.u32, t.u64, t.u128),
  signed: t.tuple(t.i16, t.i32, t.i64, t.i128),
  floats: t.tuple(t.f32, t.f64),
  char: t.char,
  text: t.text,
  bytes: t.bytes,
  option: t.option(t.u53),
  nested: t.option(t.option(t.bool)),
  list: t.list(t.text),
  array: t.tuple(t.u16, t.u16, t.u16),
  texts: t.map(t.text, t.i53),
  keyed: t.map(t.i32, t.option(t.bool)),
  unit: t.unit,
  kind: t.oneOf({ Guest: null, Member: t.struct({ since: t.u32 }), Pair: t.tuple(t.u8, t.text), Id: t.u64 }),
  inner: t.list(t.struct({ id: t.u32, name: t.option(t.text) })),
  wrapped: t.u32,
});

/** `Member` of proof/interop, with some of its fields described otherwise, in this order. */
export const memberOf = (changes = {}, order = Object.keys(FIELDS)) => {
  const fields = { ...FIELDS, ...changes };
  return t.struct(Object.fromEntries(order.map((name) => [name, fields[name]])));
};
export const FIELDS = {
  user: t.u53,
  epoch: t.u32,
  role: t.oneOf({ Member: null, Admin: null, Guest: t.u32 }),
  team: t.option(t.u16),
  small: t.u8,
  name: t.text,
};
export const typeOf = (shape, more = {}) => t.sessionType({ label: "member", schema: 2, shape, empty: firstOf(shape), ...more });

/** The value of Rust's `Default`, as far as a description has one. */
export function firstOf({ parts, empty }) {
  if (parts.struct) return Object.fromEntries(Object.entries(parts.struct).map(([name, field]) => [name, firstOf(field)]));
  if (!parts.oneOf) return empty();
  const [name, data] = Object.entries(parts.oneOf)[0];
  return data ? { [name]: firstOf(data) } : name;
}
