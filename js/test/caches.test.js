// The fields for caches, against Rust.

import assert from "node:assert/strict";
import { test } from "node:test";

import { SessionCookie } from "../src/index.js";
import { XAES_KEY } from "./keys.js";
import { random } from "./random.js";
import { ask } from "./rust.js";

const NOW = 1_800_000_000;
const DIRECTIVES = ["private", "no-store", "must-understand", "public", "max-age=60", 'private="x"', "NO-STORE", " no-store ", 'x="a, b"', "no-store=1", ""];
const VALUES = {
  "cache-control": null,
  "cdn-cache-control": null,
  "surrogate-control": null,
  "edge-control": null,
  "x-accel-expires": ["0", "60", "@1900000000", "00", "", " 0 ", "off"],
  expires: ["0", "Fri, 15 Jan 2100 00:00:00 GMT", "Fri, 15 Jan 2010 00:00:00 GMT", "Friday, 15-Jan-99 00:00:00 GMT", "-1"],
  vary: ["accept", "Cookie", "accept, cookie", "*", "cookies", ""],
};

test("responses get the fields that Rust gives them", async () => {
  const { next, oneOf, listOf } = random(9);
  const cookies = await SessionCookie.encrypted(XAES_KEY);
  const first = await cookies.load(null, NOW * 1000);
  first.set("user", "ada");
  const [line] = await cookies.save(first);
  const cookie = line.split(";")[0];
  for (let round = 0; round < 3000; round++) {
    const fields = Object.entries(VALUES).flatMap(([name, values]) =>
      next() < 0.6 ? [] : [[name, values ? oneOf(values) : listOf(4, () => oneOf(DIRECTIVES)).join(",")]],
    );
    const write = next() < 0.5;
    const now = NOW + (next() < 0.5 ? 0 : 600);
    const headers = new Headers(fields);
    const session = await cookies.load(cookie, now * 1000);
    session.keys();
    if (write) session.set("written", true);
    await cookies.saveTo(headers, session);
    const sets = headers.has("set-cookie");
    headers.delete("set-cookie");
    const answer = await ask({ caches: { ring: XAES_KEY, now, cookie, write, fields } });
    const theirs = Object.fromEntries(Object.entries(answer.fields).map(([name, values]) => [name, joined(values)]));
    const ours = Object.fromEntries([...headers].map(([name, value]) => [name, joined([value])]));
    assert.deepEqual({ sets, fields: ours }, { sets: answer.sets, fields: theirs }, `round ${round}: ${JSON.stringify(fields)}`);
  }
});

/** Rust appends a field where `Headers` joins them. */
const joined = (values) => values.join(", ").split(",").map((value) => value.trim()).filter(Boolean).join(", ");
