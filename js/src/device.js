// Sessions bound to a device (crates/device/docs/devices.md). This program reads, saves, renews and ends them. The endpoints at which
// browsers register and refresh are in the Rust program.

import { equal, toBase64url } from "./format/base/bytes.js";
import { changed } from "./base/changed.js";
import { ConfigError, optionsOf } from "./format/base/errors.js";
import { refuseUnknown } from "./base/remedies.js";
import { sha256 } from "./format/crypto/algorithms.js";
import { PADDING, readBody, writeBody } from "./format/bytes/body.js";
import { Template } from "./format/cookie/set_cookie.js";
import { eachPair } from "./format/cookie/values.js";

/** Bound cookies that are read (§ 16.3.1), and that are opened, in a request: a visitor can send any number. */
const MOST = 32;
const MOST_OPENED = 4;
/** Characters of a bound cookie (§ 16.3.1). */
const LONGEST = 256;
/** Seconds for which browsers keep the mark of an ended session (§ 16.4.2). */
const MARKED_FOR = 86_400;
/** Seconds for which an offer is valid (§ 16.1.3). */
const OFFERED_FOR = 120;
/** Bound of `requiredAfter` (§ 16.1). */
const LEAST_GRACE = 10;
const OFFER = "secure-session-registration";
const STALE = {
  kind: "withheld",
  code: "stale",
  sentence: "the request does not prove the session's device, so the session is not changed; `invalidate` begins a new one",
};
const TAG = /^[A-Za-z0-9_-]{8}$/;

export function deviceBound(options) {
  const { path, boundFor = 600, requiredAfter = null, initiators = "any", offers = true, ...unknown } = optionsOf(options);
  refuseUnknown(unknown, " of `deviceBound`");
  const refuse = (sentence) => {
    throw new ConfigError("deviceBound", sentence);
  };
  if (typeof path !== "string" || !/^\/[A-Za-z0-9\-._~/]*$/.test(path) || path.endsWith("/")) {
    refuse("`path` must begin with `/`, have only letters, digits and -._~/, and not end in `/`");
  }
  if (/^\/\/|\/\.\.?(\/|$)/.test(path)) refuse("`path` must not begin with `//` or have a segment `.` or `..`, which browsers resolve");
  // The range of § 16.1.
  if (!Number.isInteger(boundFor) || boundFor < 180 || boundFor > 86_400) refuse("`boundFor` must be 180 to 86,400 seconds");
  if (requiredAfter !== null && (!Number.isInteger(requiredAfter) || requiredAfter < LEAST_GRACE)) {
    refuse("`requiredAfter` must be null, or a whole number of at least 10 seconds");
  }
  if (!["any", "same-site"].includes(initiators)) refuse("`initiators` must be any or same-site");
  if (typeof offers !== "boolean") refuse("`offers` must be true or false");
  const prepare = (template) => {
    const { secure, partitioned, sameSite } = template.options;
    if (!secure || partitioned) refuse("a bound session needs a `Secure` cookie; leave out `dangerAllowHttp` and `partitioned`");
    if (sameSite === "strict" && initiators === "any") {
      refuse("browsers send no `SameSite=Strict` cookie with a link from another site; choose `Lax`, or set `initiators` to `same-site`");
    }
    if (/\.(b|out)-[A-Za-z0-9_-]{8}$/.test(template.name)) refuse("`name` must not end in `.b-` or `.out-` and 8 characters");
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

  /** Opens the chosen session, unless it needs the proof of a device that the request lacks. */
  async open(chosen, fields, state) {
    const { keyId, body } = chosen;
    const { isStale, device } = await this.standingOf(body.metadata, fields, state);
    if (isStale) {
      state.arrival = { ...STALE, metadata: body.metadata };
      state.outcome = { kind: "rejected", reason: "Stale", keyId };
      return;
    }
    state.becameBound = device !== null && body.metadata.device === null;
    state.open({ ...chosen, body: { ...body, metadata: { ...body.metadata, device } } });
  }

  /** Returns whether the request proves the device of a session, and which device (§ 16.3.2). */
  async standingOf({ issued, sid, device }, fields, state) {
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

  /** Returns the id and the device in a bound cookie, or null if the cookie does not open or is too old. */
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

  /** Returns the sealer of one kind, for the context of a session. */
  #inContextOf({ sealer }, kind) {
    const { context } = sealer.tokens;
    return changed(this.#seals[kind], { context });
  }

  /** Returns the header that offers the browser to register a device for a renewed session, or null (§ 16.4.2). */
  async #offer(state) {
    const { isRenewed, metadata, now } = state;
    if (!this.#options.offers || !isRenewed || !metadata.sid) return null;
    const fields = { issued: now, age: 0, limit: null, remembered: null, sid: metadata.sid, device: null, schema: 0 };
    const token = await this.#inContextOf(state, "offer").seal(writeBody(fields, [], []), now);
    return `(ES256);path="${this.#options.path}/register";challenge="${token}"`;
  }

  /** Returns the device's cookies for a response that stores or drops a session. */
  async cookiesFor(state, isDropped) {
    if (!isDropped) state.registration = await this.#offer(state);
    return state.arrival.metadata ? this.#left(state, isDropped) : [];
  }

  /** Returns the header with the offer, for a response that stores a session. The header is a list, and keeps offers of other cookies. */
  offerIn({ registration }, fields) {
    if (registration === null) return [];
    const others = fields.filter(([name]) => name === OFFER).map(([, offer]) => offer);
    return [[OFFER, [...new Set([...others, registration])].join(", ")]];
  }

  /**
   * Returns the cookies for a client that loses the session that arrived: they drop its bound cookie, if it has one, and tell the
   * endpoints that it has ended.
   */
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

  /** Returns a cookie with the session's name and this ending, and with its attributes except for `changes`. */
  #beside(ending, changes) {
    const { name, options } = this.#template;
    return new Template(`${name}.${ending}`, { ...options, ...changes });
  }
}

/** Returns the bound cookies of a request, with their tags. */
function boundCookies(fields, name) {
  const found = [];
  eachPair(fields, name, (rest, value) => {
    const tag = rest.slice(3);
    if (rest.startsWith(".b-") && TAG.test(tag) && value.length <= LONGEST && found.length < MOST) found.push({ tag, value });
  });
  return found;
}

async function tagged(cookies, device) {
  const tag = await tagOf(device);
  return cookies.filter((cookie) => cookie.tag === tag);
}

const tagOf = async (bytes) => toBase64url((await sha256(bytes)).subarray(0, 6));
