// Examples of a type as they are written, and what is told of those that differ.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as t from "../src/struct.js";
import { readExamples, writeExamples } from "../src/testing.js";
import { firstOf, memberOf, typeOf } from "./every.js";

test("a description that Rust's type is wider than is shown by what it refuses", async () => {
  const wide = t.struct({ a: t.option(t.u16), b: t.list(t.u64), c: t.map(t.i16, t.char), d: t.tuple(t.i32, t.i64), e: t.oneOf({ A: t.u32, B: null }) });
  const json = writeExamples(typeOf(wide), wide);
  const others = JSON.parse(json)[3].map(([name]) => name);
  const more = Array.from({ length: 9 }, (_, zeros) => `e = one more, with ${zeros} bytes`);
  assert.deepEqual(others, ["a = 65536", "b.0 = 18446744073709551616", "c.key = 32768", 'c.value = "abcde"', "d.0 = 2147483648", "d.1 = 9223372036854775808", "e.A = 4294967296", ...more]);
  const wider = t.struct({ ...wide.parts.struct, a: t.option(t.u32), c: t.map(t.i32, t.char), e: t.oneOf({ A: t.u32, B: null, C: null }) });
  assert.throws(() => readExamples(typeOf(wider), json), {
    message: "type `member` differs from that of the examples:\n  a = 65536: a value of this type, and not of that of the examples\n  c.key = 32768: a value of this type, and not of that of the examples\n  e = one more, with 0 bytes: a value of this type, and not of that of the examples",
  });
});

test("examples of a description have each part as it can be", () => {
  const names = (shape) => JSON.parse(writeExamples(typeOf(shape), shape))[2].map(([name]) => name);
  assert.deepEqual(names(memberOf()), [
    ...["plain", "user = 0", "user = 9007199254740991", "epoch = 0", "epoch = 4294967295"],
    ...['role = "Member"', 'role = "Admin"', 'role = {"Guest":1}', "role.Guest = 0", "role.Guest = 4294967295"],
    ...["team = null", "team = 0", "team = 65535", "small = 0", "small = 255", 'name = "é"'],
  ]);
  const others = t.struct({ a: t.i8, b: t.bool, c: t.list(t.f32), d: t.map(t.text, t.bytes), e: t.char, f: t.unit, g: t.tuple(t.i128) });
  assert.deepEqual(names(others), [
    ...["plain", "a = -128", "a = 127", "b = true", "c = []", "c.0 = -0.25", "d = {}", 'd.key = "é"', "d.value = []", 'e = "é"'],
    ...[`g.0 = ${-(2n ** 127n)}`, `g.0 = ${2n ** 127n - 1n}`],
  ]);
});

test("a difference is named by its place", () => {
  const type = typeOf(memberOf());
  const json = writeExamples(type, [{ ...firstOf(memberOf()), role: { Guest: 7 } }]);
  for (const [from, to, told] of [
    ['"Guest":7', '"Guest":8', "role.Guest is 7 in this type, and 8 in the examples"],
    ['{"Guest":7}', '"Admin"', 'role is {"Guest":7} in this type, and "Admin" in the examples'],
    ['"epoch":0,', "", "epoch is missing in the examples"],
    ['"epoch":0,', '"epoch":0,"more":0,', "more is missing in this type"],
    ['"name":""', '"name":null', 'name is "" in this type, and null in the examples'],
    ["[0,0,2,7,0,0,0]", "[0,0,2,7,0,0]", "the bytes are not a value of this type"],
    ["[0,0,2,7,0,0,0]", "[0,0,2,135,0,0,0,0]", "this type writes other bytes for its value"],
  ]) {
    assert.ok(json.includes(from), json);
    assert.throws(() => readExamples(type, json.replace(from, to)), { message: `type \`member\` differs from that of the examples:\n  1: ${told}` });
  }
});

test("a value that is something else in Rust's JSON is translated, and a shape of one's own is given by values", () => {
  const shape = t.struct({ id: t.tuple(...Array.from({ length: 4 }, () => t.u8)), big: t.u64, rounded: t.f32, many: t.map(t.u8, t.bool) });
  const type = typeOf(shape);
  const toJson = ({ id, ...value }) => ({ id: id.join("."), ...value });
  const value = { id: [127, 0, 0, 1], big: 2n ** 63n + 1n, rounded: Math.fround(0.1), many: new Map([[7, true], [9, false]]) };
  const json = writeExamples(type, [value], toJson);
  assert.match(json, /\{"id":"127\.0\.0\.1","big":9223372036854775809,"rounded":0\.1\d+,"many":\{"7":true,"9":false\}\}/);
  assert.deepEqual(readExamples(type, json.replace(/0\.1\d+/, "0.1"), toJson), [value]);
  assert.throws(() => readExamples(type, json), /id is \[127,0,0,1\] in this type, and "127\.0\.0\.1" in the examples/);
  const own = { encode: (text) => new TextEncoder().encode(text), decode: (bytes) => new TextDecoder().decode(bytes), empty: () => "" };
  const ofText = t.sessionType({ label: "own", schema: 1, shape: own });
  assert.deepEqual(readExamples(ofText, writeExamples(ofText, ["a", "b"])), ["a", "b"]);
  assert.throws(() => writeExamples(ofText, own), { name: "ConfigError", code: "type" });
});
