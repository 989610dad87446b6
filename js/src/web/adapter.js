// Common parts of the adapters.

import { SessionError, ensure, misused, mustBe, optionsOf, statusOf } from "../format/base/errors.js";
import { refuseUnknown } from "../base/remedies.js";
import { SessionCookie } from "../carrier/cookie.js";
import { pathOf } from "../carrier/dropped.js";
import { close, noteFailure } from "../state/actions.js";
import { isToWrite } from "../state/decide.js";
import { stateOf } from "../session/session.js";
import { madeBy } from "../session/settings.js";

/** Returns `cookie`. Throws for one of another copy of this package, such as that of a bundle, with which each request would fail. */
function checkedCookie(cookie) {
  madeBy("`SessionCookie.encrypted`", "cookies", cookie, "saveToResponse");
  return madeBy("`SessionCookie.encrypted` of the same copy of this package", "cookies", cookie instanceof SessionCookie && cookie, "load");
}

/**
 * Returns a function that resolves to the `SessionCookie` of an adapter. `cookies`: a `SessionCookie`, a promise of one, or a function
 * that makes one. The function is called at the first request, because workers have their secrets only then, and again if it fails.
 * Throws a `ConfigError`.
 */
export function opener(cookies) {
  if (typeof cookies !== "function") {
    const given = cookies?.then?.(checkedCookie) ?? checkedCookie(cookies);
    return () => given;
  }
  // Keeps the value and not the promise, which never settles if the worker's request that began it is cancelled.
  let opened;
  return async (...given) => {
    if (opened) return opened;
    const made = checkedCookie(await cookies(...given));
    return (opened ??= made);
  };
}

/** Throws for an assignment to `session`, which would neither save nor sign out. */
export const refuseOther = () => misused("session cannot be replaced; call `invalidate()` to sign out, and `set` to change it");

const holders = new WeakMap();

/** Defines `session` of a request, or of its `locals`. Throws a `ConfigError` if another library has defined it. */
export function define(holder, session) {
  const owner = ownerIn(holder);
  ensure(owner !== "another", "cookies", TAKEN);
  holders.set(session, holder);
  Object.defineProperty(holder, "session", { configurable: true, enumerable: true, get: () => session, set: refuseOther });
}

/** Throws if `session` was deleted, which is how other libraries sign out, or replaced. */
export function checkDefined(session) {
  const holder = holders.get(session);
  if (!holder) return;
  const owner = ownerIn(holder);
  ensure(owner !== "another", "cookies", TAKEN);
  if (owner !== "hardtack") refuseOther();
}

/** Returns which library defined `session`: `hardtack`, `another`, or undefined. */
function ownerIn(holder) {
  const { get, set, value } = Object.getOwnPropertyDescriptor(holder, "session") ?? {};
  if (set === refuseOther) return "hardtack";
  return get || (value ?? null) !== null ? "another" : undefined;
}

const TAKEN = "`session` of the request belongs to another library, such as express-session; mount one of the two";

/**
 * Refuses changes from now on, because the response is not sent: another library writes its own, as in the handshake of a WebSocket.
 */
export const closeUnsent = (session) => close(stateOf(session), UNSENT);

/** Reports a change that cannot be saved, because the handler has answered past its framework. */
export function closeSent(session) {
  const state = stateOf(session);
  if (isToWrite(state) && !state.isClosed) state.onLost(new SessionError("left-out", SENT));
  close(state);
}

const SENT = "a change is not saved: the handler has answered past its framework; save the session in a response of the framework";

const UNSENT = {
  code: "after-head",
  sentence: "session cannot be saved in the handshake of a WebSocket; change it in another request",
};

/**
 * Calls the hook or, without one, logs errors and refusals. Never fails the request. Logs no headers, because they have cookies.
 * `onFailure`: of an adapter that reports errors in another way.
 */
export function report(hook, event, request, { sealer, now }, onFailure) {
  const say = (level, sentence, fields, kind) =>
    sealer.say(level, sentence, { ...fields, method: request.method, path: pathOf(request) }, kind, now);
  // Anyone can fill a session, or send one under another key or a forged form, so these are logged at most once a minute.
  const failed = (error) => say("error", FAILED, { error }, hasResponse(error) && FAILED + error.code);
  sealer.metrics?.refused(event);
  // A lost change is an error itself.
  const failure = event.code === "left-out" ? event : event.cause;
  if (hook) attempt(() => hook(event, request), failed);
  else if (failure && onFailure) attempt(() => onFailure(event, request), failed);
  // That `validate` did not answer was logged when it was asked.
  else if (failure && event.code !== "unvalidated") failed(failure);
  else if (event.warning) say("warn", ...event.warning, event.code);
}

/** Calls a hook, and `failed` with its error. */
export const attempt = (hook, failed) => (async () => hook())().catch(failed);

const FAILED = "a session could not be read or changed, or a hook threw";

/** Returns true for an error of a session with a status for its response, such as 413 for a full session. */
export const hasResponse = (error) => error instanceof SessionError && !!statusOf(error);

/** Notes whether an error of the session fails the request, and returns this. */
export const failedBy = (session, error) => noteFailure(stateOf(session), hasResponse(error));

export const responseOf = (refusal) => new Response(refusal.body ?? refusal.message, refusal);

/** Throws a `ConfigError` for a hook that is no function. Null and false leave it out, as in `{ onOutcome: isDev && print }`. */
export function checkHooks(options) {
  for (const [name, given] of Object.entries(options)) mustBe(!given || typeof given === "function", name, "a function");
}

export const checkHandler = (handler) => mustBe(typeof handler === "function", "handler", "a function", "option");

/** Returns the response of a handler or, if an error of its session failed it, the response to that error. Reports the error. */
export async function responded(handle, request, session) {
  try {
    return await handle();
  } catch (error) {
    if (!failedBy(session, error)) throw error;
    report(null, { cause: error }, request, stateOf(session));
    return responseOf(error);
  }
}

/**
 * Returns a function that loads the session of a request and asks the guard. Its arguments after the request are for the function
 * that makes the cookie. `onFailure`: see `report`. Throws a `ConfigError`. The function returns:
 *
 * - `session`;
 * - `save`, a function that saves the session with a response;
 * - `refused`, the response to a request that the guard refuses, or whose session cannot be validated now;
 * - `sessions`, the cookie.
 */
export function admission(cookies, options = {}, onFailure) {
  const {
    guard, now, contextBy, onOutcome, onRefused, refuse, ...unknown
  } = optionsOf(options);
  refuseUnknown(unknown, "; pass `{ guard }`");
  mustBe(!guard || guard.check, "guard", "a CsrfGuard");
  checkHooks({ now, contextBy, onOutcome, onRefused, refuse });
  const open = opener(cookies);
  return async (request, ...given) => {
    let sessions = await open(...given);
    if (contextBy) sessions = sessions.inContext(await contextBy(request));
    let refusal;
    const session = await sessions.load(request, (now || Date.now)()).catch((error) => (refusal = error).session);
    if (!session) throw refusal;
    const state = stateOf(session);
    state.onLost = (lost) => report(onRefused, lost, request, state, onFailure);
    if (onOutcome) report(onOutcome, { ...state.outcome }, request, state);
    refusal ??= await guard?.check(request, session);
    if (refusal) report(onRefused, refusal, request, state, onFailure);
    const save = (response) => sessions.saveToResponse(response, session);
    // If `refuse` returns nothing, `save()` throws. Undefined here would let the handler run.
    return { session, save, refused: refusal && ((refuse || responseOf)(refusal, request) || save()), sessions };
  };
}

const namesIn = new WeakMap();

/**
 * Claims the name of a cookie for one session of this request. Returns a function that releases it. Throws a `ConfigError` if the name
 * is claimed: of two sessions in one cookie, the one that is saved first would be lost.
 */
export function claim(request, { name }) {
  const names = namesIn.get(request) ?? [];
  const sentence = `request already has a session of the cookie ${name}; mount one adapter, or give the second cookie a name`;
  ensure(!names.includes(name), "cookies", sentence);
  namesIn.set(request, [...names, name]);
  return () => namesIn.set(request, names);
}
