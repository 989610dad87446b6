// The vectors of keys, rings and tokens.

import { hex } from "../../src/format/base/bytes.js";
import { contextBytes } from "../../src/format/keys/purpose.js";
import { xaes } from "../../src/format/crypto/algorithms.js";
import { KeyRing } from "../../src/index.js";
import { Key } from "../../src/format/keys/key.js";
import { contentOf, earlyEnds, sealingAt } from "../../src/format/keys/ring.js";
import { Sealer } from "../../src/format/token/token.js";
import { bytes, equal, errorOf, know, purposeOf } from "./common.js";

export async function runPrimitive({ kind, ...vector }) {
  if (kind === "hkdf-sha256") {
    know(vector, ["ikm", "salt", "info", "length", "prk", "okm"]);
    const key = await crypto.subtle.importKey("raw", bytes(vector.ikm), "HKDF", false, ["deriveBits"]);
    const algorithm = { name: "HKDF", hash: "SHA-256", salt: bytes(vector.salt), info: bytes(vector.info) };
    equal(hex(new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, vector.length * 8))), vector.okm);
    return;
  }
  equal(kind, "xaes-256-gcm");
  know(vector, ["key", "nonce", "aad", "plaintext", "sealed"]);
  const cipher = await xaes(bytes(vector.key));
  const [nonce, aad] = [bytes(vector.nonce), bytes(vector.aad)];
  equal(hex(await cipher.seal(nonce, aad, bytes(vector.plaintext))), vector.sealed);
  equal(hex(await cipher.open(nonce, aad, bytes(vector.sealed))), vector.plaintext);
}

export async function runDerivation(vector) {
  know(vector, ["key", "purpose", "application", "type_label", "kid", "key_bytes", "nonce_key", "csrf_key", "error"]);
  if (vector.error) return equal(await errorOf(() => purposeOf(vector)), vector.error);
  const key = await Key.parse(vector.key);
  const derive = async (word) => hex(await key.derive(word, purposeOf(vector)));
  equal(key.id, vector.kid);
  equal(await derive("key"), vector.key_bytes);
  if (vector.nonce_key !== null) equal(await derive("nonce"), vector.nonce_key);
  equal(await derive("csrf"), vector.csrf_key);
}

export async function runKey(vector) {
  know(vector, ["text", "expect", "error"]);
  if (vector.error) return equal(await errorOf(() => Key.parse(vector.text)), vector.error);
  const key = await Key.parse(vector.text);
  equal({ suite: key.suite.name, kid: key.id }, vector.expect);
}

export async function runRing(vector) {
  know(vector, ["mode", "ring", "joined", "longest", "expect", "error"]);
  const texts = [vector.ring, ...(vector.joined ?? [])];
  const build = () => KeyRing.parse(texts, { mode: vector.mode, skipXChaCha: true });
  if (vector.error) return equal(await errorOf(build), vector.error);
  const ring = await build();
  const { keys } = contentOf(ring);
  const ids = (keys) => keys.map(({ id }) => id);
  const at = vector.expect.at.map(({ now }) => {
    return { now, seals: keys[sealingAt(keys, now)].id, accepts: ids(keys.filter(({ acceptUntil }) => now < acceptUntil)) };
  });
  const found = { fingerprint: await ring.fingerprint(), order: ids(ring.keys), not_before: ring.notBefore, at };
  equal({ ...found, ...earlyIn(vector, keys) }, vector.expect);
}

/** The keys that end too early. */
function earlyIn({ longest, expect }, keys) {
  if (longest === undefined) return {};
  const early = earlyEnds(keys, longest).map(([{ id }, needed]) => [id, needed]);
  return { cut_short: early.length > 0, ...(expect.early && { early }) };
}

export async function runContext(vector) {
  know(vector, ["context", "ctx", "error"]);
  if (vector.error) return equal(await errorOf(() => contextBytes(vector.context)), vector.error);
  equal(hex(contextBytes(vector.context).subarray(4)), vector.ctx);
}

export async function runSeal(vector) {
  know(vector, ["key", "purpose", "context", "application", "type_label", "random", "body", "token", "error"]);
  const mode = vector.key.includes("_sign_") ? "signed" : "encrypted";
  const ring = await KeyRing.parse(vector.key, { mode });
  const sealer = await Sealer.of(contentOf(ring), purposeOf(vector), contextBytes(vector.context));
  const seal = () => sealer.seal(bytes(vector.body), 1_800_000_000, bytes(vector.random));
  if (vector.error) return equal(await errorOf(seal), vector.error);
  equal(await seal(), vector.token);
}
