// Sessions bound to a device (crates/device/docs/devices.md): read, kept, renewed and ended here. The endpoints at which
// browsers register and refresh are those of the Rust side.

import { equal, toBase64url } from "./base/bytes.js";
import { ConfigError, refuseUnknown } from "./base/errors.js";
import { sha256 } from "./crypto/algorithms.js";
import { changed } from "./token/token.js";
import { PADDING, readBody, writeBody } from "./state/body.js";
import { Template } from "./cookie/set_cookie.js";
import { eachPair, plain } from "./cookie/values.js";

const MOST = 32;
const MOST_OPENED = 4;
const LONGEST = 256;
/** Seconds for which the mark of a bound session that has ended is kept. */
const MARKED_FOR = 86_400;
/** Seconds for which an offer is good. */
const OFFERED_FOR = 120;
const LEAST_GRACE = 10;
const OFFER = "secure-session-registration";
const STALE = {
  kind: "withheld",
  code: "stale",
  sentence: "the request does not prove the session's device, so the session is not changed; `invalidate` begins a new one",
};
const TAG = /^[A-Za-z0-9_-]{8}$/;

/**
 * The option `deviceBound`, with the settings of the Rust side. `path` has its endpoints. `boundFor`: seconds for which
 * a proof is good. `requiredAfter`: seconds after which a session without a device is refused, or null. `initiators`: `any`, or
 * `same-site`, without which the cookie cannot be `SameSite=Strict`. `offers`: whether a renewed session may register a device.
 */
export function deviceBound({ path, boundFor = 600, requiredAfter = null, initiators = "any", offers = true, ...unknown }) {
  refuseUnknown(unknown, " of `deviceBound`");
  const refuse = (sentence) => {
    throw new ConfigError("deviceBound", sentence);
  };
  if (typeof path !== "string" || !/^\/[A-Za-z0-9\-._~/]*$/.test(path) || path.endsWith("/")) {
    refuse("`path` begins with `/`, has letters, digits and -._~/, and does not end in `/`");
  }
  // Browsers resolve it like a link.
  if (/^\/\/|\/\.\.?(\/|$)/.test(path)) refuse("browsers resolve a `path` with `//` in front, or with `.` or `..` in it, to another");
  if (!Number.isInteger(boundFor) || boundFor < 180 || boundFor > 86_400) refuse("`boundFor` is 180 to 86,400 seconds");
  if (requiredAfter !== null && (!Number.isInteger(requiredAfter) || requiredAfter < LEAST_GRACE)) {
    refuse("`requiredAfter` is null or a whole number of at least 10 seconds");
  }
  if (!["any", "same-site"].includes(initiators)) refuse("`initiators` is any or same-site");
  if (typeof offers !== "boolean") refuse("`offers` is true or false");
  const prepare = (template) => {
    const { secure, partitioned, sameSite } = template.options;
    if (!secure || partitioned) refuse("bound sessions need `Secure`, and no `partitioned`");
    if (sameSite === "strict" && initiators === "any") {
      refuse("a link from another site brings no `SameSite=Strict` cookie; choose `Lax`, or set `initiators` to `same-site`");
    }
    if (/\.(b|out)-[A-Za-z0-9_-]{8}$/.test(template.name)) refuse("`name` could be that of the cookie of a device");
    return async (derive, { skew }) => {
      const [bound, offer] = await Promise.all(["bound", "registration"].map((word) => derive(`device:${word}:${template.name}`)));
      return new Devices({ path, boundFor, requiredAfter, offers, skew }, { bound, offer }, template);
    };
  };
  return { prepare };
}

class Devices {
  #options;
  #seals;
  #template;

  constructor(options, seals, template) {
    this.#options = options;
    this.#seals = seals;
    this.#template = template;
  }

  /** Opens the session that was chosen, unless it has to prove a device and does not. */
  async admit(chosen, fields, state) {
    const { keyId, body } = chosen;
    const { isStale, device } = await this.judge(body.metadata, fields, state);
    if (isStale) {
      state.arrival = { ...STALE, metadata: body.metadata };
      state.outcome = { kind: "rejected", reason: "Stale", keyId };
      return;
    }
    state.becameBound = device !== null && body.metadata.device === null;
    state.open({ ...chosen, body: { ...body, metadata: { ...body.metadata, device } } });
  }

  /** Judges a session that opened, by the bound cookies of its request (§ 16.3.2). */
  async judge({ issued, sid, device }, fields, state) {
    const { requiredAfter } = this.#options;
    const cookies = boundCookies(fields, this.#template.name);
    const candidates = device ? await tagged(cookies, device) : cookies.toReversed();
    for (const { value } of candidates.slice(0, MOST_OPENED)) {
      const bound = await this.#openBound(value, state);
      const isIts = bound && (device ? equal(bound.payload, device) : sid !== null && equal(bound.sid, sid));
      if (isIts) return { isStale: false, device: bound.payload };
    }
    const isStale = device !== null || (requiredAfter !== null && state.now >= issued + requiredAfter);
    return { isStale, device: null };
  }

  /** The fields of a bound cookie that is young, or null. */
  async #openBound(token, state) {
    const { now } = state;
    try {
      const { body: bytes } = await this.#inContextOf(state, "bound").open(token, now);
      const { metadata, flash, payload } = readBody(bytes);
      const { issued, sid, limit, remembered, device, schema } = metadata;
      const isBare = [limit, remembered, device].every((field) => field === null) && schema === 0 && flash.length === 0;
      if (!sid || !isBare || payload.length !== 16 || bytes[0] & PADDING) return null;
      const { boundFor, skew } = this.#options;
      return issued <= now + skew && now < issued + boundFor ? { sid, payload } : null;
    } catch {
      return null;
    }
  }

  /** The seals of one kind, for the context of a session. */
  #inContextOf({ sealer }, kind) {
    const { context } = sealer.tokens;
    return changed(this.#seals[kind], { context });
  }

  /** The field that asks the browser to register a device for a session that was renewed, or null (§ 16.4.2). */
  async #offer(state) {
    const { isRenewed, metadata, now } = state;
    if (!this.#options.offers || !isRenewed || !metadata.sid) return null;
    const fields = { issued: now, age: 0, limit: null, remembered: null, sid: metadata.sid, device: null, schema: 0 };
    const token = await this.#inContextOf(state, "offer").seal(writeBody(fields, [], []), now);
    return `(ES256);path="${this.#options.path}/register";challenge="${token}"`;
  }

  /** The cookies of a response with which a session is stored or dropped. */
  async depart(state, isDropped) {
    if (!isDropped) state.registration = await this.#offer(state);
    return state.arrival.metadata ? this.#left(state, isDropped) : [];
  }

  /** The field with the offer, in a response with which a session was stored: a list, in which those of other cookies stay. */
  offerIn({ registration }, fields) {
    if (registration === null) return [];
    const others = fields.filter(([name]) => name === OFFER).map(([, offer]) => offer);
    return [[OFFER, [...new Set([...others, registration])].join(", ")]];
  }

  /** The cookies of a client that no longer has the session that opened. */
  async #left({ arrival, isRenewed, ended, metadata, now }, isDropped) {
    const { device, sid, issued } = arrival.metadata;
    if (device) {
      if (!isDropped && !isRenewed && ended !== "invalidated") return [];
      const tag = await tagOf(device);
      const bound = this.#beside(`b-${tag}`, {});
      return [bound.expire(bound.name), this.#mark(tag, MARKED_FOR)];
    }
    const isLeft = sid && (isDropped || !metadata.sid || !equal(metadata.sid, sid));
    const { offers, requiredAfter } = this.#options;
    const left = issued + Math.min(OFFERED_FOR, requiredAfter ?? OFFERED_FOR) - now;
    return isLeft && offers && left > 0 ? [this.#mark(await tagOf(sid), left)] : [];
  }

  #mark(tag, seconds) {
    const mark = this.#beside(`out-${tag}`, { sameSite: "none" });
    return mark.set(mark.name, "1", seconds);
  }

  /** A cookie next to the session's, with its attributes except for the changes. */
  #beside(ending, changes) {
    const { name, options } = this.#template;
    return new Template(`${name}.${ending}`, { ...options, ...changes });
  }
}

/** The bound cookies of a request, with their tags. */
function boundCookies(fields, name) {
  const found = [];
  eachPair(fields, name, (rest, text) => {
    const tag = rest.slice(3);
    const value = plain(text);
    if (rest.startsWith(".b-") && TAG.test(tag) && value.length <= LONGEST && found.length < MOST) found.push({ tag, value });
  });
  return found;
}

async function tagged(cookies, device) {
  const tag = await tagOf(device);
  return cookies.filter((cookie) => cookie.tag === tag);
}

const tagOf = async (bytes) => toBase64url((await sha256(bytes)).subarray(0, 6));
