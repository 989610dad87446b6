// The handle of a session that an application gets.

import { hex } from "./bytes.js";
import { SessionError } from "./errors.js";
import { dateOf, deadlineOf, idleAt } from "./lifetime.js";
import { encodeText } from "./msgpack.js";
import { typedPayload } from "./payload.js";
import { State } from "./state.js";

/** Returns the state behind a handle, for the carriers. */
export let stateOf;

/** A visitor's session during one request. The carrier that loaded it saves its changes. */
export class Session {
  static {
    stateOf = (session) => session.#state;
  }

  #state;

  /** Only carriers make sessions, by `load`. */
  constructor(state) {
    if (!(state instanceof State)) throw new TypeError("a session is made by `load`");
    this.#state = state;
  }

  // The result of reading

  /** `{kind, reason, keyId}`, for logs. A response must not depend on it. */
  get outcome() {
    return { ...this.#state.outcome };
  }

  /** The session's standing with the visitor's device: `unbound`, `bound` or `stale`. */
  get binding() {
    return this.#state.touch().binding;
  }

  /** After the session was saved: the value of the response's field `Secure-Session-Registration`, or null. */
  get registration() {
    return this.#state.registration;
  }

  /** The session exists in this request only. */
  get isNew() {
    return this.#state.touch().isNew;
  }

  /** 16 hexadecimal digits, or null. */
  get id() {
    return this.#state.touch().id;
  }

  get createdAt() {
    const { isNew, metadata } = this.#state.touch();
    return isNew ? null : dateOf(metadata.issued);
  }

  get lastActiveAt() {
    const { isNew, metadata } = this.#state.touch();
    return isNew ? null : dateOf(metadata.issued + metadata.age);
  }

  get expiresAt() {
    const { isNew, metadata, policy } = this.#state.touch();
    return isNew ? null : dateOf(Math.min(deadlineOf(metadata, policy), idleAt(metadata, policy) ?? Infinity));
  }

  /** Bytes by which the content may still grow. */
  get remainingBytes() {
    return Math.max(0, this.#state.policy.budget.room - this.#state.contentLength());
  }

  /** Returns true if the sign-in is less than so many seconds ago. A new session has had none. */
  isRecent(seconds) {
    checkSpan(seconds);
    const { isNew, isRenewed, metadata, now } = this.#state.touch();
    return (!isNew || isRenewed) && now < metadata.issued + seconds;
  }

  // The dictionary

  get(key) {
    return this.#dictionary().get(String(key));
  }

  has(key) {
    return this.#dictionary().has(String(key));
  }

  /** In the order of their bytes. */
  keys() {
    return this.#dictionary().keys();
  }

  entries() {
    return this.keys().map((key) => [key, this.get(key)]);
  }

  get size() {
    return this.#dictionary().size;
  }

  /** Stores plain data: null, booleans, numbers, BigInts of 64 bits, texts, `Uint8Array`s, arrays, objects and maps. */
  set(key, value) {
    this.#dictionary();
    this.#state.act((state) => state.setEntry(String(key), value));
    return this;
  }

  /** Returns true if there was such a key. */
  delete(key) {
    this.#dictionary();
    return this.#state.act((state) => state.removeEntry(String(key)));
  }

  #dictionary() {
    const { policy, payload } = this.#state.touch();
    if (policy.type) throw new TypeError("this session has a type: use `value`");
    return payload;
  }

  // A typed session

  /** The value of a typed session. Store a changed one again, or call `update`. */
  get value() {
    return this.#typed().value;
  }

  set value(value) {
    this.#typed();
    this.#state.act((state) => state.setPayload(typedPayload(state.policy.type, value)));
  }

  #typed() {
    const { policy, payload } = this.#state.touch();
    if (!policy.type) throw new TypeError("this session is a dictionary: use `get` and `set`, or give the cookie a `type`");
    return payload;
  }

  /**
   * Changes an entry: `update(key, change)` stores what `change` makes of its value. In a typed session, `update(change)`
   * changes a copy of the value in place, or stores what `change` returns.
   */
  update(...given) {
    if (!this.#state.policy.type) {
      const [key, change] = given;
      return this.set(key, change(this.get(key)));
    }
    const { type } = this.#state.policy;
    const copy = type.decode(type.encode(this.value));
    const [change] = given;
    this.value = change(copy) ?? copy;
    return this;
  }

  // Messages for the next page

  flash(queue, message) {
    this.#state.act((state) => {
      encodeText(message);
      encodeText(queue);
      state.setFlash([...state.flash, [queue, message]]);
    });
  }

  /** The messages of a queue, left in place. */
  flashes(queue) {
    return this.#state.touch().flash.filter(([of]) => of === queue).map(([, message]) => message);
  }

  takeFlashes(queue) {
    const taken = this.flashes(queue);
    // Where there is none, this is reading.
    if (taken.length > 0) this.#state.act((state) => state.setFlash(state.flash.filter(([of]) => of !== queue)));
    return taken;
  }

  // Tokens for forms (SPEC.md § 13)

  /** Returns a token for a form, or for the header `x-csrf-token`. Makes an id if there is none. */
  async csrfToken() {
    if (this.#state.touch().csrfName === null) this.renewId();
    const { sealer, csrfName, now } = this.#state;
    return sealer.csrfToken(csrfName, now);
  }

  /** Returns true if a token was made for this session. Await it: a promise is true in every condition. */
  async verifyCsrf(token) {
    const { sealer, csrfName, now } = this.#state.touch();
    return sealer.verifyCsrf(csrfName, now, token);
  }

  // Its life

  /** Returns the id, and makes one if there is none. */
  ensureId() {
    if (this.id === null) this.renewId();
    return this.id;
  }

  /** A new id, and the same data and dates. */
  renewId() {
    this.#state.act((state) => state.renewId());
  }

  /** After a sign-in: a new id, issued now, the same data. */
  renew() {
    this.#state.act((state) => state.renew(), { evenWithheld: true });
  }

  /** Ends the session at the latest so many seconds from now. */
  limitTo(seconds) {
    checkSpan(seconds);
    this.#state.act((state) => state.limitTo(seconds));
  }

  /** Keeps the session after the browser is closed, for so many seconds from now. */
  rememberFor(seconds) {
    checkSpan(seconds);
    this.#state.act((state) => state.rememberFor(seconds));
  }

  forget() {
    this.#state.act((state) => state.setMetadata({ remembered: null }));
  }

  /** Drops the data, the messages and the id. */
  clear() {
    this.#state.act((state) => state.clear());
  }

  /** Signs out: drops everything, and the browser's cookie. Returns the id of the session that has ended, or null. */
  invalidate() {
    const sid = this.#state.act((state) => state.invalidate(), { evenWithheld: true });
    return sid && hex(sid);
  }

  /** Saves none of this request's changes, unless `save` is called later. */
  discard() {
    this.#state.act((state) => (state.wish = "discard"), { evenWithheld: true });
  }

  /** Writes the session with this response even if it did not change. */
  save() {
    this.#state.act((state) => state.forceSave());
  }
}

function checkSpan(seconds) {
  if (Number.isInteger(seconds) && seconds >= 0) return;
  throw new SessionError("seconds", "expected a whole number of seconds, 0 or more");
}
