// The session object that an application gets. index.d.ts has the contracts of its methods.

import { SessionError, isWhole, misused } from "../format/base/errors.js";
import { remedyOf } from "../base/remedies.js";
import { dateOf, duration } from "../format/base/time.js";
import { random } from "../format/crypto/algorithms.js";
import { entryOf } from "../format/bytes/map.js";
import { isToWrite } from "../state/decide.js";
import { clear, invalidate, limitTo, renew, setEntry, setFlash, setMetadata } from "../state/actions.js";
import { checkSize, roomOf } from "../state/fit.js";
import { deadlineOf, endOf, lastActiveOf } from "../state/lifetime.js";
import { bindingOf, idOf } from "../state/state.js";

/**
 * State of each session object. Not a private field, because some compilers turn those into properties, which the object refuses.
 *
 * @type {WeakMap<object, import("../state/state.js").State>}
 */
const states = new WeakMap();

/** Returns the state of a session object. A second copy of the package has states of its own. */
export const stateOf = (session) =>
  states.get(session) ?? misused("expected a session; await `load`, and have one copy of this package");

/** Marks a session as used, and returns its state. */
const touch = (session) => stateOf(session).touch();

/** Marks a session as used, and returns its state to be changed. */
const change = (session, evenWithheld) => stateOf(session).change(evenWithheld);

const refuseProperty = (_, name) =>
  misused(`session keeps no property \`${String(name)}\`${remedyOf(name) ?? "; use `get`, `set`, `has` and `delete`"}`);

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
      setPrototypeOf: () => refuseProperty(null, "__proto__"),
      // Only properties with a setter can be assigned, such as `value`.
      set: (target, name, value, session) => Reflect.set(target, name, value, session) || refuseProperty(target, name),
      deleteProperty: refuseProperty,
      has: (target, name) => name in target || (!isProbe(name) && refuseProperty(target, name)),
    });
  }
}

// Only carriers make sessions, by `load`.
export class BaseSession extends Watched {
  constructor(state) {
    super();
    states.set(this, state);
  }

  // Outcome of reading

  get outcome() {
    return { ...touch(this).outcome };
  }

  get binding() {
    const { withheld, metadata } = touch(this);
    if (withheld?.code === "stale") return "stale";
    return bindingOf(metadata);
  }

  get registration() {
    return stateOf(this).registration;
  }

  get isNew() {
    return touch(this).isNew;
  }

  get id() {
    return idOf(touch(this).metadata);
  }

  get hasChanged() {
    return isToWrite(stateOf(this));
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

  get remainingBytes() {
    const state = touch(this);
    return Math.max(0, roomOf(state) - state.contentLength);
  }

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
    setFlash(state, [...state.flash, [queue, message]]);
  }

  flashes(queue) {
    return this.allFlashes().filter(isOf(queue)).map(textOf);
  }

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

  ensureId() {
    if (this.id === null) this.renewId();
    return this.id;
  }

  renewId() {
    setMetadata(change(this), { sid: random(8) });
  }

  // Nothing is kept, because an attacker may have planted the old session.
  signIn() {
    const ended = invalidate(change(this, true), true);
    this.renew();
    return ended;
  }

  renew() {
    renew(change(this, true));
  }

  limitTo(seconds) {
    checkSpan(seconds);
    limitTo(change(this), seconds);
  }

  rememberFor(seconds) {
    checkSpan(seconds);
    const state = change(this);
    const { policy, now, metadata } = state;
    if (!policy.rememberUpTo) throw new SessionError("not-remembering", "session cannot be remembered; set `rememberUpTo`");
    setMetadata(state, { remembered: duration(now + seconds - metadata.issued) });
    return dateOf(deadlineOf(state.metadata, policy));
  }

  forget() {
    setMetadata(change(this), { remembered: null });
  }

  clear() {
    clear(change(this));
  }

  invalidate() {
    return invalidate(change(this, true));
  }

  discard() {
    change(this, true).save = "discard";
  }

  // The callback is that of express-session.
  save(callback) {
    if (callback !== undefined && typeof callback !== "function") misused("`save` takes a function, or nothing");
    let failed;
    try {
      const state = change(this);
      checkSize(state);
      state.save = "force";
    } catch (error) {
      if (!callback) throw error;
      failed = error;
    }
    if (callback) queueMicrotask(() => callback(failed));
  }

  // Jest calls it without a key, to print the session.
  toJSON(key) {
    return key === undefined ? this.inspect() : refuseWhole();
  }

  /** Returns what chai prints. It prints before an assertion is checked, so an error here would fail assertions that hold. */
  inspect() {
    return "a session";
  }
}

export class Session extends BaseSession {
  get(key) {
    return touch(this).payload.get(String(key));
  }

  has(key) {
    return touch(this).payload.has(String(key));
  }

  keys() {
    return touch(this).payload.keys();
  }

  entries() {
    return this.keys().map((key) => [key, this.get(key)]);
  }

  get size() {
    return touch(this).payload.size;
  }

  set(key, value) {
    setEntry(change(this), String(key), entryOf(String(key), value));
    return this;
  }

  delete(key) {
    const isThere = this.has(key);
    setEntry(change(this), String(key), null);
    return isThere;
  }

  update(key, make) {
    const bytes = () => touch(this).payload.bytesOf(String(key));
    const before = bytes();
    const copy = touch(this).payload.copy(String(key));
    const made = make(copy);
    if (bytes() !== before) refuseInside();
    return this.set(key, updated(made, copy, ` of \`${key}\``));
  }
}

/** Returns what an `update` stores: what its function has made or, if that is nothing, the copy as the function has changed it. */
export function updated(made, copy, of = "") {
  if (made !== undefined) return made;
  // Not by `instanceof`: in Jest, bytes are of another realm.
  if (Object(copy) === copy) return copy;
  throw new SessionError("value", `update${of} got nothing back; return the new value`);
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
  setFlash(change(session), flash.filter((message) => !taken.includes(message)));
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
