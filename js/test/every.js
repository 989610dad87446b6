// A type of proof/interop with every kind of field.

import * as t from "../src/struct.js";

export const FIELDS = {
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
};

/** `Every` of proof/interop. */
export const Every = t.struct(FIELDS);

/** The value of Rust's `Default`. */
export const emptyEvery = () => {
  const { kind, ...others } = FIELDS;
  return { ...t.struct(others).empty(), kind: "Guest" };
};
