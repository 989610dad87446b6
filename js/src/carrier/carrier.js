// Common parts of the carriers of sessions: cookies and headers.

import { SessionError, misused } from "../base/errors.js";
import { isRecord } from "../base/plain.js";
import { secondsOf } from "../base/time.js";
import { State } from "../state/state.js";
import { Session, stateOf } from "../session/session.js";
import { tellOfReading } from "../session/told.js";
import { PURPOSES, isNavigation, isPrefetch, isSubresource } from "./caching.js";

/** Returns the sealer of a carrier. */
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

  /** `encrypted` or `signed`. */
  get mode() {
    return this.#sealer.mode;
  }

  /** Refuses sessions that began before this time, from now on. */
  raiseNotBefore(time) {
    this.#sealer.raiseNotBefore(time);
  }
}

const notMade = () => misused("await `encrypted` first");

/** Makes `load` of a promise say that `await` was forgotten. */
export const withAdvice = (promise) => Object.assign(promise, { load: notMade });

/**
 * Loads the session of a request, by what `read(state, first)` finds; `first` gives the first value of a field. `carrier` alone may
 * save it.
 */
export async function loadBy(carrier, source, time, read) {
  const sealer = sealerOf(carrier);
  const { policy, tokens } = sealer;
  await tokens.ring.refresh?.(+time);
  const state = new State(policy, secondsOf("now", time), sealer);
  const first = (name) => fieldsOf(source, name, false)[0];
  state.isPrefetch = PURPOSES.map(first).some(isPrefetch);
  const isByScript = policy.refreshNavigationsOnly && !isNavigation(first("sec-fetch-mode"));
  state.isSubresource = isByScript || isSubresource(first("sec-fetch-dest"));
  const session = new (policy.type.Handle ?? Session)(state);
  await read(state, first);
  tellOfReading(state, sealer);
  await policy.revalidateAfter?.check(state, session);
  sealer.metrics?.read(state.outcome);
  return session;
}

const LEFT_OUT =
  "a change is not saved: an inner request, or the handler, has set the session's cookie already; change the session in one of the two";

/** Ends a request. Returns the decision and the state, with a token if one is stored (docs/spec/writer.md § 8.12, § 8.14). */
export function finish(carrier, session, response) {
  const finishing = finishAlone(carrier, session, response);
  sealerOf(carrier).metrics?.finished(finishing);
  return finishing;
}

async function finishAlone(carrier, session, response) {
  const state = stateOf(session);
  if (state.sealer !== sealerOf(carrier)) misused("session is of another carrier");
  const { status, said } = response;
  const { isClosed } = state;
  state.isClosed = true;
  const isSame = said ? await said.isSame() : undefined;
  // Caches put the fields of a 304 into a response that they have stored (RFC 9111 section 4.3.4).
  const isShareable = response.isShareable || status === 304;
  const decision = { ...state.decide({ ...response, isShareable, isClosed, isSame }), state };
  if (!isClosed) state.finalTouch = decision.touch;
  if (decision.isLost) state.tell(new SessionError("left-out", LEFT_OUT));
  const { tokens } = sealerOf(carrier);
  if (decision.change !== "store") return decision;
  if (decision.isOptional && !tokens.canSeal(state.now)) return { ...decision, change: "keep" };
  return { ...decision, token: await tokens.seal(decision.body, state.now) };
}

/**
 * Returns the values of the field `name` in a request: a `Request`, a request of Node, an event of AWS Lambda, their headers, or
 * the values themselves, unless `areValues` is false. Throws a `TypeError` for anything else, because its visitor would always be new.
 */
export function fieldsOf(source, name, areValues = true) {
  if (source === null || source === undefined) return [];
  if (typeof source === "string") return areValues ? [source] : [];
  if (typeof source !== "object") noRequest();
  // Node joins or drops repeated fields elsewhere.
  const { rawHeaders: raw } = source;
  if (raw?.length > 0) return raw.filter((_, i) => i % 2 === 1 && raw[i - 1].length === name.length && raw[i - 1].toLowerCase() === name);
  // Requests that are made for Node have their fields in `headers` alone. So have those of Express, which have another `get`.
  const headers = source.multiValueHeaders ?? source.headers;
  if (typeof headers === "object") return fieldsOfRequest(headers ?? {}, name, source.cookies);
  if (source[Symbol.iterator] && !source.get) return areValues ? listOf([...source]) : [];
  return valuesIn(source, name);
}

/** Some have their cookies elsewhere: each by itself in a list, or by name, as a parser leaves them. */
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
    if (values !== undefined) return listOf(values);
    // `Headers` have null where there is none, those of node-mocks-http undefined, and so have others, such as a jar of cookies.
    if (!isRecord(headers)) noRequest();
  }
  if (headers.then || (headers[Symbol.iterator] && !isRecord(headers))) noRequest();
  // Node may have a name without a value, and Lambda names with capitals.
  const checked = Object.entries(headers).map(([of, values]) => [of, listOf(Number.isFinite(values) ? `${values}` : values)]);
  return checked.filter(([of]) => of.toLowerCase() === name).flatMap(([, values]) => values);
}

const noRequest = () => misused("expected a request or its headers; await a promise");

const listOf = (values) => [values].flat().filter((value) => typeof value === "string" || ((value ?? null) !== null && noRequest()));
