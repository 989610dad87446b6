// A session during one request, as plain data, and how it opens (docs/spec/writer.md). The application changes it by actions.js, fit.js
// measures it, and decide.js determines what the response does with it.

import { hex } from "../format/base/bytes.js";
import { SessionError } from "../format/base/errors.js";
import { flashBytes } from "../format/bytes/body.js";

/** Arrival of a token, or an old cookie, that does not open. */
export const UNOPENED = { kind: "unopened" };
const UNREADABLE = {
  kind: "withheld",
  code: "unreadable",
  sentence: "another version or key wrote the session; let the error pass, or call `invalidate`",
};

/**
 * The session that arrived with the request. It has `metadata` if it opened, `dates` if those were refused, and `at`, its last use, if its
 * key has retired. Its `kind` is:
 *
 * - `nothing`: there was no token;
 * - `unopened`: there was a token, or an old cookie, that did not open;
 * - `arrived`: the session that this one continues. `body`, as it was sealed, and `allowed`, the size in which it may be sent back, are
 *   null if it was taken over from an old cookie;
 * - `withheld`: a session that the application does not get. `code` and `sentence` are for the error of a change;
 * - `ended`: a session that ended in this request. `wasTakenOver` tells that it came in an old cookie, and that nothing but a sign-in ended
 *   it.
 *
 * @typedef {{
 *   kind: string, metadata?: Metadata, dates?: Metadata, at?: number, body?: Uint8Array | null, allowed?: object | null,
 *   payload?: Uint8Array, flash?: Uint8Array, code?: string, sentence?: string, wasTakenOver?: boolean,
 * }} Arrival
 */

/**
 * The outcome of reading, for logs. `reason` and further fields are those of a `Rejected`.
 *
 * @typedef {{ kind: string, keyId?: string | null, reason?: string, known?: string, cause?: unknown }} Outcome
 */

/** @typedef {import("../format/bytes/body.js").Metadata} Metadata */

/**
 * The rules for the sessions of a carrier, as `policyOf` makes them of its options. Durations are in seconds.
 *
 * @typedef {{
 *   idle: number, absolute: number, rememberUpTo: number, rememberedIdle: number, skew: number, notBefore: number,
 *   refreshAfter?: number | string, revalidateAfter: any, revokedIf: any, saveOnServerError: boolean, keepUnknownKeys: boolean,
 *   type: any, budget: import("./budget.js").Budget, persistent?: boolean, refreshNavigationsOnly?: boolean, devices?: any,
 * }} Policy
 */

export class State {
  /** Function that reports a lost change. */
  onLost;
  /** Numbers of the parts in the request. */
  carried = [];
  /** First value of the cookie, an old cookie or the header. CSRF tokens of a session that cannot be read are made from it. */
  value = "";
  /** @type {Outcome} */
  outcome = { kind: "absent" };
  /** @type {Arrival} */
  arrival = { kind: "nothing" };
  /**
   * How the session ended in this request.
   *
   * @type {"cleared" | "invalidated" | null}
   */
  ended = null;
  isRenewed = false;
  /** Set when the session is saved: how the response depends on it, as `decide` returns it. */
  dependence = "untouched";
  /**
   * Throws, if the application has not awaited a check of a CSRF token.
   *
   * @type {(() => never) | null}
   */
  forgotten = null;
  /**
   * Set when the session is saved: the header that offers the browser to register a device.
   *
   * @type {string | null}
   */
  registration = null;
  /** True if the request was for an image, a script or another part of a page, or refreshes nothing for another reason. */
  refreshesNothing = false;
  /** True if the page is prefetched. The visitor may never see it, so messages are kept for a page that is shown. */
  isPrefetch;
  /** True if the request is made in advance, and not for a page that the visitor may open. */
  isPreload;
  /** True if there is no token although the browser may have one: it hides `SameSite` cookies when another site made the request. */
  mayHide = false;
  /** Bytes of content for which the server has room in the next request, if its limit is known. */
  roomInRequests = Infinity;
  /** Cookies that expire the old cookies of the request at other paths. */
  oldElsewhere = [];
  isTouched = false;
  isClosed = false;
  /** The error for a change once `isClosed`. */
  late = { code: "after-head", sentence: "session is saved already; change it before the response begins" };
  /** The last call of the application: `discard`, `force` for `save`, or `auto` for neither. */
  save = "auto";
  /**
   * The least end set by `limitTo` in this request.
   *
   * @type {number | null}
   */
  limitedUntil = null;
  becameBound = false;
  /**
   * The last error of a change. The application may have caught it.
   *
   * @type {SessionError | null}
   */
  failure = null;
  /** True if an error of the session failed the request, as the adapter found. */
  hasFailed = false;
  /** True if `validate` returned true in this request. */
  isValidated = false;
  /** In development: warns of a cookie that the browser will drop, once the response sets it. */
  advise;

  /**
   * `sealer`: of the carrier that loads the session. The rules in this folder do not use it.
   *
   * @param {Policy} policy
   * @param {number} now
   * @param {any} sealer
   */
  constructor(policy, now, sealer) {
    this.policy = policy;
    this.now = now;
    this.sealer = sealer;
    this.begin();
  }

  /** Begins a new session in place of the one that arrived. */
  begin() {
    const { metadata, body } = this.arrival;
    if (!this.isNew) this.arrival = { kind: "ended", metadata, wasTakenOver: body === null };
    /** @type {Metadata} */
    this.metadata = { issued: this.now, age: 0, limit: null, remembered: null, sid: null, device: null };
    this.empty();
  }

  empty() {
    this.payload = this.policy.type.empty();
    this.setMessages([]);
  }

  /** `messages`: the encoded `flash`. */
  setMessages(flash) {
    this.flash = flash;
    /** @type {Uint8Array} */
    this.messages = flashBytes(flash);
  }

  // Opening

  /** Becomes the session of a body that has opened (SPEC.md § 7.9). */
  open({ keyId, bytes, body: { metadata, payload, flash }, place, tokenLength, cookies }) {
    const allowed = this.policy.budget.asArrived(tokenLength, cookies, metadata.remembered !== null);
    const isRead = this.become(metadata, payload, flash, bytes, allowed);
    if (!isRead) return this.reject({ reason: "Payload", keyId, mayOpenElsewhere: true }, metadata);
    this.outcome = { kind: place === 0 ? "opened" : "openedUnderAcceptedKey", keyId };
  }

  /** Notes why the request's token did not open. */
  reject(/** @type {any} */ { mayOpenElsewhere, dates, at, ...why }, metadata) {
    this.outcome = { kind: "rejected", ...why };
    // Another instance can open the token, so this one must not overwrite it.
    this.arrival = { ...(mayOpenElsewhere ? UNREADABLE : UNOPENED), metadata, dates, at };
  }

  /** Becomes a session with this content. Returns false if the payload cannot be read. */
  become(metadata, payload, flash, /** @type {Uint8Array | null} */ body = null, /** @type {object | null} */ allowed = null) {
    const content = readPayload(this.policy.type, metadata, payload);
    if (!content) return false;
    this.payload = content;
    this.metadata = metadata;
    this.setMessages(flash);
    this.arrival = { kind: "arrived", metadata: { ...metadata, schema: content.schema }, payload, flash: this.messages, body, allowed };
    return true;
  }

  // Using

  /** True if the session exists in this request only. */
  get isNew() {
    return this.arrival.kind !== "arrived";
  }

  /** The arrival if it must not be overwritten, or null. It may be once the application has begun a new session in its place. */
  get withheld() {
    const isReplaced = this.isRenewed || this.ended === "invalidated";
    return this.arrival.kind === "withheld" && !isReplaced ? this.arrival : null;
  }

  get contentLength() {
    return this.payload.length + this.messages.length;
  }

  /** Marks the session as used, and returns it. */
  touch() {
    this.isTouched = true;
    return this;
  }

  /** Marks the session as used, and returns it to be changed. Throws a `SessionError` if changes are refused. */
  change(evenWithheld = false) {
    this.isTouched = true;
    if (this.isClosed) throw new SessionError(this.late.code, this.late.sentence);
    if (this.withheld && !evenWithheld) this.fail(this.withheld.code, this.withheld.sentence);
    return this;
  }

  /** Throws the error of a change. */
  fail(code, sentence) {
    throw (this.failure = new SessionError(code, sentence));
  }
}

/** Reads a payload. Schema 0 is a dictionary. Returns undefined if this program cannot read it. */
export function readPayload(type, { schema = 0 }, payload) {
  try {
    return type.read(schema, payload);
  } catch {
    return undefined;
  }
}

export const bindingOf = ({ device }) => (device ? "bound" : "unbound");

/** Returns the id that an application sees, or null. */
export const idOf = ({ sid }) => sid && hex(sid);
