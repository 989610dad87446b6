// CSRF tokens, which prove that a request was made by a page of the session (SPEC.md § 13).

import { EPOCH, concat, equal, fromBase64url, toBase64url, u32 } from "../format/base/bytes.js";
import { misused } from "../format/base/errors.js";
import { hmac, hmacKey, sha256, withoutHyphens } from "../format/crypto/algorithms.js";
import { TAG } from "../format/crypto/suites.js";
import { stateOf } from "./session.js";

export async function csrfToken(session) {
  const state = stateOf(session).touch();
  // An earlier token of an unvalidated session passes, for a sign-out. No new one is rendered: `renewId` throws.
  if (!hasName(state) || state.withheld?.code === "unvalidated") session.renewId();
  return renderToken(state.sealer.tokens, await nameOf(state), state.now);
}

/** Until its promise is awaited, the session cannot be saved: `if (!verifyCsrf(…))` would let every request pass. */
export function verifyCsrf(session, token) {
  let state;
  const verify = async () => {
    state = stateOf(session).touch();
    state.forgotten = () => misused("await `verifyCsrf`, because a promise is always true");
    return isTokenOf(state.sealer.tokens, await nameOf(state), state.now, token);
  };
  const passes = verify();
  const then = (/** @type {[any?, any?]} */ ...given) => {
    if (state) state.forgotten = null;
    return Promise.prototype.then.apply(passes, given);
  };
  // `await` calls `then` only of a promise with another constructor.
  return Object.defineProperties(passes, { constructor: { value: undefined }, then: { value: then } });
}

/** Returns true if a token of the session can pass. */
export const hasTokens = (session) => hasName(stateOf(session).touch());

const hasName = (state) => state.withheld?.code === "unreadable" || namedOf(state).sid !== null;

/** Returns the metadata of the session whose tokens count: a withheld session has tokens, too. */
const namedOf = ({ withheld, metadata }) => withheld?.metadata ?? metadata;

/** Returns the bytes that stand for a session in its tokens (SPEC.md § 13.4), or null. */
async function nameOf(state) {
  const { sid, issued } = namedOf(state);
  const code = state.withheld?.code;
  // Without an id that this program can read, the value of the cookie identifies the session: its visitor has to be able to sign out.
  if (code === "unreadable" && !sid) return (await sha256(latin1(state.value))).subarray(0, 12);
  // A stale session has tokens of its own, so that its visitor can sign in by a form. A thief of the cookie, whose session is stale,
  // must not get tokens of the bound session.
  return sid && concat(code === "stale" ? sid.map((byte) => ~byte) : sid, u32(issued - EPOCH));
}

const latin1 = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** Renders a token. The mask is new each time, so that a compressed page does not leak the secret (BREACH). `mask`: for tests. */
export async function renderToken(sealer, name, now, mask) {
  const secret = await secretOf(sealer, sealer.sealing(now), name);
  return withoutHyphens(TAG, mask, (mask) => toBase64url(concat(mask, mask.map((byte, i) => byte ^ secret[i]))));
}

export async function isTokenOf(sealer, name, now, token) {
  // 43 characters are a mask and a masked tag, 16 bytes each.
  if (typeof token !== "string" || token.length !== 43 || name === null) return false;
  const bytes = fromBase64url(token);
  if (!bytes) return false;
  const given = bytes.subarray(TAG).map((byte, i) => byte ^ bytes[i]);
  // Tries every key, so that the time does not depend on which one matches.
  let passes = false;
  for (const keys of sealer.keys.filter(({ key }) => now < key.acceptUntil)) {
    if (equal(given, await secretOf(sealer, keys, name))) passes = true;
  }
  return passes;
}

async function secretOf({ purpose, context }, keys, name) {
  keys.csrf ??= await hmacKey(await keys.key.derive("csrf", purpose));
  return (await hmac(keys.csrf, concat(context, name))).subarray(0, TAG);
}
