// Breaks the package in one place at a time: a vector has to notice each, or a test of the interface. `node test/mutations.js`

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { execPath } from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

const MUTATIONS = [
  ["if (l[0] & 0x80) k1[15] ^= 0x87;", ""],
  ["block[1] ^= number;", "block[1] ^= 1;"],
  ["return bits === 0 ? bytes : null;", "return bytes;"],
  ["if (text.length % 4 === 1) return null;", ""],
  ["const isIntact = equal(await checksum(word, secret), bytes.slice(32));", "const isIntact = true;"],
  ["new Set(secret).size > 7", "new Set(secret).size > 6"],
  ["return this.acceptUntil !== null && now >= this.acceptUntil;", "return this.acceptUntil !== null && now > this.acceptUntil;"],
  ["key.sealFrom === null || now >= key.sealFrom", "key.sealFrom === null || now > key.sealFrom"],
  ["return keys.toReversed().toSorted(", "return keys.toSorted("],
  ["ensure(keys.at(-1).acceptUntil === null,", "ensure(true,"],
  ["acceptUntil > (sealFrom ?? 0)", "acceptUntil >= (sealFrom ?? 0)"],
  ['text.replace("Z", ".000Z")', "dateOf(seconds).toISOString()"],
  ["return concat(most > 255 ? u16(bytes.length) : u8(bytes.length), bytes);", "return bytes;"],
  ["Object.keys(made).length < count", "false"],
  ["if (hasForms && !equal(", "if (false && !equal("],
  ["(i > 0 && compare(before, key) >= 0)", "false"],
  ["if (!reader.isAtEnd) throw INVALID;\n    dictionary", "dictionary"],
  ["export const DEEPEST = 64;", "export const DEEPEST = 65;"],
  ["if (value > U32 || (byte === 0 && i > 0)) throw INVALID;", "if (value > U32) throw INVALID;"],
  ["if (flags & RESERVED) throw INVALID;", ""],
  ["if (has(SCHEMA) && metadata.schema === 0) throw INVALID;", ""],
  ["if (headLength(count) !== reader.at) throw INVALID;", ""],
  ["if (count === 0) throw INVALID;\n  const messages", "const messages"],
  ["if (end < reader.at || body[end] !== 0x80) throw INVALID;", ""],
  ["const n = (await hmac(nonceKey, concat(entropy, aad, body)))", "const n = (await hmac(nonceKey, concat(entropy, body)))"],
  ['if (suite.mode !== this.ring.mode) throw new Refusal("WrongMode");', ""],
  ["!known || known.key.suite !== suite", "!known"],
  ['if (known.key.isRetired(now)) throw new Refusal("RetiredKey", keyId);', ""],
  ["return equal(await tagOf(body, aad), sealed.subarray(-TAG)) ? body.slice() : null;", "return body.slice();"],
  ["found(of.slice(name.length), value.join", "found(of.slice(name.length).trimEnd(), value.join"],
  ["if (of.startsWith(name) && value.length > 0)", "if (of.startsWith(name))"],
  ["values.length < most && !values.includes(value)", "values.length < most"],
  ['part ? "Duplicate" : "Incomplete"', '"Incomplete"'],
  ["/^\\.[1-7]$/.test(rest)", "/^\\.[1-8]$/.test(rest)"],
  ["`${count}.${part}` : part, maxAge)", "`${count}.${part}` : part, null)"],
  ["fixed + tokenLength <= allowed.field", "fixed + tokenLength < allowed.field"],
  ["cookies <= allowed.cookies && total <= allowed.total", "cookies <= allowed.cookies"],
  ["if (cookies > MOST_COOKIES) return {", "if (false) return {"],
  ["const total = tokenLength + cookies * perField;\n    if (cookies >", "const total = cookies * BROWSER;\n    if (cookies >"],
  ["fixed + tokenLength <= allowed.field) return tokenLength;", "false) return tokenLength;"],
  ["return Math.max(1, allowed.field - fixed - 2);", "return Math.max(1, allowed.field - fixed);"],
  [": longest - metadata;", ": longest - metadata + 1;"],
  ['if (lastActiveOf(metadata) > now + policy.skew) return "NotYetValid";', ""],
  ['if (now >= deadlineOf(metadata, policy)) return "Expired";', 'if (now > deadlineOf(metadata, policy)) return "Expired";'],
  ["now >= idleAt(metadata, policy)", "now > idleAt(metadata, policy)"],
  ["tokens.ring.notBefore ?? 0", "0"],
  ["if (good.length > 1 && !isHostOnly && !isOneSession())", "if (good.length > 1 && !isHostOnly)"],
  ["Math.max(age, now - issued, 0)", "Math.max(now - issued, 0)"],
  ["limit: until(this.limitedUntil),", "limit: null,"],
  ["change(this).setMetadata({ sid: random(8) });", "change(this).setMetadata({ sid: touch(this).metadata.sid ?? random(8) });"],
  ["sid: random(8),\n      device: null,", "sid: (this.isNew && this.metadata.sid) || random(8),\n      device: null,"],
  ["{ limit: Math.min(limit ?? Infinity, wanted) }", "{ limit: wanted }"],
  ["if (this.now >= deadlineOf(this.metadata, this.policy)) return drop;", ""],
  ['return place < 0 ? "earlier" : "good";', 'return place !== 0 ? "earlier" : "good";'],
  ["return allowed && this.#sent(body, allowed);", "return allowed && this.#store(this.metadata.age);"],
  ["if (this.becameBound) return this.#storeIfAllowed(this.metadata.age);", ""],
  ["this.#refreshed() || this.#resealed()", "this.#resealed() || this.#refreshed()"],
  ["if (known && entry ? equal(known.bytes, entry.bytes) : !known && !entry) return;", ""],
  ["if (taken.length > 0) change(this)", "change(this)"],
  ["isTold && this.opened ? idOf(this.opened)", "isTold && this.arrived ? idOf(this.arrived.metadata)"],
  ['this.outcome.reason !== "Stale" && ', ""],
  ["const isSilenced = status >= 500", "const isSilenced = status > 500"],
  ["status >= 400 || !this.#canSeal()", "status > 400 || !this.#canSeal()"],
  ["until(this.limitedUntil)", "until(null)"],
  ["if (this.withheld && !evenWithheld)", "if (false)"],
  ["if (this.isClosed) throw", "if (false) throw"],
  ["if (this.id === null) this.renewId();\n    return this.id;", "if (this.id === null || this.#state.isClosed) this.renewId();\n    return this.id;"],
  ["if (!isText(text)) refuse(", "if (false) refuse("],
  ["new Set(keys.map(hex)).size < keys.length", "false"],
  ["this.payload.schema !== arrived.schema ||", ""],
  ["return schema === this.schema && equal(bytes, this.#empty);", "return equal(bytes, this.#empty);"],
  ["JSON.stringify({ ...this.metadata, age: 0 })", "JSON.stringify({ ...this.metadata, age: 0, issued: arrived.metadata.issued })"],
  ["JSON.stringify({ ...this.metadata, age: 0 })", "JSON.stringify({ ...this.metadata, age: 0, device: arrived.metadata.device })"],
  ["this.isTakenOver ||\n", "this.isTakenOver || this.metadata.age !== arrived.metadata.age ||\n"],
  ['this.wish === "force" && this.arrived', 'this.wish === "force"'],
  ["test(trim(destination, BLANK))", "test(destination)"],
  ["!mayShare && isShareable(fields)", "isShareable(fields)"],
  ["if (policy.rememberUpTo === null) throw", "if (false) throw"],
  ["sealer.keys.filter(({ key }) => !key.isRetired(now))", "sealer.keys"],
  ["body.length > LONGEST_BLOB", "body.length >= LONGEST_BLOB"],
  ["acceptUntil - from < longest", "acceptUntil - from <= longest"],
  ["name, 65_535)", "name, 65_536)"],
  ["isWhole(clockSkew, 0, 300)", "isWhole(clockSkew, 0, 301)"],
  ["idleTimeout === undefined || idle <= absolute", "idleTimeout === undefined || idle < absolute"],
  ["Infinity : Math.floor(idle / 2)", "Infinity : Math.ceil(idle / 2)"],
  ['"on-change" : Math.floor(idle / 4)', '"on-change" : Math.ceil(idle / 4)'],
  ["return [...earlier, ...template.expireAll(carried), ...beside];", "return [...template.expireAll(carried), ...earlier, ...beside];"],
  ["return [...earlier, ...cookies,", "return [...cookies, ...earlier,"],
  ["new Set([...carried, ...own])", "new Set(carried)"],
  ["{ length: cookies - 1 }", "{ length: cookies }"],
  ["template.expireFormer(carried, policy.budget.allowed.cookies)", "template.expireFormer(carried, 1)"],
  // Padding
  ["new Uint8Array(padded(body.length + 1))", "new Uint8Array(padded(body.length) + 1)"],
  ["bytes[0] |= PADDING;", ""],
  ["bytes[body.length] = 0x80;", "bytes[bytes.length - 1] = 0x80;"],
  ["padded(metadata + room + 1) > longest", "padded(metadata + room) > longest"],
  ["return this.#padding && content <= this.room ?", "return this.#padding ?"],
  // Attributes
  ["secure || !needsSecure", "true"],
  ["isAnywhere || !isHostName(name)", "true"],
  ['|| partitioned || /^__(secure|http|host)-/i.test(name)', '|| /^__(secure|http|host)-/i.test(name)'],
  ["path.length <= LONGEST_PATH", "path.length < LONGEST_PATH"],
  ["name.length <= LONGEST_NAME", "name.length < LONGEST_NAME"],
  // Caches
  ["unquoted.some((line) =>", "unquoted.every((line) =>"],
  ["map((item) => trim(item, BLANK))", "map((item) => item)"],
  ['&& !directives.includes("must-understand")', ""],
  ["(years.length === 0 ||", "("],
  ['year >= "2026"', 'year > "2026"'],
  ["if (mayShare && isShareable(fields)) return changes;", ""],
  ["if (control.length === 0) changes.push(", "changes.push("],
  ['!names.includes("*") && ', ""],
  ['|track|worker)$/', '|track)$/'],
  // Devices
  ["candidates.slice(0, MOST_OPENED)", "candidates"],
  [": cookies.toReversed();", ": cookies;"],
  ["&& found.length < MOST)", ")"],
  ["value.length <= LONGEST &&", ""],
  ["|| bytes[0] & PADDING)", ")"],
  ["now >= issued + requiredAfter", "now > issued + requiredAfter"],
  ["issued <= now + skew && ", ""],
  ["now < issued + boundFor", "now <= issued + boundFor"],
  ["sid !== null && equal(bound.sid, sid)", "sid !== null"],
  ["&& !isRenewed && ended !==", "&& ended !=="],
  ['&& ended !== "invalidated") return [];', ") return [];"],
  ["isDropped || !metadata.sid ||", "isDropped ||"],
  ["isLeft && offers && left > 0", "isLeft && left > 0"],
  ["isLeft && offers && left > 0", "isLeft && offers"],
  ["requiredAfter ?? OFFERED_FOR", "OFFERED_FOR"],
  ['{ sameSite: "none" }', "{}"],
  ["if (!this.#options.offers || !isRenewed ||", "if (!this.#options.offers ||"],
  ["boundFor < 180", "boundFor < 181"],
  ["requiredAfter < LEAST_GRACE", "requiredAfter <= LEAST_GRACE"],
  ['|| path.endsWith("/")', ""],
  ['if (sameSite === "strict" && initiators === "any")', "if (false)"],
  ["\\.(b|out)-[A-Za-z0-9_-]{8}$", "\\.b-[A-Za-z0-9_-]{8}$"],
  ["sid.map((byte) => ~byte)", "sid"],
  ["if (body.metadata.device && !this.policy.devices)", "if (false)"],
  ["if (distinct.size > 1) throw", "if (distinct.size > 9) throw"],
  ["return `token:${name}`;", "return name;"],
  ['name !== "", "purpose"', 'true, "purpose"'],
  ['field === "authorization" && /^bearer /i.test(trimmed)', "/^bearer /i.test(trimmed)"],
  // Validation
  ['if (refreshAfter === "validated") return true;', ""],
  ['if (refreshAfter === "validated") return true;\n  if (isRememberedNow(metadata, policy)) return false;', 'if (isRememberedNow(metadata, policy)) return false;\n  if (refreshAfter === "validated") return true;'],
  ["sealer.policy.revalidateAfter?.guard(this);", ""],
  ["now >= lastActiveOf(metadata) + this.seconds", "now > lastActiveOf(metadata) + this.seconds"],
  ["now < lastActiveOf(metadata) + this.unvalidatedUpTo", "now <= lastActiveOf(metadata) + this.unvalidatedUpTo"],
  ['return "never";', 'return "on-change";'],
  ['refreshAfter: "validated" };', 'refreshAfter: "never" };'],
  ["const state = stateOf(session).touch();\n    const { policy,", "const state = stateOf(session);\n    const { policy,"],
  ['refuse(state, "Unvalidated");', ""],
  ["state.withheld = WITHHELD;", ""],
  ["  state.begin();\n", ""],
  ['isStale || withheld?.code === "unvalidated"', "isStale"],
  [' || state.withheld?.code === "unvalidated"', ""],
  ["isWhole(seconds, 1)", "isWhole(seconds, 0)"],
  ["isWhole(unvalidatedUpTo, seconds + 1)", "isWhole(unvalidatedUpTo, seconds)"],
  ["this.seconds <= Math.floor(idle / 2)", "this.seconds <= Math.ceil(idle / 2)"],
  ["mustBe(refreshAfter === undefined,", "mustBe(true,"],
];

/** Faults that no vector can notice: a test of the interface has to. */
const OF_SESSIONS = [
  ["application, policy.type.label)", "application, null)"],
  ["{ context: contextBytes(pairs) })", "{})"],
  // Rings that are followed
  ['const isSilenced = standing === "lapsed" || (', "const isSilenced = ("],
  ['if (place === null || arrived.metadata.issued < this.notBefore) return "lapsed";', 'if (place === null) return "lapsed";'],
  ['if (at < 0 || this.keys[at].key.isRetired(now)) return null;', "if (at < 0) return null;"],
  ["sealer.tokens.ring.guard?.(this);", ""],
  ["await ring.serve?.(sealer, overlap);", ""],
  ["await this.#ask(+now);", "this.#ask(+now);"],
  ["Math.abs(now - this.#asked)", "now - this.#asked"],
  ["this.#asked = now;\n    const turn", "const turn"],
  ["if (turn < this.#heard) return;", ""],
  ["if (turn !== this.#heard) return;", ""],
  ["if (seen !== this.#used) await", "await"],
  ["      this.#refused = null;\n", ""],
  ["if (seen === this.#refused) return;", ""],
  ["while (!isPresent()) sealer.keys", "if (false) sealer.keys"],
  ["checkOverlap(content.keys, Math.max(", "void (content.keys, Math.max("],
  ["this.#served.map(({ overlap }) => overlap)", "[]"],
  ["for (const [sealer, keys] of derived) sealer.keys = keys;", ""],
  ["    Object.assign(this, content);\n    for", "    for"],
  ['this.#inContextOf(state, "bound")', "this.#seals.bound"],
  ['this.#inContextOf(state, "offer")', "this.#seals.offer"],
  ["return answer === false ? null :", "return !answer ? null :"],
  ["this.#empty.length <= room", "true"],
  ["keyId, false, cause);", "keyId, false);"],
  ["const content = readPayload(type, metadata, payload);", "const content = type.read(metadata.schema ?? 0, payload);"],
  ["seal(body, now, entropy = random(NONCE))", "seal(body, now, entropy = new Uint8Array(NONCE))"],
  ["toSetCookie(former.expire(name)) !== toSetCookie(template.expire(name))", "true"],
  ["const early = findEarly(keys, seconds);", "const early = null;"],
  ["seconds >= EPOCH && text.length === 20", "seconds >= EPOCH"],
  ['finished.change === "store" ? offerAfter(session) : []', "offerAfter(session)"],
  ["isList ? own.slice(value.length)", "isList ? []"],
  ["isMap ? own : []", "[]"],
  ["Object.getOwnPropertySymbols(value).length > 0", "false"],
  ["told().catch(() => tell(error));", "told().catch(() => {});"],
  ["digits.length === 4", "digits.length >= 4"],
  ["Math.max(policy.absolute, policy.rememberUpTo ?? 0)", "policy.absolute"],
  ['httpOnly: true, sameSite: "lax" }', 'httpOnly: true, sameSite: "strict" }'],
  ["template instanceof Template", "true"],
  ["this.isHostOnly || !skipXChaCha", "true"],
  ['typeof padding?.pad === "function"', "true"],
  ["domain !== null || path !== \"/\" ?", "domain !== null ?"],
  ['refuseUnknown(unknown, " of a cookie', '((..._) => {})(unknown, " of a cookie'],
  // Values
  ["(i > 3 || Number.isSafeInteger(Number(value)))", "i > 3"],
  ['keys.every((key) => typeof key === "string") || ', ""],
  ["if (value === undefined || !isPlain(value)) refuse(", "if (false) refuse("],
  ["return value === null ? writer", "return value == null ? writer"],
  ["if (!isPlain(value)) return false;", "if (value instanceof Uint8Array) return false;"],
  ['["set", "delete", "clear"]', '["set", "delete"]'],
  ["  Object.freeze(value);\n", ""],
  ["return !parts.map(freeze).includes(false);", "return parts.map(freeze).length >= 0;"],
  ["entry.value = freeze(value) ? value : null;", "entry.value = (freeze(value), value);"],
  ["made === undefined && copy instanceof Object ? copy :", "made === undefined ? copy :"],
  ["made === undefined && copy instanceof Object ? copy :", ""],
  ["[key, dictionary.copy(key)]", "[key, dictionary.get(key)]"],
  ["this.#value = freeze(value) ? value : null;", "this.#value = (freeze(value), value);"],
  ["this.value = changed === undefined ? copy : changed;", "this.value = changed ?? copy;"],
  // Validation
  ["arrived !== null && (isTakenOver || now", "arrived !== null && (now"],
  ["return !isTakenOver && now <", "return now <"],
  ['typeof answer === "boolean" ? { answer } :', "true ? { answer } :"],
  ["catch (cause) {\n    return { cause };", "catch (cause) {\n    return { answer: cause, cause };"],
  ["this.cause = cause;\n    this.session", "this.session"],
  ["status = 503;", ""],
  ['kind === "migrated" ? { kind: "notMigrated", reason } :', ""],
  ["outcome.keyId ?? null", "outcome.keyId"],
  ['(device ? "bound" : "unbound")', '"unbound"'],
  ["(isKnown && opened) || metadata", "isKnown ? opened : metadata"],
  ["{ seconds, validate, unvalidatedUpTo = null, ...unknown } = {}", "{ seconds, validate, unvalidatedUpTo = null, ...unknown }"],
  ['refuseUnknown(unknown, " of `revalidation`");', ""],
];

/** Faults of the adapters for Next.js. */
const OF_NEXT = [
  ["? async () => checked(sessions(), headers) :", "? sessions :"],
  [": checked(sessions, headers));", ": sessions);"],
  ["names.indexOf(name) < i", "names.indexOf(name) < i && name === cookie.name"],
  ['new Date("9999-01-01")', 'new Date("2027-01-01")'],
  ["isWayOut(error) ? 200 : 500", "isWayOut(error) ? 500 : 500"],
  ["isWayOut(error) ? 200 : 500", "200"],
  ['if (quiet && kind === "look")', "if (false)"],
  ['if (quiet && kind === "look")', "if (quiet)"],
  ["/^NEXT_(REDIRECT|HTTP_ERROR_FALLBACK|NOT_FOUND)(;|$)/", "/^NEXT_/"],
  ["/^NEXT_(REDIRECT|HTTP_ERROR_FALLBACK|NOT_FOUND)(;|$)/", "/NEXT_(REDIRECT|HTTP_ERROR_FALLBACK|NOT_FOUND)(;|$)/"],
  ["|NOT_FOUND)(;|$)/", ")(;|$)/"],
  ['typeof error?.digest === "string" &&', ""],
  ['ensure(typeof cookies === "function", "option",', 'ensure(true, "option",'],
  ['checkOptions("inNext", options, ["headers", "now"]);', ""],
  ['ensure(headers === undefined || typeof headers === "function",', "ensure(true,"],
  ["ensure(headers || isHostName(cookie.name),", "ensure(true,"],
  ["field !== null && pairs.every", "pairs.every"],
  ["!isOfSession(pair.name, cookie.name) || isIn(field, pair)", "true"],
  ["!isOfSession(pair.name, cookie.name) || isIn(field, pair)", "isIn(field, pair)"],
  ["came.push(text, decoded(text))", "came.push(text)"],
  ["came.map(plain).includes(plain(value))", "came.includes(value)"],
  ['value !== "" && came', "came"],
  ['checkOptions("sessionProxy", options, ["flashes", "now", "onOutcome", "onRefused"]);', ""],
  ['const isPlain = typeof options === "object" && options !== null &&', "const isPlain ="],
  ["options !== null && [Object.prototype, null].includes(", "options !== null && [Object.prototype].includes("],
  ["ensure(isPlain, ", "ensure(true, "],
  ["for (const name of names) delete unknown[name];", "for (const name of Object.keys(unknown)) delete unknown[name];"],
  ['"guard" in unknown ?', "false ?"],
  ['ensure(now === undefined || typeof now === "function",', "ensure(true,"],
  ['ensure(typeof NextResponse?.next === "function",', "ensure(true,"],
  ['ensure(typeof handler === "function",', "ensure(true,"],
  ["ensure(areTexts, ", "ensure(true, "],
  ["Array.isArray(flashes) &&", ""],
  ["&& flashes.every((queue) => typeof queue === \"string\")", ""],
  ['if (!["GET", "HEAD"].includes(method)) return "act";', ""],
  ['if (!["GET", "HEAD"].includes(method))', 'if (method !== "GET")'],
  ['if (headers.has("x-action-redirect")) return "inner";', ""],
  ["if (PREFETCHES.some((name) => headers.has(name)) || isAhead(headers))", "if (PREFETCHES.some((name) => headers.has(name)))"],
  ["if (PREFETCHES.some((name) => headers.has(name)) || isAhead(headers))", "if (isAhead(headers))"],
  ['["next-router-prefetch", "next-router-segment-prefetch"]', '["next-router-prefetch"]'],
  ['["next-router-prefetch", "next-router-segment-prefetch"]', '["next-router-segment-prefetch"]'],
  ['headers.get("sec-purpose") ?? headers.get("purpose")', 'headers.get("sec-purpose")'],
  ['method === "GET" && isDocument(headers)', "isDocument(headers)"],
  ['method === "GET" && isDocument(headers)', 'method === "GET"'],
  ['(accepts(headers, "text/html") && "document")', '"document"'],
  ['(accepts(headers, "text/html") && "document")', '""'],
  ['if (answer && kind !== "inner") return', "if (answer) return"],
  ['return kind === "prefetch" ? answer : save(answer);', "return answer;"],
  ['return kind === "prefetch" ? answer : save(answer);', "return save(answer);"],
  ['if (kind === "prefetch") takeAll(session, flashes);', ""],
  ["stateOf(session).touch();\n    // Others", "// Others"],
  ["isPage ? {} : { isSubresource: true }", "{}"],
  ['["document", "look"].includes(kind)', '["document"].includes(kind)'],
  ['["document", "look"].includes(kind)', '["look"].includes(kind)'],
  ['(answer || hasFlashes || set.length > 0)', "(hasFlashes || set.length > 0)"],
  ['(answer || hasFlashes || set.length > 0)', "(answer || set.length > 0)"],
  ['(answer || hasFlashes || set.length > 0)', "(answer || hasFlashes)"],
  ['new Response(null, { status: 204, headers: { "cache-control": "no-store" } })', "new Response(null, { status: 204 })"],
  ["new Headers(request.headers);\n    if (set", "new Headers();\n    if (set"],
  ["if (set.length > 0) setCookieField(headers, cookie.name, set);", ""],
  ["NextResponse.next({ request: { headers } });", "NextResponse.next(set.length > 0 ? { request: { headers } } : {});"],
  ['if (kind === "prefetch") return response;', ""],
  ['quiet && kind === "document" ?', "quiet ?"],
  ["...set.filter((one) => !isReplaced(one)),", ""],
  ["...set.filter((one) => !isReplaced(one)),", "...set,"],
  ["takeAll(session, flashes);\n  return", "return"],
  ["response.headers.append(", "response.headers.set("],
  ['if (set.length > 0) response.headers.set("cache-control", "no-store");', ""],
  ['if (set.length > 0) response.headers.set("cache-control", "no-store");', 'response.headers.set("cache-control", "no-store");'],
  ['.filter((pair) => pair !== "" && !isOfSession(pair.split("=")[0], name))', '.filter((pair) => pair !== "")'],
  ['own.filter(({ value }) => value !== "")', "own"],
  ['refuseUnknown(unknown, " in `protect`");', ""],
  ["prefixes.length > 0 &&", ""],
  ["&& prefixes.every(isPath)", ""],
  ['isPath(to) && to !== "/"', "isPath(to)"],
  ['isPath(to) && to !== "/"', 'to !== "/"'],
  ['check(typeof unless === "function",', "check(true,"],
  ['check(back === null || typeof back === "string",', "check(true,"],
  ["const path = decoded(nextUrl.pathname);", "const path = nextUrl.pathname;"],
  ["if (path === to ||", "if ("],
  ["(await unless(session, request))", "unless(session, request)"],
  ['if (headers.has("next-action")) return', "if (false) return"],
  ['url.searchParams.delete("_rsc");', ""],
  ["const url = nextUrl.clone();", "const url = nextUrl;"],
  ['url.search = "";', ""],
  ["if (back !== null && isLook)", "if (back !== null)"],
  ["if (back !== null && isLook)", "if (isLook)"],
  ["isLook ? 307 : 303", "307"],
  ['const isLook = ["GET", "HEAD"].includes(method);', 'const isLook = method === "GET";'],
  ["path.startsWith(`${prefix}/`)", "path.startsWith(prefix)"],
  ['prefix === "/" ||', ""],
  ["(\\/[^/\\\\?#*:]+)+$", "(\\/.*)+$"],
  ['!value.startsWith("/") ||', ""],
  ["!URL.canParse(value, NOWHERE)", "false"],
  ['origin === NOWHERE && !pathname.startsWith("//")', "origin === NOWHERE"],
  ['origin === NOWHERE && !pathname.startsWith("//")', '!pathname.startsWith("//")'],
];

/** Faults of the adapters, of guards, and of old cookies. */
const OF_ADAPTERS = [
  ["cookies?.then?.(checkedCookie) ?? checkedCookie(cookies)", "cookies"],
  ["checkedCookie(await cookies(...given));", "cookies(...given);"],
  ["opened = null;\n      throw", "throw"],
  ["(opened ??= open(", "(opened = open("],
  ['refuseUnknown(unknown, "; pass `{ guard }`");', ""],
  ["isCsrfGuard = true;", ""],
  ["mustBe(!guard || guard.check,", "mustBe(true,"],
  ["if (contextBy) sessions", "if (false) sessions"],
  ["sessions.inContext(await contextBy(request));", "sessions.inContext(contextBy(request));"],
  ["if (!session) throw refusal;", ""],
  ["tell(onOutcome, session.outcome, request);", ""],
  ["refusal ??= await guard?.check(request, session);", ""],
  ["if (refusal) tell(onRefused, refusal, request);", ""],
  ["if (hook) await hook(told, request);", "if (hook) hook(told, request);"],
  ["else if (told.cause) throw told.cause;", ""],
  ['request.url.split("?")[0]', "request.url"],
  ['ensure(response?.headers, "response", "expected a Response");', ""],
  ["refusal && (refuse(refusal, request) || save()), sessions]", "null, sessions]"],
  ["(refuse(refusal, request) || save())", "refuse(refusal, request)"],
  ["new Response(body ?? message, {", "new Response(message, {"],
  ['ensure(!names.includes(name), "cookies", sentence);', ""],
  ["return () => namesIn.set(request, names);", "return () => {};"],
  ["admit(c.req.raw, c.env)", "admit(c.req.raw, c)"],
  ["if (refused) c.res = await refused;\n      else await next();", "await next();"],
  ["      c.res = undefined;\n", ""],
  ["admit(event.request, event.platform?.env)", "admit(event.request, event)"],
  ["await (refused ?? answer(resolve, event, sessions))", "await answer(resolve, event, sessions)"],
  ["if (error?.location) await saveToEvent(event, sessions, error);", ""],
  ["if (error?.location) await", "await"],
  [".map((pair) => trim(pair, BLANK));", ".map((pair) => pair.trim());"],
  ["address: request.authority || authority", "address: request.authority || null"],
  ["if (context.isPrerendered || begun.has(locals)) return next();", ""],
  ["if (context.isPrerendered || begun.has(locals)) return next();", "if (context.isPrerendered) return next();"],
  ["begun.delete(locals);", ""],
  ["cookies.length > 0 ?", "true ?"],
  ["return await save(await (refused ?? next()));", "return await save(await next());"],
  ["return await save(await (refused ?? next()));", "return refused ? await refused : await save(await next());"],
  ["claim(event, sessions);", ""],
  ["claim(response, sessions);", ""],
  ["await (refusal ? refuse(refusal, request, response) : handler(request, response, session));", "await handler(request, response, session);"],
  ["refusal.cause && failed(refusal, request);", "failed(refusal, request);"],
  ["response.end(body ?? message);", "response.end(message);"],
  ['mustBe(typeof value === "function", name, "a function");', ""],
  ["path === head.path && isSameOrigin(origin, parsed)", "head.path.startsWith(path) && isSameOrigin(origin, parsed)"],
  ["path === head.path && isSameOrigin(origin, parsed)", "path === head.path"],
  ['host.endsWith(".localhost")', 'host.endsWith("localhost")'],
  ["isSecure(parsed) ? null :", "true ? null :"],
  ["MOST_VALUES + 1);", "MOST_VALUES);"],
  ["[...this.#dropped.values()].filter(({ from }) => now >= from)", "[...this.#dropped.values()]"],
  ["Math.min(from, known?.from ?? from)", "from"],
  ["if (!state.hasToken) await this.#settings.old", "await this.#settings.old"],
  ["/^[1-7]$/.test(of.slice(name.length + 1))", "false"],
  ["/^[1-7]$/.test(of.slice(name.length + 1))", "true"],
  ['.filter(({ value }) => !value.includes(";"))', ""],
];

/** Faults of the adapters behind frameworks. */
const OF_SERVERS = [
  ["await (refused ?? handler(event, session))", "await handler(event, session)"],
  ["if (result instanceof Response) return save(result);", "if (result instanceof Response) return result;"],
  ["status >= 100 && status <= 599 ? status : 500", "200"],
  ["res.statusCode = status;", ""],
  [", ...[res.headers, res.errHeaders].filter(Boolean)", ", res.headers"],
  [", ...[res.headers, res.errHeaders].filter(Boolean)", ", res.errHeaders"],
  ["await finish();\n    return result;", "return result;"],
  ["      check(given[0]);\n", ""],
  ['if (phase === "open") checkHead(response.statusCode, messageOf(response));', ""],
  ['if (phase === "saving") throw headSent();', ""],
  ["checkHead(status, message);", ""],
  ["if (held.length === 0) throw error;", ""],
  ["const writeFields = await save();", "const writeFields = await save().finally(go);"],
  ["if (hasFailed && response.writableEnded) return answer;", ""],
  ["writableEnded: { get: isEnded },", ""],
  ["statusCode: { get: () => statusCode, set() {} },", ""],
  ["statusMessage: { get: () => statusMessage, set() {} },", ""],
  ["response.writableEnded || response.destroy()", "response.destroy()"],
  ["response.writableEnded || response.destroy()", "response.writableEnded"],
  ["delete response.statusMessage;", ""],
  ["tell(failed, error, request);", "failed(error, request);"],
  ["if (refusal?.session) return next(refusal);", ""],
  ["if (refusal) return await refuse(refusal, request, response);", ""],
  ["onRefused: () => {}, ", ""],
  ["attach(sessions, session, response, next);", ""],
];

const TESTS = ["session.test.js", "responses.test.js", "settings.test.js", "types.test.js", "revalidation.test.js", "values.test.js", "contexts.test.js", "following.test.js"];
const NEXT_TESTS = ["next.test.js", "next_protect.test.js"];
const ADAPTER_TESTS = ["scenarios.test.js", "middleware.test.js", "guard_cases.test.js", "old_reader.test.js", "cookie_field.test.js"];
const SERVER_TESTS = ["servers.test.js", "held.test.js"];
const HELPERS = ["vectors.js", "vectors", "keys.js", "random.js", "visitor.js", "browser.js", "scenarios.js", "stand_ins.js", "servers.js"];
const root = new URL("..", import.meta.url);
const read = (file) => readFile(new URL(`../tests/vectors/${file}`, root), "utf8");
const modules = new Map();
for (const file of (await readdir(new URL("src", root), { recursive: true })).filter((name) => name.endsWith(".js"))) modules.set(file, await readFile(new URL(`src/${file}`, root), "utf8"));
const folder = await mkdtemp(join(tmpdir(), "hardtack-mutations-"));
let unnoticed = 0;

/** The module in which a text stands, once. */
function placeOf(from) {
  const places = [...modules].flatMap(([file, text]) => Array(text.split(from).length - 1).fill(file));
  if (places.length !== 1) throw new Error(`stands ${places.length} times: ${from}`);
  return places[0];
}

/** Writes a copy of the package with one fault. */
async function copyWith(number, from, to) {
  const place = placeOf(from);
  const copy = join(folder, `${number}`);
  await mkdir(join(copy, "test"), { recursive: true });
  await mkdir(join(copy, "src/web/next"), { recursive: true });
  await writeFile(join(copy, "package.json"), '{"type": "module"}');
  await symlink(fileURLToPath(new URL("node_modules", root)), join(copy, "node_modules"));
  for (const [file, text] of modules) {
    await writeFile(join(copy, "src", file), file === place ? text.replace(from, () => to) : text);
  }
  for (const file of [...HELPERS, ...TESTS, ...NEXT_TESTS, ...ADAPTER_TESTS, ...SERVER_TESTS]) {
    await cp(new URL(`test/${file}`, root), join(copy, "test", file), { recursive: true });
  }
  return copy;
}

/** The file that noticed the fault before, which is often about the same subject. */
let first;

async function vectorsNotice(copy) {
  const { run } = await import(pathToFileURL(join(copy, "test/vectors.js")));
  const { failed } = await run(read, { stopsAtFailure: true, first });
  [first] = failed[0]?.split(":") ?? [];
  return failed.length > 0;
}

/** Runs one file after another, until one fails. */
const noticedBy = (tests) => async (copy) => {
  for (const file of tests) {
    const process = spawn(execPath, [join(copy, "test", file)], { stdio: "ignore" });
    const [status] = await once(process, "exit");
    if (status !== 0) return true;
  }
  return false;
};

const kinds = [[MUTATIONS, vectorsNotice], [OF_SESSIONS, noticedBy(TESTS)], [OF_NEXT, noticedBy(NEXT_TESTS)], [OF_ADAPTERS, noticedBy(ADAPTER_TESTS)], [OF_SERVERS, noticedBy(SERVER_TESTS)]];
const all = kinds.flatMap(([faults, notice]) => faults.map((fault) => [...fault, notice]));
for (const [from] of all) placeOf(from);
const [[same]] = all;
for (const [kind, [, notice]] of kinds.entries()) {
  if (await notice(await copyWith(`unbroken-${kind}`, same, same))) throw new Error("something is noticed before the first fault");
}
const left = [...all.entries()];
async function tryFaults() {
  for (let next = left.shift(); next; next = left.shift()) {
    const [number, [from, to, notice]] = next;
    if (await notice(await copyWith(number, from, to))) continue;
    unnoticed++;
    console.log(`nothing notices: ${from}`);
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, tryFaults));
await rm(folder, { recursive: true });
console.log(`${all.length - unnoticed} of ${all.length} faults are noticed`);
process.exitCode = unnoticed > 0 ? 1 : 0;
