// Sessions in cookies: read from a request, and saved into the head of its response. index.d.ts has the contract of the class.

import { Rejected, ensure, headersOf, misused, mustBe, optionsOf, statusOf, yesOrNo } from "../format/base/errors.js";
import { isRecord } from "../format/base/plain.js";
import { overheadOf } from "../format/crypto/suites.js";
import { Budget, sizeOf } from "../state/budget.js";
import { arrivedAs } from "../state/decide.js";
import { UNOPENED } from "../state/state.js";
import { DEFAULT, LONGEST_MAX_AGE, Template, isExpiry, toSetCookie, withSameSite } from "../format/cookie/set_cookie.js";
import { readSetCookie } from "../format/cookie/response.js";
import { assemble, findCookie } from "../format/cookie/values.js";
import { SessionSealer, choose } from "../session/sealer.js";
import { stateOf } from "../session/session.js";
import { madeBy } from "../session/settings.js";
import { cacheChanges, isHidden, isShareable } from "./caching.js";
import { Carrier, fieldsOf, finish, loadBy, noHeader, sealerOf, withAdvice } from "./carrier.js";
import { adviseLater, pathOf } from "./dropped.js";
import { existingIn } from "./existing.js";
import { isFixed, setChanges, withChanges } from "./head.js";
import { roomInRequests } from "./request_room.js";

/** Returns `template`, `mayShare`, and `old` (the old cookies, if any). */
export let settingsOf;

export class SessionCookie extends Carrier {
  static {
    settingsOf = (carrier) => carrier.#settings;
  }

  static encrypted(ring, options) {
    return withAdvice(SessionCookie.#build("encrypted", ring, options));
  }

  static unencryptedButSigned(ring, options) {
    return withAdvice(SessionCookie.#build("signed", ring, options));
  }

  static async #build(mode, ring, options = {}) {
    const {
      cookie: template = DEFAULT, size = "anywhere", padding, migrateFrom = [], deviceBound, dangerAllowSharedCaching, persistent,
      refreshNavigationsOnly, ...common
    } = optionsOf(options);
    mustBe(template instanceof Template, "cookie", "what `attributes` returns");
    const mayShare = yesOrNo("dangerAllowSharedCaching", dangerAllowSharedCaching);
    const olds = [migrateFrom].flat().map((old) => madeBy("`oldCookie`", "migrateFrom", old, "combine"));
    const fixed = [persistent ? LONGEST_MAX_AGE : null, LONGEST_MAX_AGE].map((maxAge) => template.lengthWith(maxAge));
    const bound = deviceBound && madeBy("`deviceBound`", "deviceBound", deviceBound, "prepare");
    const sealer = await SessionSealer.build(mode, ring, template.name, common, {
      persistent: yesOrNo("persistent", persistent),
      refreshNavigationsOnly: yesOrNo("refreshNavigationsOnly", refreshNavigationsOnly),
      budget: new Budget(sizeOf(size, Object.hasOwn(template.options, "partitioned")), fixed, overheadOf(mode), padding, bound),
      devicesBy: bound?.prepare(template),
      attributes: template.options,
      danger: { dangerAllowHttp: !template.options.secure, dangerAllowSharedCaching: mayShare },
    });
    const old = olds[0]?.combine(olds, template.name, sealer);
    template.checkRing?.(sealer.tokens.ring);
    return new SessionCookie(sealer, { template, mayShare, old });
  }

  #settings;

  constructor(sealer, settings) {
    super(sealer);
    this.#settings = settings;
  }

  get name() {
    return this.#settings.template.name;
  }

  inContext(context) {
    return new SessionCookie(sealerOf(this).inContext(context), this.#settings);
  }

  load(source, now = Date.now()) {
    return loadBy(this, source, now, async (state, first) => {
      const { template, old } = this.#settings;
      const fields = fieldsOf(source, "cookie");
      if (fields.length === 0 && isJar(Object(source), this.name)) noHeader();
      const found = findCookie(fields, this.name);
      const [values] = found;
      state.carried = Object.keys(found).slice(1).map(Number);
      const hasToken = values.length + state.carried.length > 0;
      if (hasToken) state.arrival = UNOPENED;
      state.roomInRequests = roomInRequests(this.name, state.policy.budget, source, fields, found);
      state.mayHide = !hasToken && template.options.sameSite !== "none" && isHidden(first);
      adviseLater(state, template, first, source);
      state.oldElsewhere = old?.elsewhere(fields, pathOf(Object(source))) ?? [];
      if (values.length === 0) {
        if (!hasToken) await old?.takeOver(fields, state, sealerOf(this));
        return;
      }
      [state.value] = values;
      const chosen = await chosenOf(this, found, state.now);
      const { devices } = state.policy;
      old?.warnIfKept(fields, chosen);
      if (chosen instanceof Rejected) state.reject(chosen);
      else if (devices) await devices.open(chosen, fields, state);
      else state.open(chosen);
    });
  }

  async save(session, response) {
    return (await this.saveAsCookies(session, response)).map(toSetCookie);
  }

  async saveAsCookies(session, response = {}) {
    return cookiesOf(this, await finish(this, session, response));
  }

  async saveTo(headers, session, response = {}) {
    if (!headers?.delete) misused("expected the `Headers` of a response");
    // Immutable headers throw here, before the session is closed, so that it can still be saved into others.
    headers.delete("x-hardtack-none");
    setChanges(headers, await headChanges(this, [...headers], session, response));
  }

  async saveToResponse(response, session) {
    ensure(response?.headers?.[Symbol.iterator], "response", "expected a Response");
    // A response that takes no cookie gets no refresh either. The next one gets it.
    const facts = { status: response.status, ...(isFixed(response) && { refreshesNothing: true }) };
    return withChanges(response, await headChanges(this, [...response.headers], session, facts));
  }
}

/** Returns true for parsed cookies. Read as headers, they would contain no cookie, and every visitor would look new. */
const isJar = (source, name) => Object.hasOwn(source, name) && !source.headers && isRecord(source);

/** Returns the choice of `choose` among the values of a cookie in `Cookie` headers, or null without values. */
export async function chosenIn(carrier, fields, now) {
  const found = findCookie(fields, carrier.name);
  return found[0].length > 0 ? chosenOf(carrier, found, now) : null;
}

async function chosenOf(carrier, found, now) {
  const results = await Promise.all(found[0].map((value) => read(carrier, value, found, now)));
  return choose(results, settingsOf(carrier).template.isHostOnly);
}

async function read(carrier, value, found, now, hasArrived) {
  try {
    const { token, cookies } = assemble(value, found);
    return await sealerOf(carrier).verify(token, cookies, now, hasArrived);
  } catch (rejected) {
    if (rejected instanceof Rejected) return rejected;
    throw rejected;
  }
}

/**
 * Ends a request, and returns the changes to the head of its response, as `[name, value]`: append `set-cookie`, and set any other.
 * `["set-cookie", null]` removes all cookies first. `fields`: the headers of the response, with names in lower case.
 */
export async function headChanges(carrier, fields, session, response) {
  const { mayShare } = settingsOf(carrier);
  const lines = fields.filter(([name]) => name === "set-cookie").flatMap(([, line]) => line);
  const existing = existingOf(carrier, lines, session);
  const facts = { ...response, status: response.status, isShareable: isShareable(fields), mayShare, existing };
  const finished = await finish(carrier, session, facts);
  const set = (await cookiesOf(carrier, finished)).map(toSetCookie);
  const left = existing?.besides(set);
  const changed = [...(left ? [null, ...left] : []), ...set].map((line) => ["set-cookie", line]);
  const offer = finished.change === "store" ? offerAfter(session, existing ? [] : fields) : [];
  const caching = cacheChanges(fields, finished.dependence, "Cookie", mayShare);
  return [...caching, ...changed, ...offer, ...headersOfFailure(session, fields, response)];
}

/** Returns the headers that a response with the status of an error of the session lacks. */
function headersOfFailure(session, fields, { status }) {
  const { failure } = stateOf(session);
  const headers = (statusOf(failure) === status && headersOf(failure)) || {};
  return Object.entries(headers).filter(([name]) => !fields.some(([of]) => of === name));
}

/**
 * Ends a request whose response sets these cookies of the session already, as `{ name, value }`. Returns the cookies to set, as
 * `saveAsCookies` does.
 */
export async function cookiesAfter(carrier, pairs, session, response) {
  const { template } = settingsOf(carrier);
  const lines = pairs.map(({ name, value }) => toSetCookie(template.set(name, value, null)));
  return cookiesOf(carrier, await finish(carrier, session, { ...response, existing: existingOf(carrier, lines, session) }));
}

/**
 * Returns the changes to the head of a response that offer the browser to register its device, once the session is saved. `fields`:
 * the headers of the response, which may contain offers of other cookies.
 */
export const offerAfter = (session, fields) => stateOf(session).policy.devices?.offerIn(stateOf(session), fields) ?? [];

/** Returns the cookie of the session, as `readSetCookie` reads it. */
export const ownOf = (carrier) => readSetCookie(toSetCookie(settingsOf(carrier).template.expire(carrier.name)));

/** Returns the session that the `set-cookie` lines of a response set already, or null. */
function existingOf(carrier, lines, session) {
  if (lines.length === 0) return null;
  const state = stateOf(session);
  return existingIn(lines, ownOf(carrier), async (pairs) => {
    if (state.isNew) return false;
    const found = findCookie([pairs], carrier.name);
    // A write that only expires cookies has no value.
    const { body } = await read(carrier, found[0][0] ?? "", found, state.now, false);
    return !!body && arrivedAs(state, body);
  });
}

/** Returns the cookies to set for a decision of `finish`. */
async function cookiesOf(carrier, { change, token, allowed, maxAge, state }) {
  const { carried, policy } = state;
  const { template, old } = settingsOf(carrier);
  if (change === "keep") return [];
  const former = template.expireFormer?.(carried, policy.budget.allowed.cookies) ?? [];
  // Old cookies are last, because simple clients, as in tests, read the first cookie of a response.
  const ofDevice = await policy.devices?.cookiesFor(state, change === "drop");
  const beside = [...(old?.expire(state.now, state.oldElsewhere) ?? []), ...(ofDevice ?? [])];
  if (change === "drop") return [...former, ...template.expireAll(carried), ...beside];
  state.advise?.();
  const length = policy.budget.partLength(allowed, token.length, template.lengthWith(maxAge));
  const cookies = template.split(token, length, maxAge);
  const all = [...former, ...cookies, ...template.expireParts(carried, cookies.length), ...beside];
  // The cookies of a session that goes on must not go where the browser refuses the new one.
  const goesOn = !state.isRenewed && !state.ended;
  return goesOn ? all.map((cookie) => (isExpiry(cookie) ? withSameSite(cookie, template) : cookie)) : all;
}
