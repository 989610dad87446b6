// The keys of one purpose, and the rules for the sessions that they seal.

import { changed } from "../base/changed.js";
import { Rejected, ensure, optionsOf } from "../format/base/errors.js";
import { SESSIONS_ARE_READY } from "../base/lines.js";
import { adviseOn } from "../base/remedies.js";
import { contextBytes, purposeBytes } from "../format/keys/purpose.js";
import { ANY_KEY_PREFIX } from "../format/keys/key.js";
import { sayingBy } from "../base/log.js";
import { logRing, settingsFingerprint } from "../keys/in_use.js";
import { Ring, checkMode, contentOf, parseRing } from "../format/keys/ring.js";
import { warnOfEarlyEnds } from "../keys/warnings.js";
import { Sealer } from "../format/token/token.js";
import { readBody } from "../format/bytes/body.js";
import { checkTimes, lastActiveOf, overlapOf } from "../state/lifetime.js";
import { idOf } from "../state/state.js";
import { madeBy, notBeforeOf, policyOf } from "./settings.js";
import { settingsText } from "./settings_text.js";

export class SessionSealer {
  /**
   * Derives the keys. `options`: those that all carriers have. The last argument has the rules that the carrier made from its own
   * options; `devicesBy` makes those of sessions bound to devices.
   *
   * @typedef {{
   *   budget: import("../state/budget.js").Budget, persistent?: boolean, refreshNavigationsOnly?: boolean,
   *   devicesBy?: Function, attributes?: object, danger?: object,
   * }} Own
   */
  static async build(mode, ring, purpose, options, /** @type {Own} */ { devicesBy, attributes, danger, ...own }) {
    const { skipXChaCha, application, context = [], log, metrics, ...rules } = optionsOf(options);
    const say = sayingBy(log, { purpose });
    const common = policyOf(optionsOf(rules));
    const { type } = common;
    adviseOn(common, say);
    type.checkRoom?.(own.budget);
    const parsed = ring instanceof Ring ? contentOf(ring) : await parseRing(ring, { mode, skipXChaCha });
    checkMode(parsed.mode, mode);
    const overlap = overlapOf(common, devicesBy);
    const bound = contextBytes(context);
    const derive = (purpose) => Sealer.of(parsed, purposeBytes(purpose, application, type.label), bound, overlap);
    const tokens = await derive(purpose);
    const policy = { ...common, ...own, devices: await devicesBy?.(derive, common) };
    const settings = settingsText(mode, purpose, application, context, policy, attributes);
    ensure(!settings.includes(ANY_KEY_PREFIX), "option", "a name, path, label or context holds a key");
    const sealer = new SessionSealer(mode, tokens, policy, say, settings);
    sealer.metrics = metrics && madeBy("`prometheus`", "metrics", metrics, "ofCarrier").ofCarrier(purpose, sealer);
    warnOfEarlyEnds(say, parsed, overlap);
    const dangers = { unencrypted: mode === "signed", ...danger };
    await logRing(say, SESSIONS_ARE_READY, parsed, sealer.notBefore, {
      settingsFingerprint: await settingsFingerprint(settings),
      settings,
      danger: Object.keys(dangers).filter((name) => dangers[name]),
    });
    return sealer;
  }

  /** The functions of `prometheus` that count its sessions, if the program has them. */
  metrics;
  /** @type {import("./read_events.js").Seen} */
  seen = {};
  /** The time from which the program has the ring, unless it follows one that was replaced since. */
  since = Date.now() / 1000;

  /** `say`: the value of `sayingBy`. `settings`: the text of the settings that programs share. */
  constructor(mode, tokens, policy, say, settings) {
    this.mode = mode;
    this.tokens = tokens;
    this.policy = policy;
    this.say = say;
    this.settings = settings;
  }

  /** Returns a sealer with the same keys and rules for another context. */
  inContext(pairs) {
    return changed(this, { chosen: pairs, tokens: changed(this.tokens, { context: contextBytes(pairs) }) });
  }

  /** Returns the time before which no session may have begun. */
  get notBefore() {
    return Math.max(this.policy.notBefore, this.tokens.ring.notBefore);
  }

  raiseNotBefore(time) {
    this.policy.notBefore = Math.max(this.policy.notBefore, notBeforeOf(time));
  }

  /**
   * Opens a token and checks its session (§ 7.1 (c) to § 7.8). `cookies`: their number in the request. `hasArrived`: false for the token
   * of a response, which no client has sent: it is not counted, and the application is not asked. Throws a `Rejected`.
   */
  async verify(token, cookies, now, hasArrived = true) {
    const { keyId, place, body: bytes } = await this.tokens.open(token, now, this.policy.keepUnknownKeys).catch(async (rejected) => {
      const note = ({ body }) => (rejected.at = lastActiveOf(readBody(body).metadata));
      // For logs and metrics alone. At the beginning of all times no key has retired.
      if (rejected.reason === "RetiredKey") await this.tokens.open(token, 0).then(note).catch(() => {});
      throw rejected;
    });
    let body;
    try {
      body = readBody(bytes);
    } catch {
      throw new Rejected("Malformed", keyId);
    }
    if (body.metadata.device && !this.policy.devices) throw new Rejected("Malformed", keyId);
    if (hasArrived) this.metrics?.arrived(body.metadata, now);
    const rejected = await this.check(body.metadata, body.payload, now, keyId, hasArrived);
    if (rejected) throw rejected;
    return { keyId, bytes, body, place, tokenLength: token.length, cookies };
  }

  /** Checks the dates of a session, and if `asks` whether the application has revoked it. Returns a `Rejected`, or null. */
  async check(metadata, payload, now, keyId = null, asks = true) {
    const { policy } = this;
    const reason = checkTimes(metadata, now, policy, this.notBefore);
    if (reason) return new Rejected(reason, keyId, false, { dates: metadata });
    return (asks && policy.revokedIf?.ask(this, metadata, payload, now, keyId)) || null;
  }

  /**
   * Returns the position of the key of a session at the end of its request, as a `Sealer` does, or null if the session has lapsed
   * (§ 8.14.1): its key was dropped, or `notBefore` raised. A lapsed session must not be sealed again, because that would undo the
   * revocation.
   */
  placeOf({ arrival, isNew, outcome, now }) {
    if (isNew) return 0;
    if (arrival.metadata.issued < this.notBefore) return null;
    return arrival.body === null ? 0 : this.tokens.placeOf(outcome.keyId, now);
  }
}

/**
 * Chooses among the values of a cookie (§ 7.0): returns the latest that opened, or a `Rejected`. Unless the name begins with `__Host-`,
 * another host of the site can plant a session of its own, so two different sessions are rejected.
 */
export function choose(results, isHostOnly) {
  const good = results.filter(({ body }) => body);
  if (good.length === 0) {
    const [first] = results;
    first.mayOpenElsewhere = results.some(({ mayOpenElsewhere }) => mayOpenElsewhere);
    return first;
  }
  const [id, ...others] = good.map(({ body }) => idOf(body.metadata));
  const isOneSession = () => id !== null && others.every((other) => other === id);
  if (good.length > 1 && !isHostOnly && !isOneSession()) return new Rejected("Duplicate");
  return good.reduce((best, next) => (isLater(next.body.metadata, best.body.metadata) ? next : best));
}

const isLater = (a, b) => (a.issued - b.issued || lastActiveOf(a) - lastActiveOf(b)) > 0;
