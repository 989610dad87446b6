// A session during one request, as plain data, and its rules (docs/spec/writer.md): `open` reads it, `change` allows a change, and
// `decide` determines what the response does with it.

import { EPOCH, U32, equal, hex } from "../base/bytes.js";
import { SessionError } from "../base/errors.js";
import { duration } from "../base/time.js";
import { random } from "../crypto/algorithms.js";
import { flashBytes, writeBody } from "./body.js";
import { activeAge, deadlineOf, endOf, isIdle, isRefreshDue, isRememberedNow } from "./lifetime.js";

/** Arrival of a token, or an old cookie, that does not open. */
export const UNOPENED = { kind: "unopened" };
const UNREADABLE = {
  kind: "withheld",
  code: "unreadable",
  sentence: "another version or another key wrote the session; let the error pass, or call `invalidate`",
};

export class State {
  /** Reports a lost change. Adapters replace it with their hook. */
  onLost = (error) => this.sealer.say("error", error.message, { error });
  /** Numbers of the parts in the request. */
  carried = [];
  /** First value of the cookie or the header. CSRF tokens of a session that cannot be read are made from it. */
  value = "";
  /** The outcome of reading, for logs. */
  outcome = { kind: "absent" };
  /**
   * The session that arrived with the request. It has `metadata` if it opened, and `dates` if those were refused. Its `kind` is:
   * - `nothing`: there was no token;
   * - `unopened`: there was a token, or an old cookie, that did not open;
   * - `arrived`: the session that this one continues. `body`, as it was sealed, and `allowed`, the size in which it may be sent
   *   back, are null if it was taken over from an old cookie;
   * - `withheld`: a session that the application does not get. `code` and `sentence` are for the error of a change;
   * - `ended`: a session that ended in this request.
   */
  arrival = { kind: "nothing" };
  /** How the session ended in this request: `cleared` or `invalidated`; or null. */
  ended = null;
  isRenewed = false;
  /** Set when the session is saved: how the response depends on it, as `decide` returns it. */
  finalTouch = "untouched";
  /** Set when the session is saved: the header that offers the browser to register a device, or null. */
  registration = null;
  /** True if the request was for an image, a script or another part of a page. */
  isSubresource = false;
  /** True if the page is prefetched. The visitor may never see it, so messages are kept for a page that is shown. */
  isPrefetch = false;
  /** True if there is no token although the browser may have one: it hides `SameSite` cookies when another site made the request. */
  mayHide = false;
  /** Bytes of content for which the server has room in the next request, if its limit is known. */
  roomInRequests = Infinity;
  /** Cookies that expire the old cookies of the request at other paths. */
  oldElsewhere = [];
  isTouched = false;
  isClosed = false;
  /** Message of the error for a change once `isClosed`. */
  late = "session is saved already; change it before the response begins";
  /** The last call of the application: `discard`, `force` for `save`, or `auto` for neither. */
  save = "auto";
  /** The least end set by `limitTo` in this request, or null. */
  limitedUntil = null;
  becameBound = false;
  /** The last error of a change, or null. The application may have caught it. */
  failure = null;
  /** True if an error of the session failed the request, as the adapter found. */
  hasFailed = false;
  /** True if `validate` returned true in this request. */
  isValidated = false;
  /** The encoded `flash`. */
  #messages;

  /** `sealer`: of the carrier that loads the session. */
  constructor(policy, now, sealer) {
    this.policy = policy;
    this.now = now;
    this.sealer = sealer;
    this.begin();
  }

  /** Begins a new session in place of the one that arrived. */
  begin() {
    if (!this.isNew) this.arrival = { kind: "ended", metadata: this.arrival.metadata };
    this.metadata = { issued: this.now, age: 0, limit: null, remembered: null, sid: null, device: null };
    this.#empty();
  }

  #empty() {
    this.payload = this.policy.type.empty();
    this.#setMessages([]);
  }

  #setMessages(flash) {
    this.flash = flash;
    this.#messages = flashBytes(flash);
  }

  // Opening

  /** Becomes the session of a body that has opened (SPEC.md § 7.9). */
  open({ keyId, bytes, body: { metadata, payload, flash }, place, tokenLength, cookies }) {
    const allowed = this.policy.budget.asArrived(tokenLength, cookies, metadata.remembered !== null);
    const isRead = this.become(metadata, payload, flash, bytes, allowed);
    if (!isRead) return this.refuse({ reason: "Payload", keyId, isForOthers: true }, metadata);
    this.outcome = { kind: place === 0 ? "opened" : "openedUnderAcceptedKey", keyId };
  }

  /** Notes why the request's token did not open. */
  refuse({ isForOthers, dates, ...why }, metadata) {
    this.outcome = { kind: "rejected", ...why };
    // Another instance can open the token, so this one must not overwrite it.
    this.arrival = { ...(isForOthers ? UNREADABLE : UNOPENED), metadata, dates };
  }

  /** Becomes a session with this content. Returns false if the payload cannot be read. */
  become(metadata, payload, flash, body = null, allowed = null) {
    const read = readPayload(this.policy.type, metadata, payload);
    if (!read) return false;
    this.payload = read;
    this.metadata = metadata;
    this.#setMessages(flash);
    this.arrival = { kind: "arrived", metadata: { ...metadata, schema: read.schema }, payload, flash: this.#messages, body, allowed };
    return true;
  }

  // Acting

  /** True if the session exists in this request only. */
  get isNew() {
    return this.arrival.kind !== "arrived";
  }

  /** The arrival if it must not be overwritten, or null. It may be once the application has begun a new session in its place. */
  get withheld() {
    const isReplaced = this.isRenewed || this.ended === "invalidated";
    return this.arrival.kind === "withheld" && !isReplaced ? this.arrival : null;
  }

  /** Marks the session as used, and returns it. */
  touch() {
    this.isTouched = true;
    return this;
  }

  /** Marks the session as used, and returns it to be changed. Throws a `SessionError` if changes are refused. */
  change(evenWithheld = false) {
    this.isTouched = true;
    if (this.isClosed) throw new SessionError("after-head", this.late);
    if (this.withheld && !evenWithheld) this.#fail(this.withheld.code, this.withheld.sentence);
    return this;
  }

  #fail(code, sentence) {
    throw (this.failure = new SessionError(code, sentence));
  }

  /** Stores an entry of a dictionary, or removes it with null. */
  setEntry(key, entry) {
    this.payload.put(key, entry, (length) => this.checkSize(length + this.#messages.length));
  }

  setFlash(flash) {
    this.checkSize(this.payload.length + flashBytes(flash).length);
    this.#setMessages(flash);
  }

  setMetadata(changes) {
    const metadata = { ...this.metadata, ...changes };
    this.checkSize(this.contentLength, metadata);
    this.metadata = metadata;
  }

  /** Gives the session a new id, and begins its lifetime anew, without a device. */
  renew() {
    const { issued, remembered } = this.metadata;
    const until = (end) => (end === null ? null : duration(end - this.now));
    this.setMetadata({
      issued: this.now,
      age: 0,
      limit: until(this.limitedUntil),
      remembered: remembered === null ? null : duration(issued + remembered - this.now),
      sid: random(8),
      device: null,
    });
    this.isRenewed = true;
  }

  limitTo(seconds) {
    const { issued, limit } = this.metadata;
    const wanted = duration(this.now + seconds - issued);
    this.setMetadata({ limit: Math.min(limit ?? Infinity, wanted) });
    this.limitedUntil = Math.min(this.limitedUntil ?? Infinity, this.now + seconds);
  }

  clear() {
    this.#empty();
    this.metadata = { ...this.metadata, sid: null };
    this.ended ??= "cleared";
  }

  /** Returns the id of the session that has ended, or null. */
  invalidate() {
    const { code, metadata } = this.arrival;
    const isReturned = code !== "stale" && this.ended !== "invalidated";
    const id = isReturned && metadata ? idOf(metadata) : null;
    this.begin();
    this.isRenewed = false;
    this.limitedUntil = null;
    this.ended = "invalidated";
    return id;
  }

  // Sizes

  get contentLength() {
    return this.payload.length + this.#messages.length;
  }

  get room() {
    return Math.min(this.policy.budget.room, this.roomInRequests);
  }

  checkSize(content = this.contentLength, metadata = this.metadata) {
    const { room, roomInRequests } = this;
    if (content <= room) return;
    const mayShrink = !this.isNew && content <= this.contentLength;
    if (mayShrink && this.#allowedFor(content, metadata, this.#ageToWrite(content, metadata))) return;
    const setting = room === roomInRequests ? "--max-http-header-size" : "size";
    this.#fail("size", `session has room for ${room} bytes of content, found ${content}; store less or raise \`${setting}\``);
  }

  /** Returns the size under which a session may be sent, or undefined (§ 9.5.3). */
  #allowedFor(content, metadata, age) {
    const { budget } = this.policy;
    if (content <= budget.room) return budget.allowed;
    const { length } = writeBody(this.#stored(metadata, age), [], []);
    return this.#allowedForBody(length + content, content, metadata);
  }

  #allowedForBody(length, content, { remembered }) {
    const { budget } = this.policy;
    const sizes = [budget.allowed, content > budget.room && this.arrival.allowed];
    return sizes.find((allowed) => allowed && budget.allows(allowed, length, remembered !== null));
  }

  #stored(metadata, age = metadata.age) {
    return { ...metadata, age, schema: this.payload.schema };
  }

  #ageToWrite(content, metadata) {
    const { policy, now } = this;
    const { refreshAfter } = policy;
    const isMoved = refreshAfter === "never" ? isIdle(metadata, now, policy) : refreshAfter !== "on-validation" || this.isValidated;
    const age = isMoved ? activeAge(metadata, now) : metadata.age;
    return this.#allowedFor(content, metadata, age) ? age : metadata.age;
  }

  // Finishing

  /**
   * Decides what happens to the client's token (§ 8.12). `change` is `keep`, `drop`, or `store` with the body to seal and send.
   * `touch` is how the response depends on the session, for caches. `isSame` is undefined unless the response sets a session
   * already (§ 8.12.2). Then it is true if that is the session that arrived, refreshed or sealed again.
   */
  decide(response = {}) {
    const decision = this.#decideAlone(response);
    if (response.isSame === undefined || decision.touch === "untouched") return decision;
    const isWritten = decision.touch === "written";
    // A change here would overwrite that of an inner request, which may be a sign-out.
    const isFree = response.isSame || this.isRenewed || this.ended;
    return isWritten && isFree ? decision : { change: "keep", touch: "written", isLost: isWritten };
  }

  #decideAlone({
    status = 200, isShareable, mayShare, isSubresource = this.isSubresource, isClosed = this.isClosed, isSame,
  }) {
    // No refresh with parts of a page: they load in parallel, and could undo a change. Nor with errors, or for shared caches.
    const isQuiet = !this.isNew && !isSubresource && (mayShare || !isShareable) && status < 400;
    const isCounted = isQuiet && !isShareable && this.policy.refreshAfter === "every-request";
    if (!this.isTouched && !isCounted) return { change: "keep", touch: "untouched" };
    const keep = { change: "keep", touch: "touched" };
    // A handler that a timeout or a disconnect abandoned (408), or that fails, may have made only a part of its changes.
    if (this.withheld || isClosed || status === 408) return keep;
    const standing = this.sealer.standingOf(this);
    const isFailure = status >= 500 || this.hasFailed;
    // Without `lapsed`, the holder of a leaked key could use slow requests to get forgeries sealed under the next key.
    const isSilenced = standing === "lapsed" || (isFailure && !this.policy.saveOnServerError && this.save !== "force");
    const drop = this.arrival.kind !== "nothing" || isSame !== undefined ? { change: "drop", touch: "written" } : keep;
    if (this.#isGone(isSilenced)) return drop;
    if (isSilenced || this.save === "discard") return keep;
    if (this.hasChanged() || (this.save === "force" && !this.isNew)) {
      // A new session must not replace the one that the browser hides. A sign-out still drops what an inner request has set.
      if (this.mayHide && !this.isRenewed) return this.ended && isSame !== undefined ? drop : keep;
      if (this.now >= deadlineOf(this.metadata, this.policy)) return drop;
      if (!this.#canSeal()) throw new SessionError("clock", "clock must be from 2026 to 2162");
      return { ...this.#store(this.#ageToWrite(this.contentLength, this.metadata)), touch: "written" };
    }
    if (!isQuiet || !this.#canSeal()) return keep;
    const stored = this.#refreshed() || this.#resealed(standing === "earlier");
    return { ...(stored || keep), touch: "touched", isOptional: true };
  }

  /**
   * Returns true if there is no session to store: it has ended, and was followed by nothing that is saved, or it was emptied. Neither
   * `discard` nor a failed response undoes `invalidate`, because a visitor relies on a sign-out.
   */
  #isGone(isSilenced) {
    const isDiscarded = this.save === "discard";
    const isForgettable = this.#isEmpty() && this.metadata.remembered === null;
    if (this.ended === "invalidated") return isDiscarded || isSilenced || isForgettable;
    if (isDiscarded) return false;
    return this.ended ? isSilenced || this.#isEmpty() : !isSilenced && isForgettable && this.hasChanged();
  }

  /** Returns the session to store by a refresh, if one is due and fits (§ 8.8). */
  #refreshed() {
    return isRefreshDue(this) && this.#storeIfAllowed(activeAge(this.metadata, this.now));
  }

  /** Returns the session to store by a re-seal, if one is due and fits (§ 8.9): the body as it arrived, or with its device. */
  #resealed(isUnderEarlier) {
    if (this.becameBound) return this.#storeIfAllowed(this.metadata.age);
    if (!isUnderEarlier) return null;
    const { body } = this.arrival;
    const allowed = this.#allowedForBody(body.length, this.contentLength, this.metadata);
    return allowed && this.#sent(body, allowed, this.metadata.age);
  }

  #storeIfAllowed(age) {
    return this.#allowedFor(this.contentLength, this.metadata, age) && this.#store(age);
  }

  /** Returns true without entries, messages and id. */
  #isEmpty() {
    return this.payload.isEmpty && this.flash.length === 0 && this.metadata.sid === null;
  }

  hasChanged() {
    const { metadata, payload } = this;
    if (this.isNew) return !this.#isEmpty() || metadata.remembered !== null;
    // A session of an old cookie has to be written in the new one.
    return this.arrival.body === null || !this.#isAsArrived(this.#stored(metadata), payload.bytes, this.#messages);
  }

  /** Returns true if a response that succeeds stores the session, or drops its token, because of a change. */
  isToWrite() {
    if (this.withheld || !this.isTouched) return false;
    const hasToken = this.arrival.kind !== "nothing";
    if (this.#isGone(false)) return hasToken;
    const isHidden = this.mayHide && !this.isRenewed;
    if (isHidden || (!hasToken && this.now >= deadlineOf(this.metadata, this.policy))) return false;
    return this.save !== "discard" && this.hasChanged();
  }

  /** Returns true if a body that opened is the session that arrived. */
  arrivedAs({ metadata, payload, flash }) {
    return this.#isAsArrived(metadata, payload, flashBytes(flash));
  }

  /** Ignores the age, because a use alone is not a change. */
  #isAsArrived(metadata, payload, messages) {
    const { arrival } = this;
    const ageless = (metadata) => JSON.stringify({ ...metadata, age: 0 });
    return ageless(metadata) === ageless(arrival.metadata) && equal(payload, arrival.payload) && equal(messages, arrival.flash);
  }

  /** Returns true if a token can hold the time (SPEC.md § 6.4). */
  #canSeal() {
    return this.now >= EPOCH && this.now - EPOCH <= U32;
  }

  #store(age) {
    const { budget } = this.policy;
    const content = this.contentLength;
    const body = writeBody(this.#stored(this.metadata, age), this.#messages, this.payload.bytes);
    return this.#sent(budget.padded(body, content), this.#allowedFor(content, this.metadata, age) ?? budget.allowed, age);
  }

  #sent(body, allowed, age) {
    const { metadata, policy } = this;
    const isPersistent = policy.persistent || isRememberedNow(metadata, policy);
    const maxAge = isPersistent ? Math.max(0, endOf({ ...metadata, age }, policy) - this.now) : null;
    return { change: "store", body, allowed, maxAge };
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
