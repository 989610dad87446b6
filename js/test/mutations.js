// Breaks the package in one place at a time: a vector has to notice each, or a test of the interface. `node test/mutations.js`

import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execPath } from "node:process";
import { pathToFileURL } from "node:url";

const MUTATIONS = [
  ["if (l[0] & 0x80) k1[15] ^= 0x87;", ""],
  ["const block = concat(Uint8Array.of(0, number, 0x58, 0)", "const block = concat(Uint8Array.of(0, 1, 0x58, 0)"],
  ["return bits === 0 ? bytes : null;", "return bytes;"],
  ["if (text.length % 4 === 1) return null;", ""],
  ["if (!equal(await checksum(suite.name, secret), checked)) {", "if (false) {"],
  ["if (new Set(secret).size <= 7)", "if (new Set(secret).size <= 6)"],
  ["return this.acceptUntil !== null && now >= this.acceptUntil;", "return this.acceptUntil !== null && now > this.acceptUntil;"],
  ["key.sealFrom === null || now >= key.sealFrom", "key.sealFrom === null || now > key.sealFrom"],
  ["return keys.toReversed().toSorted(", "return keys.toSorted("],
  ["if (keys.at(-1).acceptUntil !== null) {", "if (false) {"],
  ["acceptUntil <= (keys[i + 1].sealFrom ?? 0)", "acceptUntil < (keys[i + 1].sealFrom ?? 0)"],
  ["u8(a.length), a, u8(t.length), t", "a, t"],
  ["for (const other of few) if (equal(other, key)) throw INVALID;", ""],
  ["if (!isCanonicalKey(key)) throw INVALID;", ""],
  ["if (before !== null && compare(before, name) >= 0) throw INVALID;", ""],
  ["if (!reader.isAtEnd) throw INVALID;\n    dictionary", "dictionary"],
  ["export const DEEPEST = 64;", "export const DEEPEST = 65;"],
  ["if (value > U32 || (byte === 0 && i > 0)) throw INVALID;", "if (value > U32) throw INVALID;"],
  ["if (flags & ~KNOWN) throw INVALID;", ""],
  ["if (has(FLAG.schema) && metadata.schema === 0) throw INVALID;", ""],
  ["if (count === 0) throw INVALID;", ""],
  ["if (end < reader.at || body[end] !== 0x80) throw INVALID;", ""],
  ["const n = (await hmac(nonce, concat(entropy, aad, body)))", "const n = (await hmac(nonce, concat(entropy, body)))"],
  ['if (suite.mode !== this.ring.mode) throw new Refusal("WrongMode");', ""],
  ["!known || known.key.suite !== suite", "!known"],
  ['if (known.key.isRetired(now)) throw new Refusal("RetiredKey", keyId);', ""],
  ["return equalTags(tag, sealed.subarray(sealed.length - TAG)) ? body.slice() : null;", "return body.slice();"],
  ["if (equals >= 0) found(pair.slice(0, equals),", "if (equals >= 0) found(pair.slice(0, equals).trimEnd(),"],
  ["if (!beginsPair(field, at)) continue;", ""],
  ["values.length < most && !values.includes(value)", "values.length < most"],
  ['if (found.length > 1) throw new Refusal("Duplicate");', ""],
  ["return [this.set(this.name, token, maxAge)];", "return [this.set(this.name, token, null)];"],
  ["this.room = longest - metadata;", "this.room = longest - metadata + 1;"],
  ['if (seen > now + policy.skew) return "NotYetValid";', ""],
  ['if (now >= deadlineOf(metadata, policy)) return "Expired";', 'if (now > deadlineOf(metadata, policy)) return "Expired";'],
  ["idle !== null && now >= idle", "idle !== null && now > idle"],
  ["this.#sealer.ring.notBefore ?? 0", "0"],
  ["if (good.length > 1 && !isHostOnly && !isOneSession)", "if (good.length > 1 && !isHostOnly)"],
  ["Math.max(age, now - issued, 0)", "Math.max(now - issued, 0)"],
  ["limit: until(this.#limitedUntil),", "limit: null,"],
  ["limit === null ? wanted : Math.min(limit, wanted)", "wanted"],
  ["if (this.now >= deadlineOf(this.metadata, this.policy)) return drop;", ""],
  ['this.#reseal = place === "earlier"', 'this.#reseal = place !== "sealing"'],
  ["if (this.withheld && !evenWithheld)", "if (false)"],
  ["if (this.policy.rememberUpTo === null) {", "if (false) {"],
  ["this.#keys.filter(({ key }) => !key.isRetired(now))", "this.#keys"],
  ["if (tokens.size > 1) throw", "if (tokens.size > 9) throw"],
  ['field === "authorization" && /^bearer /i.test(trimmed)', "/^bearer /i.test(trimmed)"],
];

/** Faults that no vector can notice: a test of the interface has to. */
const OF_SESSIONS = [
  ["purposeBytes(purpose, application, label)", "purposeBytes(purpose, application, null)"],
  ["return (await revokedIf(info)) !== false;", "return (await revokedIf(info)) === true;"],
  ["seal(body, now, entropy = random(NONCE))", "seal(body, now, entropy = new Uint8Array(NONCE))"],
  ["...template.expireParts(carried, 1), ...old]", "...old]"],
  ["if (many.has(name)) throw INVALID;", ""],
];

const root = new URL("..", import.meta.url);
const read = (file) => readFile(new URL(`../tests/vectors/${file}`, root), "utf8");
const modules = new Map();
for (const file of (await readdir(new URL("src", root))).filter((name) => name.endsWith(".js"))) modules.set(file, await readFile(new URL(`src/${file}`, root), "utf8"));
const folder = await mkdtemp(join(tmpdir(), "hardtack-mutations-"));
let unnoticed = 0;

/** The module in which a text stands, once. */
function placeOf(from) {
  const places = [...modules].flatMap(([file, text]) => Array(text.split(from).length - 1).fill(file));
  if (places.length !== 1) throw new Error(`stands ${places.length} times: ${from}`);
  return places[0];
}

/** Writes a copy of the package with one fault. */
async function copyWith(number, from, to) {
  const place = placeOf(from);
  const copy = join(folder, `${number}`);
  await mkdir(join(copy, "test"), { recursive: true });
  await mkdir(join(copy, "src"));
  await writeFile(join(copy, "package.json"), '{"type": "module"}');
  for (const [file, text] of modules) {
    await writeFile(join(copy, "src", file), file === place ? text.replace(from, () => to) : text);
  }
  for (const file of ["vectors.js", "session.test.js", "keys.js"]) {
    await writeFile(join(copy, "test", file), await readFile(new URL(`test/${file}`, root)));
  }
  return copy;
}

async function vectorsNotice(copy) {
  const { run } = await import(pathToFileURL(join(copy, "test/vectors.js")));
  return (await run(read, { stopsAtFailure: true })).failed.length > 0;
}

const testsNotice = (copy) => spawnSync(execPath, ["--test", join(copy, "test/session.test.js")]).status !== 0;

const all = [...MUTATIONS.map((fault) => [...fault, vectorsNotice]), ...OF_SESSIONS.map((fault) => [...fault, testsNotice])];
for (const [from] of all) placeOf(from);
for (const [number, [from, to, notice]] of all.entries()) {
  if (await notice(await copyWith(number, from, to))) continue;
  unnoticed++;
  console.log(`nothing notices: ${from}`);
}
await rm(folder, { recursive: true });
console.log(`${all.length - unnoticed} of ${all.length} faults are noticed`);
process.exitCode = unnoticed > 0 ? 1 : 0;
