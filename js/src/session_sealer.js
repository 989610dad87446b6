// The keys of one purpose, and the rules of the sessions under them: tokens to bodies, bodies to tokens, CSRF tokens.

import { concat, equalTags, fromBase64url, hex, toBase64url, u32 } from "./bytes.js";
import { contextBytes, purposeBytes } from "./context.js";
import { hmac, random } from "./crypto.js";
import { readBody } from "./body.js";
import { ConfigError, Refusal } from "./errors.js";
import { KeyRing, cutsShort, keysOf } from "./key_ring.js";
import { checkTimes, dateOf } from "./lifetime.js";
import { checkOptions, notBeforeOf, policyOf, yesOrNo } from "./settings.js";
import { TAG } from "./suites.js";
import { Sealer } from "./token.js";

export class SessionSealer {
  /** `own`: the names of the options that this carrier has beside the common ones. */
  static async build(mode, ring, purpose, options, own) {
    checkOptions(options, own);
    const skipXChaCha = yesOrNo("skipXChaCha", options.skipXChaCha);
    const parsed = ring instanceof KeyRing ? ring : await KeyRing.parse(ring, { mode, skipXChaCha });
    if (parsed.mode !== mode) throw new ConfigError("mixed", `a ring that is ${parsed.mode}, for sessions that are ${mode}`);
    const policy = policyOf(options);
    const longest = Math.max(policy.absolute, policy.rememberUpTo ?? 0);
    if (!yesOrNo("dangerRetireEarly", options.dangerRetireEarly) && cutsShort(keysOf(parsed), longest)) {
      throw new ConfigError(
        "dangerRetireEarly",
        `a key of the ring retires less than ${longest} seconds, the longest life of a session, after the next one seals; ` +
          "let it retire later, or set `dangerRetireEarly`",
      );
    }
    const { application, context = [] } = options;
    const [bound, label] = [contextBytes(context), policy.type?.label];
    const derive = (purpose) => Sealer.of(parsed, purposeBytes(purpose, application, label), bound);
    return new SessionSealer(mode, await derive(purpose), policy, derive);
  }

  #sealer;

  /** `derive`: a `Sealer` for another purpose of the same ring, application, type and context. */
  constructor(mode, sealer, policy, derive) {
    this.mode = mode;
    this.derive = derive;
    this.#sealer = sealer;
    this.policy = policy;
  }

  set budget(budget) {
    if ((this.policy.type?.empty.length ?? 0) > budget.room) {
      throw new ConfigError("size", "there is no room for `type.empty`; choose a larger `size`");
    }
    this.policy.budget = budget;
  }

  raiseNotBefore(moment) {
    this.policy.notBefore = Math.max(this.policy.notBefore, notBeforeOf(moment));
  }

  get #notBefore() {
    return Math.max(this.policy.notBefore, this.#sealer.ring.notBefore ?? 0);
  }

  canSeal(now) {
    return this.#sealer.canSeal(now);
  }

  seal(body, now) {
    return this.#sealer.seal(body, now);
  }

  /** Takes the steps of § 7.1 (c) to § 7.8. Throws a `Refusal`. */
  async verify(token, now) {
    const { keyId, body: bytes } = await this.#sealer.open(token, now);
    let body;
    try {
      body = readBody(bytes);
    } catch {
      throw new Refusal("Malformed", keyId);
    }
    if (body.metadata.device && !this.policy.devices) throw new Refusal("Malformed", keyId);
    const reason = await this.check(body.metadata, now, keyId);
    if (reason) throw new Refusal(reason, keyId);
    return { keyId, bytes, body, place: this.#sealer.place(keyId, now) };
  }

  /** Tests the dates of a session, and asks the application whether it is revoked. Returns a Reason, or null. */
  async check(metadata, now, keyId = null) {
    const reason = checkTimes(metadata, now, this.policy, this.#notBefore);
    return reason ?? ((await this.#isRevoked(metadata, keyId)) ? "Revoked" : null);
  }

  /** A session for which the application does not say false is revoked. */
  async #isRevoked({ sid, issued, age, limit, remembered }, keyId) {
    const { revokedIf } = this.policy;
    if (!revokedIf) return false;
    const info = {
      id: sid && hex(sid),
      createdAt: dateOf(issued),
      lastActiveAt: dateOf(issued + age),
      limit,
      remembered,
      keyId,
    };
    try {
      return (await revokedIf(info)) !== false;
    } catch {
      return true;
    }
  }

  // CSRF tokens (§ 13)

  /** `mask`: only tests give it. */
  async csrfToken(name, now, mask = random(TAG)) {
    const secret = await this.#csrfSecret(this.#sealer.sealing(now), name);
    return toBase64url(concat(mask, mask.map((byte, i) => byte ^ secret[i])));
  }

  async verifyCsrf(name, now, token) {
    if (typeof token !== "string" || token.length !== 43 || name === null) return false;
    const bytes = fromBase64url(token);
    if (!bytes) return false;
    const given = bytes.subarray(TAG).map((byte, i) => byte ^ bytes[i]);
    let passes = false;
    for (const keys of this.#sealer.accepted(now)) {
      if (equalTags(given, await this.#csrfSecret(keys, name))) passes = true;
    }
    return passes;
  }

  async #csrfSecret({ csrf }, name) {
    const { context } = this.#sealer;
    return (await hmac(csrf, concat(u32(context.length), context, name))).subarray(0, TAG);
  }
}

/** Chooses among several values (§ 7.0). Returns one with its index, or throws a `Refusal`. */
export function choose(results, isHostOnly) {
  const good = results.flatMap((result, index) => (result instanceof Refusal ? [] : [{ ...result, index }]));
  if (good.length === 0) {
    const [{ reason, keyId }] = results;
    throw new Refusal(reason, keyId, results.some(({ isForOthers }) => isForOthers));
  }
  const sids = good.map(({ body }) => body.metadata.sid && hex(body.metadata.sid));
  const isOneSession = sids[0] !== null && sids.every((sid) => sid === sids[0]);
  if (good.length > 1 && !isHostOnly && !isOneSession) throw new Refusal("Duplicate");
  return good.reduce((best, next) => (isLater(next.body.metadata, best.body.metadata) ? next : best));
}

function isLater(a, b) {
  return a.issued > b.issued || (a.issued === b.issued && a.issued + a.age > b.issued + b.age);
}
