// Visitors of the tests and their keys, a browser, a worker in front of an origin, input at random, and the packed package.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { ConfigError, KeyRing, SessionCookie, SessionError } from "../src/index.js";
import { contextBytes, purposeBytes } from "../src/format/keys/purpose.js";
import { contentOf } from "../src/format/keys/ring.js";
import { writeBody } from "../src/format/bytes/body.js";
import { Sealer } from "../src/format/token/token.js";
import { forward } from "../src/web/origin.js";

const EVERYDAY = [
  "sessions are ready", "key ring replaced", "session rejected",
  "key ring replaced by one that drops keys or ends them too early: their sessions end; after a leak this is right, otherwise a mistake",
];
const { warn } = console;
console.warn = (message, ...more) => EVERYDAY.includes(message) || warn(message, ...more);

// Keys of the vectors. Never use them.
export const XAES_KEY = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";
export const XCHACHA_KEY = "hardtack_key_v1_xcha_ZyjbTq0jAaqBqvEPuCXv0Jr27j2fejSzDFtw05weZ1Vd1Pz5";
export const SIGNING_KEY = "hardtack_key_v1_sign_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9sNBXc";

export const NOW = new Date("2027-01-15T08:00:00Z");
export const later = (seconds) => new Date(NOW.getTime() + seconds * 1000);
export const cookies = await SessionCookie.encrypted(XAES_KEY);

/** The `Cookie` field that a browser sends after these `Set-Cookie` fields. */
export const field = (setCookies) => setCookies.map((line) => line.split(";")[0]).join("; ");

/** The same of a browser that drops what is expired. */
export const kept = (setCookies) => field(setCookies.filter((line) => !line.includes("Max-Age=0")));

/** The `Cookie` field of a visitor with such a session, or the token of one without cookies. */
export async function filled(change = (session) => session.set("user", "ada"), of = cookies, now = NOW) {
  const session = await of.load(null, now);
  change(session);
  const saved = await of.save(session);
  return typeof saved === "string" ? saved : kept(saved);
}

/** Seals a session of `NOW` with these fields, as no program here writes it. */
export async function sealedAs(purpose, fields, payload, application) {
  const sealer = await Sealer.of(contentOf(await KeyRing.parse(XAES_KEY)), purposeBytes(purpose, application), contextBytes([]));
  const issued = NOW.getTime() / 1000;
  const metadata = { issued, age: 0, limit: null, remembered: null, sid: new Uint8Array(8).fill(1), device: null, schema: 0, ...fields };
  return sealer.seal(writeBody(metadata, [], payload), issued);
}

/** The fields of a request of a visitor who has signed in. */
export const signedIn = async () => ({ cookie: await filled() });

/** Returns true for the fields that drop the session's cookie. */
export const isExpiry = (setCookies) => /^__Host-session=; .*Max-Age=0/.test(setCookies.join());

/** What was printed in these calls, but what is told of any ring and any session. */
export const eventsOf = (calls) => calls.map((call) => call.arguments).filter(([message]) => !EVERYDAY.includes(message));

/** A log that keeps errors, and prints warnings. */
export const errorsTo = (errors) => (level, message, fields) => {
  if (level === "error" && fields.error) errors.push(fields.error);
  if (level === "warn") console.warn(message, fields);
};

export const refused = (code) => (error) => error instanceof SessionError && error.code === code;
export const misconfigured = (code) => (error) => error instanceof ConfigError && error.code === code;

/** A worker that makes `change`, and passes requests on to `origin`. */
export function worker(origin, change, sessions = cookies) {
  return async (path, { method = "GET", cookie = "", body } = {}) => {
    const request = new Request(`${origin}${path}`, { method, headers: { cookie }, body });
    const session = await sessions.load(request);
    change(session);
    const response = await forward(sessions, session, request);
    return { status: response.status, text: await response.text(), headers: response.headers, setCookies: response.headers.getSetCookie() };
  };
}

/** Fails what nobody answers, which would keep its test running for ever. */
export const patience = () => AbortSignal.timeout(30_000);

export class Browser {
  cookies = new Map();

  /** `send`: what answers in place of a server. */
  constructor(origin, send = (url, init) => fetch(url, { signal: patience(), ...init })) {
    this.origin = origin;
    this.send = send;
  }

  get(path, headers) {
    return this.fetch(path, { headers });
  }

  async fetch(path, { headers = {}, ...options } = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const given = { ...headers, ...(cookie && { cookie }) };
    const response = await this.send(`${this.origin}${path}`, { redirect: "manual", headers: given, ...options });
    const setCookies = response.headers.getSetCookie();
    for (const line of setCookies) this.#keep(line);
    return { status: response.status, headers: response.headers, setCookies, text: await response.text() };
  }

  #keep(line) {
    const [pair, ...attributes] = line.split(";").map((part) => part.trim());
    const at = pair.indexOf("=");
    const isDropped = attributes.some((attribute) => attribute.toLowerCase() === "max-age=0");
    if (isDropped) this.cookies.delete(pair.slice(0, at));
    else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
}

const CHARACTERS = ["a", "Z", "å", "€", "🎉", " ", '"', "\\", "\u0000", "\u{feff}"];

/** Numbers and texts at random, the same in every run. */
export function random(seed) {
  let state = seed;
  /** From 0 to 1. */
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  const oneOf = (values) => values[below(values.length)];
  const listOf = (most, make) => Array.from({ length: below(most) }, make);
  const text = () => listOf(40, () => oneOf(CHARACTERS)).join("");
  return { next, below, oneOf, listOf, text };
}

/** Packs what `node build.js` has built into a folder. Returns the path of the tarball, and the files in it. */
export function packInto(folder) {
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const told = execFileSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const packed = JSON.parse(told);
  const [{ filename, files }] = Array.isArray(packed) ? packed : Object.values(packed);
  return { tarball: join(folder, filename), files: files.map(({ path }) => path) };
}
