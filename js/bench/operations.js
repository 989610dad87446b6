// The cost of reading, changing and making a session, beside other libraries, in one process. `../.ci/packages .`, then
// `taskset -c 1 node bench/operations.js`
//
// Each figure is the minimum over the rounds, in microseconds an operation. The libraries take turns within a round, so that
// a machine that is busy for a while slows all of them. Rounds are short, so that one of them finds the machine quiet.
// On one core, since WebCrypto works in a thread of its own, and waking another core can take longer than the operation.

import { version } from "node:process";

import { decode, encode } from "@auth/core/jwt";
import { sealData, unsealData } from "iron-session";
import { EncryptJWT, jwtDecrypt } from "jose";

import { SessionCookie } from "hardtack-session";
import { list, option, sessionType, struct, text, u32 } from "hardtack-session/struct";
import { SIGNING_KEY, XAES_KEY } from "../test/visitor.js";

const S = { user: 48_151_623, seen: 0 };
const M = {
  ...S, name: "Ada Lovelace", email: "ada@example.com", roles: ["editor", "reviewer"], language: "en-GB", theme: "dark",
  cart: [{ id: 1, count: 2 }, { id: 7, count: 1 }], verified: true, tenant: "acme", region: null, plan: "team", rate: 1.5,
};
const L = { ...M, items: Array.from({ length: 40 }, (_, i) => ({ id: i, name: `item ${i}`, count: i * 3, tag: "x" })) };

const ROUNDS = 200;
const OPERATIONS = 20;

/** Takes the list of a session ten times. */
function tenOf(session, get) {
  for (let i = 1; i < 10; i++) get(session);
  return get(session);
}

async function hardtack(make, key, data) {
  const cookies = await SessionCookie[make](key, { size: "browser" });
  const pairOf = async (session) => (await cookies.save(session))[0].split(";")[0];
  const begin = async (seen) => {
    const session = await cookies.load(null);
    for (const [name, value] of Object.entries({ ...data, seen })) session.set(name, value);
    return pairOf(session);
  };
  const cookie = await begin(0);
  return {
    characters: cookie.length - "__Host-session=".length,
    begin,
    gets: async () => tenOf(await cookies.load(cookie), (session) => session.get("items")),
    read: async () => (await cookies.load(cookie)).get("user"),
    change: async (seen) => pairOf((await cookies.load(cookie)).set("seen", seen)),
  };
}

const SHAPE = struct({
  user: u32, seen: u32, name: option(text), email: option(text), roles: list(text), language: option(text),
  items: list(struct({ id: u32, name: text, count: u32, tag: text })),
});

async function typed(data) {
  const type = sessionType({ label: "bench", schema: 1, shape: SHAPE });
  const cookies = await SessionCookie.encrypted(XAES_KEY, { size: "browser", type });
  const { user, name = null, email = null, roles = [], language = null, items = [] } = data;
  const pairOf = async (session) => (await cookies.save(session))[0].split(";")[0];
  const begin = async (seen) => {
    const session = await cookies.load(null);
    session.value = { user, seen, name, email, roles, language, items };
    return pairOf(session);
  };
  const cookie = await begin(0);
  return {
    characters: cookie.length - "__Host-session=".length,
    begin,
    gets: async () => tenOf(await cookies.load(cookie), (session) => session.value.items),
    read: async () => (await cookies.load(cookie)).value.user,
    change: async (seen) => {
      const session = await cookies.load(cookie);
      session.value = { ...session.value, seen };
      return pairOf(session);
    },
  };
}

async function iron(data) {
  const options = { password: "a password of at least 32 characters" };
  const sealed = await sealData(data, options);
  return {
    characters: sealed.length,
    begin: async (seen) => sealData({ ...data, seen }, options),
    gets: async () => tenOf(await unsealData(sealed, options), ({ items }) => items),
    read: async () => (await unsealData(sealed, options)).user,
    change: async (seen) => sealData({ ...(await unsealData(sealed, options)), seen }, options),
  };
}

async function jose(data) {
  const secret = new Uint8Array(32).fill(7);
  const seal = (payload) =>
    new EncryptJWT(payload).setProtectedHeader({ alg: "dir", enc: "A256GCM" }).setIssuedAt().setExpirationTime("2h").encrypt(secret);
  const sealed = await seal(data);
  const open = async () => (await jwtDecrypt(sealed, secret)).payload;
  return {
    characters: sealed.length,
    begin: async (seen) => seal({ ...data, seen }),
    gets: async () => tenOf(await open(), ({ items }) => items),
    read: async () => (await open()).user,
    change: async (seen) => seal({ ...(await open()), seen }),
  };
}

async function auth(data) {
  const options = { secret: "a secret of at least 32 characters", salt: "authjs.session-token" };
  const sealed = await encode({ ...options, token: data });
  const open = () => decode({ ...options, token: sealed });
  return {
    characters: sealed.length,
    begin: async (seen) => encode({ ...options, token: { ...data, seen } }),
    gets: async () => tenOf(await open(), ({ items }) => items),
    read: async () => (await open()).user,
    change: async (seen) => encode({ ...options, token: { ...(await open()), seen } }),
  };
}

const LIBRARIES = {
  "hardtack, encrypted": (data) => hardtack("encrypted", XAES_KEY, data),
  "hardtack, signed": (data) => hardtack("unencryptedButSigned", SIGNING_KEY, data),
  "hardtack, typed": typed,
  "iron-session": iron,
  "jose, dir A256GCM": jose,
  "Auth.js": auth,
};

async function microseconds(work) {
  const start = performance.now();
  for (let i = 1; i <= OPERATIONS; i++) await work(i);
  return ((performance.now() - start) * 1000) / OPERATIONS;
}

const cells = [];
for (const [size, data] of Object.entries({ S, M, L })) {
  for (const [library, make] of Object.entries(LIBRARIES)) {
    const { characters, ...operations } = await make(data);
    cells.push({ library, operation: "characters", least: characters });
    for (const [operation, work] of Object.entries(operations)) {
      if (operation !== "gets" || size === "L") cells.push({ library, operation, work, least: Infinity });
    }
  }
}
const measured = cells.filter(({ work }) => work);
for (let round = 0; round < ROUNDS; round++) {
  for (const cell of measured) cell.least = Math.min(cell.least, await microseconds(cell.work));
}

const columnsOf = (library) =>
  ["read", "change", "begin", "gets", "characters"].map((operation) =>
    cells.filter((cell) => cell.library === library && cell.operation === operation).map(({ least }) => Math.round(least)).join(", "),
  );
console.log(`node ${version}, microseconds, minimum of ${ROUNDS} rounds of ${OPERATIONS}\n`);
console.log("| | read S, M, L | read and change S, M, L | new session S, M, L | read, and get the list 10 times: L | characters S, M, L |");
console.log("|---|---|---|---|---|---|");
for (const library of Object.keys(LIBRARIES)) console.log(`| ${library} | ${columnsOf(library).join(" | ")} |`);
