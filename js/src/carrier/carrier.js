// Common parts of the carriers of sessions: cookies, headers and bare tokens.

import { SessionError, misused } from "../format/base/errors.js";
import { SESSION_LAPSED } from "../base/lines.js";
import { isRecord } from "../format/base/plain.js";
import { secondsOf } from "../format/base/time.js";
import { noteFailure } from "../state/actions.js";
import { decide, tellsFailure } from "../state/decide.js";
import { State } from "../state/state.js";
import { Session, stateOf } from "../session/session.js";
import { logReading, noteLate } from "../session/read_events.js";
import { PURPOSES, SUBRESOURCE, isCrossSite, isPrefetch, textOf } from "./caching.js";

/** Returns the sealer of a carrier. Not a method, because the sealer includes the keys. */
export let sealerOf;

export class Carrier {
  static {
    sealerOf = (carrier) => carrier.#sealer;
  }

  #sealer;

  /** `sealer`: a `SessionSealer`. Carriers are made by `encrypted` and `unencryptedButSigned`. */
  constructor(sealer) {
    if (!sealer.policy) notMade();
    this.#sealer = sealer;
  }

  get mode() {
    return this.#sealer.mode;
  }

  raiseNotBefore(time) {
    this.#sealer.raiseNotBefore(time);
  }
}

const notMade = () => misused("await `encrypted` first");

/** Gives a promise a `load` that throws, because a forgotten `await` is a common mistake. */
export const withAdvice = (promise) => Object.assign(promise, { load: notMade });

/**
 * Loads the session of a request. `read(state, first)` opens its token; `first` returns the first value of a header.
 */
export async function loadBy(carrier, source, time, read) {
  const sealer = sealerOf(carrier);
  const { policy, tokens } = sealer;
  await tokens.ring.refresh?.(+time);
  const state = new State(policy, secondsOf("now", time), sealer);
  // Adapters replace it with their hook.
  state.onLost = (error) => sealer.say("error", error.message, { error });
  const first = (name) => fieldsOf(source, name, false)[0];
  state.isPrefetch = PURPOSES.map(first).some(isPrefetch);
  // Browsers without these headers do not tell, so every request of theirs counts as one for a page.
  const isByScript = policy.refreshNavigationsOnly && textOf(first, "sec-fetch-mode", "navigate") !== "navigate";
  const destination = textOf(first, "sec-fetch-dest", "document");
  // Another site may have any browser prefetch, again and again, and would keep a session from becoming idle. What such a page preloads
  // is `same-origin`.
  const isByOthers = state.isPrefetch && isCrossSite(first);
  state.isPreload = isPrefetch(first("sec-purpose")) && destination !== "document";
  state.refreshesNothing = isByScript || isByOthers || SUBRESOURCE.test(destination);
  const session = new (policy.type.Handle ?? Session)(state);
  await read(state, first);
  logReading(state, sealer);
  await policy.revalidateAfter?.check(state, session);
  const outcome = noteLate(state, sealer);
  sealer.metrics?.read(outcome);
  return session;
}

const LEFT_OUT = "a change is not saved: the response sets the session's cookie already; change it in one place";

/** Ends a request. Returns the decision, the state and, to store, the token (docs/spec/writer.md § 8.12, § 8.14). */
export function finish(carrier, session, response) {
  const sealer = sealerOf(carrier);
  const finishing = finishAlone(sealer, session, response);
  sealer.metrics?.finished(finishing);
  return finishing;
}

async function finishAlone(sealer, session, response) {
  const state = stateOf(session);
  if (state.sealer !== sealer) misused("session is of another cookie or token; save it with that");
  state.forgotten?.();
  // Read here, because a copy of a `Response` has no status.
  const { status, existing } = response;
  const { isClosed } = state;
  state.isClosed = true;
  noteFailure(state, tellsFailure(state, status));
  const isSame = !!(await existing?.isSame());
  // A cache copies the headers of a 304 into its stored response, which is for everybody (RFC 9111 section 4.3.4).
  const isShareable = response.isShareable || status === 304;
  const place = sealer.placeOf(state);
  const decision = { ...decide(state, { __proto__: null, ...response, place, status, isShareable, isClosed, isSame }), state };
  if (!isClosed) state.dependence = decision.dependence;
  if (decision.isLost) state.onLost(new SessionError("left-out", LEFT_OUT));
  const { tokens, say } = sealer;
  const { failure, now } = state;
  // Only the handler knows whether other changes are complete without the one that did not fit.
  if (failure?.code === "size" && !state.hasFailed && !(status >= 500)) say("warn", failure.message, {}, "size", now);
  if (decision.isLapsed) say(...SESSION_LAPSED, {}, SESSION_LAPSED, now);
  if (decision.change !== "store") return decision;
  if (decision.isOptional && !tokens.canSeal(now)) return { ...decision, change: "keep" };
  return { ...decision, token: await tokens.seal(decision.body, now) };
}

/**
 * Returns the values of a header in a request: a `Request`, a request of Node, an event of AWS Lambda, their headers, or the values
 * themselves, unless `areValues` is false. Throws a `TypeError` for anything else: otherwise every visitor would look new.
 */
export function fieldsOf(source, name, areValues = true) {
  if (source === null || source === undefined) return [];
  if (typeof source === "string") return areValues ? [source] : [];
  if (typeof source !== "object") noRequest();
  // Only `rawHeaders` has every repeated header: in `headers`, Node joins or drops them.
  const { rawHeaders: raw } = source;
  if (raw?.length > 0) return raw.filter((_, i) => i % 2 === 1 && raw[i - 1].length === name.length && raw[i - 1].toLowerCase() === name);
  // Made-up requests of Node, as in tests and serverless adapters, have `headers` alone. `get` of Express is not that of `Headers`.
  const lists = source.multiValueHeaders;
  const headers = Object.keys(lists ?? {})[0] ? lists : source.headers;
  // In Qwik City, the headers of an event are those of the response. A request of Next.js throws if its `request` is read.
  if (headers?.get && Object.hasOwn(source, "request")) noRequest();
  if (typeof headers === "object") return fieldsOfRequest(headers ?? {}, name, source.cookies);
  if (source[Symbol.iterator] && !source.get) return areValues ? listOf([...source]) : [];
  return valuesIn(source, name);
}

/** Returns the values of a header. AWS Lambda has cookies in a list, and cookie parsers in an object, which is refused. */
function fieldsOfRequest(headers, name, cookies) {
  if (name === "cookie" && Array.isArray(cookies) && cookies.length > 0) return listOf(cookies);
  const values = valuesIn(headers, name);
  const isElsewhere = name === "cookie" && values.length === 0 && isRecord(headers) && Object.keys(cookies ?? {}).length > 0;
  return isElsewhere ? noHeader() : values;
}

export const noHeader = () => misused("expected the header `cookie`, found `cookies`");

function valuesIn(headers, name) {
  if (typeof headers.get === "function") {
    const values = headers.get(name);
    // For a missing header, `Headers` return null, and node-mocks-http returns undefined. A jar of cookies has no `append`.
    if ((values ?? null) === null && !headers.append && !isRecord(headers)) noRequest();
    if (values !== undefined) return listOf(values);
  }
  if (!isRecord(headers) && (headers[Symbol.iterator] || !Object.keys(headers)[0])) noRequest();
  // In Node, a name may have no value. In Lambda, names may have capitals.
  const checked = Object.entries(headers).map(
    /** @returns {[string, string[]]} */ ([of, values]) => [of, listOf(Number.isFinite(values) ? `${values}` : values)],
  );
  return checked.filter(([of]) => of.toLowerCase() === name).flatMap(([, values]) => values);
}

const noRequest = () => misused("expected a request or its headers as strings; await a promise, or pass `context.request`");

const listOf = (values) => [values].flat().filter((value) => typeof value === "string" || ((value ?? null) !== null && noRequest()));
