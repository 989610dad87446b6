// The handle of a session that an application gets.

import { SessionError, isWhole, misused } from "../base/errors.js";
import { remedyOf } from "../base/remedies.js";
import { dateOf, duration } from "../base/time.js";
import { random } from "../crypto/algorithms.js";
import { entryOf } from "../state/dictionary.js";
import { deadlineOf, endOf, lastActiveOf } from "../state/lifetime.js";
import { bindingOf, idOf } from "../state/state.js";

/** By handle. A private field would become a property of the handle in what some compilers make of it, and handles refuse those. */
const states = new WeakMap();

/** Returns the state behind a handle, for the carriers. */
export const stateOf = (session) => states.get(session) ?? misused("call it on a session of this copy of the package; await `load`");

/** Marks a session as used, and returns its state. */
const touch = (session) => stateOf(session).touch();

/** Marks a session as used, and returns its state to be changed. */
const change = (session, evenWithheld) => stateOf(session).change(evenWithheld);

const refuseProperty = (_, name) =>
  misused(`session has no property \`${String(name)}\`; ${remedyOf(name) ?? "use `get`, `set`, `has` and `delete`"}`);

/** Returns true for names that runtimes, test runners and tools look up in any object. */
const isProbe = (name) => typeof name === "symbol" || /^([_$@]|(then|nodeType|tagName|asymmetricMatch)$)/.test(name);

const refuseWhole = () => misused("session is no plain object; take what is needed of it, by `get` or `value`");

/** Refuses to be used as a plain object, as sessions of other libraries are, because changes would be lost. Throws in sloppy mode too. */
class Watched {
  constructor() {
    return new Proxy(this, {
      // A condition on a name that is no member would always be false.
      get: (target, name, session) =>
        name in target || isProbe(name) ? Reflect.get(target, name, session) : refuseProperty(target, name),
      ownKeys: refuseWhole,
      // Also by an assignment to what has no setter.
      defineProperty: refuseProperty,
      deleteProperty: refuseProperty,
      has: (target, name) => name in target || (!isProbe(name) && refuseProperty(target, name)),
    });
  }
}

/** A visitor's session during one request. The carrier that loaded it saves its changes. */
export class BaseSession extends Watched {
  /** Only carriers make sessions, by `load`. */
  constructor(state) {
    super();
    states.set(this, state);
  }

  // The result of reading

  /** The outcome of reading, for logs. A response must not depend on it. */
  get outcome() {
    return { ...stateOf(this).outcome };
  }

  /** The session's standing with the visitor's device: `unbound`, `bound` or `stale`. */
  get binding() {
    const { withheld, metadata } = touch(this);
    if (withheld?.code === "stale") return "stale";
    return bindingOf(metadata);
  }

  /** After the session was saved: the value of the response's field `Secure-Session-Registration`, or null. */
  get registration() {
    return stateOf(this).registration;
  }

  /** True unless this session continues one that came. */
  get isNew() {
    return touch(this).isNew;
  }

  /** 16 hexadecimal digits, or null. */
  get id() {
    return idOf(touch(this).metadata);
  }

  /** True if this request has changed the session, so that a response that succeeds stores it, or drops it if it has ended. */
  get hasChanged() {
    return stateOf(this).isToWrite();
  }

  get createdAt() {
    return dateIn(this, ({ issued }) => issued);
  }

  get lastActiveAt() {
    return dateIn(this, lastActiveOf);
  }

  get expiresAt() {
    return dateIn(this, endOf);
  }

  /** Bytes by which the content may still grow. */
  get remainingBytes() {
    const { room, contentLength } = stateOf(this);
    return Math.max(0, room - contentLength);
  }

  /** Returns true if the session began, or was renewed, less than this many seconds ago. A new session counts only if it was renewed. */
  isRecent(seconds) {
    checkSpan(seconds);
    const { isNew, isRenewed, metadata, now } = touch(this);
    return (!isNew || isRenewed) && now < metadata.issued + seconds;
  }

  // Messages for the next page

  flash(queue, message) {
    const state = change(this);
    checkText("a queue", queue);
    checkText("a message", message);
    // As keys, which have to be well-formed.
    for (const text of [queue, message]) entryOf(text, text);
    state.setFlash([...state.flash, [queue, message]]);
  }

  /** The messages of a queue, left in place. */
  flashes(queue) {
    return this.allFlashes().filter(isOf(queue)).map(textOf);
  }

  /** `[queue, message]` for each message, left in place. */
  allFlashes() {
    return touch(this).flash.map((message) => [...message]);
  }

  takeFlashes(queue) {
    return take(this, isOf(queue)).map(textOf);
  }

  takeAllFlashes() {
    return take(this, () => true);
  }

  // Its life

  /** Returns the id, and makes one if there is none. */
  ensureId() {
    if (this.id === null) this.renewId();
    return this.id;
  }

  /** A new id, and the same data and dates. */
  renewId() {
    change(this).setMetadata({ sid: random(8) });
  }

  /** Begins the session of a visitor who has just signed in: invalidates, and renews the empty one. Returns what `invalidate` does. */
  signIn() {
    const ended = this.invalidate();
    this.renew();
    return ended;
  }

  /** Renews the session after the password was asked for again: a new id, issued now, with the same data. */
  renew() {
    change(this, true).renew();
  }

  /** Ends the session at the latest this many seconds from now. */
  limitTo(seconds) {
    checkSpan(seconds);
    change(this).limitTo(seconds);
  }

  /** Keeps the session after the browser is closed, for this many seconds from now. Returns the time at which it ends at the latest. */
  rememberFor(seconds) {
    checkSpan(seconds);
    const state = change(this);
    const { policy, now, metadata } = state;
    if (!policy.rememberUpTo) throw new SessionError("not-remembering", "session cannot be remembered; set `rememberUpTo`");
    state.setMetadata({ remembered: duration(now + seconds - metadata.issued) });
    return dateOf(deadlineOf(state.metadata, policy));
  }

  forget() {
    change(this).setMetadata({ remembered: null });
  }

  /** Drops the data, the messages and the id. */
  clear() {
    change(this).clear();
  }

  /** Signs out: drops everything, and the browser's cookie. Returns the id of the session that has ended, or null. */
  invalidate() {
    return change(this, true).invalidate();
  }

  /** Saves none of this request's changes except the end by `invalidate` or `signIn`, unless `save` is called later. */
  discard() {
    change(this, true).save = "discard";
  }

  /** Writes the session with this response even if it did not change. `callback`: as express-session has it, it gets an error. */
  save(callback) {
    if (callback !== undefined && typeof callback !== "function") misused("`save` takes a function, or nothing");
    let failed;
    try {
      const state = change(this);
      state.checkSize();
      state.save = "force";
    } catch (error) {
      if (!callback) throw error;
      failed = error;
    }
    if (callback) queueMicrotask(() => callback(failed));
  }

  /** Jest calls it without a key, to print the session. */
  toJSON(key) {
    return key === undefined ? this.inspect() : refuseWhole();
  }

  /** What chai, and so Vitest, prints of it, before it knows whether an assertion fails. */
  inspect() {
    return "a session";
  }
}

/** A session that is a dictionary. */
export class Session extends BaseSession {
  get(key) {
    return touch(this).payload.get(String(key));
  }

  has(key) {
    return touch(this).payload.has(String(key));
  }

  /** In the order of their bytes. */
  keys() {
    return touch(this).payload.keys();
  }

  entries() {
    return this.keys().map((key) => [key, this.get(key)]);
  }

  get size() {
    return touch(this).payload.size;
  }

  /** Stores plain data: null, booleans, numbers, BigInts of 64 bits, texts, `Uint8Array`s, arrays, objects and maps. */
  set(key, value) {
    change(this).setEntry(String(key), entryOf(String(key), value));
    return this;
  }

  /** Returns true if there was such a key. */
  delete(key) {
    const isThere = this.has(key);
    change(this).setEntry(String(key), null);
    return isThere;
  }

  /** Stores what `make` makes of a copy of the value: what it returns, or the copy changed in place. */
  update(key, make) {
    const bytes = () => touch(this).payload.bytesOf(String(key));
    const before = bytes();
    const copy = touch(this).payload.copy(String(key));
    const made = make(copy);
    if (bytes() !== before) refuseInside();
    return this.set(key, made === undefined && copy instanceof Object ? copy : made);
  }
}

/** Refuses a change that the copy of an `update` lacks, because it would be lost. */
export const refuseInside = () => misused("the value was changed inside of its own `update`");

const isOf = (queue) => (checkText("a queue", queue), ([of]) => of === queue);
const textOf = ([, text]) => text;

/** Takes some messages. A prefetched page gets none, and leaves them in place. Without messages, this only reads. */
function take(session, isAsked) {
  const { flash, isPrefetch } = touch(session);
  const taken = flash.filter(isAsked);
  if (isPrefetch || taken.length === 0) return [];
  change(session).setFlash(flash.filter((message) => !taken.includes(message)));
  return taken;
}

/** A date of a session that a client has, or null. */
function dateIn(session, of) {
  const { isNew, metadata, policy } = touch(session);
  return isNew ? null : dateOf(of(metadata, policy));
}

function checkText(what, text) {
  if (typeof text === "string") return;
  throw new SessionError("value", `${what} is a text; found ${text === null ? text : typeof text}`);
}

function checkSpan(seconds) {
  if (!isWhole(seconds)) throw new SessionError("seconds", "seconds must be a whole number");
}
