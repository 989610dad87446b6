// Mistakes in single settings and in combinations of them, with the messages of Rust's builder. Names of settings are in braces.

import { toUtf8 } from "../format/base/bytes.js";
import { LONGEST_NAME, LONGEST_PATH, defaultName, isDomain } from "../carrier/attributes.js";
import { TOKEN_CHARACTERS, isHostName } from "../format/cookie/set_cookie.js";
import { policyOf } from "../session/settings.js";
import { PARTITIONED_IN_FOUR } from "../state/budget.js";
import { showDuration } from "./duration.js";
import { DOTS, HOST_WITH_DOMAIN, HOST_WITH_PATH, LIKE_A_PART, NOTHING_CHANGED, NOTHING_IS_REMEMBERED, NO_DOMAIN } from "./mistakes.js";
import { NO_SLASH, PARTITIONED_WITHOUT_SECURE, PREFIX_WITHOUT_SECURE, SAME_SITE_NONE_WITHOUT_SECURE } from "./mistakes.js";
import { neverReached, noApplication, noName, noPath, notInRange, refreshedTooRarely, tooManyBytes, tooSkewed } from "./mistakes.js";
import { mistake, mistakeIn, plain, quoted } from "./sentences.js";

/** Returns all mistakes in what `noSettings` holds. */
export function mistakesIn({ cookie, options }) {
  const isTooLarge = cookie.partitioned && options.size === "split:4";
  const ofSize = isTooLarge ? [mistake(null, PARTITIONED_IN_FOUR)] : [];
  return [...mistakesOfCookie(cookie), ...ofSize, ...mistakesOfLifetimes(options), ...mistakesOfLabels(options)];
}

const lengthOf = (text) => toUtf8(text).length;

/** Checks former attributes only if the present ones are right, because they would repeat the same mistakes. */
function mistakesOfCookie({ formerly, ...present }) {
  const wrongName = wrongNameOf(present.name);
  const name = wrongName ? undefined : present.name ?? defaultName({ ...present, secure: !present.dangerAllowHttp });
  const mistakes = mistakesOfAttributes(present, name);
  if (wrongName) return [...mistakes, mistakeIn("name", wrongName)];
  return mistakes.length > 0 ? mistakes : formerly.flatMap((former) => mistakesOfFormer(former, present, name)).slice(0, 1);
}

function wrongNameOf(name) {
  if (name === undefined) return null;
  const found = [...name].find((character) => !TOKEN_CHARACTERS.test(character));
  if (lengthOf(name) > LONGEST_NAME) return tooManyBytes(lengthOf(name), LONGEST_NAME);
  if (found) return noName(plain(quoted(found)));
  return /\.\d+$/.test(name) ? LIKE_A_PART : null;
}

function mistakesOfAttributes(/** @type {Record<string, any>} */ attributes, name = "") {
  const { path = "/", domain = null, sameSite, partitioned, dangerAllowHttp } = attributes;
  const wrongPath = wrongPathOf(path);
  const conflicts = [
    [dangerAllowHttp && sameSite === "None", SAME_SITE_NONE_WITHOUT_SECURE],
    [dangerAllowHttp && partitioned, PARTITIONED_WITHOUT_SECURE],
    [dangerAllowHttp && /^__(host|secure|http)-/i.test(name), PREFIX_WITHOUT_SECURE],
    [isHostName(name) && domain !== null, HOST_WITH_DOMAIN],
    [isHostName(name) && path !== "/", HOST_WITH_PATH],
  ];
  return [
    ...(wrongPath ? [mistakeIn("path", wrongPath)] : []),
    ...(domain === null || isDomain(domain) ? [] : [mistakeIn("domain", NO_DOMAIN)]),
    ...conflicts.filter(([isSo]) => isSo).map(([, sentence]) => mistake(null, sentence)),
  ];
}

function wrongPathOf(path) {
  const found = [...path].find((character) => !/[!"$-+\-.\/0-:<->@-~]/.test(character));
  if (!path.startsWith("/")) return NO_SLASH;
  if (lengthOf(path) > LONGEST_PATH) return tooManyBytes(lengthOf(path), LONGEST_PATH);
  if (found) return noPath(plain(quoted(found)));
  return /\/(\.|%2e){1,2}(\/|$)/i.test(path) ? DOTS : null;
}

/** Returns the first mistake in a former cookie. It is about another cookie, so its subject is not a setting of the present one. */
function mistakesOfFormer(former, present, name) {
  const was = { ...present, ...former };
  const [wrong] = mistakesOfAttributes(was, name);
  if (wrong) return [mistake("formerly", `{formerly}: ${wrong.sentence.replace(`{${wrong.setting}}`, wrong.setting)}`)];
  const placeOf = ({ path = "/", domain = null, partitioned = false }) => JSON.stringify([path, domain, partitioned]);
  return placeOf(was) === placeOf(present) ? [mistakeIn("formerly", NOTHING_CHANGED)] : [];
}

const LONGEST = 2n ** 32n - 1n;
const isInRange = (duration) => duration >= 1n && duration <= LONGEST;
const shown = (duration) => `${duration}s`;

/**
 * Compares two durations only if both are in range.
 *
 * @typedef {[setting: string, duration: bigint | undefined]} Span
 */
function mistakesOfLifetimes(options) {
  const defaults = policyOf({});
  const { absoluteTimeout = BigInt(defaults.absolute), rememberUpTo, rememberedIdleTimeout, clockSkew = BigInt(defaults.skew) } = options;
  const idleTimeout = options.idleTimeout === undefined ? BigInt(defaults.idle) : options.idleTimeout ?? undefined;
  const span = /** @returns {Span} */ (setting, duration) => [setting, duration];
  const absolute = span("absolute_timeout", absoluteTimeout);
  const idle = span("idle_timeout", idleTimeout);
  const upTo = span("remember_up_to", rememberUpTo);
  const rememberedIdle = span("remembered_idle_timeout", rememberedIdleTimeout);
  // The default may be longer.
  const givenIdle = span("idle_timeout", options.idleTimeout ?? undefined);
  const isNeverRemembered = rememberedIdleTimeout !== undefined && rememberUpTo === undefined;
  return [
    outOfRange(absolute, ""),
    outOfRange(idle, ", or turn it off"),
    tooLong(givenIdle, absolute, "; the default is 12h"),
    refreshTooLate(options, idle),
    outOfRange(upTo, ""),
    outOfRange(rememberedIdle, ", or leave it out"),
    isNeverRemembered ? mistakeIn("remembered_idle_timeout", NOTHING_IS_REMEMBERED) : null,
    tooLong(rememberedIdle, upTo, ""),
    refreshTooLate(options, rememberedIdle),
    clockSkew > 300n ? mistakeIn("clock_skew", tooSkewed(shown(clockSkew))) : null,
  ].filter((found) => found !== null);
}

function outOfRange(/** @type {Span} */ [name, duration], or) {
  if (duration === undefined || isInRange(duration)) return null;
  return mistakeIn(name, notInRange(duration ? shown(duration) : "0 seconds", or));
}

/** Returns a mistake if the timeout `a` would never take effect, because `b` is shorter. */
function tooLong(/** @type {Span} */ [a, idle], /** @type {Span} */ [b, longest], more) {
  if (idle === undefined || longest === undefined || !isInRange(idle) || !isInRange(longest) || idle <= longest) return null;
  return mistakeIn(a, neverReached(b, showDuration(idle), showDuration(longest), more, a));
}

/** Returns a mistake if `idle` would sign out active visitors before a refresh is due. */
function refreshTooLate({ refreshAfter }, /** @type {Span} */ [of, idle]) {
  const isLate = typeof refreshAfter === "bigint" && idle !== undefined && isInRange(idle) && refreshAfter > idle / 2n;
  if (!isLate) return null;
  return mistakeIn("refresh_after", refreshedTooRarely(of, showDuration(refreshAfter), showDuration(idle)));
}

/** Their lengths take one byte, and that of a value two (SPEC.md § 3.2.3, § 4.2.2). */
function mistakesOfLabels({ application, context = [] }) {
  const length = application === undefined ? 1 : lengthOf(application);
  const wrong = context.map(wrongPairOf).find(Boolean);
  return [
    ...(length < 1 || length > 255 ? [mistakeIn("application", noApplication(length))] : []),
    ...(wrong ? [mistake("context", `{context} ${wrong}`)] : []),
  ];
}

function wrongPairOf([label, value]) {
  const [ofLabel, ofValue] = [lengthOf(label), lengthOf(value)];
  if (ofLabel > 255) return `has a label of ${ofLabel} bytes, expected at most 255`;
  return ofValue > 65_535 ? `has a value of ${ofValue} bytes, expected at most 65535` : null;
}
