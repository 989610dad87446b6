// The handle of a session that an application gets.

import { hex } from "./bytes.js";
import { random } from "./crypto.js";
import { DICTIONARY, entryOf } from "./dictionary.js";
import { SessionError } from "./errors.js";
import { dateOf, deadlineOf, idleAt, span } from "./lifetime.js";
import { encodeText } from "./msgpack.js";
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
    // `session.user = …` throws, because it would be lost.
    Object.preventExtensions(this);
  }

  // The result of reading

  /** `{kind, reason, keyId}`, for logs. A response must not depend on it. */
  get outcome() {
    return { ...this.#state.outcome };
  }

  /** The session's standing with the visitor's device: `unbound`, `bound` or `stale`. */
  get binding() {
    const { withheld, metadata } = this.#state.touch();
    if (withheld?.code === "stale") return "stale";
    return metadata.device ? "bound" : "unbound";
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
    const { sid } = this.#state.touch().metadata;
    return sid && hex(sid);
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
    return Math.max(0, this.#state.policy.budget.room - this.#state.contentLength);
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
    const name = String(key);
    if (value === undefined) throw new SessionError("value", "undefined cannot be stored; `delete` removes an entry");
    this.#state.change().setEntry(name, entryOf(name, value));
    return this;
  }

  /** Returns true if there was such a key. */
  delete(key) {
    const isThere = this.has(key);
    this.#state.change().setEntry(String(key), null);
    return isThere;
  }

  #dictionary() {
    const { policy, payload } = this.#state.touch();
    if (policy.type !== DICTIONARY) throw new TypeError("this session has a type: use `value`");
    return payload;
  }

  // A typed session

  /** The value of a typed session. Store a changed one again, or call `update`. */
  get value() {
    return this.#typed().value;
  }

  set value(value) {
    const payload = this.#typed();
    this.#state.change().setPayload(payload.with(value));
  }

  #typed() {
    const { policy, payload } = this.#state.touch();
    if (policy.type === DICTIONARY) throw new TypeError("this session is a dictionary: use `get` and `set`, or give the cookie a `type`");
    return payload;
  }

  /**
   * Changes an entry: `update(key, change)` stores what `change` makes of its value. In a typed session, `update(change)`
   * changes a copy of the value in place, or stores what `change` returns.
   */
  update(...given) {
    if (this.#state.policy.type === DICTIONARY) {
      const [key, change] = given;
      return this.set(key, change(this.get(key)));
    }
    const copy = this.#typed().copy();
    const [change] = given;
    this.value = change(copy) ?? copy;
    return this;
  }

  // Messages for the next page

  flash(queue, message) {
    const state = this.#state.change();
    encodeText(message);
    encodeText(queue);
    state.setFlash([...state.flash, [queue, message]]);
  }

  /** The messages of a queue, left in place. */
  flashes(queue) {
    return this.#state.touch().flash.filter(([of]) => of === queue).map(([, message]) => message);
  }

  takeFlashes(queue) {
    const taken = this.flashes(queue);
    // Where there is none, this is reading.
    if (taken.length > 0) this.#state.change().setFlash(this.#state.flash.filter(([of]) => of !== queue));
    return taken;
  }

  // Its life

  /** Returns the id, and makes one if there is none. */
  ensureId() {
    if (this.id === null) this.renewId();
    return this.id;
  }

  /** A new id, and the same data and dates. */
  renewId() {
    this.#state.change().setMetadata({ sid: random(8) });
  }

  /** Begins the session of whoever has just signed in: invalidates, and renews what is left. Returns as `invalidate`. */
  signIn() {
    const ended = this.invalidate();
    this.renew();
    return ended;
  }

  /** After the password was asked once more: a new id, issued now, the same data. */
  renew() {
    this.#state.change(true).renew();
  }

  /** Ends the session at the latest so many seconds from now. */
  limitTo(seconds) {
    checkSpan(seconds);
    this.#state.change().limitTo(seconds);
  }

  /** Keeps the session after the browser is closed, for so many seconds from now. */
  rememberFor(seconds) {
    checkSpan(seconds);
    const { policy, now, metadata } = this.#state.change();
    if (policy.rememberUpTo === null) throw new SessionError("not-remembering", "set `rememberUpTo` to remember sessions");
    this.#state.setMetadata({ remembered: span(now + seconds - metadata.issued) });
  }

  forget() {
    this.#state.change().setMetadata({ remembered: null });
  }

  /** Drops the data, the messages and the id. */
  clear() {
    this.#state.change().clear();
  }

  /** Signs out: drops everything, and the browser's cookie. Returns the id of the session that has ended, or null. */
  invalidate() {
    const sid = this.#state.change(true).invalidate();
    return sid && hex(sid);
  }

  /** Saves none of this request's changes, unless `save` is called later. */
  discard() {
    this.#state.change(true).wish = "discard";
  }

  /** Writes the session with this response even if it did not change. */
  save() {
    this.#state.change().checkSize();
    this.#state.wish = "force";
  }
}

function checkSpan(seconds) {
  if (Number.isInteger(seconds) && seconds >= 0) return;
  throw new SessionError("seconds", "expected a whole number of seconds, 0 or more");
}
