// Sessions of other libraries, taken over from their cookies until a date, by the rules of `migrate_from` in Rust.

import { EPOCH, U32 } from "./base/bytes.js";
import { ConfigError, Refusal, SessionError, refuseUnknown } from "./base/errors.js";
import { duration, secondsOf } from "./base/time.js";
import { Dictionary, entryOf } from "./state/dictionary.js";
import { templateOf } from "./cookie/attributes.js";
import { lastActiveOf } from "./state/lifetime.js";
import { toSetCookie } from "./cookie/set_cookie.js";
import { MOST_VALUES, findValues } from "./cookie/values.js";

/** The most bytes of a value that browsers store. */
const LONGEST_VALUE = 4096;
const OUTDATED =
  "its sessions are refused: they have no date, so they count as begun at `from`, which is longer ago than `absoluteTimeout`; " +
  "begin with the rollout";
const LEFT =
  "browsers still have it, so a sign-out brings its session back: give `oldCookie` the `path` and the `domain` that the old " +
  "program set it with, and let no program set it any more";
const TOO_EARLY = "`from` is in the future, and until then its sessions are not taken over";

/**
 * A cookie that another library wrote, for the option `migrateFrom`. `read(value, others)` verifies the value and returns the old
 * session, or null where it is none; `others` are the values of the cookies `also`, which are dropped with it. `convert(entries)`
 * renames or drops entries, or refuses a session by returning null. Cookies count from the time `from` until the time `until`. A
 * `from` in the future is told by `console.warn`: a rollout before it would sign everyone out silently.
 */
export function oldCookie(cookie) {
  const { name, also = [], path, domain, partitioned, secure = true, ...rest } = cookie;
  const { read, convert = (entries) => entries, from, until, ...unknown } = rest;
  refuseUnknown(unknown, " of an old cookie");
  for (const [name, given] of Object.entries({ read, convert })) {
    if (typeof given !== "function") throw new ConfigError("migrateFrom", `\`${name}\` is a function`);
  }
  const [start, end] = [secondsOf("from", from), secondsOf("until", until)];
  // In seconds, this would be in January 1970.
  if (start < EPOCH) throw new ConfigError("from", "`from` is the day of the rollout, from 2026 on; a number counts milliseconds");
  if (end <= start) throw new ConfigError("until", "`until` is not later than `from`");
  if (!Array.isArray(also)) throw new ConfigError("also", "`also` is a list of names");
  const [template, ...others] = [name, ...also].map((name) => templateOf({ name, path, domain, partitioned, secure }));
  if (start * 1000 > Date.now()) console.warn(`old cookie \`${name}\`: ${TOO_EARLY}`);
  return { read, convert, from: start, until: end, template, others, together: (sources, name) => new OldCookies(sources, name) };
}

/** The old cookies of a carrier. */
class OldCookies {
  #sources;
  /** The fields that drop the old cookies, each with the first second at which it may be sent. */
  #dropped = new Map();
  /** What was told of the setup already. */
  #told = new Set();

  /** `name`: that of the new cookie. */
  constructor(sources, name) {
    if (sources.some(({ template, others }) => [template, ...others].some((old) => old.name === name))) {
      throw new ConfigError("migrateFrom", "the old cookie and the new one have the same name");
    }
    this.#sources = sources;
    for (const { template, others, from } of sources) {
      for (const old of [template, ...others]) {
        const field = old.expire(old.name);
        const known = this.#dropped.get(toSetCookie(field));
        // Several keys of one cookie are several sources.
        this.#dropped.set(toSetCookie(field), { field, from: Math.min(from, known?.from ?? from) });
      }
    }
  }

  /** Takes over the session of an old cookie, if the request has one that opens. */
  async takeOver(fields, state, sealer) {
    const { now } = state;
    const opened = [];
    let [unread, hasMore] = [null, false];
    for (const source of this.#sources) {
      const values = findValues(fields, source.template.name, MOST_VALUES + 1);
      // Also one whose time is over, because a sign-out drops it.
      state.hasToken ||= values.length > 0;
      if (now < source.from || now >= source.until) continue;
      hasMore ||= values.length > MOST_VALUES;
      const others = source.others.map(({ name }) => only(findValues(fields, name, 2)));
      for (const value of values.slice(0, MOST_VALUES)) {
        const isTooLong = value.length > LONGEST_VALUE;
        const old = isTooLong ? null : await readOld(source, value, others);
        if (old) opened.push({ source, old, value });
        else unread ??= { reason: isTooLong ? "TooLong" : "Auth" };
      }
    }
    const refused = (await this.#acceptOne(opened, hasMore, state, sealer)) ?? unread;
    if (state.isTakenOver) state.outcome = { kind: "migrated" };
    else if (refused) state.outcome = { kind: "notMigrated", ...refused };
  }

  /**
   * Tells of an old cookie that came with a session of ours, `chosen` among the tokens or the refusal of them. The response that
   * wrote it dropped the old cookie, and the browser has it still.
   */
  look(fields, chosen) {
    if (chosen instanceof Refusal || this.#told.has("attributes")) return;
    const written = lastActiveOf(chosen.body.metadata);
    const isLeft = ({ template, from, until }) => written >= from && written < until && findValues(fields, template.name).length > 0;
    const left = this.#sources.find(isLeft);
    if (left) this.#tell("attributes", left.template.name, LEFT);
  }

  #tell(kind, name, advice) {
    if (!this.#told.has(kind)) console.warn(`old cookie \`${name}\`: ${advice}`);
    this.#told.add(kind);
  }

  /** Returns a Reason, with its cause if it has one, if there are sessions, and none can be taken over. */
  async #acceptOne(opened, hasMore, state, sealer) {
    // One of two may have been planted by another host of the site. Several keys of one cookie open one value.
    const isRival = hasMore || new Set(opened.map(({ value }) => value)).size > 1;
    if (opened.length > 0 && isRival) return { reason: "Duplicate" };
    let refused = null;
    for (const one of opened) {
      const reason = await accept(one, state, sealer, () => this.#tell("range", one.source.template.name, OUTDATED));
      refused ??= reason;
      if (state.isTakenOver) break;
    }
    return refused;
  }

  /** Drops the old cookies that are read by now. Before that, they belong to the old program. */
  expire(now) {
    const due = [...this.#dropped.values()].filter(({ from }) => now >= from);
    return due.map(({ field }) => field);
  }
}

/** The value of a cookie that is there once, or null. */
const only = (values) => (values.length === 1 ? values[0] : null);

/** A cookie that cannot be read is refused. */
async function readOld({ read }, value, others) {
  try {
    return (await read(value, others)) ?? null;
  } catch {
    return null;
  }
}

/**
 * Returns a Reason, with its cause if it has one, if the session cannot be taken over. Calls `outdated` if it has no date, and is too
 * old by the beginning of its range alone.
 */
async function accept({ source, old }, state, sealer, outdated) {
  const { now } = state;
  let converted;
  try {
    converted = await convert(old, source, now);
  } catch {
    return { reason: "Payload" };
  }
  const { reason, metadata, dictionary } = converted;
  if (reason) return { reason };
  if (dictionary.size === 0) return null;
  const refusal = await sealer.check(metadata, dictionary.bytes, now);
  if (refusal?.reason === "Expired" && (old.createdAt ?? null) === null) outdated();
  if (refusal) return causeOf(refusal);
  const standing = await state.policy.devices?.judge(metadata, [], state);
  if (standing?.isStale) return { reason: "Stale" };
  const { type, budget: { room } } = state.policy;
  const payload = payloadOf(type, dictionary.bytes);
  if (!payload) return { reason: "Payload" };
  if (payload.length > room) return { reason: "TooLong", cause: new SessionError("size", tooLong(room, payload.length)) };
  state.isTakenOver = state.become({ ...metadata, schema: type.schema }, payload, []);
  return state.isTakenOver ? null : { reason: "Payload" };
}

/** The entries as the session is always written: in the form of its type, if it has one. Null: it has none for them. */
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

/** The dates and the dictionary of an old session, or the Reason why it is refused. */
async function convert({ createdAt = null, lastActiveAt = null, expiresAt = null, ...old }, source, now) {
  if (expiresAt !== null && now >= secondsOf("expiresAt", expiresAt)) return { reason: "Expired" };
  const issued = createdAt === null ? source.from : secondsOf("createdAt", createdAt);
  if (issued < EPOCH || issued - EPOCH > U32) return { reason: "Expired" };
  const entries = await source.convert(old.entries);
  if (entries === null) return { reason: "Revoked" };
  const active = lastActiveAt === null ? now : secondsOf("lastActiveAt", lastActiveAt);
  const dictionary = new Dictionary();
  for (const [key, value] of Object.entries(entries)) if (value !== undefined) dictionary.put(key, entryOf(key, value));
  const metadata = { issued, age: duration(active - issued), limit: null, remembered: null, sid: null, device: null };
  return { metadata, dictionary };
}
