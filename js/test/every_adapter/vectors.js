// The vectors of requests with a cookie, through an adapter: what its handler gets, and what its response says.

import { readFile } from "node:fs/promises";
import { Agent, request as requestOf } from "node:http";
import { once } from "node:events";
import { test } from "node:test";

import { PURPOSES, cacheChanges } from "../../src/carrier/caching.js";
import { stateOf } from "../../src/session/session.js";
import { SessionCookie, attributes } from "../../src/index.js";
import { reasonToSkip } from "../vectors.js";
import { binary, equal, optionsOf, parse, visitsType } from "../vectors/common.js";
import { attributesOf, formerlyOf } from "../vectors/cookies.js";
import { dataOf } from "../vectors/opening.js";
import { acted, carrierOf, isAsked as isValidated, partIn, starred, storedIn } from "../vectors/writing.js";
import { XAES_KEY } from "../visitor.js";
import { printed } from "./site.js";

const vectorsOf = async (file) => parse(await readFile(new URL(`../../../tests/vectors/${file}.json`, import.meta.url), "utf8")).vectors;
const [writes, opens, cookies] = await Promise.all(["writes", "open", "cookies"].map(vectorsOf));

/** The settings of vectors that one site can have together. */
const SETTINGS = "ring mode purpose context application type_label policy profile padding attributes earlier save_on_server_error keep_unknown_keys refresh_navigations_only may_share expects".split(" ");
const settingsOf = (vector) => JSON.stringify([...SETTINGS.map((name) => vector[name]), isValidated(vector) && vector.actions[0]], (_, value) => (typeof value === "bigint" ? `${value}` : value));

/**
 * Each has the key of its site, the carrier, the time, the fields of a request, what its handler does, and what is checked. Of the
 * vectors that are alike for an adapter there is one: vectors.test.js has all of them.
 */
const VISITS = [
  ...oneOfEach(writes.filter((vector) => !reasonToSkip("writes", vector) && vector.purpose.kind === "cookie" && canBeSent(vector)), kindOfWrite).map(writing),
  ...oneOfEach(opens.filter((vector) => !reasonToSkip("open", vector) && canBeOpened(vector)), kindOfOpen).map(opening),
  ...cookies.filter(({ kind }) => kind === "earlier").map(moving),
];

function oneOfEach(vectors, kindOf) {
  return [...new Map(vectors.toReversed().map((vector) => [JSON.stringify(kindOf(vector)), vector])).values()];
}

/** The fields of the request and of the response, and what becomes of the session. */
function kindOfWrite({ request, response, expect: { touch, change, failed, fields, left }, profile, attributes, may_share, save_on_server_error }) {
  const others = request.filter(([name]) => name.toLowerCase() !== "cookie");
  return [others, response, touch, change, failed, fields.length, left?.length, profile, attributes, may_share, save_on_server_error];
}

function kindOfOpen({ mode, candidates, parts = [], expects, expect: { rejected, opened } }) {
  return [mode, candidates.length, parts.length, expects, rejected, opened?.under, opened?.flash];
}

/** With a 304 adapters refresh nothing, other statuses no handler answers, the lines of a field come as one, and Node takes 16 KiB of them. */
function canBeSent({ request, profile, response: { status } = { status: 200 } }) {
  const names = request.map(([name]) => name.toLowerCase()).filter((name) => name !== "cookie");
  return profile !== 4 && JSON.stringify(request).length < 12_000 && status >= 200 && status < 600 && status !== 304 && new Set(names).size === names.length;
}

/** Keys of XChaCha20-Poly1305 are skipped under a name that no other host can set, and a configuration has no idle timeout above the longest life. */
function canBeOpened({ ring, purpose, policy, candidates, parts }) {
  return purpose.kind === "cookie" && !(policy.idle > policy.absolute) && JSON.stringify([candidates, parts]).length < 12_000 && (purpose.name.startsWith("__Host-") || !ring.includes("_xcha_")) && candidates.every((value) => /^[!#-+\--:<-[\]-~]*$/.test(value));
}

function writing(vector) {
  const { now, request, response = { status: 200, fields: [] }, expect } = vector;
  const lines = (fields) => fields.filter(([name]) => name.toLowerCase() === "set-cookie").map(([, line]) => line);
  let came;
  return {
    vector, now, fields: request, site: `writes ${settingsOf(vector)}`, carrier: () => carrierOf(vector),
    handle: async (session) => {
      came = stateOf(session).arrival.metadata?.sid ?? null;
      const { failed, change, touch, stored, fields, left, late, ...told } = expect;
      equal(await acted(vector, session), told, "told");
      const names = [...new Set(response.fields.map(([name]) => name))];
      return { status: response.status, headers: Object.fromEntries(names.map((name) => [name, response.fields.filter(([one]) => one === name).map(([, value]) => value)])) };
    },
    check: async ({ status, setCookies, headers }, isHandled, hasHead) => {
      // Nobody could say whether its session goes on.
      if (!isHandled) return equal([status, setCookies, vector.policy.revalidate_after !== undefined], [503, [], true], "an answer of the adapter");
      if (expect.failed) return equal([status, setCookies], [500, []], "what failed");
      equal(status, response.status, "status");
      const left = (expect.left ?? lines(response.fields)).map((line) => line.trim());
      const own = [...setCookies];
      for (const line of left) equal(own.splice(own.indexOf(line), 1), [line], "what stays");
      const fields = own.map((line) => ["set-cookie", line]);
      equal(fields.map(starred), expect.fields, "fields");
      const parts = fields.flatMap((field) => partIn(field, vector.purpose.name));
      if (expect.stored) equal(await storedIn(vector, parts, came), expect.stored, "stored");
      if (!hasHead) return;
      const others = response.fields.map(([name, value]) => [name.toLowerCase(), value]);
      const expected = new Map([["cache-control", null], ["vary", null], ...others, ...cacheChanges(others, expect.touch, "Cookie", vector.may_share)]);
      expected.delete("set-cookie");
      for (const [name, value] of expected) equal(headers.get(name), value, name);
    },
  };
}

function opening(vector) {
  const { now, ring, mode, policy, expects, type_label: label = "", purpose, candidates, parts = [], expect } = vector;
  const type = expects === "dictionary" ? undefined : visitsType({ label, schema: expects.schema });
  const make = mode === "signed" ? "unencryptedButSigned" : "encrypted";
  const pairs = [...candidates.map((value) => [purpose.name, value]), ...parts.map(([number, value]) => [`${purpose.name}.${number}`, value])];
  return {
    vector, now, fields: [["cookie", pairs.map(([name, value]) => `${name}=${binary(value)}`).join("; ")]], site: `open ${settingsOf(vector)}`,
    carrier: () => SessionCookie[make](ring, { ...optionsOf(vector, policy, () => true), type, skipXChaCha: ring.includes("_xcha_"), cookie: attributes({ name: purpose.name }), size: "split:4" }),
    handle: async (session) => {
      const { kind, reason, keyId } = session.outcome;
      if (expect.rejected) return equal([kind, reason, keyId], ["rejected", expect.rejected, expect.key_id ?? undefined], "outcome"), {};
      const { key_id, under, issued, flash, data } = expect.opened;
      equal([kind, keyId], [under === "sealing" ? "opened" : "openedUnderAcceptedKey", key_id], "outcome");
      equal([session.createdAt.getTime() / 1000, session.allFlashes(), dataOf(session, vector)], [issued, flash, data], "session");
      return {};
    },
    check: async (_, isHandled) => equal(isHandled, true),
  };
}

function moving(vector) {
  return {
    vector, now: 1_767_225_600, fields: vector.lines.map((line) => ["cookie", line]), site: `cookies ${vector.name}`,
    carrier: () => SessionCookie.encrypted(XAES_KEY, { cookie: attributes({ ...attributesOf(vector), formerly: formerlyOf(vector) }), size: vector.parts ? `split:${vector.parts}` : "anywhere" }),
    handle: async (session) => (vector.change === "store" ? session.set("a", 1) : session.invalidate(), {}),
    check: async ({ setCookies }) => equal(setCookies.map((line) => line.replace(/^([^=]+)=[^;]+/, "$1=*")), vector.fields),
  };
}

/** Asks a site; over a socket with these fields alone, as `fetch` adds its own. */
async function ask({ origin, send }, fields, agent) {
  if (!/:\d+$/.test(origin)) {
    const { status, headers } = await send(`${origin}/`, { headers: fields });
    return { status, headers, setCookies: headers.getSetCookie() };
  }
  const host = fields.some(([name]) => name.toLowerCase() === "host") ? [] : ["host", new URL(origin).host];
  const request = requestOf(`${origin}/`, { agent, headers: [...fields.flat(), ...host] }).end();
  const [response] = await once(request, "response");
  await response.resume().toArray();
  const { "set-cookie": setCookies = [], ...headers } = response.headers;
  return { status: response.statusCode, headers: { get: (name) => headers[name] ?? null }, setCookies };
}

/** `isAsked`: whether the adapter can be asked for a vector. `hasHead`: whether it writes fields beside its cookies. */
export function passesVectors(name, open, { isAsked = () => true, hasHead = true } = {}) {
  test(`${name}: every vector of a request with a cookie passes`, async (t) => {
    printed(t);
    const agent = new Agent({ keepAlive: true });
    let visit;
    let failure;
    let isHandled;
    const handler = async (session) => {
      isHandled = true;
      return visit.handle(session).catch((error) => ((failure = error), { status: 500 }));
    };
    const sites = new Map();
    const failed = [];
    // The proxy of Next.js leaves what is prefetched to the page.
    const isProxy = name.includes("Next.js");
    const isPrefetch = ({ fields }) => fields.some(([name]) => PURPOSES.includes(name.toLowerCase()));
    const visits = VISITS.filter((visit) => isAsked(visit.vector) && !(isProxy && isPrefetch(visit)));
    equal(visits.length > 100, true, "enough of them");
    for (visit of visits) {
      try {
        if (!sites.has(visit.site)) sites.set(visit.site, await open(await visit.carrier(), { now: () => Number(visit.now) * 1000 }, handler));
        [failure, isHandled] = [null, false];
        const answer = await ask(sites.get(visit.site), visit.fields, agent);
        if (failure) throw failure;
        await visit.check(answer, isHandled, hasHead);
      } catch (error) {
        failed.push(`${visit.site.split(" ")[0]}: ${visit.vector.name}: ${error}`);
      }
    }
    agent.destroy();
    equal(failed, []);
  });
}
