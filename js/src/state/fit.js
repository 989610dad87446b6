// Measures a session, and refuses a change that does not fit its token (docs/spec/writer.md § 9.5, § 9.6). budget.js has the limits.

import { writeBody } from "../format/bytes/body.js";
import { activeAge, isIdle } from "./lifetime.js";

/** @typedef {import("./state.js").State} State */

/** Returns how many bytes of content a session may have: by its size or, if that is less, by the server's limit for requests. */
export const roomOf = (/** @type {State} */ state) => Math.min(state.policy.budget.room, state.roomInRequests);

/**
 * Throws a `SessionError` unless a session with this content and metadata may be sent (§ 8.7). The room reserves the longest metadata,
 * so only the content counts. A session that arrived larger must not grow.
 */
export function checkSize(/** @type {State} */ state, content = state.contentLength, metadata = state.metadata) {
  const room = roomOf(state);
  if (content <= room) return;
  const mayShrink = !state.isNew && content <= state.contentLength;
  if (mayShrink && allowedFor(state, content, metadata, ageToWrite(state, content, metadata))) return;
  const setting = room === state.roomInRequests ? "--max-http-header-size" : state.policy.budget.setting;
  state.fail("size", `session has room for ${room} bytes of content, found ${content}; store less or raise \`${setting}\``);
}

/** Returns the size under which a session may be sent, or undefined (§ 9.5.3). */
export function allowedFor(/** @type {State} */ state, content, metadata, age) {
  const { budget } = state.policy;
  if (content <= budget.room) return budget.allowed;
  const { length } = writeBody(stored(state, metadata, age), [], []);
  return allowedForBody(state, length + content, content, metadata);
}

export function allowedForBody(/** @type {State} */ state, length, content, metadata) {
  const { budget } = state.policy;
  const sizes = [budget.allowed, content > budget.room && state.arrival.allowed];
  return sizes.find((allowed) => allowed && budget.allows(allowed, length, metadata.remembered !== null));
}

/** Returns the metadata as a body has it. */
export const stored = (/** @type {State} */ state, metadata, age = metadata.age) => ({ ...metadata, age, schema: state.payload.schema });

/** Returns the age with which a change is written. A session that arrived too large keeps its age if a longer one does not fit. */
export function ageToWrite(/** @type {State} */ state, content, metadata) {
  const { refreshAfter } = state.policy;
  const isMoved =
    refreshAfter === "never" ? isIdle(metadata, state.now, state.policy) : refreshAfter !== "on-validation" || state.isValidated;
  const age = isMoved ? activeAge(metadata, state.now) : metadata.age;
  return allowedFor(state, content, metadata, age) ? age : metadata.age;
}
