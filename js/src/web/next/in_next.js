// The app router of Next.js: server components, server actions and route handlers.

import { ConfigError, ensure, misused } from "../../format/base/errors.js";
import { isExpiry, isHostName } from "../../format/cookie/set_cookie.js";
import { plain } from "../../format/cookie/values.js";
import { close } from "../../state/actions.js";
import { stateOf } from "../../session/session.js";
import { fieldsOf, sealerOf } from "../../carrier/carrier.js";
import { settingsOf } from "../../carrier/cookie.js";
import { opener } from "../adapter.js";
import { fieldWith, pairsOf } from "../cookie_field.js";
import { checkOptions } from "./options.js";
import { decoded } from "./protect.js";
import { Turn } from "./turns.js";

const READ_ONLY = {
  code: "read-only",
  sentence:
    "session of `load()` is not saved; change it in `await sessions.update(…)`, and for CSRF tokens call `ensureId()` in the proxy",
};
const OTHER_JAR = "the function after the sessions returns a new jar at each call; pass `cookies` of next/headers";
const WITH_HEADERS = "pass `headers` of next/headers as well: `inNext(sessions, cookies, { headers })`";

export function inNext(sessions, cookies, options = {}) {
  ensure(typeof cookies === "function", "option", "`inNext` takes the function `cookies` of next/headers after the sessions");
  const { headers, now } = checkOptions("inNext", options, ["headers", "now"]);
  ensure(headers === undefined || typeof headers === "function", "option", "`headers` must be the function of next/headers");
  const opened = opener(sessions);
  const open = opener(typeof sessions === "function" ? async () => checked(opened(), headers) : checked(opened(), headers));
  const begin = async (jar, cookie) => {
    const source = await headers?.();
    const field = fieldsOf(source, "cookie").join("; ");
    // Only the jar has the cookies that this request has set. Its values are decoded, and one with `;` would add another cookie.
    const arrived = valuesOf(field);
    const written = jar.getAll().filter((pair) => !isIn(arrived, pair) && !pair.value.includes(";"));
    const all = fieldWith(field, written);
    // Other headers tell whether the page is prefetched, and whether the browser hides the cookie.
    return cookie.load({ get: (name) => (name === "cookie" ? all : (fieldsOf(source, name, false)[0] ?? null)) }, now?.());
  };
  // The jar first: it makes the page dynamic, so that a build stops rendering it before the keys are needed.
  const ready = async () => [jarOf(await cookies()), await open()];
  const load = async () => {
    const session = await begin(...(await ready()));
    // It is never saved, and a change would be lost.
    close(stateOf(session), READ_ONLY);
    return session;
  };
  const save = async (session, status = 200) => {
    const [jar, cookie] = await ready();
    for (const { name, value, options } of await cookie.saveAsCookies(session, { status })) jar.set(name, value, options);
  };
  const update = async (change) => {
    const [jar, cookie] = await ready();
    ensure(jar === (await cookies()), "option", OTHER_JAR);
    const turn = new Turn(jar, cookie.name, open);
    return turn.take(change, async () => {
      const session = (turn.session = await begin(jar, cookie));
      let result;
      try {
        result = await turn.during(() => change(session));
      } catch (error) {
        // Like a response with status 500: saves no change, but still signs out.
        await save(session, isWayOut(error) ? 200 : 500);
        throw error;
      }
      await save(session);
      return result;
    });
  };
  return { load, save: (session) => save(session), update, ready: () => open() };
}

function jarOf(jar) {
  if (!jar?.getAll) misused("`inNext` takes the function `cookies` of next/headers");
  return jar;
}

/** Returns the values of each name in a `Cookie` header, in order. A header may have thousands of names, so it is read once. */
function valuesOf(field) {
  const values = new Map();
  for (const pair of pairsOf(field)) {
    const at = pair.indexOf("=");
    // The jar has `true` for a pair without a value.
    const [name, value] = at < 0 ? [pair, "true"] : [pair.slice(0, at), pair.slice(at + 1)];
    if (values.has(name)) values.get(name).push(value);
    else values.set(name, [value]);
  }
  return values;
}

/** Returns true if a cookie of the jar arrived with the request. The jar has the last value of a name, which may be a planted one. */
function isIn(values, cookie) {
  const arrived = values.get(cookie.name) ?? [];
  // An empty cookie was dropped by this request, unless the last value arrived empty. The jar has values decoded.
  const shown = isExpiry(cookie) ? arrived.slice(-1) : arrived.flatMap((value) => [value, decoded(value)]);
  return shown.map(plain).includes(plain(cookie.value));
}

/**
 * Returns true for what `redirect`, `notFound` and similar functions throw, which is a response and not a failure. Other digests mark
 * a page that cannot be rendered at build time.
 */
const isWayOut = (error) => typeof error?.digest === "string" && /^NEXT_(REDIRECT|HTTP_ERROR_FALLBACK|NOT_FOUND)(;|$)/.test(error.digest);

/** Throws for sessions whose cookies the jar of Next.js would lose: it keeps one cookie of each name, whatever its path and domain. */
async function checked(sessions, headers) {
  const cookie = await sessions;
  const names = droppedBy(cookie);
  const hidden = names.find((name) => name !== cookie.name || !isHostName(name));
  const sentence = `Next.js shows the cookie ${hidden} decoded, and only one of two that different hosts have set; ${WITH_HEADERS}`;
  ensure(headers || hidden === undefined, "headers", sentence);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return cookie;
  const advice = "leave it out here, where sessions are read, and write them by `withSession` of hardtack-session/fetch";
  const option = twice === cookie.name ? "formerly" : "migrateFrom";
  throw new ConfigError(option, `\`${option}\` drops two cookies named ${twice}, but Next.js can set only one; ${advice}`);
}

/** Returns the names of the cookies that a sign-out drops, those of other libraries included. */
function droppedBy(cookie) {
  const { template, old } = settingsOf(cookie);
  const former = template.expireFormer?.([], sealerOf(cookie).policy.budget.allowed.cookies) ?? [];
  // However late it is, so that each `migrateFrom` cookie is among them.
  return [...former, template, ...(old?.expire(Infinity, []) ?? [])].map(({ name }) => name);
}
