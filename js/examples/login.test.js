// Compares a described type with Rust's, whose test has the same value and bytes. Parts of one type differ, so that a swap fails.

import assert from "node:assert/strict";
import { test } from "node:test";

import { struct, text, u53 } from "hardtack-session/struct";

const shape = struct({ user: u53, language: text });

test("a login has the bytes of Rust", () => {
  assert.deepEqual(shape.encode({ user: 42, language: "en" }), Uint8Array.of(42, 2, 101, 110));
});
