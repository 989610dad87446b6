// The vectors of requests that bring a session, and of their responses: writes and devices.

import { readBody } from "../../src/format/bytes/body.js";
import { hex } from "../../src/format/base/bytes.js";
import { isShareable } from "../../src/carrier/caching.js";
import { contextBytes } from "../../src/format/keys/purpose.js";
import { csrfToken, verifyCsrf } from "../../src/session/csrf.js";
import { deviceBound } from "../../src/device.js";
import { keysInUse } from "../../src/health.js";
import { KeyRing, SessionCookie, SessionError, SessionHeader, SessionToken, attributes, decodeDictionary } from "../../src/index.js";
import { contentOf } from "../../src/format/keys/ring.js";
import { stateOf } from "../../src/session/session.js";
import { decide } from "../../src/state/decide.js";
import { headChanges } from "../../src/carrier/cookie.js";
import { Sealer } from "../../src/format/token/token.js";
import { VISITS, bytes, equal, given, isAccepted, know, nameOf, optionsOf, paddingOf, purposeOf, visitsType } from "./common.js";
import { attributesOf, fixedOf, roomOf } from "./cookies.js";

const SCENE =
  "ring mode purpose context application type_label policy profile padding attributes earlier answers_in save_on_server_error keep_unknown_keys refresh_navigations_only may_share expects devices now request".split(
    " ",
  );
const SETTINGS = ["path", "bound_for", "challenge_for", "required_after", "initiators", "excluded", "origin", "offers"];

// The configuration

export async function carrierOf(vector) {
  const { policy } = vector;
  const options = given({
    ...optionsOf(vector, isAsked(vector) ? policy : { ...policy, unvalidated_up_to: undefined }, () => answerTo(vector)),
    padding: paddingOf(vector.padding),
    saveOnServerError: vector.save_on_server_error,
    keepUnknownKeys: vector.keep_unknown_keys,
    type: typeOf(vector),
  });
  const make = vector.mode === "signed" ? "unencryptedButSigned" : "encrypted";
  const { kind, name } = vector.purpose;
  const { profile = "anywhere" } = vector;
  if (kind === "header") {
    const maxTokenLength = { anywhere: 3072, browser: 4096 }[profile] ?? profile * 4096;
    return SessionHeader[make](vector.ring, { header: name, ...options, maxTokenLength });
  }
  equal(kind, "cookie");
  const formerly = (vector.earlier ?? []).map(({ path, domain, partitioned }) => ({ path, domain, partitioned }));
  return SessionCookie[make](vector.ring, {
    ...options,
    ...(vector.may_share && { dangerAllowSharedCaching: true }),
    persistent: policy.persistent,
    refreshNavigationsOnly: vector.refresh_navigations_only,
    cookie: attributes({ ...(vector.attributes && attributesOf(vector.attributes)), name, formerly }),
    size: typeof profile === "number" ? `split:${profile}` : profile,
    deviceBound: vector.devices && deviceBoundOf(vector.devices),
  });
}

/** The text of settings, as it is told when a carrier is built. */
export async function runSettings(vector) {
  const { text, fingerprint, purpose, mode, policy, profile, most_characters: maxTokenLength, attributes: chosen, schema, device_bound: isBound, ...labels } = vector;
  know(labels, ["application", "type_label", "context", "padding"]);
  let told;
  const options = given({
    ...optionsOf(vector, policy, () => true),
    padding: paddingOf(vector.padding),
    type: schema && visitsType({ label: vector.type_label, schema }),
    log: (_, message, fields) => (told = fields),
  });
  const make = mode === "signed" ? "unencryptedButSigned" : "encrypted";
  const ring = await KeyRing.generate({ mode });
  const { kind, name } = purpose;
  const carrier =
    kind === "cookie"
      ? await SessionCookie[make](ring, {
          ...options,
          ...given({ persistent: policy.persistent, size: typeof profile === "number" ? `split:${profile}` : profile }),
          cookie: attributes({ ...(chosen && attributesOf(chosen)), name }),
          deviceBound: isBound && deviceBound({ path: "/.session" }),
        })
      : kind === "header"
        ? await SessionHeader[make](ring, given({ ...options, header: name, maxTokenLength }))
        : await SessionToken[make](ring, given({ ...options, purpose: name, maxTokenLength }));
  equal([told.settings, told.settingsFingerprint], [text, fingerprint]);
  equal((await keysInUse(carrier.inContext([["tenant", "acme"]]))).settings, fingerprint);
}

/** The type of `open.json`; or, for a dictionary under the label of a type, one that takes the bytes of the dictionary. */
function typeOf({ expects = "dictionary", type_label: label = "" }) {
  if (expects !== "dictionary") return visitsType({ label, schema: expects.schema, convert: converting(expects) });
  return label === "" ? undefined : visitsType({ label, schema: 1, convert: (_, payload) => decodeDictionary(payload) });
}

/** Earlier versions of the type had the same bytes. */
function converting({ converts = [] }) {
  return (schema, payload) => {
    if (!converts.includes(schema)) throw new Error("it is not converted");
    return VISITS.decode(payload);
  };
}

function deviceBoundOf(devices) {
  know(devices, SETTINGS);
  const { path, bound_for: boundFor, required_after: requiredAfter, initiators, offers } = devices;
  return deviceBound({ path, boundFor, requiredAfter, initiators, offers });
}

/** Loads the session of a vector, which waits where the application has not answered. */
async function load(vector, carrier) {
  try {
    return await carrier.load({ rawHeaders: vector.request.flat() }, vector.now * 1000);
  } catch (error) {
    if (error.code !== "unvalidated") throw error;
    // Here nobody has been asked, although `load` asks.
    if (!isAsked(vector)) stateOf(error.session).isTouched = false;
    return error.session;
  }
}

export const isAsked = ({ actions = [] }) => actions[0]?.[0] === "validate";

/** The answer of the application to the first question. */
function answerTo(vector) {
  const answers = { "goes-on": true, ended: false };
  return isAsked(vector) ? answers[vector.actions[0][1]] : undefined;
}

// Writing

export async function runWrite(vector) {
  know(vector, [...SCENE, "actions", "response", "late", "expect"]);
  const carrier = await carrierOf(vector);
  const session = await load(vector, carrier);
  const came = stateOf(session).arrival.metadata?.sid ?? null;
  const { late: expectedLate = [], ...expected } = vector.expect;
  const before = await acted(vector, session);
  equal({ ...before, ...(await sent(vector, carrier, session, came)) }, expected);
  equal((await perform(session, vector.late ?? [])).errors, expectedLate, "late");
}

/** What comes of the actions of a vector, as it expects it. */
export async function acted({ actions, expect }, session) {
  const told = await perform(session, actions);
  if (!expect.taken) delete told.taken;
  return Object.fromEntries(Object.entries(told).filter(([, found]) => found.length > 0));
}

/** The errors of actions, and what the application is told. Ids are numbered in the order in which they are told. */
async function perform(session, actions) {
  const [errors, told, ids, taken, known] = [[], [], [], [], []];
  for (const [index, action] of actions.entries()) {
    try {
      const found = await act(session, action);
      if (action[0] === "invalidate") told.push([index, found]);
      if (action[0] === "take") taken.push([index, found]);
      if (action[0] === "ask-id") {
        if (found !== null && !known.includes(found)) known.push(found);
        ids.push([index, found && known.indexOf(found)]);
      }
    } catch (error) {
      if (error.name !== "SessionError") throw error;
      errors.push([index, error.code]);
    }
  }
  return { errors, told, ids, taken };
}

/** Makes the response, and says what is in it. */
async function sent(vector, carrier, session, came) {
  const { status, fields: others } = vector.response ?? { status: 200, fields: [] };
  const response = { status, isShareable: isShareable(others), mayShare: vector.may_share };
  const isSaid = vector.expect.left !== undefined;
  const { hasChanged } = session;
  let decision;
  let fields;
  let after = {};
  try {
    const state = stateOf(session);
    decision = decide(state, { place: state.sealer.placeOf(state), ...response });
    if (isSaid) ({ fields, ...after } = await afterWhatIsSaid(carrier, session, others, vector.expect.left.length));
    else fields = await fieldsOf(vector, carrier, session, response, others);
  } catch (error) {
    if (error.name !== "SessionError") throw error;
    return { failed: error.code, fields: [] };
  }
  const isSaved = vector.actions.some(([action]) => action === "save");
  if (!isSaid && status < 400 && !isSaved) equal(hasChanged, decision.dependence === "written" && decision.change !== "keep", "hasChanged");
  const parts = fields.flatMap((field) => partIn(field, nameOf(vector.purpose)));
  const isExpired = fields.some(([name, value]) => value === "" || (name === "set-cookie" && value.startsWith(`${vector.purpose.name}=;`)));
  const change = parts.length > 0 ? "store" : isExpired ? "drop" : "keep";
  if (!isSaid) equal(decision.change, change, "change");
  const stored = parts.length > 0 ? await storedIn(vector, parts, came) : null;
  const offer = await offerIn(vector, fields, stateOf(session).metadata.sid);
  return { change, touch: decision.dependence, ...after, ...(stored && { stored }), ...(offer && { offer }), fields: fields.map(starred) };
}

/** The fields of a session whose response says one already (§ 8.12.2), the lines that stay, and the touch. */
async function afterWhatIsSaid(carrier, session, others, count) {
  stateOf(session).onLost = () => {};
  const changes = await headChanges(carrier, others, session, {});
  const linesOf = (fields) => fields.filter(([name]) => name === "set-cookie").map(([, line]) => line);
  const lines = linesOf(changes);
  // Where some are removed, those that stay come first.
  const [left, sent] = lines[0] === null ? [lines.slice(1, 1 + count), lines.slice(1 + count)] : [linesOf(others), lines];
  const touch = { "no-store": "written", private: "touched" }[new Map(changes).get("cache-control")] ?? "untouched";
  return { left, touch, fields: sent.map((line) => ["set-cookie", line]) };
}

/** The fields of § 9.3.3, § 9.7.5 and § 16.4.2. */
async function fieldsOf(vector, carrier, session, response, others) {
  // The decision is the same, but carriers refresh nothing with a 304.
  const status = response.status === 304 ? 200 : response.status;
  if (carrier instanceof SessionHeader) {
    const token = await carrier.save(session, { ...response, status });
    return token === null ? [] : [[vector.answers_in ?? "session-token", token]];
  }
  const changes = await headChanges(carrier, others, session, { status });
  return changes.filter(([name]) => ["set-cookie", "secure-session-registration"].includes(name));
}

export function act(session, [action, ...given]) {
  const actions = {
    read: () => session.isNew,
    validate: () => validated(session),
    insert: (key, value) => session.set(key, value),
    "insert-uuid": (key, text) => session.set(key, text),
    "insert-address": (key, text) => session.set(key, text),
    "insert-bytes": (key, value) => session.set(wide(bytes(key)), unpacked(bytes(value))),
    "flash-bytes": (queue, message) => session.flash(wide(bytes(queue)), wide(bytes(message))),
    remove: (key) => session.delete(key),
    set: (value) => (session.value = value),
    flash: (queue, message) => session.flash(queue, message),
    take: (queue) => session.takeFlashes(queue),
    id: () => session.ensureId(),
    csrf: () => csrfToken(session),
    "new-id": () => session.renewId(),
    "ask-id": () => session.id,
    "ask-room": () => session.remainingBytes,
    "ask-outcome": () => session.outcome,
    renew: () => session.renew(),
    limit: (seconds) => session.limitTo(Number(seconds)),
    remember: (seconds) => session.rememberFor(Number(seconds)),
    forget: () => session.forget(),
    clear: () => session.clear(),
    invalidate: () => session.invalidate(),
    "sign-in": () => session.signIn(),
    save: () => session.save(),
    discard: () => session.discard(),
  };
  return actions[action](...given);
}

/** `load` has asked, and nobody asks again. */
function validated(session) {
  if (stateOf(session).withheld?.code === "unvalidated") throw new SessionError("unvalidated", "there was no answer");
}

/** The text of these bytes, in which a surrogate may stand alone. */
function wide(utf8) {
  const text = (at) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(at);
  if (utf8[0] !== 0xed || utf8[1] < 0xa0) return text(utf8);
  equal(utf8.length, 3, "bytes of a surrogate");
  return String.fromCharCode(0xd000 | ((utf8[1] & 0x3f) << 6) | (utf8[2] & 0x3f));
}

/** A value in MessagePack: small numbers, short texts, lists and maps. */
function unpacked(packed) {
  let at = 0;
  const next = () => {
    const head = packed[at++];
    if (head < 0x80) return head;
    if (head < 0x90) return mapOf(Array.from({ length: head & 0x0f }, () => [next(), next()]));
    if (head < 0xa0) return Array.from({ length: head & 0x0f }, next);
    at += head & 0x1f;
    return wide(packed.subarray(at - (head & 0x1f), at));
  };
  return next();
}

/** Texts are the keys of an object. A number that a `Map` would not hold twice is a BigInt, which is refused as well. */
function mapOf(entries) {
  if (entries.every(([key]) => typeof key === "string")) return Object.fromEntries(entries);
  return new Map(entries.map(([key, value], i) => [entries.findIndex(([other]) => other === key) < i ? BigInt(key) : key, value]));
}

/** The token, or a part of it, that a field carries, in a list. */
export function partIn([field, value], name) {
  if (field === "secure-session-registration") return [];
  if (field !== "set-cookie") return value === "" ? [] : [value];
  const [, cookie, text] = /^([^=]+)=([^;]*);/.exec(value);
  const isPart = cookie.startsWith(name) && /^(\.[1-7])?$/.test(cookie.slice(name.length));
  return isPart && text !== "" ? [text.slice(text.indexOf(".") + 1)] : [];
}

/** The body of a token, whatever its dates. */
async function bodyOf(vector, token, prefix) {
  const ring = await KeyRing.parse(vector.ring, { mode: vector.mode });
  const sealer = await Sealer.of(contentOf(ring), purposeOf(vector, prefix), contextBytes(vector.context));
  const { keyId, body } = await sealer.open(token, vector.now);
  return { keyId, ...readBody(body) };
}

export async function storedIn(vector, parts, came) {
  const { keyId, metadata, flash, payload } = await bodyOf(vector, parts.join(""));
  const { issued, age, limit, remembered, sid, device, schema } = metadata;
  return {
    key_id: keyId,
    issued,
    age,
    limit,
    remembered,
    sid: sid && (came && hex(came) === hex(sid) ? "kept" : "new"),
    device: device && hex(device),
    schema: schema || null,
    flash,
    payload: hex(payload),
    lengths: parts.map((part) => part.length),
  };
}

/** Its sid is that of the session as it is stored. */
async function offerIn(vector, fields, sid) {
  const [, offer] = fields.find(([name]) => name === "secure-session-registration") ?? [];
  if (!offer) return null;
  const { keyId, metadata } = await bodyOf(vector, /challenge="([^"]+)"$/.exec(offer)[1], "device:registration:");
  equal(hex(metadata.sid), hex(sid), "sid of the offer");
  return { key_id: keyId, issued: metadata.issued };
}

/** A field with `*` for what no two seals have in common. */
export function starred([name, value]) {
  if (name === "secure-session-registration") return [name, value.replace(/challenge="[^"]+"$/, 'challenge="*"')];
  if (name !== "set-cookie") return [name, value && "*"];
  return [name, /^[^=]+\.out-/.test(value) ? value : value.replace(/^([^=]+)=([2-8]\.)?[^;]+/, "$1=$2*")];
}

// Devices

export async function runDevice({ kind, ...vector }) {
  await { write: runWrite, open: runBound, csrf: runBoundCsrf, config: runConfig, room: runBoundRoom }[kind](vector);
}

async function runBound(vector) {
  know(vector, [...SCENE, "expect"]);
  const session = await load(vector, await carrierOf(vector));
  const { outcome } = session;
  if (outcome.kind === "absent") return equal({ absent: true }, vector.expect);
  if (outcome.kind === "rejected") return equal({ rejected: outcome.reason, key_id: outcome.keyId }, vector.expect);
  const { metadata, arrival, becameBound } = stateOf(session);
  const { issued, sid, device } = metadata;
  const found = {
    key_id: outcome.keyId,
    issued,
    sid: sid && hex(sid),
    device: device && hex(device),
    became_bound: becameBound,
    until: vector.expect.opened?.until, // see `partToSkip`
    payload: hex(arrival.payload),
  };
  equal({ opened: found }, vector.expect);
}

async function runBoundCsrf(vector) {
  know(vector, [...SCENE, "token", "passes"]);
  const session = await load(vector, await carrierOf(vector));
  equal(await verifyCsrf(session, vector.token), vector.passes);
}

async function runConfig({ accepted, devices, field, ...rest }) {
  const deviceBound = () => deviceBoundOf(devices);
  const inCookie = (ring) => SessionCookie.encrypted(ring, { cookie: attributes(attributesOf(rest)), deviceBound: deviceBound() });
  const inField = (ring) => SessionHeader.encrypted(ring, { header: field, deviceBound: deviceBound() });
  const configure = async () => (field === undefined ? inCookie : inField)(await KeyRing.generate());
  equal(await isAccepted(configure), accepted);
}

function runBoundRoom(vector) {
  const size = { field: vector.limit, cookies: vector.parts ?? 1 };
  equal(roomOf(vector, size, fixedOf(vector), true), vector.payload);
}
