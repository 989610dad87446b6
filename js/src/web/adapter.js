// Common parts of the adapters.

import { SessionError, ensure, misused, mustBe, optionsOf, refuseUnknown } from "../base/errors.js";
import { pathOf } from "../carrier/dropped.js";
import { stateOf } from "../session/session.js";
import { madeBy } from "../session/settings.js";

const checkedCookie = (cookie) => madeBy("`SessionCookie.encrypted`", "cookies", cookie, "saveToResponse");

/**
 * Returns a function that gives the cookie which an adapter was given: a `SessionCookie`, a promise of one, or a function
 * that makes one, which is called at the first request, because workers have their secrets only then. A function that fails is
 * called again. Throws a `ConfigError`.
 */
export function opener(cookies) {
  if (typeof cookies !== "function") {
    const given = cookies?.then?.(checkedCookie) ?? checkedCookie(cookies);
    return () => given;
  }
  // Its promise is not kept: it never settles if the request of a worker that began it is cancelled.
  let opened;
  return async (...given) => {
    if (opened) return opened;
    const made = checkedCookie(await cookies(...given));
    return (opened ??= made);
  };
}

/** Assigning to `session` would neither save nor sign out, so it throws. */
export const refuseOther = () => misused("the session stays in its place; call `invalidate()` on it to sign out, and `set` to change it");

const holders = new WeakMap();

/** Puts a session into a request, or into its `locals`. Throws a `ConfigError` if another library has put its own there. */
export function hang(holder, session) {
  const owner = ownerIn(holder);
  ensure(owner !== "another", "cookies", TAKEN);
  holders.set(session, holder);
  Object.defineProperty(holder, "session", { configurable: true, enumerable: true, get: () => session, set: refuseOther });
}

/** Refuses to save a session that was deleted from its place, which is how other libraries sign out, or replaced in it. */
export function checkPlace(session) {
  const holder = holders.get(session);
  if (!holder) return;
  const owner = ownerIn(holder);
  ensure(owner !== "another", "cookies", TAKEN);
  if (owner !== "hardtack") refuseOther();
}

/** Returns whose session is in its place: `hardtack`, `another`, or undefined if there is none. */
function ownerIn(holder) {
  const { get, set, value } = Object.getOwnPropertyDescriptor(holder, "session") ?? {};
  if (set === refuseOther) return "hardtack";
  return get || (value ?? null) !== null ? "another" : undefined;
}

const TAKEN = "`session` of the request is of another library, such as express-session; mount one of the two";

/**
 * Refuses changes from now on, because the response is not sent: another program answers, as in the handshake of a WebSocket.
 */
export const closeUnsent = (session) => Object.assign(stateOf(session), { isClosed: true, late: UNSENT });

const UNSENT = "session cannot be saved in the handshake of a WebSocket; change it in another request";

/** The failure in an event, if any. For a lost change, the event itself is the failure. */
export const failureIn = (told) => (told.code === "left-out" ? told : told.cause);

/** Calls the hook; without one, logs failures and refusals. Never fails the request, and logs only its method and path, not its cookies. */
function tell(hook, told, request, { sealer, now }) {
  const say = (level, sentence, fields, kind) =>
    sealer.say(level, sentence, { ...fields, method: request.method, path: pathOf(request) }, kind, now);
  // Anyone can send a session under another key, and a form from elsewhere, so these are told once in a while.
  const failed = (error) => say("error", FAILED, { error }, error.code === "unreadable" ? FAILED : undefined);
  sealer.metrics?.told(told.code);
  if (hook) attempt(() => hook(told, request), failed);
  else if (failureIn(told)) failed(failureIn(told));
  else if (told.name === "CsrfRefusal") say("warn", REFUSED, refusalIn(told), told.code);
}

const REFUSED = "a request was refused by a CSRF check";
const refusalIn = ({ code, message, details }) => ({
  refusal: message,
  ...(details && { compared: details }),
  ...(code === "plain-http" && { advice: "let the proxy or the CDN redirect http to https" }),
});

/** Calls a hook, and another function with the error by which it fails. */
export async function attempt(hook, failed) {
  try {
    await hook();
  } catch (error) {
    failed(error);
  }
}

const FAILED = "a session has failed, or a hook that is told of one";

/** Returns true for an error of a session that has an answer, such as 413 for a full one. */
export const hasAnswer = (error) => error instanceof SessionError && error.status !== undefined;

export const answerOf = ({ status, headers, body, message }) => new Response(body ?? message, { status, headers });

/** Returns the answer of a handler, or the answer to the error of its session by which it failed, which is told. */
export async function answered(handle, request, session) {
  try {
    return await handle();
  } catch (error) {
    if (!hasAnswer(error)) throw error;
    const state = stateOf(session);
    state.hasFailed = true;
    tell(null, { cause: error }, request, state);
    return answerOf(error);
  }
}

/**
 * Returns a function that loads the session of a request and asks the guard. `given` is for the function that makes the
 * cookie. It returns the session; a function that saves it with a response; what answers the request, if that is refused by the
 * guard, or because the session cannot be validated now; and the cookie. Throws a `ConfigError`.
 */
export function admission(cookies, options = {}) {
  const {
    guard, now, contextBy, onOutcome, onRefused, refuse = answerOf, ...unknown
  } = optionsOf(options);
  refuseUnknown(unknown, "; pass `{ guard }`");
  mustBe(!guard || guard.check, "guard", "a CsrfGuard");
  const open = opener(cookies);
  return async (request, ...given) => {
    let sessions = await open(...given);
    if (contextBy) sessions = sessions.inContext(await contextBy(request));
    let refusal;
    const session = await sessions.load(request, now?.()).catch((error) => (refusal = error).session);
    if (!session) throw refusal;
    const state = stateOf(session);
    state.reportLost = (lost) => tell(onRefused, lost, request, state);
    tell(onOutcome, session.outcome, request, state);
    refusal ??= await guard?.check(request, session);
    if (refusal) tell(onRefused, refusal, request, state);
    const save = (response) => sessions.saveToResponse(response, session);
    // Nothing in place of an answer would let the handler run.
    return [session, save, refusal && (refuse(refusal, request) || save()), sessions];
  };
}

const namesIn = new WeakMap();

/**
 * Claims a cookie for a session of this request. Returns a function that gives it back. Throws a `ConfigError`.
 * Of two sessions, the one that is saved first would be lost.
 */
export function claim(request, { name }) {
  const names = namesIn.get(request) ?? [];
  const sentence = `request has a session of the cookie ${name} already; mount one adapter, or give the second cookie a name`;
  ensure(!names.includes(name), "cookies", sentence);
  namesIn.set(request, [...names, name]);
  return () => namesIn.set(request, names);
}
