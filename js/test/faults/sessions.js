// Faults of sessions, keys and settings that no vector can notice: a test of the interface notices each.

export const TESTS = [
  "session.test.js", "responses.test.js", "settings.test.js", "types.test.js",
  "revalidation.test.js", "values.test.js", "contexts.test.js", "following.test.js", "followed_carriers.test.js", "kept_keys.test.js",
  "returning.test.js", "misuse.test.js",
];

export const FAULTS = {
  "attributes.js": [
    ["toSetCookie(former.expire(name)) !== toSetCookie(template.expire(name))", "true"],
    ["this.isHostOnly || !skipXChaCha", "true"],
    ['domain !== null || path !== "/" ?', "domain !== null ?"],
    ['refuseUnknown(unknown, " of a cookie', '((..._) => {})(unknown, " of a cookie'],
  ],
  "budget.js": [
    ['typeof padding?.pad === "function"', "true"],
  ],
  "caching.js": [
    ["digits.length === 4", "digits.length >= 4"],
  ],
  "carrier.js": [
    "sealer.tokens.ring.guard?.(this);",
    ['if (typeof source !== "object" || source.then) noRequest();', 'if (typeof source !== "object") noRequest();', "if (source.then) noRequest();"],
    ["values === undefined ? noRequest() : listOf(values)", "listOf(values ?? null)"],
    ["((value ?? null) !== null && noRequest())", "false", "noRequest()"],
  ],
  "csrf_token.js": [
    ["(isKnown && opened) || metadata", "isKnown ? opened : metadata"],
    ["({ end }) => now < end", "({ key }) => now < key.acceptUntil"],
  ],
  "device.js": [
    ['this.#inContextOf(state, "bound")', "this.#seals.bound"],
    ['this.#inContextOf(state, "offer")', "this.#seals.offer"],
  ],
  "dictionary.js": [
    ["entry.value = freeze(value) ? value : null;", "entry.value = (freeze(value), value);"],
    ["[key, dictionary.copy(key)]", "[key, dictionary.get(key)]"],
  ],
  "followed_ring.js": [
    ["await this.#ask(+now);", "this.#ask(+now);"],
    ["Math.abs(now - this.#asked)", "now - this.#asked"],
    ["this.#asked = now;\n    const turn", "const turn"],
    "if (turn < this.#heard) return;",
    "if (turn !== this.#heard) return;",
    ["if (seen !== this.#used) await", "await"],
    "      this.#refused = null;\n",
    "if (seen === this.#refused) return;",
    ["while (!isPresent()) sealer.keys", "if (false) sealer.keys", "if (!isPresent()) sealer.keys"],
    ["of this.#served) {", "of [...this.#served]) {"],
    "    this.#used = seen;\n",
    ["reportEarly(this, [...", "void (this, [..."],
    ["[...derived.keys()].reduce((most, { overlap }) => Math.max(most, overlap), 0)", "0", "[...derived.keys()][0].overlap", "[...derived.keys()].at(-1).overlap"],
    "for (const [sealer, keys] of derived) sealer.keys = keys;",
    ["    Object.assign(this, content);\n    for", "    for"],
    ["told().catch(print);", "told().catch(() => {});"],
    ["const { onError = print } = this.#settings;", "const onError = print;"],
    ['mustBe(["undefined", "function"].includes(typeof onError),', "mustBe(true,"],
  ],
  "lifetime.js": [
    ["duration(skew + (isBound ?", "duration((isBound ?", "(skew + (isBound ?"],
    ["Math.max(Math.min(absolute, idle), Math.min(rememberUpTo, rememberedIdle))", "Math.min(absolute, idle)", "Math.max(absolute, rememberUpTo)"],
    ["Math.min(rememberUpTo, rememberedIdle)", "rememberUpTo", "rememberedIdle"],
    ["isBound ? Math.max(absolute, rememberUpTo) : unused", "isBound ? absolute : unused", "unused"],
  ],
  "msgpack.js": [
    ["isList ? own.slice(value.length)", "isList ? []"],
    ["isMap ? own : []", "[]"],
    ["Object.getOwnPropertySymbols(value).length > 0", "false"],
    ["(i > 3 || Number.isSafeInteger(Number(value)))", "i > 3"],
    'keys.every((key) => typeof key === "string") || ',
    ["if (value === undefined || !isPlain(value)) refuse(", "if (false) refuse("],
    ["return value === null ? writer", "return value == null ? writer"],
  ],
  "plain.js": [
    ["if (!isPlain(value)) return false;", "if (value instanceof Uint8Array) return false;"],
    ['["set", "delete", "clear"]', '["set", "delete"]'],
    "  Object.freeze(value);\n",
    ["isMap ? [...value].flat() :", "", "isMap ? [...value.keys()] :", "isMap ? [...value.values()] :"],
    ["return !parts.map(freeze).includes(false) && !isMap;", "return parts.map(freeze).length >= 0 && !isMap;", "return !parts.map(freeze).includes(false);"],
  ],
  "revalidation.js": [
    ["arrived !== null && (isTakenOver || now", "arrived !== null && (now"],
    ["return !isTakenOver && now <", "return now <"],
    ["this.cause = cause;\n    this.session", "this.session"],
    "status = 503;",
    'kind === "migrated" ? { kind: "notMigrated", reason } :',
    ["outcome.keyId ?? null", "outcome.keyId"],
    ["{ seconds, validate, unvalidatedUpTo = null, ...unknown } = {}", "{ seconds, validate, unvalidatedUpTo = null, ...unknown }"],
    'refuseUnknown(unknown, " of `revalidation`");',
  ],
  "revocation.js": [
    ["return answer === false ? null :", "return !answer ? null :"],
    ["keyId, false, cause);", "keyId, false);"],
    ["const content = readPayload(type, metadata, payload);", "const content = type.read(metadata.schema ?? 0, payload);"],
    ['typeof answer === "boolean" ? { answer } :', "true ? { answer } :"],
    ["catch (cause) {\n    return { cause };", "catch (cause) {\n    return { answer: cause, cause };"],
  ],
  "ring.js": [
    ["seconds >= EPOCH && text.length === 20", "seconds >= EPOCH"],
    ["if (end === acceptUntil || end * 1000 <= Date.now()) continue;", "", "continue;", "if (end === acceptUntil) continue;"],
    ["if (ring.report) ring.report(error);\n    else console", "console"],
    ["ring.report(error);", "ring.report(error.message);"],
  ],
  "session.js": [
    "      defineProperty: refuseProperty,\n",
    "      deleteProperty: refuseProperty,\n",
    'has: (target, name) => name in target || (typeof name === "string" && refuseProperty(target, name)),',
    ['(typeof name === "string" && refuseProperty(target, name))', "refuseProperty(target, name)"],
    ["touch(this).isPrefetch ? [] :", "", "touch(this).isSubresource ? [] :"],
    ["made === undefined && copy instanceof Object ? copy :", "made === undefined ? copy :", ""],
    ["deadlineOf(state.metadata, policy)", "deadlineOf(metadata, policy)", "state.metadata.issued + state.metadata.remembered", "now + seconds"],
  ],
  "session_cookie.js": [
    ['finished.change === "store" ? offerAfter(session) : []', "offerAfter(session)"],
    ["template instanceof Template", "true"],
  ],
  "session_sealer.js": [
    ["application, policy.type.label)", "application, null)"],
    ["{ context: contextBytes(pairs) })", "{})"],
    ['if (place === null || arrived.metadata.issued < this.notBefore) return "lapsed";', 'if (place === null) return "lapsed";'],
    ['yesOrNo("dangerRetireEarly", dangerRetireEarly) ? 0 : overlapOf(policy, isBound)', "overlapOf(policy, isBound)", "0", "overlapOf(policy)", "overlapOf(policy, true)"],
    ["reportEarly(parsed, overlap);", ""],
  ],
  "session_type.js": [
    ["this.#empty.length <= room", "true"],
    ["this.#value = freeze(value) ? value : null;", "this.#value = (freeze(value), value);"],
    ["this.value = changed === undefined ? copy : changed;", "this.value = changed ?? copy;"],
  ],
  "set_cookie.js": [
    ['httpOnly: true, sameSite: "lax" }', 'httpOnly: true, sameSite: "strict" }'],
  ],
  "settings.js": [
    ['secondsOf("notBefore", time, Math.ceil)', 'secondsOf("notBefore", time)'],
  ],
  "state.js": [
    ["this.checkSize(length + this.#messages.length)", "this.checkSize(length)"],
    ["this.checkSize(this.payload.length + flashBytes(flash).length);", "this.checkSize(flashBytes(flash).length);"],
    ['const isSilenced = standing === "lapsed" || (', "const isSilenced = ("],
    ['(device ? "bound" : "unbound")', '"unbound"'],
  ],
  "token.js": [
    ["key.id === keyId && now < end)", "key.id === keyId)"],
    ["end: ends[i]", "end: key.acceptUntil"],
    "await ring.serve?.(sealer);",
    ["seal(body, now, entropy = random(NONCE))", "seal(body, now, entropy = new Uint8Array(NONCE))"],
  ],
};
