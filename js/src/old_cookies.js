// Sessions of other libraries, taken over from their cookies until a date, by the rules of `migrate_from` in Rust.

import { EPOCH, U32 } from "./format/base/bytes.js";
import { ConfigError, Rejected, SessionError, mustBe, optionsOf } from "./format/base/errors.js";
import { refuseUnknown } from "./base/remedies.js";
import { isMap, isPlain, isRecord } from "./format/base/plain.js";
import { duration, secondsOf } from "./format/base/time.js";
import { isClockRunning } from "./base/clock.js";
import { sealerOf } from "./carrier/carrier.js";
import { chosenIn, settingsOf } from "./carrier/cookie.js";
import { levelOf } from "./session/read_events.js";
import { flashBytes } from "./format/bytes/body.js";
import { DICTIONARY, Dictionary, entryOf } from "./format/bytes/map.js";
import { templateOf } from "./carrier/attributes.js";
import { lastActiveOf } from "./state/lifetime.js";
import { UNOPENED } from "./state/state.js";
import { partNumbers, toSetCookie } from "./format/cookie/set_cookie.js";
import { MOST_VALUES, findValues } from "./format/cookie/values.js";

/** Paths at which an old cookie is expired. Programs set cookies at short paths, and each takes a header of the response. */
const MOST_PATHS = 6;
/** Longest value that browsers store, in bytes. */
const LONGEST_VALUE = 4096;
const OUTDATED =
  "its sessions are rejected: they have no date, so they count as begun at `from`, which is longer ago than `absoluteTimeout`; " +
  "begin with the rollout";
const LEFT =
  "browsers still have it, so a sign-out brings its session back: give `oldCookie` the `path` and the `domain` that the old " +
  "program set it with, and let no program set it any more";
const ROUNDED =
  "old session has a number beyond 2^53, which JavaScript may have rounded; let `read` return a BigInt or a text in its place";
const OF_ANOTHER_TYPE = "the sessions of the old cookie hold another type; give one with the same type, or with dictionaries";
const OF_A_CHAIN =
  "the old cookie has a `migrateFrom` of its own, which is not followed; give its old cookies to the new cookie, too";
const SAME_NAME = "the old cookie and the new one have the same name; give the new one another `name`";
const OVER = "`until` is over, so its sessions are not taken over any more; remove it from `migrateFrom`, or let it end later";
const TOO_EARLY = "`from` is in the future, and until then its sessions are not taken over";

export function oldCookie(options) {
  const { from, until, ...ofKind } = optionsOf(options);
  const old = optionsOf(ofKind);
  const [start, end] = [secondsOf("from", from), secondsOf("until", until)];
  // A time in seconds would be in January 1970.
  if (start < EPOCH) throw new ConfigError("from", "`from` must be the day of the rollout, from 2026 on; a number counts milliseconds");
  if (end <= start) throw new ConfigError("until", "`until` must be later than `from`");
  const source = old.cookie ? ofThisPackage(old) : ofAnother(old);
  return { ...source, from: start, until: end, combine: (sources, name, sealer) => new OldCookies(sources, name, sealer) };
}

/** Returns a cookie of another library, whose sessions are read and converted. */
function ofAnother({ name, also = [], path, domain, partitioned, secure = true, read, convert = (entries) => entries, ...unknown }) {
  refuseUnknown(unknown, " of an old cookie");
  for (const [name, given] of Object.entries({ read, convert })) {
    if (typeof given !== "function") throw new ConfigError("migrateFrom", `\`${name}\` must be a function`);
  }
  if (!Array.isArray(also)) throw new ConfigError("migrateFrom", "`also` must be a list of names");
  const [template, ...others] = [name, ...also].map((name) => templateOf({ name, path, domain, partitioned, secure }));
  const open = async (values, fields) => {
    const beside = others.map(({ name }) => only(findValues(fields, name, 2)));
    const opened = values.slice(0, MOST_VALUES).map(async (value) => {
      if (value.length > LONGEST_VALUE) return { reason: "TooLong" };
      try {
        const old = await read(value, beside);
        return old ? { old, identity: value } : { reason: "Auth" };
      } catch {
        // Its error may contain what the cookie holds, such as the claims of a JWT that has expired.
        return { reason: "Auth" };
      }
    });
    return { opened: await Promise.all(opened), hasMore: values.length > MOST_VALUES };
  };
  const templates = [template, ...others];
  return { template, templates, dropped: templates.map((old) => old.expire(old.name)), convert, open };
}

/** Returns a cookie of this package. */
function ofThisPackage({ cookie, ...unknown }) {
  refuseUnknown(unknown, " of an old cookie that is a `SessionCookie`");
  mustBe(typeof cookie?.saveToResponse === "function", "cookie", "a `SessionCookie`; await it");
  const { template, old } = settingsOf(cookie);
  const { budget, type } = sealerOf(cookie).policy;
  const most = budget.allowed.cookies;
  if (old) throw new ConfigError("migrateFrom", OF_A_CHAIN);
  const open = async (_, fields, { now, sealer }) => {
    await sealerOf(cookie).tokens.ring.refresh?.(now * 1000);
    const chosen = await chosenIn(sealer.chosen ? cookie.inContext(sealer.chosen) : cookie, fields, now);
    if (!chosen) return { opened: [] };
    const { reason, mayOpenElsewhere } = chosen;
    const opened = chosen instanceof Rejected ? { reason, mayOpenElsewhere } : { session: chosen.body, identity: String(chosen.bytes) };
    return { opened: [opened] };
  };
  const dropped = [...template.expireAll(partNumbers(most)), ...(template.expireFormer?.([], most) ?? [])];
  return { template, templates: [template], dropped, type, open };
}

/**
 * The old cookies of a carrier.
 *
 * @typedef {{
 *   reason: string, mayOpenElsewhere?: boolean, metadata?: import("./format/bytes/body.js").Metadata, cause?: any, error?: any,
 * }} NotMigrated
 */
class OldCookies {
  #sources;
  /** The cookies that expire the old ones, each with the time from which it may be sent. */
  #dropped = new Map();
  /** Kinds of warnings that were logged. Each is logged once. */
  #logged = new Set();
  #say;

  /** `name` and the sealer belong to the new cookie. */
  constructor(sources, name, { policy: { type }, say }) {
    this.#sources = sources;
    this.#say = say;
    for (const { template, dropped, from, type: of } of sources) {
      // A rollout before `from` would sign everyone out silently.
      if (from * 1000 > Date.now() && isClockRunning()) this.#warn(template, template.name, TOO_EARLY);
      if (of && ![DICTIONARY, type].includes(of)) throw new ConfigError("migrateFrom", OF_ANOTHER_TYPE);
      for (const field of dropped) {
        if (field.name === name) throw new ConfigError("migrateFrom", SAME_NAME);
        const known = this.#dropped.get(toSetCookie(field));
        // A cookie with several keys has several sources.
        this.#dropped.set(toSetCookie(field), { field, from: Math.min(from, known?.from ?? from) });
      }
    }
  }

  /** Takes over the session of an old cookie, if the request has one that opens. */
  async takeOver(fields, state, sealer) {
    const { now } = state;
    const found = [];
    let unread = /** @type {NotMigrated | null} */ (null);
    let hasMore = false;
    for (const source of this.#sources) {
      const values = findValues(fields, source.template.name, MOST_VALUES + 1);
      if (values.length > 0) this.#warnIfOver(source.template.name, now);
      if (values.length > 0 && state.arrival !== UNOPENED) {
        // Even outside of its time, because a sign-out drops the cookie.
        state.arrival = UNOPENED;
        [state.value] = values;
      }
      if (now < source.from || now >= source.until) continue;
      const { opened, hasMore: isMore } = await source.open(values, fields, { now, sealer });
      hasMore ||= isMore;
      for (const { reason, ...one } of opened) {
        if (reason) unread = { reason: unread?.reason ?? reason, mayOpenElsewhere: unread?.mayOpenElsewhere || one.mayOpenElsewhere };
        else found.push({ source, ...one });
      }
    }
    const refused = (await this.#acceptOne(found, hasMore, state, sealer)) ?? unread;
    if (!state.isNew) state.outcome = { kind: "migrated" };
    else if (refused) {
      const { mayOpenElsewhere, metadata, error = refused.cause, ...why } = refused;
      // Another instance can take the session over, so it must not be overwritten.
      if (mayOpenElsewhere) state.reject(refused, metadata);
      state.outcome = { kind: "notMigrated", ...why };
      const { reason } = why;
      const level = levelOf(reason);
      if (level) this.#say(level, "old cookie rejected", { reason, ...(error && { error }) }, `old ${reason}`, now);
    }
  }

  /**
   * Warns of an old cookie that arrived together with a session of ours. The response that wrote the session expired the old cookie, but
   * with other attributes than the old program, so the browser kept it. `chosen`: what `choose` returned.
   */
  warnIfKept(fields, chosen) {
    if (chosen instanceof Rejected || this.#logged.has("attributes")) return;
    const written = lastActiveOf(chosen.body.metadata);
    const isLeft = ({ template, from, until }) => written >= from && written < until && findValues(fields, template.name).length > 0;
    const left = this.#sources.find(isLeft);
    if (left) this.#warn("attributes", left.template.name, LEFT);
  }

  /** A cookie with several keys may have a later range. */
  #warnIfOver(name, now) {
    const same = this.#sources.filter(({ template }) => template.name === name);
    if (same.every(({ until }) => now >= until)) this.#warn("until", name, OVER);
  }

  #warn(kind, name, advice) {
    if (!this.#logged.has(kind)) this.#say("warn", `old cookie \`${name}\`: ${advice}`);
    this.#logged.add(kind);
  }

  /** Takes over a session. If there are sessions and none can be taken over, returns the Reason, with its cause if there is one. */
  async #acceptOne(opened, hasMore, state, sealer) {
    // Of two values, another host of the site may have planted one. Several keys of a cookie may open the same value.
    const isRival = hasMore || new Set(opened.map(({ identity }) => identity)).size > 1;
    if (opened.length > 0 && isRival) return { reason: "Duplicate" };
    /** @type {NotMigrated | null} */
    let refused = null;
    for (const one of opened) {
      const reason = await accept(one, state, sealer, () => this.#warn("range", one.source.template.name, OUTDATED));
      refused ??= reason;
      if (!state.isNew) break;
    }
    return refused;
  }

  /**
   * Returns cookies that expire the request's old cookies at every other path from which the browser may have sent them to `path`. A
   * browser drops a cookie only at its exact path, which the settings of this program may not have.
   */
  elsewhere(fields, path) {
    const arrived = this.#sources.flatMap(({ templates }) => templates).filter(({ name }) => findValues(fields, name, 1).length > 0);
    const drops = arrived.flatMap((old) => above(path).map((path) => expiryAt(old, path)));
    const at = new Map(drops.map((field) => [toSetCookie(field), field]));
    return [...at].filter(([line]) => !this.#dropped.has(line)).map(([, field]) => field);
  }

  /**
   * Returns cookies that expire the old ones, with options that may be changed. Before its `from`, an old cookie belongs to the old
   * program and is left alone.
   */
  expire(now, elsewhere) {
    const fields = [...this.#dropped.values()].filter(({ from }) => now >= from).map(({ field }) => field);
    const due = fields.map((field) => ({ ...field, options: { ...field.options } }));
    return [...due, ...elsewhere.filter(({ name }) => due.some((field) => field.name === name))];
  }
}

/** Returns the paths, except `/`, of the cookies that a browser sends to `path` (RFC 6265 section 5.1.4), the shortest first. */
function above(path) {
  // Each slash gives two paths, and only the first of all can be `/`. A visitor may send any number of slashes.
  const slashes = [...path.matchAll(/(?<!^)\//g)].slice(0, MOST_PATHS / 2 + 1);
  const folders = slashes.flatMap(({ index }) => [path.slice(0, index), path.slice(0, index + 1)]);
  // The visitor chooses the path. A `;` in it must not add attributes to the cookie.
  return [...folders, ...(path.endsWith("/") ? [] : [path])].filter((path) => /^\/[!-+\--:<-~]+$/.test(path)).slice(0, MOST_PATHS);
}

/** Returns the cookie that expires another one at this path. */
function expiryAt(template, path) {
  const cookie = template.expire(template.name);
  cookie.options.path = path;
  return cookie;
}

/** Returns the value of a cookie that occurs once, or null. */
const only = (values) => (values.length === 1 ? values[0] : null);

/**
 * Takes over a session, or returns the Reason why it cannot, with its cause if there is one. An empty session is not taken over, and
 * has no Reason. Calls `outdated` if the session has no date and only `from` makes it too old.
 */
async function accept({ source, old, session }, state, sealer, outdated) {
  const { now } = state;
  if (session) return acceptOwn(session, state, sealer);
  let converted;
  try {
    converted = await convert(old, source, now);
  } catch (error) {
    return { reason: "Payload", error };
  }
  const { reason, metadata, dictionary } = converted;
  if (reason) return { reason };
  if (dictionary.size === 0) return null;
  const rejected = await rejectedOf(metadata, dictionary.bytes, state, sealer);
  if (rejected?.reason === "Expired" && (old.createdAt ?? null) === null) outdated();
  if (rejected) return causeOf(rejected);
  const { type } = state.policy;
  const payload = payloadOf(type, dictionary.bytes);
  return payload ? become({ ...metadata, schema: type.schema }, payload, [], state) : { reason: "Payload" };
}

/** Like `accept`, for a session of a cookie of this package, which keeps its dates, id and messages. */
async function acceptOwn({ metadata, payload, flash }, state, sealer) {
  // The cookie that proves its device has the old name, and is not read.
  const rejected = metadata.device ? { reason: "Stale" } : await rejectedOf(metadata, payload, state, sealer);
  if (rejected) return causeOf(rejected);
  const refused = become(metadata, payload, flash, state);
  // Another version of the application wrote the session, and can still read it.
  return refused?.reason === "Payload" && metadata.schema > 0 ? { ...refused, mayOpenElsewhere: true, metadata } : refused;
}

async function rejectedOf(metadata, payload, state, sealer) {
  const rejected = await sealer.check(metadata, payload, state.now);
  if (rejected) return rejected;
  const standing = await state.policy.devices?.standingOf(metadata, [], state);
  return standing?.isStale ? { reason: "Stale" } : null;
}

function become(metadata, payload, flash, state) {
  const { room } = state.policy.budget;
  const length = payload.length + flashBytes(flash).length;
  if (length > room) return { reason: "TooLong", cause: new SessionError("size", tooLong(room, length)) };
  return state.become(metadata, payload, flash) ? null : { reason: "Payload" };
}

/** Returns the entries as a payload of the session's type, or null if the type cannot convert them. */
function payloadOf(type, entries) {
  try {
    return type.adopt?.(entries) ?? entries;
  } catch {
    return null;
  }
}

const tooLong = (room, found) =>
  `old session must have at most ${room} bytes of content, found ${found}; choose a larger \`size\`, such as \`browser\``;

const causeOf = ({ reason, cause }) => (cause ? { reason, cause } : { reason });

/** Throws for a text or a list, of which each character or item would become an entry. */
function checkEntries(entries) {
  if (Object(entries) !== entries || !isRecord(entries)) throw new SessionError("value", "old session must have a plain object of entries");
}

/** Throws for a number that was rounded when it was read, perhaps to infinity: two users would become one. */
function checkNumbers(value) {
  if (typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER) throw new SessionError("value", ROUNDED);
  if (Object(value) === value && isPlain(value)) (isMap(value) ? [...value.values()] : Object.values(value)).forEach(checkNumbers);
}

/** Returns the dates and the dictionary of an old session, or the Reason why it is rejected. */
async function convert({ createdAt = null, lastActiveAt = null, expiresAt = null, ...old }, source, now) {
  if (expiresAt !== null && now >= secondsOf("expiresAt", expiresAt)) return { reason: "Expired" };
  const issued = createdAt === null ? source.from : secondsOf("createdAt", createdAt);
  if (issued < EPOCH || issued - EPOCH > U32) return { reason: "Expired" };
  checkEntries(old.entries);
  checkNumbers(old.entries);
  const entries = await source.convert(old.entries);
  if (entries === null) return { reason: "Revoked" };
  checkEntries(entries);
  const active = lastActiveAt === null ? now : secondsOf("lastActiveAt", lastActiveAt);
  const dictionary = new Dictionary();
  for (const [key, value] of Object.entries(entries)) if (value !== undefined) dictionary.put(key, entryOf(key, value));
  const metadata = { issued, age: duration(active - issued), limit: null, remembered: null, sid: null, device: null };
  return { metadata, dictionary };
}
