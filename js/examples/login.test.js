// Keeps a file of examples up to date: `writeFile("login.json", writeExamples(type, shape))` makes it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { sessionType, struct, text, u53 } from "hardtack-session/struct";
import { writeExamples } from "hardtack-session/testing";

const shape = struct({ user: u53, language: text });
const type = sessionType({ label: "login", schema: 1, shape });

test("login.json has the examples of this type", async () => {
  assert.equal(await readFile("login.json", "utf8"), writeExamples(type, shape));
});
