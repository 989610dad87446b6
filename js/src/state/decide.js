// Decides at the end of a request what becomes of the client's token (docs/spec/writer.md § 8.12). lifetime.js says when a refresh is due.

import { EPOCH, U32, equal } from "../format/base/bytes.js";
import { SessionError, statusOf } from "../format/base/errors.js";
import { flashBytes, writeBody } from "../format/bytes/body.js";
import { ageToWrite, allowedFor, allowedForBody, stored } from "./fit.js";
import { activeAge, deadlineOf, endOf, isRefreshDue, isRememberedNow } from "./lifetime.js";

/** @typedef {import("./state.js").State} State */

/**
 * Decides what happens to the client's token. Of the response, `place` is that of the session's key, as `placeOf` of the sealer returns
 * it, `existing` is given if the response already sets a session (§ 8.12.2), and `isSame` is true if that is the session that arrived,
 * merely refreshed or sealed again. Returns:
 *
 * - `change`: `keep`, `drop` or `store`;
 * - `dependence`: how the response depends on the session, for caches: `untouched`, `touched` or `written`;
 * - to store a session: the `body` to seal, the `allowed` size of its token, and its `maxAge`, or null;
 * - `isOptional`, true without a change to write: a session is stored then only to be refreshed or sealed again;
 * - `isLost`, true for a change that is left out because the response sets a session already;
 * - `isLapsed`, true for a change that must not be sealed any more (§ 8.14.1);
 * - `isFailed`, true for a change of a visitor's session that is left out because the response is a 5xx, and no error of the session.
 */
export function decide(/** @type {State} */ state, response) {
  const decision = decideAlone(state, response);
  if (!response.existing || decision.dependence === "untouched") return decision;
  const isLost = decision.change !== "keep" && !decision.isOptional;
  // A change here would overwrite that of an inner request, which may be a sign-out.
  if (isLost && (response.isSame || state.isRenewed || state.ended)) return decision;
  return { ...decision, isLost, change: "keep", dependence: "written" };
}

/**
 * Decides without what the response already sets. `isAsked`: only to be told, so that no body is made.
 *
 * @param {State} state
 * @param {any} response
 */
function decideAlone(state, {
  place, status = 200, isShareable, mayShare, refreshesNothing = state.refreshesNothing, isClosed = state.isClosed, existing,
  hasFailed = tellsFailure(state, status), isAsked,
}) {
  // No refresh with parts of a page: they load in parallel, and could undo a change. Nor with errors, or for shared caches.
  const isQuiet = !state.isNew && !refreshesNothing && (mayShare || !isShareable) && status < 400;
  const isCounted = isQuiet && !isShareable && state.policy.refreshAfter === "every-request";
  if (!state.isTouched && !isCounted) return { change: "keep", dependence: "untouched" };
  const keep = { change: "keep", dependence: "touched" };
  // A handler that a timeout or a disconnect abandoned (408), or that fails, may have made only a part of its changes.
  if (isClosed || status === 408) return keep;
  const isSilenced = (status >= 500 || hasFailed) && !state.policy.saveOnServerError && state.save !== "force";
  // Otherwise the holder of a leaked key could use slow requests to get forgeries sealed under the next key.
  const hasLapsed = place === null;
  const drop = hasToken(state) || existing ? { change: "drop", dependence: "written" } : keep;
  if (isGone(state, isSilenced || hasLapsed)) return drop;
  if (state.save === "discard") return keep;
  // A page that fails for somebody without a session loses nothing.
  if (isSilenced) return { ...keep, isFailed: status >= 500 && !state.failure && !state.isNew && hasChanged(state) };
  const isToStore = hasChanged(state) || (state.save === "force" && !state.isNew);
  if (hasLapsed) return { ...keep, isLapsed: isToStore };
  if (isToStore) {
    // A new session must not replace the one that the browser hides. A sign-out takes effect, although its message is lost.
    if (state.mayHide && !state.isRenewed) return state.ended ? drop : keep;
    if (state.now >= deadlineOf(state.metadata, state.policy)) return drop;
    if (isAsked) return { change: "store" };
    if (!canSeal(state)) throw new SessionError("clock", "clock must be from 2026 to 2162");
    return { ...store(state, ageToWrite(state, state.contentLength, state.metadata)), dependence: "written" };
  }
  if (!isQuiet || isAsked || !canSeal(state)) return keep;
  // No activity. But it may be a page, and a copy of it would be the visit, so none is kept when the visit has to be one.
  if (state.isPreload) return { ...keep, ...(isRefreshDue(state) && { dependence: "written" }) };
  return { ...keep, ...refresh(state, place < 0), isOptional: true };
}

/** Returns the names of the changes at the client, as Rust has them. */
export function changesOf({ change, isOptional, body, state }) {
  if (change === "keep") return [];
  if (change === "drop") return ["Ended"];
  // A session that is only sealed again has the body that arrived.
  if (isOptional) return [body !== state.arrival.body && isRefreshDue(state) ? "Refreshed" : "Resealed"];
  // A sign-out that leaves a message, for example.
  if (state.arrival.metadata && state.ended === "invalidated" && !state.isRenewed) return ["Ended", "Began"];
  if (state.isRenewed) return ["SignedIn"];
  return [state.isNew ? "Began" : "Changed"];
}

/** Returns true if a response tells an error of the session. Middleware may have made the page, and then only its status tells it. */
export const tellsFailure = (/** @type {State} */ state, status = 200) => state.hasFailed || statusOf(state.failure) === status;

/** Returns true if a response that succeeds stores the session, or drops its token, because of a change. */
export function isToWrite(/** @type {State} */ state) {
  const { change } = decideAlone(state, { place: 0, isClosed: false, hasFailed: false, isAsked: true });
  return change === "drop" || (change === "store" && hasChanged(state));
}

const hasToken = (/** @type {State} */ state) => state.arrival.kind !== "nothing";

/**
 * Returns true if there is no session to store: it has ended and nothing was stored since that would be saved, or it was emptied.
 * Neither `discard` nor a failed response undoes `invalidate`, because a visitor relies on a sign-out. A failed `signIn` in place of a
 * session that was just taken over leaves the old cookie, because it may only have completed the old sign-in.
 */
function isGone(/** @type {State} */ state, isSilenced) {
  const isInvalidated = state.ended === "invalidated";
  if (state.save === "discard") return isInvalidated;
  if (isInvalidated) return isSilenced ? !state.arrival.wasTakenOver : isNothing(state);
  return state.ended ? isSilenced || isEmpty(state) : !isSilenced && isNothing(state) && hasChanged(state);
}

/**
 * Decides to store the session again without a change, if that is due and fits. It is a refresh (§ 8.8), or else a re-seal (§ 8.9): of
 * the body as it arrived or, if the session became bound, of one with its device.
 */
function refresh(/** @type {State} */ state, isUnderEarlier) {
  const refreshed = isRefreshDue(state) && store(state, activeAge(state.metadata, state.now), true);
  if (refreshed) return refreshed;
  if (state.becameBound) return store(state, state.metadata.age, true);
  const body = /** @type {Uint8Array} */ (state.arrival.body);
  const allowed = isUnderEarlier && allowedForBody(state, body.length, state.contentLength, state.metadata);
  return allowed && sent(state, body, allowed, state.metadata.age);
}

/**
 * Decides to store the session with this age. Returns null if that is optional and does not fit.
 *
 * @param {State} state
 * @param {number} age
 * @param {boolean} [isOptional]
 */
function store(state, age, isOptional) {
  const { budget } = state.policy;
  const content = state.contentLength;
  const allowed = allowedFor(state, content, state.metadata, age);
  if (!allowed && isOptional) return null;
  const body = writeBody(stored(state, state.metadata, age), state.messages, state.payload.bytes);
  return sent(state, budget.padded(body, content), allowed ?? budget.allowed, age);
}

function sent(/** @type {State} */ state, body, allowed, age) {
  const { metadata, policy } = state;
  const isPersistent = policy.persistent || isRememberedNow(metadata, policy);
  const maxAge = isPersistent ? Math.max(0, endOf({ ...metadata, age }, policy) - state.now) : null;
  return { change: "store", body, allowed, maxAge };
}

function hasChanged(/** @type {State} */ state) {
  if (state.isNew) return !isNothing(state);
  // A session of an old cookie has to be written in the new one.
  return state.arrival.body === null || !isAsArrived(state, stored(state, state.metadata), state.payload.bytes, state.messages);
}

/** Returns true if a body that opened is the session that arrived. */
export const arrivedAs = (/** @type {State} */ state, { metadata, payload, flash }) =>
  isAsArrived(state, metadata, payload, flashBytes(flash));

/** Ignores the age, because a use alone is not a change. */
function isAsArrived({ arrival }, metadata, payload, messages) {
  const ageless = (metadata) => JSON.stringify({ ...metadata, age: 0 });
  return ageless(metadata) === ageless(arrival.metadata) && equal(payload, arrival.payload) && equal(messages, arrival.flash);
}

/** Returns true without entries, messages and id. */
const isEmpty = (/** @type {State} */ state) => state.payload.isEmpty && state.flash.length === 0 && state.metadata.sid === null;

/** Returns true for a session that is empty, and not remembered. */
const isNothing = (/** @type {State} */ state) => isEmpty(state) && state.metadata.remembered === null;

/** Returns true if a token can hold the time (SPEC.md § 6.4). */
const canSeal = (/** @type {State} */ state) => state.now >= EPOCH && state.now - EPOCH <= U32;
