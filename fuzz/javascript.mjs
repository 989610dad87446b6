// Answers the questions of fuzz_targets/javascript: length (4 bytes) || choice (1) || now (8) || Cookie field, little-endian.

import { SessionCookie, attributes } from "../js/src/index.js";

// Keys of the test vectors, which are public, as in fuzz_targets/javascript.
const XAES = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";
const SIGN = "hardtack_key_v1_sign_bOUVgCG21b_AFfs8gXCU9P3xAysTOitOQf3aJBuUc3yhnXPg";

const sites = await Promise.all(
  ["__Host-session", "sid"].flatMap((name) => [
    SessionCookie.encrypted(XAES, { cookie: attributes({ name }) }),
    SessionCookie.unencryptedButSigned(SIGN, { cookie: attributes({ name }) }),
  ]),
);

let rest = Buffer.alloc(0);
for await (const chunk of process.stdin) {
  rest = Buffer.concat([rest, chunk]);
  while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32LE()) {
    const question = rest.subarray(4, 4 + rest.readUInt32LE());
    rest = rest.subarray(4 + question.length);
    process.stdout.write(`${await answer(question)}\n`);
  }
}

async function answer(question) {
  const choice = question[0];
  const cookies = sites[choice % 4];
  // The characters of a field are its bytes.
  const session = await cookies.load([question.toString("latin1", 9)], Number(question.readBigUInt64LE(1)) * 1000);
  const { kind, reason, keyId } = session.outcome;
  const dates = [session.createdAt, session.lastActiveAt, session.expiresAt].map((date) => date && `${date.getTime() / 1000}`);
  const told = [kind.toLowerCase(), reason, keyId, session.id, `${session.isNew}`, ...dates, `${session.remainingBytes}`].map((word) => word ?? "-");
  told.push(...session.entries().map(([key, value]) => `${canonical(key)}:${canonical(value)}`));
  told.push(...["", "x"].flatMap((queue) => session.flashes(queue)).map(canonical));
  if (choice & 4) told.push(await tried(() => session.set("zz", 7) && "done", (code) => code));
  const saved = await tried(async () => shown(await cookies.save(session), choice & 1), () => ["not-saved"]);
  return [...told, ...saved].join(" ");
}

/** The fields. Where encryption makes their values differ, these are lengths. */
function shown(fields, isSigned) {
  return fields.map((field) => field.replace(/=([^;]*)/, (_, value) => `=${isSigned ? value : value.length}`).replaceAll(" ", ""));
}

/** What `work` gives, or what `refused` makes of the code of its `SessionError`. */
async function tried(work, refused) {
  try {
    return await work();
  } catch (error) {
    if (error.name !== "SessionError") throw error;
    return refused(error.code);
  }
}

/** A value as a text that is the same in Rust. */
function canonical(value) {
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString("hex")}`;
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "number") return number(value);
  if (typeof value === "string") return `t${Buffer.from(value).toString("hex")}`;
  if (value === null || typeof value !== "object") return `${value}`;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return `{${entries.map(([key, inner]) => `${canonical(key)}:${canonical(inner)}`).sort().join(",")}}`;
}

function number(value) {
  if (Number.isNaN(value)) return "nan";
  if (Number.isSafeInteger(value)) return `${value}`;
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return `f${bytes.toString("hex")}`;
}
