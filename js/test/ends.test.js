// Keys that open longer than an earlier ring said, as by a backup from before a leak: the sequences of tests/keys/ends.json.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { mock, test } from "node:test";

import { keysInUse } from "../src/health.js";
import { KeyRing, SessionCookie, generateKey } from "../src/index.js";

const start = Math.floor(Date.now() / 1000) * 1000;
mock.method(Date, "now", () => start);
const at = (seconds) => start + seconds * 1000;
const shown = (seconds) => new Date(at(seconds)).toISOString().replace(".000", "");
const NAMES = { "<": "accept_until", ">": "seal_from" };

const keys = new Map();
const letters = new Map();
for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  keys.set(letter, await generateKey());
  letters.set((await KeyRing.parse(keys.get(letter))).keys[0].id, letter);
}

/** Returns the text of a ring: `A<60>10` is a key with `accept_until` and `seal_from`, in seconds. */
const ringOf = (words) =>
  words
    .split(" ")
    .map((word) => word.replace(/^./, (letter) => keys.get(letter)).replace(/([<>])(\d+)/g, (_, sign, second) => ` ${NAMES[sign]}=${shown(second)}`))
    .join("\n");
const lettersOf = (ids) => ids.map((id) => letters.get(id)).toSorted().join(" ");

test("a key that opens longer than a ring said is told, whatever rings came between", async () => {
  const sequences = JSON.parse(await readFile(process.env.ENDS ?? new URL("../../tests/keys/ends.json", import.meta.url)));
  for (const { name, steps: [[, first], ...steps] } of sequences) {
    let text = ringOf(first);
    const back = [];
    const log = (level, message, { keyId, endedAt }) => endedAt && back.push(keyId);
    const ring = await KeyRing.follow(() => text, { every: 1, log });
    const cookies = await SessionCookie.encrypted(ring, { log: null });
    for (const [second, words, told, news] of steps) {
      if (words) text = ringOf(words);
      // A health check waits only half a second for the source.
      await cookies.load(null, at(second));
      const { problems } = await keysInUse(cookies, at(second));
      const returned = problems.map(({ kind, sentence }) => kind === "KeyReturned" && /^key (\w+)/.exec(sentence)[1]);
      assert.deepEqual([returned, back.splice(0)].map(lettersOf), [told, news], `${name}: second ${second}`);
    }
  }
});
