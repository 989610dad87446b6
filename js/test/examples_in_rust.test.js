// Examples of a type, by which a program in each language finds out whether both have the same type. The Rust side is proof/interop.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as t from "../src/struct.js";
import { readExamples, writeExamples } from "../src/testing.js";
import { Every, FIELDS, firstOf, memberOf, typeOf } from "./every.js";
import { ask } from "./rust.js";

const NAMES = Object.keys(FIELDS);

const inRust = (label, json) => ask({ examples: { label, json } });

test("programs with the same types agree, in both directions", async () => {
  const every = t.sessionType({ label: "every", schema: 1, shape: Every, empty: firstOf(Every) });
  for (const [type, shape] of [[every, Every], [typeOf(memberOf()), memberOf()]]) {
    const json = writeExamples(type, shape);
    const { written, refused } = await inRust(type.label, json);
    assert.equal(refused, null);
    const values = readExamples(type, json);
    assert.deepEqual(readExamples(type, writeExamples(type, values)), values);
    assert.deepEqual(readExamples(type, written).length, type === every ? 1 : 3);
    assert.equal((await inRust(type.label, writeExamples(type, values))).refused, null);
  }
});

const swap = (a, b) => NAMES.map((name) => ({ [a]: b, [b]: a })[name] ?? name);
const role = (alternatives) => memberOf({ role: t.oneOf(alternatives) });

/** How a description differs from `Member`, and whether the examples of Rust show it too: it has no wider values to write. */
const OTHERS = [
  ["two fields are swapped", memberOf({}, swap("user", "epoch")), true],
  ["two fields that are far apart are swapped", memberOf({}, swap("user", "small")), true],
  ["two roles are swapped", role({ Admin: null, Member: null, Guest: t.u32 }), true],
  ["a role is missing", role({ Member: null, Guest: t.u32 }), true],
  ["the last role is missing", role({ Member: null, Admin: null }), true],
  ["there is one more role", role({ Member: null, Admin: null, Guest: t.u32, Owner: null }), false],
  ["a role has no data", role({ Member: null, Admin: null, Guest: null }), true],
  ["a role has another name", role({ Member: null, Owner: null, Guest: t.u32 }), true],
  ["a field is forgotten", memberOf({}, NAMES.filter((name) => name !== "epoch")), true],
  ["an option is forgotten", memberOf({}, NAMES.filter((name) => name !== "team")), true],
  ["the last field is forgotten", memberOf({}, NAMES.slice(0, -1)), true],
  ["there is one more field", t.struct({ ...FIELDS, more: t.u8 }), true],
  ["a field has another name", t.struct({ id: t.u53, ...Object.fromEntries(Object.entries(FIELDS).slice(1)) }), true],
  ["an option is none", memberOf({ team: t.u16 }), true],
  ["a field is an option", memberOf({ small: t.option(t.u8) }), true],
  ["a number is narrower", memberOf({ epoch: t.u16 }), true],
  ["a number is wider", memberOf({ epoch: t.u53 }), false],
  ["a number of 64 bits is of 32", memberOf({ user: t.u32 }), false],
  ["a number of 64 bits is of 128", memberOf({ user: t.u128 }), false],
  ["a byte is a number of 16 bits", memberOf({ small: t.u16 }), true],
  ["a number of 16 bits is a byte", memberOf({ team: t.option(t.u8) }), true],
  ["a number has a sign", memberOf({ epoch: t.i32 }), true],
  ["a number is a float", memberOf({ epoch: t.f32 }), true],
  ["a text is bytes", memberOf({ name: t.bytes }), true],
  ["a text is a character", memberOf({ name: t.char }), true],
  ["a text is a list", memberOf({ name: t.list(t.u8) }), true],
];

for (const [difference, shape, isSeenHere] of OTHERS) {
  test(`examples show it if ${difference}`, async () => {
    const type = typeOf(shape);
    const { written, refused } = await inRust("member", writeExamples(type, shape));
    assert.ok(refused, "Rust reads the examples");
    assert.doesNotMatch(refused, /expected value|trailing/);
    if (isSeenHere) assert.throws(() => readExamples(type, written), { message: /^type `member` differs from that of the examples:\n {2}\d: / });
    else assert.equal(readExamples(type, written).length, 3);
  });
}

test("label and schema are compared", async () => {
  const shape = memberOf();
  for (const [type, told] of [[typeOf(shape, { label: "Member" }), "`Member`, schema 2"], [typeOf(shape, { schema: 1 }), "`member`, schema 1"]]) {
    const json = writeExamples(type, shape);
    const { written, refused } = await inRust("member", json);
    assert.ok(refused.startsWith(`examples are of ${told}, and this type is \`member\`, schema 2`), refused);
    assert.throws(() => readExamples(type, written), { message: `examples are of \`member\`, schema 2, and this type is ${told}` });
  }
});
