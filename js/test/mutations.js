// Breaks hardtack.js in one place at a time: a vector has to notice each. `node test/mutations.js`

import { readFile, mkdtemp, rm, mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const MUTATIONS = [
  ["if (l[0] & 0x80) k1[15] ^= 0x87;", ""],
  ["const block = concat(Uint8Array.of(0, number, 0x58, 0)", "const block = concat(Uint8Array.of(0, 1, 0x58, 0)"],
  ["return bits === 0 ? bytes : null;", "return bytes;"],
  ["if (text.length % 4 === 1) return null;", ""],
  ["if (!equal(checked.subarray(0, 4), checksum)) {", "if (false) {"],
  ["if (new Set(secret).size <= 7)", "if (new Set(secret).size <= 6)"],
  ["return this.acceptUntil !== null && now >= this.acceptUntil;", "return this.acceptUntil !== null && now > this.acceptUntil;"],
  ["key.sealFrom === null || now >= key.sealFrom", "key.sealFrom === null || now > key.sealFrom"],
  ["return keys.toReversed().toSorted(", "return keys.toSorted("],
  ["if (keys.at(-1).acceptUntil !== null) {", "if (false) {"],
  ["acceptUntil <= (keys[i + 1].sealFrom ?? 0)", "acceptUntil < (keys[i + 1].sealFrom ?? 0)"],
  ["Uint8Array.of(a.length), a, Uint8Array.of(t.length), t", "a, t"],
  ["options.application, policy.type?.label)", "options.application)"],
  ["if (seen.has(name)) throw REFUSED;", ""],
  ["if (!isCanonicalKey(spelled, key)) throw REFUSED;", ""],
  ["if (before !== null && compare(before, name) >= 0) throw REFUSED;", ""],
  ["if (reader.at !== payload.length) throw REFUSED;", ""],
  ["const DEEPEST = 64;", "const DEEPEST = 65;"],
  ["if (value > U32 || (byte === 0 && i > 0)) throw REFUSED;", "if (value > U32) throw REFUSED;"],
  ["if (flags & ~KNOWN) throw REFUSED;", ""],
  ["if (has(FLAG.schema) && schema === 0) throw REFUSED;", ""],
  ["if (count === 0) throw REFUSED;", ""],
  ["if (end < reader.at || body[end] !== 0x80) throw REFUSED;", ""],
  ["const n = (await hmac(nonce, concat(random, aad, body)))", "const n = (await hmac(nonce, concat(random, body)))"],
  ['if (suite.mode !== this.ring.mode) throw new Refused("WrongMode");', ""],
  ["!known || known.key.suite !== suite", "!known"],
  ['if (known.key.isRetired(now)) throw refused("RetiredKey");', ""],
  ["return equalTags(tag, sealed.subarray(sealed.length - TAG)) ? body.slice() : null;", "return body.slice();"],
  ["if (!start.startsWith(`${name}=`)) continue;", "if (!start.replace(/ =/, '=').startsWith(`${name}=`)) continue;"],
  ["values.length < most && !values.includes(value)", "values.length < most"],
  ['if (found.length > 1) throw new Refused("Duplicate");', ""],
  ['return [this.set(this.name, token, maxAge)];', "return [this.set(this.name, token, null)];"],
  ["this.room = longest - LONGEST_METADATA;", "this.room = longest - LONGEST_METADATA + 1;"],
  ['if (seen > now + policy.skew) return "NotYetValid";', ""],
  ['if (now >= body.issued + lifetimeOf(body, policy)) return "Expired";', 'if (now > body.issued + lifetimeOf(body, policy)) return "Expired";'],
  ["now >= seen + policy.idle", "now > seen + policy.idle"],
  ["body.issued < Math.max(policy.notBefore, ringNotBefore)", "body.issued < policy.notBefore"],
  ["if (good.length > 1 && !isHostOnly && !isOneSession)", "if (good.length > 1 && !isHostOnly)"],
  ["return Math.max(fields.age, this.#now - fields.issued, 0);", "return Math.max(this.#now - fields.issued, 0);"],
  ["limit: until(this.#limitedUntil),", "limit: null,"],
  ["limit === null ? wanted : Math.min(limit, wanted)", "wanted"],
  ["if (this.#now >= this.#deadline()) return expire();", ""],
  ['if (this.#arrived.place === "earlier" && fits(age))', 'if (this.#arrived.place !== "sealing" && fits(age))'],
  ["if (this.#withheld) {", "if (false) {"],
  ["if (this.#policy.rememberUpTo === null) {", "if (false) {"],
  ["if (derived.key.isRetired(session._now)) continue;", ""],
  ["if (tokens.size > 1) throw", "if (tokens.size > 9) throw"],
  ['this.#field === "authorization" && /^bearer /i.test(trimmed)', "/^bearer /i.test(trimmed)"],
];

const root = new URL("..", import.meta.url);
const source = await readFile(new URL("hardtack.js", root), "utf8");
const read = (file) => readFile(new URL(`../tests/vectors/${file}`, root), "utf8");
const folder = await mkdtemp(join(tmpdir(), "hardtack-mutations-"));
let unnoticed = 0;
for (const [number, [from, to]] of MUTATIONS.entries()) {
  if (source.split(from).length !== 2) throw new Error(`stands ${source.split(from).length - 1} times: ${from}`);
  const copy = join(folder, `${number}`);
  await mkdir(join(copy, "test"), { recursive: true });
  await writeFile(join(copy, "package.json"), '{"type": "module"}');
  await writeFile(join(copy, "hardtack.js"), source.replace(from, () => to));
  await writeFile(join(copy, "test/vectors.js"), await readFile(new URL("test/vectors.js", root)));
  const { run } = await import(pathToFileURL(join(copy, "test/vectors.js")));
  const { failed } = await run(read);
  if (failed.length > 0) continue;
  unnoticed++;
  console.log(`no vector notices: ${from}`);
}
await rm(folder, { recursive: true });
console.log(`${MUTATIONS.length - unnoticed} of ${MUTATIONS.length} mutations are noticed`);
process.exitCode = unnoticed > 0 ? 1 : 0;
