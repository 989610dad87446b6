// The vectors of the format, run by `run`: in Node by vectors.test.js, in workerd by workerd.test.js, in other runtimes by
// proof/runtimes/runtimes.test.js. `read(file)` returns the text of a file in tests/vectors.

import { equal, parse } from "./vectors/common.js";
import { runCaches, runCookie, runPolicy } from "./vectors/cookies.js";
import { missingType, runEncode } from "./vectors/encoding.js";
import { runContext, runDerivation, runKey, runPrimitive, runRing, runSeal } from "./vectors/format.js";
import { runCsrf, runHeader, runHost, runOpen } from "./vectors/opening.js";
import { runDevice, runSettings, runWrite } from "./vectors/writing.js";

const RUNNERS = {
  primitives: runPrimitive,
  derivation: runDerivation,
  keys: runKey,
  rings: runRing,
  contexts: runContext,
  settings: runSettings,
  seal: runSeal,
  open: runOpen,
  encode: runEncode,
  hosts: runHost,
  csrf: runCsrf,
  cookies: runCookie,
  headers: runHeader,
  caches: runCaches,
  policies: runPolicy,
  writes: runWrite,
  devices: runDevice,
};

/** Runs every vector. Returns the numbers of those that passed, by file, why others were skipped, and what failed. */
export async function run(read) {
  const report = { passed: {}, skipped: {}, failed: [] };
  for (const [file, runner] of Object.entries(RUNNERS)) {
    const { about: _, version, vectors, ...more } = parse(await read(`${file}.json`));
    equal({ version, more }, { version: 1, more: {} }, `${file}.json`);
    report.passed[file] = 0;
    for (const { name, spec: _, ...vector } of vectors) {
      const skipped = reasonToSkip(file, vector);
      const reason = skipped ?? partToSkip(file, vector);
      if (reason) report.skipped[file] = [...new Set([...(report.skipped[file] ?? []), reason])].sort();
      if (skipped) continue;
      try {
        await runner(vector);
        report.passed[file]++;
      } catch (error) {
        report.failed.push(`${file}: ${name}: ${error}`);
      }
    }
  }
  return report;
}

/** What skipped vectors and parts of them need, by file. None is skipped for another reason. */
export const SKIPPED = {
  primitives: ["SHAKE128", "XChaCha20-Poly1305"],
  rings: ["rings without a text"],
  seal: ["XChaCha20-Poly1305"],
  open: ["XChaCha20-Poly1305"],
  encode: ["f32", "i128", "integers as floating-point numbers", "keys that a Map holds once", "u128"],
  csrf: ["XChaCha20-Poly1305"],
  writes: ["actions before the application is asked", "header fields of responses", "requests of no context"],
  devices: ["XChaCha20-Poly1305", "config of endpoints", "device", "endpoint", "proof", "until"],
};

/** Returns what a vector needs that this package has not, or null. */
export function reasonToSkip(file, vector) {
  if (file === "derivation") return null;
  if (file === "primitives") return { "xchacha20-poly1305": CHACHA, "xaes-256-gcm-accumulated": "SHAKE128" }[vector.kind] ?? null;
  if (file === "rings" && vector.keys) return "rings without a text";
  // A carrier has one context.
  if (file === "writes" && vector.context === null) return "requests of no context";
  // Here the application itself writes the field of a response.
  if (file === "writes" && vector.expect.left && vector.purpose.kind === "header") return "header fields of responses";
  if (file === "writes" && isAskedLater(vector)) return "actions before the application is asked";
  if (file === "devices") {
    // The endpoints at which browsers register and refresh are those of the Rust side.
    if (["endpoint", "proof", "device"].includes(vector.kind)) return vector.kind;
    if (vector.kind === "config" && !isOfSessions(vector.devices)) return "config of endpoints";
  }
  if (file === "encode") return missingType(vector.value);
  return needsChaCha(file, vector) ? CHACHA : null;
}

/**
 * Returns the part of a vector that is not compared, or null. The end of an admitted session is for a program that looks at it
 * during a long response, and this package does not.
 */
function partToSkip(file, { expect }) {
  return file === "devices" && expect?.opened?.until ? "until" : null;
}

/** WebCrypto has neither ChaCha20 nor SHAKE128. */
const CHACHA = "XChaCha20-Poly1305";

/** Nobody can use a session before `load` has asked about it. */
function isAskedLater({ actions }) {
  const at = actions.findIndex(([action]) => action === "validate");
  return at > 0 && !actions.slice(0, at).some(([action]) => ["renew", "invalidate"].includes(action));
}

const isOfSessions = ({ challenge_for = 120, excluded = [], origin = null }) => challenge_for === 120 && excluded.length === 0 && origin === null;

/** Keys of XChaCha20-Poly1305 are read and derived, and their tokens refused by all that goes before the cipher. */
function needsChaCha(file, { key, candidates, session, request, expect }) {
  if (file === "seal") return key.startsWith("hardtack_key_v1_xcha_");
  const isToken = /["=]e[Q-T]/.test(JSON.stringify([candidates, session, request]));
  return isToken && !["TooShort", "UnknownKey", "RetiredKey"].includes(expect?.rejected);
}
