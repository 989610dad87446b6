// The cost of reading and writing a session, beside iron-session. `npm ci && node bench.js`

import { sealData, unsealData } from "iron-session";
import { SessionCookie } from "./hardtack.js";
import { SIGNING_KEY, XAES_KEY } from "./test/keys.js";

const DATA = {
  user: 48_151_623,
  name: "Ada Lovelace",
  email: "ada@example.com",
  roles: ["editor", "reviewer"],
  language: "en-GB",
  theme: "dark",
  cart: [{ id: 1, count: 2 }, { id: 7, count: 1 }],
};
const ROUNDS = 2_000;

async function hardtack(make, key) {
  const cookies = await SessionCookie[make](key);
  const write = async (cookie) => {
    const session = await cookies.load(cookie);
    for (const [name, value] of Object.entries(DATA)) session.set(name, value);
    session.set("seen", Math.random());
    const [line] = await cookies.save(session);
    return line.split(";")[0];
  };
  const cookie = await write(null);
  return {
    characters: cookie.length - "__Host-session=".length,
    read: async () => (await cookies.load(cookie)).get("user"),
    write: () => write(cookie),
  };
}

async function iron() {
  const options = { password: "a password of at least 32 characters" };
  const write = () => sealData({ ...DATA, seen: Math.random() }, options);
  const sealed = await write();
  return { characters: sealed.length, read: async () => (await unsealData(sealed, options)).user, write };
}

async function microseconds(work) {
  const rounds = [];
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    for (let i = 0; i < ROUNDS / 5; i++) await work();
    rounds.push(((performance.now() - start) * 1000) / (ROUNDS / 5));
  }
  return rounds.toSorted((a, b) => a - b)[2];
}

const rows = {
  "hardtack, encrypted": await hardtack("encrypted", XAES_KEY),
  "hardtack, signed": await hardtack("unencryptedButSigned", SIGNING_KEY),
  "iron-session": await iron(),
};
console.log(`node ${process.version}, medians of 5, microseconds\n`);
console.log("| | read | read and write | characters |\n|---|---|---|---|");
for (const [name, { characters, read, write }] of Object.entries(rows)) {
  await microseconds(read);
  const times = [await microseconds(read), await microseconds(write)].map((time) => Math.round(time));
  console.log(`| ${name} | ${times.join(" | ")} | ${characters} |`);
}
