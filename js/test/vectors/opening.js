// The vectors of tokens that are opened, of CSRF tokens, of header fields, and of hosts.

import { Budget } from "../../src/state/budget.js";
import { hex } from "../../src/format/base/bytes.js";
import { contextBytes } from "../../src/format/keys/purpose.js";
import { assemble } from "../../src/format/cookie/values.js";
import { isTokenOf, renderToken, verifyCsrf } from "../../src/session/csrf.js";
import { Rejected } from "../../src/format/base/errors.js";
import { KeyRing, SessionCookie, SessionHeader, attributes } from "../../src/index.js";
import { hostOf, portToCompare } from "../../src/base/origins.js";
import { contentOf } from "../../src/format/keys/ring.js";
import { Session } from "../../src/session/session.js";
import { SessionSealer, choose } from "../../src/session/sealer.js";
import { policyOf } from "../../src/session/settings.js";
import { State } from "../../src/state/state.js";
import { Sealer } from "../../src/format/token/token.js";
import { binary, bytes, equal, given, isAccepted, know, optionsOf, paddingOf, purposeOf, rulesOf, visitsType } from "./common.js";
import { roomOf } from "./cookies.js";

/** The keys and rules of the vector's purpose, which may be that of a bare token. */
async function sealerFor(vector, options = {}) {
  const ring = await KeyRing.parse(vector.ring, { mode: vector.mode, skipXChaCha: true });
  const policy = policyOf(options);
  policy.budget = new Budget({ field: 3072, cookies: 1 }, [0, 0], 45);
  return new SessionSealer(vector.mode, await Sealer.of(contentOf(ring), purposeOf(vector), contextBytes(vector.context)), policy, () => {});
}

const OPEN = "ring mode purpose context application type_label now policy expects candidates parts twin expect".split(" ");

export async function runOpen(vector) {
  know(vector, OPEN);
  const type =
    vector.expects === "dictionary" ? null : visitsType({ label: vector.type_label ?? "", schema: vector.expects.schema });
  const sealer = await sealerFor(vector, { ...rulesOf(vector.policy), idleTimeout: null, rememberedIdleTimeout: null, refreshAfter: "never", type });
  // A vector may have an idle timeout above the longest life, which a configuration may not.
  const { idle, remembered_idle: rememberedIdle } = vector.policy;
  Object.assign(sealer.policy, { idle: idle ?? Infinity, rememberedIdle: rememberedIdle ?? Infinity });
  equal(await openVector(vector, sealer), vector.expect);
}

async function openVector(vector, sealer) {
  const found = [];
  for (const [number, value] of vector.parts ?? []) found[number] = [...new Set([...(found[number] ?? []), binary(value)])];
  const isCookie = vector.purpose.kind === "cookie";
  const results = [];
  for (const candidate of vector.candidates.slice(0, 4)) {
    try {
      const value = binary(candidate);
      const { token, cookies } = isCookie ? assemble(value, found) : { token: value, cookies: 1 };
      results.push(await sealer.verify(token, cookies, Number(vector.now)));
    } catch (rejected) {
      if (!(rejected instanceof Rejected)) throw rejected;
      results.push(rejected);
    }
  }
  try {
    if (!isCookie && results.length > 1) throw new Rejected("Duplicate");
    const isHostOnly = /^__host-/i.test(vector.purpose.name);
    const chosen = choose(results, isHostOnly);
    if (chosen instanceof Rejected) throw chosen;
    const state = new State(sealer.policy, Number(vector.now));
    state.open(chosen);
    const { Handle = Session } = sealer.policy.type;
    const session = new Handle(state);
    const { outcome } = session;
    if (outcome.kind === "rejected") return { rejected: outcome.reason, key_id: outcome.keyId };
    const { body, keyId, place } = chosen;
    return {
      opened: {
        index: results.indexOf(chosen),
        key_id: keyId,
        under: { [-1]: "earlier", 0: "sealing", 1: "later" }[Math.sign(place)],
        issued: body.metadata.issued,
        last_active: body.metadata.issued + body.metadata.age,
        limit: body.metadata.limit,
        remembered: body.metadata.remembered,
        sid: body.metadata.sid && hex(body.metadata.sid),
        schema: body.metadata.schema || null,
        flash: body.flash,
        payload: hex(body.payload),
        data: dataOf(session, vector),
      },
    };
  } catch (rejected) {
    if (!(rejected instanceof Rejected)) throw rejected;
    return { rejected: rejected.reason, key_id: rejected.keyId };
  }
}

/** What the application gets, as JSON; null where JSON has no form for a part of it. */
export function dataOf(session, vector) {
  if (vector.expects !== "dictionary") return session.value;
  const none = Symbol("none");
  const json = (value) => {
    if (value instanceof Map || (typeof value === "number" && !Number.isFinite(value))) throw none;
    if (value instanceof Uint8Array) return [...value];
    if (Array.isArray(value)) return value.map(json);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, json(inner)]));
  };
  try {
    return Object.fromEntries(session.entries().map(([key, value]) => [key, json(value)]));
  } catch (thrown) {
    if (thrown === none) return null;
    throw thrown;
  }
}

const CSRF = {
  render: "ring mode purpose context application type_label now sid issued mask token".split(" "),
  check: "ring mode purpose context application now keep_unknown_keys session token passes".split(" "),
};

export async function runCsrf({ kind, ...vector }) {
  know(vector, CSRF[kind]);
  if (kind === "render") {
    const sealer = await sealerFor(vector);
    const name = bytes(vector.sid + (vector.issued - 1_767_225_600).toString(16).padStart(8, "0"));
    equal(await renderToken(sealer.tokens, name, vector.now, bytes(vector.mask)), vector.token);
    return equal(await isTokenOf(sealer.tokens, name, vector.now, vector.token), true, "passes");
  }
  const make = vector.mode === "signed" ? "unencryptedButSigned" : "encrypted";
  const options = { ...optionsOf(vector), keepUnknownKeys: vector.keep_unknown_keys ?? false, skipXChaCha: vector.ring.includes("_xcha_") };
  const cookies = await SessionCookie[make](vector.ring, { ...options, cookie: attributes({ name: vector.purpose.name }) });
  const session = await cookies.load(`${vector.purpose.name}=${vector.session}`, vector.now * 1000);
  equal(await verifyCsrf(session, vector.token), vector.passes);
}

export async function runHeader({ kind, ...vector }) {
  if (kind === "room") {
    know(vector, ["mode", "limit", "parts", "padding", "expects", "payload"]);
    const size = { field: vector.limit * (vector.parts ?? 1), cookies: 1 };
    const options = { maxTokenLength: size.field, padding: paddingOf(vector.padding), type: vector.expects && visitsType({ label: "", schema: vector.expects.schema }) };
    const make = vector.mode === "signed" ? "unencryptedButSigned" : "encrypted";
    const ring = await KeyRing.generate({ mode: vector.mode });
    const accepted = await isAccepted(() => SessionHeader[make](ring, { header: "x-session", ...given(options) }));
    return equal(accepted ? roomOf(vector, size, [0, 0]) : null, vector.payload);
  }
  know(vector, ["ring", "mode", "field", "now", "lines", "expect"]);
  const make = vector.mode === "signed" ? "unencryptedButSigned" : "encrypted";
  const header = await SessionHeader[make](vector.ring, { header: vector.field });
  const session = await header.load(vector.lines, vector.now * 1000);
  const { kind: found, keyId, reason } = session.outcome;
  if (found === "absent") return equal({ absent: true }, vector.expect);
  if (found === "rejected") return equal({ rejected: reason, key_id: keyId }, vector.expect);
  equal({ opened: { key_id: keyId, issued: session.createdAt.getTime() / 1000 } }, vector.expect);
}

/** The host of a request (SPEC.md § 15.9). */
export async function runHost(vector) {
  know(vector, ["scheme", "authority", "fields", "host"]);
  const scheme = vector.scheme === null ? undefined : `${vector.scheme}:`;
  const host = hostOf({ values: () => vector.fields, address: vector.authority, scheme });
  if (!host) return equal(null, vector.host);
  const port = portToCompare(host, scheme);
  equal(`${host.name.toLowerCase()}${port === null ? "" : `:${port}`}`, vector.host);
}
