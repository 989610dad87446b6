// The session object that an application gets.

import { SessionError, isWhole, misused } from "../base/errors.js";
import { remedyOf } from "../base/remedies.js";
import { dateOf, duration } from "../base/time.js";
import { random } from "../crypto/algorithms.js";
import { entryOf } from "../state/dictionary.js";
import { deadlineOf, endOf, lastActiveOf } from "../state/lifetime.js";
import { bindingOf, idOf } from "../state/state.js";

/** State of each session object. Not a private field, because some compilers turn those into properties, which the object refuses. */
const states = new WeakMap();

/** Returns the state of a session object. A second copy of the package has states of its own. */
export const stateOf = (session) =>
  states.get(session) ?? misused("expected a session; await `load`, and have one copy of this package");

/** Marks a session as used, and returns its state. */
const touch = (session) => stateOf(session).touch();

/** Marks a session as used, and returns its state to be changed. */
const change = (session, evenWithheld) => stateOf(session).change(evenWithheld);

const refuseProperty = (_, name) =>
  misused(`session has no property \`${String(name)}\`; ${remedyOf(name) ?? "use `get`, `set`, `has` and `delete`"}`);

/** Returns true for names that runtimes, test runners and tools look up in any object. */
const isProbe = (name) => typeof name === "symbol" || /^([_$@]|(then|nodeType|tagName|asymmetricMatch)$)/.test(name);

const refuseWhole = () => misused("session cannot be spread or serialized; use `get` or `value`");

/**
 * Throws when a session is used as a plain object. Sessions of other libraries are plain objects, so `session.user = 7` is a common
 * mistake, and the change would be lost. A proxy throws even in sloppy mode, where a frozen object would not.
 */
class Watched {
  constructor() {
    return new Proxy(this, {
      // Throws for a read too: `if (session.user)` would always be false.
      get: (target, name, session) =>
        name in target || isProbe(name) ? Reflect.get(target, name, session) : refuseProperty(target, name),
      ownKeys: refuseWhole,
      // An assignment calls this, too.
      defineProperty: refuseProperty,
      // Of what the session has, only a setter takes one.
      set: (target, name, value, session) => Reflect.set(target, name, value, session) || refuseProperty(target, name),
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

  // Outcome of reading

  /** Returns the outcome of reading, for logs. Reading it counts as a use, as `index.d.ts` says. */
  get outcome() {
    return { ...touch(this).outcome };
  }

  /** Returns the session's binding to a device: `unbound`, `bound` or `stale`. */
  get binding() {
    const { withheld, metadata } = touch(this);
    if (withheld?.code === "stale") return "stale";
    return bindingOf(metadata);
  }

  /** Returns the value of the response header `Secure-Session-Registration`, once the session is saved, or null. */
  get registration() {
    return stateOf(this).registration;
  }

  /** True unless this session continues one from the request. */
  get isNew() {
    return touch(this).isNew;
  }

  /** Returns 16 hexadecimal digits, or null without an id. */
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

  /** Returns the bytes by which the content may still grow. */
  get remainingBytes() {
    const { room, contentLength } = touch(this);
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
    checkText("queue", queue);
    checkText("message", message);
    // Throws unless both are well-formed.
    for (const text of [queue, message]) entryOf(text, text);
    state.setFlash([...state.flash, [queue, message]]);
  }

  /** Returns the messages of a queue, and leaves them in place. */
  flashes(queue) {
    return this.allFlashes().filter(isOf(queue)).map(textOf);
  }

  /** Returns `[queue, message]` for each message, and leaves them in place. */
  allFlashes() {
    return touch(this).flash.map((message) => [...message]);
  }

  takeFlashes(queue) {
    return take(this, isOf(queue)).map(textOf);
  }

  takeAllFlashes() {
    return take(this, () => true);
  }

  // Beginning and end

  /** Returns the id. Makes one if there is none. */
  ensureId() {
    if (this.id === null) this.renewId();
    return this.id;
  }

  /** Gives the session a new id, and keeps its data and dates. */
  renewId() {
    change(this).setMetadata({ sid: random(8) });
  }

  /**
   * Begins the session of a user who has just signed in, with a new id and nothing from before: an attacker may have planted the old
   * session. Returns the id of the session that has ended, or null.
   */
  signIn() {
    const ended = this.invalidate();
    this.renew();
    return ended;
  }

  /** Renews the session, after the password was asked for again: it gets a new id, begins now, and keeps its data. */
  renew() {
    change(this, true).renew();
  }

  /** Ends the session at the latest this many seconds from now. */
  limitTo(seconds) {
    checkSpan(seconds);
    change(this).limitTo(seconds);
  }

  /** Keeps the session after the browser is closed, for this many seconds from now. Returns the latest time at which it ends. */
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

  /** Writes the session with this response even if it did not change. `callback` gets an error, or nothing, as in express-session. */
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

  /** Throws when `JSON.stringify` calls it, with a key. Jest calls it without a key, to print the session. */
  toJSON(key) {
    return key === undefined ? this.inspect() : refuseWhole();
  }

  /** Returns what chai prints. It prints before an assertion is checked, so an error here would fail assertions that hold. */
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

  /** Returns the keys, in the order of their bytes. */
  keys() {
    return touch(this).payload.keys();
  }

  entries() {
    return this.keys().map((key) => [key, this.get(key)]);
  }

  get size() {
    return touch(this).payload.size;
  }

  /** Stores plain data: null, booleans, numbers, BigInts of 64 bits, strings, `Uint8Array`s, arrays, objects and maps. */
  set(key, value) {
    change(this).setEntry(String(key), entryOf(String(key), value));
    return this;
  }

  /** Deletes an entry. Returns true if there was one. */
  delete(key) {
    const isThere = this.has(key);
    change(this).setEntry(String(key), null);
    return isThere;
  }

  /** Calls `make` with a copy of the value, and stores its result or, if that is undefined, the copy as `make` changed it. */
  update(key, make) {
    const bytes = () => touch(this).payload.bytesOf(String(key));
    const before = bytes();
    const copy = touch(this).payload.copy(String(key));
    const made = make(copy);
    if (bytes() !== before) refuseInside();
    if (made !== undefined) return this.set(key, made);
    if (copy instanceof Object) return this.set(key, copy);
    throw new SessionError("value", `update of \`${key}\` got nothing back; return the new value`);
  }
}

/** Refuses a change that the copy of an `update` lacks, because it would be lost. */
export const refuseInside = () => misused("the value was changed inside of its own `update`; change the copy");

const isOf = (queue) => (checkText("queue", queue), ([of]) => of === queue);
const textOf = ([, text]) => text;

/** Takes some messages. A prefetched page, which the visitor may never see, gets none and leaves them in place. */
function take(session, isAsked) {
  const { flash, isPrefetch } = touch(session);
  const taken = flash.filter(isAsked);
  if (isPrefetch || taken.length === 0) return [];
  change(session).setFlash(flash.filter((message) => !taken.includes(message)));
  return taken;
}

/** Returns a date of the session, or null if the client does not have it yet. */
function dateIn(session, of) {
  const { isNew, metadata, policy } = touch(session);
  return isNew ? null : dateOf(of(metadata, policy));
}

function checkText(what, text) {
  if (typeof text === "string") return;
  throw new SessionError("value", `${what} must be a string, found ${text === null ? text : typeof text}`);
}

function checkSpan(seconds) {
  if (!isWhole(seconds)) throw new SessionError("seconds", `seconds must be a whole number from 0 on, found ${seconds}`);
}
