// Every case of the rules of domains.json, as a digest for each slice. tests/domains/domains.py has the same of the text of the
// specification.

import { createHash } from "node:crypto";

import { readBody } from "../../src/format/bytes/body.js";
import { hex } from "../../src/format/base/bytes.js";
import { cacheChanges, isShareable } from "../../src/carrier/caching.js";
import { sealerOf } from "../../src/carrier/carrier.js";
import { CsrfGuard } from "../../src/csrf_guard.js";
import { SessionCookie } from "../../src/index.js";
import { Key } from "../../src/format/keys/key.js";
import { parseRing } from "../../src/format/keys/ring.js";
import { changesOf, decide } from "../../src/state/decide.js";
import { stateOf } from "../../src/session/session.js";
import { Sealer } from "../../src/format/token/token.js";
import { act, carrierOf } from "./writing.js";

/** Returns the texts of the cases of each slice. */
export async function* ends(domains) {
  const sites = [];
  for (const [, isThorough, more] of domains.scenes) {
    const scene = { ...more, actions: [["validate", null]] };
    sites.push({ scene, carrier: await carrierOf(scene), isThorough });
  }
  const arrivals = new Map(domains.arrivals);
  for (const [number, [arrival, calls, digest]] of domains.ends.entries()) {
    // `load` has asked before a program gets the session.
    if (arrivals.get(arrival).answer === null) continue;
    const lines = [];
    for (const site of sites) {
      for (const [, fields] of domains.requests) {
        const session = await arrive(site, arrivals.get(arrival), fields, domains.now);
        const told = [];
        for (const index of calls) told.push(await call(session, domains.calls[index]));
        casesOf(site, stateOf(session), told, domains, lines);
      }
    }
    yield { name: `ends ${number}`, lines, digest };
  }
}

async function arrive({ carrier, scene }, { token, answer, how }, fields, now) {
  scene.actions[0][1] = answer;
  const sealer = sealerOf(carrier);
  sealer.policy.devices = how && { open: HOW[how] };
  const cookie = token ? ["cookie", `${carrier.name}=${token}`] : [];
  try {
    return await carrier.load({ rawHeaders: [...fields.flat(), ...cookie] }, now * 1000);
  } catch (error) {
    if (error.code !== "unvalidated") throw error;
    stateOf(error.session).failure = error;
    return error.session;
  }
}

/** What makes another session of one that opens. */
const HOW = {
  stale: ({ keyId, body: { metadata } }, _, state) => {
    state.arrival = { kind: "withheld", code: "stale", sentence: "", metadata };
    state.outcome = { kind: "rejected", reason: "Stale", keyId };
  },
  bound: (chosen, _, state) => {
    state.becameBound = true;
    const { body } = chosen;
    state.open({ ...chosen, body: { ...body, metadata: { ...body.metadata, device: new Uint8Array(16) } } });
  },
  "taken over": ({ body: { metadata, payload, flash } }, _, state) => {
    state.become(metadata, payload, flash);
    state.outcome = { kind: "migrated" };
  },
};

async function call(session, action) {
  try {
    const told = await act(session, action);
    if (["invalidate", "sign-in"].includes(action[0])) return told ? "id" : "none";
    return action[0] === "take" ? `${told.length}` : "";
  } catch (error) {
    if (error.name !== "SessionError") throw error;
    return error.code;
  }
}

function casesOf({ scene, carrier, isThorough }, state, told, domains, lines) {
  const { metadata, isTouched, outcome, arrival } = state;
  const sid = metadata.sid === null ? "none" : arrival.metadata?.sid && hex(arrival.metadata.sid) === hex(metadata.sid) ? "came" : "new";
  const none = (value) => value ?? "None";
  const { issued, age, limit, remembered } = metadata;
  const lengths = `${state.payload.length} ${state.flash.length}`;
  lines.push(`${told} ${issued - domains.now} ${age} ${none(limit)} ${none(remembered)} ${sid} ${lengths}`);
  const sealer = sealerOf(carrier);
  const hasKey = !state.isNew && arrival.body !== null;
  // In Rust this error is counted by itself, and not as a change that a 5xx dropped.
  const isCounted = told.includes("not-remembering");
  const isRefused = state.failure !== null || isCounted;
  const statuses = [...domains.statuses[+isThorough], ...(isRefused ? domains.telling : [])];
  const shared = isShareable([["cache-control", "public"]]);
  for (const keyId of hasKey ? domains.standings : domains.standings.slice(0, 1)) {
    if (hasKey) state.outcome = { ...outcome, keyId };
    const place = sealer.placeOf(state);
    for (const status of statuses) {
      for (const isShareable of [false, shared]) {
        for (const sent of domains.sent[+isThorough]) {
          const set = { existing: sent !== "nothing", isSame: sent === "same" };
          state.isTouched = isTouched;
          const decision = decide(state, { place, status, isShareable, mayShare: scene.may_share, ...set });
          lines.push(textOf({ ...decision, state, isFailed: decision.isFailed && !isCounted }));
        }
      }
    }
  }
}

function textOf(decision) {
  const { change, dependence, body, maxAge, isLost, isLapsed, isFailed } = decision;
  const stored = change === "store" ? ` ${body.length} ${readBody(body).metadata.age} ${maxAge ?? "None"}` : "";
  const counted = changesOf(decision).map((name) => ` ${name}`);
  const lost = isLost ? " LeftOut" : isLapsed ? " Lapsed" : isFailed ? " Failed" : "";
  return `${change} ${dependence}${stored}${counted.join("")}${lost}`;
}

/** Returns the slices of a domain that is a product of axes: a slice for each value of the first. */
export async function* products({ axes, now, keys, arrivals }, domain) {
  const [, [first, ...others], digests] = axes.find(([name]) => name === domain);
  const answer = await ANSWERS[domain](now, keys, Object.fromEntries(arrivals));
  for (const [number, value] of first.entries()) {
    const lines = [];
    for (const values of product(others)) lines.push(await answer([value, ...values]));
    yield { name: `${domain} ${number}`, lines, digest: digests[number] };
  }
}

function* product([axis, ...others]) {
  if (axis === undefined) return yield [];
  for (const value of axis) for (const values of product(others)) yield [value, ...values];
}

const ANSWERS = {
  /** What a request says of itself (docs/spec/writer.md § 8.12, § 8.12.1). */
  async quiet(now, [key]) {
    const build = (refreshNavigationsOnly) => SessionCookie.unencryptedButSigned(key, { refreshNavigationsOnly, log: null });
    const carriers = [await build(false), await build(true)];
    return async (values) => {
      const [navigationsOnly, hasToken] = values.slice(-2);
      const fields = [["host", "shop.example"], ...values.slice(0, -2).flat(), ...(hasToken ? [["cookie", "__Host-session=x"]] : [])];
      const session = await carriers[+navigationsOnly].load({ rawHeaders: fields.flat() }, now * 1000);
      const { refreshesNothing, isPreload, isPrefetch, mayHide } = stateOf(session);
      return [refreshesNothing, isPreload, isPrefetch, mayHide].map(Number).join("");
    };
  },
  /** The fields of responses for caches (docs/spec/carriers.md § 9.8). */
  async caches() {
    return (values) => {
      const [touch, mayShare] = values.slice(-2);
      const fields = values.slice(0, -2).flat();
      const changes = cacheChanges(fields, touch, "cookie", mayShare);
      const found = [...fields.filter(([name]) => !changes.some(([changed]) => changed === name)), ...changes];
      const vary = found.filter(([name]) => name === "vary").map(([, value]) => value.toLowerCase());
      const others = found.filter(([name]) => name !== "vary").map((field) => field.join(": "));
      return `${Number(isShareable(fields))} ${others.sort().join(" | ")} | ${vary.join(", ")}`;
    };
  },
  /** The verdict of a guard about a request without a body. */
  async guard(now, keys, { due }) {
    const carrier = await SessionCookie.unencryptedButSigned(keys.slice(0, 2).join("\n"), { log: null });
    const session = await carrier.load({ headers: { cookie: `__Host-session=${due.token}` } }, now * 1000);
    const guards = new Map();
    const guardOf = (asks, trusts) =>
      new CsrfGuard({
        tokensInForms: asks === "form",
        originCheckOnly: asks === "nothing",
        ...(trusts && { trustOrigins: ["https://app.example"], trustFormPosts: [["https://other.example", "/"]] }),
      });
    return async ([method, ...values]) => {
      const [asks, trusts, token] = values.splice(-3);
      const key = `${asks} ${trusts}`;
      if (!guards.has(key)) guards.set(key, guardOf(asks, trusts));
      const fields = [["host", "shop.example"], ...values.flat(), ...token];
      const refusal = await guards.get(key).check({ method, url: "/", rawHeaders: fields.flat(), body: {} }, session);
      return refusal?.code ?? "passes";
    };
  },
  /** The roles of the keys of a ring (SPEC.md § 3.4). */
  async roles(now, texts) {
    return async (times) => {
      const at = (name, time) => (time === null ? "" : ` ${name}=${new Date((now + time) * 1000).toISOString().replace(".000", "")}`);
      const lines = texts.map((text, i) => text + at("seal_from", times[2 * i]) + at("accept_until", times[2 * i + 1]));
      let ring;
      try {
        ring = await parseRing(lines.join("\n"), { mode: "signed" });
      } catch {
        return "refused";
      }
      const sealer = new Sealer(ring, null, null, 0, ring.keys.map((key) => ({ key })));
      const ids = await Promise.all(texts.map(async (text) => (await Key.parse(text)).id));
      const names = { [-1]: "accepted", 0: "sealing", 1: "planned" };
      return ids.map((id) => names[Math.sign(sealer.placeOf(id, now) ?? NaN)] ?? "retired").join(" ");
    };
  },
};

export const digestOf = (lines) => createHash("sha256").update(`${lines.join("\n")}\n`).digest("hex").slice(0, 12);
