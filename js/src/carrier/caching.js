// The fields of a response that caches read (docs/spec/carriers.md § 9.8).

import { BLANK, trim } from "../base/bytes.js";

const isTargeted = (name) => /-cache-control$|^(surrogate|edge)-control$/.test(name);

/** The directives of a field, in lower case. A field with a line in which a quoted string does not end has none. */
function directivesOf(lines) {
  // One that does not end reaches to the end of the line, so that it is not looked for again from each quote in it.
  const quoted = /"(?:[^"\\]|\\[^])*("|\\?$)/g;
  // Nothing in a quoted string is a directive, nor is a directive that has one.
  const unquoted = lines.map((line) => line.replace(quoted, '"$1'));
  return unquoted.some((line) => line.replaceAll('""', "").includes('"')) ? [] : listOf(unquoted);
}

/** The items of a field, in lower case. */
const listOf = (lines) => lines.flatMap((line) => line.toLowerCase().split(",")).map((item) => trim(item, BLANK));

/** An effective `no-store`. */
const forbids = (directives) => directives.includes("no-store") && !directives.includes("must-understand");

/** Returns true if others than the visitor may store a response with these fields, pairs of lower-case name and value. */
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

/** Returns true for a date that may be in the future: one without a year of four digits, or with one from 2026 on. */
function isLater(expires) {
  const years = expires.split(/[^0-9]+/).filter((digits) => digits.length === 4);
  return MONTH.test(expires) && /\d/.test(expires) && (years.length === 0 || years.some((year) => year >= "2026"));
}

/**
 * Returns the changes to the fields of a response, as `[name, value]` to set, whose session was touched so. `touch` is
 * `untouched`, `touched` or `written`; `by` is the field that brought the session. With `mayShare` a shareable response
 * stays one.
 */
export function cacheChanges(fields, touch, by, mayShare = false) {
  if (touch === "untouched") return [];
  const changes = [];
  const vary = linesOf(fields, "vary");
  const names = listOf(vary);
  if (!names.includes("*") && !names.includes(by.toLowerCase())) changes.push(["vary", [...vary.filter(Boolean), by].join(", ")]);
  if (mayShare && isShareable(fields)) return changes;
  const control = linesOf(fields, "cache-control");
  if (touch === "touched") {
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

/** Returns true if one of `PURPOSES` says that a page is fetched before its visitor has asked for it. */
export const isPrefetch = (purpose = "") => /^(prefetch|preview|true)$/.test(trim(purpose.split(";")[0], BLANK));

/**
 * The fields by which browsers and scripts mark such requests: browsers of today, Turbo, Inertia, Safari, Firefox before 115,
 * and the extension `preload` of htmx.
 */
export const PURPOSES = ["sec-purpose", "x-sec-purpose", "purpose", "x-purpose", "x-moz", "hx-preloaded"];

/**
 * Returns true if browsers hide a cookie with `SameSite` from a request (docs/spec/writer.md § 8.12.1). They send a `Lax` one
 * with a page that the visitor opens by a link or an address, of which they name the origin only if it is posted. Only a browser
 * navigates; the destination is `empty` if a service worker of the site passes a link on. `first` gives the first value of a field.
 */
export function isHidden(first) {
  const is = (name, value) => trim(first(name) ?? "", BLANK) === value;
  const isPage = () => ["document", "empty"].some((destination) => is("sec-fetch-dest", destination));
  const isOpened = () => is("sec-fetch-mode", "navigate") && isPage() && first("origin") === undefined;
  return (is("sec-fetch-site", "cross-site") && !isOpened()) || OF_DEVICE.some((name) => first(name) !== undefined);
}

/**
 * The fields by which a browser registers and refreshes the key of a device. These requests say that they are of the same origin,
 * although they have no cookies if another site made the request that waits for them.
 */
const OF_DEVICE = ["sec-secure-session-id", "secure-session-response"];

/** Returns true unless `Sec-Fetch-Mode` says that no browser navigates. */
export const isNavigation = (mode = "navigate") => trim(mode, BLANK) === "navigate";

const SUBRESOURCE = /^(image|script|style|font|audio|video|track|worker)$/;

/** Returns true if `Sec-Fetch-Dest` names an image, a script or another part of a page. */
export const isSubresource = (destination = "") => SUBRESOURCE.test(trim(destination, BLANK));
