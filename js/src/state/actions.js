// What an application does to a session, once `change` has allowed it (docs/spec/writer.md § 8.7), and what an adapter notes in it.

import { duration } from "../format/base/time.js";
import { random } from "../format/crypto/algorithms.js";
import { flashBytes } from "../format/bytes/body.js";
import { checkSize } from "./fit.js";
import { idOf } from "./state.js";

/** @typedef {import("./state.js").State} State */

/** Stores an entry of a dictionary, or removes it with null. */
export function setEntry(/** @type {State} */ state, key, entry) {
  state.payload.put(key, entry, (length) => checkSize(state, length + state.messages.length));
}

export function setFlash(/** @type {State} */ state, flash) {
  checkSize(state, state.payload.length + flashBytes(flash).length);
  state.setMessages(flash);
}

export function setMetadata(/** @type {State} */ state, changes) {
  const metadata = { ...state.metadata, ...changes };
  checkSize(state, state.contentLength, metadata);
  state.metadata = metadata;
}

/** Gives the session a new id, and begins its lifetime anew, without a device. */
export function renew(/** @type {State} */ state) {
  const { issued, remembered } = state.metadata;
  setMetadata(state, {
    issued: state.now,
    age: 0,
    limit: state.limitedUntil === null ? null : duration(state.limitedUntil - state.now),
    remembered: remembered === null ? null : duration(issued + remembered - state.now),
    sid: random(8),
    device: null,
  });
  state.isRenewed = true;
}

export function limitTo(/** @type {State} */ state, seconds) {
  const { issued, limit } = state.metadata;
  const end = state.now + seconds;
  setMetadata(state, { limit: Math.min(limit ?? Infinity, duration(end - issued)) });
  state.limitedUntil = Math.min(state.limitedUntil ?? Infinity, end);
}

export function clear(/** @type {State} */ state) {
  state.empty();
  state.metadata = { ...state.metadata, sid: null };
  state.ended ??= "cleared";
}

/**
 * Returns the id of the session that has ended, or null. `isSignIn`: another begins in its place.
 *
 * @param {State} state
 * @param {boolean} [isSignIn]
 */
export function invalidate(state, isSignIn) {
  const { code, metadata } = state.arrival;
  const isReturned = code !== "stale" && state.ended !== "invalidated";
  const id = isReturned && metadata ? idOf(metadata) : null;
  state.begin();
  state.isRenewed = false;
  state.limitedUntil = null;
  // An old cookie stays only if a sign-in, and nothing else, ended its session.
  if (!isSignIn || state.ended === "cleared") state.arrival = { ...state.arrival, wasTakenOver: false };
  state.ended = "invalidated";
  return id;
}

// Of adapters

/** Notes whether an error of the session failed the request. Returns the same. */
export const noteFailure = (/** @type {State} */ state, hasFailed) => (state.hasFailed = hasFailed);

/** Saves nothing from now on, and refuses changes. `late`: their error. */
export const close = (/** @type {State} */ state, late = state.late) => void Object.assign(state, { isClosed: true, late });

export const reopen = (/** @type {State} */ state) => void (state.isClosed = false);
