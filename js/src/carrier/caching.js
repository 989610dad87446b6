// Headers for caches (docs/spec/carriers.md § 9.8), and headers of a request that describe how a browser makes it.

import { BLANK, trim } from "../format/base/bytes.js";

const isTargeted = (name) => /-cache-control$|^(surrogate|edge)-control$/.test(name);

/** Returns the directives of a header, in lower case. None if a quoted string in it does not end, because caches differ there. */
function directivesOf(lines) {
  // The alternative at the end matches a string that does not end, so that the search takes linear time.
  const quoted = /"(?:[^"\\]|\\[^])*("|\\?)/g;
  // `private="x"` is not `private`, and words in a quoted string are not directives.
  const unquoted = lines.map((line) => line.replace(quoted, '"$1'));
  return unquoted.some((line) => line.replaceAll('""', "").includes('"')) ? [] : listOf(unquoted);
}

/** Returns the items of a list header, in lower case. */
const listOf = (lines) => lines.flatMap((line) => line.toLowerCase().split(",")).map((item) => trim(item, BLANK));

/** Returns true for a `no-store` that has effect: a cache that knows `must-understand` ignores it (RFC 9111 section 5.2.2.3). */
const forbids = (directives) => directives.includes("no-store") && !directives.includes("must-understand");

/** Returns true if shared caches may store a response with these headers, given as pairs of lower-case name and value. */
export function isShareable(fields) {
  const mayTargetedStore = fields.some(
    ([name, value]) =>
      (isTargeted(name) && !forbids(directivesOf(linesOf(fields, name)))) ||
      (name === "x-accel-expires" && !isZero(value)),
  );
  if (mayTargetedStore) return true;
  const control = linesOf(fields, "cache-control");
  if (control.length === 0) return linesOf(fields, "expires").some(isLater);
  const directives = directivesOf(control);
  return !directives.includes("private") && !forbids(directives);
}

const linesOf = (fields, wanted) => fields.filter(([name]) => name === wanted).map(([, value]) => value);

const isZero = (seconds) => /^0+$/.test(trim(seconds, BLANK));

const MONTH = /jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec/i;

/** Returns true for a date that may be in the future: its year is 2026 or later, or has not four digits, as in old formats. */
function isLater(expires) {
  const years = expires.split(/[^0-9]+/).filter((digits) => digits.length === 4);
  return MONTH.test(expires) && /\d/.test(expires) && (years.length === 0 || years.some((year) => year >= "2026"));
}

/**
 * Returns the headers to set in a response, as `[name, value]`. `dependence`: how the response depends on its session, `untouched`,
 * `touched` or `written`. `by`: the name of the request header with the session, for `Vary`. With `mayShare`, a response that is
 * shareable stays shareable.
 */
export function cacheChanges(fields, dependence, by, mayShare = false) {
  if (dependence === "untouched") return [];
  const changes = [];
  const vary = linesOf(fields, "vary");
  const names = listOf(vary);
  if (!names.includes("*") && !names.includes(by.toLowerCase())) changes.push(["vary", [...vary.filter(Boolean), by].join(", ")]);
  if (mayShare && isShareable(fields)) return changes;
  const control = linesOf(fields, "cache-control");
  if (dependence === "touched") {
    if (control.length === 0) changes.push(["cache-control", "private"]);
  } else if (isShareable(fields) || !forbids(directivesOf(control))) {
    for (const name of new Set(fields.map(([name]) => name))) {
      if (isTargeted(name)) changes.push([name, "no-store"]);
      if (name === "x-accel-expires" || name === "expires") changes.push([name, "0"]);
    }
    changes.push(["cache-control", "no-store"]);
  }
  return changes;
}

/** Returns true for a value of one of `PURPOSES` that marks a prefetch. */
export const isPrefetch = (purpose = "") => /^(prefetch|preview|true)$/.test(trim(purpose.split(";")[0], BLANK));

/**
 * Headers that mark a prefetch: those of present browsers, Turbo, Inertia, Safari, Firefox before 115, and the extension `preload` of
 * htmx, in this order.
 */
export const PURPOSES = ["sec-purpose", "x-sec-purpose", "purpose", "x-purpose", "x-moz", "hx-preloaded"];

/**
 * Returns true if browsers hide a `SameSite` cookie from a request (docs/spec/writer.md § 8.12.1). They send a `Lax` cookie when the
 * visitor opens a page by a link or an address. Such a navigation has no `Origin`, unless it is a POST. Its destination is `empty` if
 * a service worker of the site passes it on. In WebKit a form of another site is `same-origin` then, and the site's own form is
 * `cross-site` if it opens a new window. `first` returns the first value of a header.
 */
export function isHidden(first) {
  const destination = navigationIn(first);
  const has = (name) => first(name) !== undefined;
  const isForm = has("origin");
  // Browsers write the host in `Origin` and `Host` alike.
  const isOwn = () => textOf(first, "origin") === `https://${textOf(first, "host")}`;
  const isOpened = destination === "document" && (!isForm || isOwn());
  return (destination === "empty" ? isForm : isCrossSite(first) && !isOpened) || OF_DEVICE.some(has);
}

/** Returns the first value of a header, or `missing`. */
export const textOf = (first, name, missing = "") => trim(first(name) ?? missing, BLANK);

/** Returns the destination of a navigation, or false. */
export const navigationIn = (first) => textOf(first, "sec-fetch-mode") === "navigate" && textOf(first, "sec-fetch-dest");

/**
 * Headers of a request that registers or refreshes the key of a device. It claims the same origin, but has no cookies if another site
 * made the request for which it is sent.
 */
const OF_DEVICE = ["sec-secure-session-id", "secure-session-response"];

/** Returns true for a request that another site made. */
export const isCrossSite = (first) => textOf(first, "sec-fetch-site") === "cross-site";

/** `Sec-Fetch-Dest` of an image, a script or another part of a page. */
export const SUBRESOURCE = /^(image|script|style|font|audio|video|track|worker)$/;
