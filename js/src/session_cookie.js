import { Budget, sizeOf } from "./budget.js";
import { cacheChanges, isShareable } from "./caching.js";
import { Carrier, fieldsOf, finish, newSession, ownState, sealerOf } from "./carrier.js";
import { assemble, findCookie } from "./cookie.js";
import { ConfigError, Refusal } from "./errors.js";
import { secondsOf } from "./lifetime.js";
import { SessionSealer, choose } from "./session_sealer.js";
import { LONGEST_MAX_AGE, Template, defaultName, toSetCookie } from "./set_cookie.js";
import { yesOrNo } from "./settings.js";
import { overheadOf } from "./suites.js";

const OPTIONS = [
  "name", "path", "domain", "dangerAllowHttp", "sameSite", "partitioned", "size", "formerly", "migrateFrom", "deviceBound",
  "dangerAllowSharedCaching",
];

/**
 * Ends a request, and returns the changes to the head of its response: `[name, value]`, of which `set-cookie` is to be
 * appended and every other to be set. `fields`: those of the response, with names in lower case.
 */
export let headChanges;

/** Sessions in cookies. */
export class SessionCookie extends Carrier {
  static {
    headChanges = (cookies, fields, session, response) => cookies.#headChanges(fields, session, response);
  }

  /** Encrypted sessions. `ring`: a `KeyRing`, or its text. */
  static encrypted(ring, options = {}) {
    return SessionCookie.#build("encrypted", ring, options);
  }

  /** Signed sessions, whose content everyone can read who holds the cookie. */
  static unencryptedButSigned(ring, options = {}) {
    return SessionCookie.#build("signed", ring, options);
  }

  static async #build(mode, ring, options) {
    const { size = "anywhere", padding = "none", formerly = [], migrateFrom = [], deviceBound = null, name } = options;
    const { path, domain, sameSite, partitioned } = options;
    const attributes = { path, domain, sameSite, partitioned, secure: !yesOrNo("dangerAllowHttp", options.dangerAllowHttp) };
    const template = new Template({ ...attributes, name: name ?? defaultName(attributes) });
    const former = [formerly].flat().map((changes) => formerOf(changes, attributes, template));
    const mayShare = yesOrNo("dangerAllowSharedCaching", options.dangerAllowSharedCaching);
    const sealer = await SessionSealer.build(mode, ring, template.name, options, OPTIONS);
    const fixed = { withMaxAge: template.lengthWith(LONGEST_MAX_AGE), withoutMaxAge: template.lengthWith(null) };
    if (deviceBound && typeof deviceBound.prepare !== "function") {
      throw new ConfigError("deviceBound", "`deviceBound` takes what the function of that name returns");
    }
    if (deviceBound) sealer.policy.devices = await deviceBound.prepare(sealer, template, attributes);
    sealer.budget = new Budget(sizeOf(size), fixed, overheadOf(mode), padding, Boolean(deviceBound));
    return new SessionCookie(sealer, { template, former, mayShare, old: togetherOf([migrateFrom].flat(), template) });
  }

  #template;
  #former;
  #mayShare;
  #old;

  constructor(sealer, { template, former, mayShare, old }) {
    super(sealer);
    this.#template = template;
    this.#former = former;
    this.#mayShare = mayShare;
    this.#old = old;
  }

  get name() {
    return this.#template.name;
  }

  /**
   * Loads the session of a request: a `Request`, a request of Node, their headers, or the values of its `Cookie` fields.
   * A cookie that does not open is a new session.
   */
  async load(source, now = Date.now()) {
    const { state, session } = newSession(this, source, secondsOf("now", now));
    const fields = fieldsOf(source, "cookie");
    const { values, parts } = findCookie(fields, this.name);
    state.carried = new Set(parts.keys());
    state.hasToken = values.length > 0 || parts.size > 0;
    if (values.length === 0) {
      if (!state.hasToken) await this.#old?.takeOver(fields, state, sealerOf(this));
      return session;
    }
    const results = await Promise.all(values.map((value) => this.#read(value, parts, state.now)));
    try {
      await this.#admit(choose(results, this.#template.isHostOnly), fields, state);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      state.refuse(refusal);
    }
    return session;
  }

  /** Opens the session that was chosen, unless it has to prove a device and does not. */
  async #admit(chosen, fields, state) {
    const { devices } = state.policy;
    if (!devices) return state.open(chosen);
    const { metadata } = chosen.body;
    const { isStale, device } = await devices.judge(metadata, fields, state.now);
    if (isStale) return state.withholdStale(chosen);
    const becameBound = device !== null && metadata.device === null;
    state.open({ ...chosen, becameBound, body: { ...chosen.body, metadata: { ...metadata, device } } });
  }

  async #read(value, parts, now) {
    try {
      const { token, cookies } = assemble(value, parts);
      return { ...(await sealerOf(this).verify(token, now)), tokenLength: token.length, cookies };
    } catch (refusal) {
      if (refusal instanceof Refusal) return refusal;
      throw refusal;
    }
  }

  /** Ends the request, and returns the values of the response's `Set-Cookie` fields. Append each as a field of its own. */
  async save(session, response = {}) {
    return (await this.saveAsCookies(session, response)).map(toSetCookie);
  }

  /** Ends the request, and returns the cookies to set, for frameworks that take a name, a value and options. */
  async saveAsCookies(session, response = {}) {
    return this.#cookiesOf(await finish(this, session, response), ownState(this, session));
  }

  async #cookiesOf(decision, state) {
    const { carried, policy } = state;
    const template = this.#template;
    if (decision.change === "keep") return [];
    const isDropped = decision.change === "drop";
    const earlier = this.#expireEarlier(state);
    const devices = (await policy.devices?.depart(state, isDropped)) ?? [];
    if (isDropped) return [...earlier, ...template.expireAll(carried), ...devices];
    state.registration = (await policy.devices?.offer(state)) ?? null;
    const { token, allowed, maxAge } = decision;
    const partLength = policy.budget.partLength(allowed, token.length, template.lengthWith(maxAge));
    const cookies = template.split(token, partLength, maxAge);
    return [...earlier, ...cookies, ...template.expireParts(carried, cookies.length), ...devices];
  }

  /**
   * Expires the cookie as it was with earlier attributes (§ 9.4.2), and those of other libraries. Parts that another path
   * has do not come with this request, so all of them are expired that there may be.
   */
  #expireEarlier({ carried, policy, now }) {
    const own = Array.from({ length: policy.budget.allowed.cookies - 1 }, (_, i) => i + 1);
    const parts = new Set([...carried, ...own]);
    return [...this.#former.flatMap((former) => former.expireAll(parts)), ...(this.#old?.expire(now) ?? [])];
  }

  /**
   * Ends the request, and saves the session into the `Headers` of its response: `Set-Cookie`, `Vary` and
   * `Cache-Control`. Whether others may store the response is read from them.
   */
  async saveTo(headers, session, response = {}) {
    // Headers that cannot be changed say so here, before the session is closed.
    headers.delete("x-hardtack-none");
    apply(await this.#headChanges([...headers], session, response), headers);
  }

  /**
   * Ends the request, and returns its response with the session saved: the same one, or a copy where its headers cannot
   * be changed, as those of `Response.redirect()` and of `fetch()`.
   */
  async saveToResponse(response, session) {
    const changes = await this.#headChanges([...response.headers], session, { status: response.status });
    if (changes.length === 0) return response;
    try {
      apply(changes, response.headers);
      return response;
    } catch {
      const copy = new Response(response.body, response);
      apply(changes, copy.headers);
      return copy;
    }
  }

  async #headChanges(fields, session, response) {
    const decision = await finish(this, session, { ...response, isShareable: !this.#mayShare && isShareable(fields) });
    const state = ownState(this, session);
    const cookies = await this.#cookiesOf(decision, state);
    const setCookies = cookies.map((cookie) => ["set-cookie", toSetCookie(cookie)]);
    const isOffered = decision.change === "store" && state.registration !== null;
    const offer = isOffered ? [["secure-session-registration", state.registration]] : [];
    return [...cacheChanges(fields, decision.touch, "Cookie", this.#mayShare), ...setCookies, ...offer];
  }
}

/** The cookie as it was with earlier attributes: those of `changes`, and else the present ones. */
function formerOf(changes, attributes, template) {
  const refuse = (sentence) => {
    throw new ConfigError("formerly", sentence);
  };
  const known = ["path", "domain", "partitioned"];
  if (changes === null || typeof changes !== "object" || !Object.keys(changes).every((key) => known.includes(key))) {
    refuse("`formerly` takes objects with `path`, `domain` and `partitioned`");
  }
  const { name } = template;
  const former = new Template({ ...attributes, ...changes, name });
  if (toSetCookie(former.expire(name)) === toSetCookie(template.expire(name))) {
    refuse("`formerly` has the attributes that the cookie has now; leave it out");
  }
  return former;
}

/** The old cookies, or null: their code is loaded by those alone who have some. */
function togetherOf(sources, { name }) {
  const isOld = (source) => typeof source?.together === "function";
  if (!sources.every(isOld)) throw new ConfigError("migrateFrom", "`migrateFrom` takes what `ironSession` or `oldCookie` returns");
  if (sources.some(({ template }) => template.name === name)) {
    throw new ConfigError("migrateFrom", "the old cookie and the new one have the same name");
  }
  return sources[0]?.together(sources) ?? null;
}

function apply(changes, headers) {
  for (const [name, value] of changes) {
    if (name === "set-cookie") headers.append(name, value);
    else headers.set(name, value);
  }
}
