// The fields of a response that caches read (docs/spec/carriers.md § 9.8).

const isTargeted = (name) => name.endsWith("-cache-control") || name === "surrogate-control" || name === "edge-control";

/** The directives of a field, in lower case. A field in which a quoted string does not end has none. */
function directivesOf(value) {
  const quoted = /"(?:[^"\\]|\\[^])*"/g;
  // Nothing in a quoted string is a directive, nor is a directive that has one.
  const unquoted = value.replace(quoted, '""').toLowerCase();
  if (unquoted.replaceAll('""', "").includes('"')) return [];
  return unquoted.split(",").map((directive) => directive.trim());
}

/** An effective `no-store`. */
const forbids = (directives) => directives.includes("no-store") && !directives.includes("must-understand");

/** Returns true if others than the visitor may store a response with these fields, pairs of lower-case name and value. */
export function isShareable(fields) {
  const of = (wanted) => fields.filter(([name]) => name === wanted).map(([, value]) => value);
  const mayTargetedStore = fields.some(
    ([name, value]) =>
      (isTargeted(name) && !forbids(directivesOf(value))) || (name === "x-accel-expires" && !value.split(",").every(isZero)),
  );
  if (mayTargetedStore) return true;
  const control = of("cache-control");
  if (control.length === 0) return of("expires").some(isLater);
  const directives = directivesOf(control.join(","));
  return !directives.includes("private") && !forbids(directives);
}

const isZero = (seconds) => /^0+$/.test(seconds.trim());

const MONTH = /jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec/i;

/** Returns true for a date that may be in the future: one without a year of four digits, or with one from 2026 on. */
function isLater(expires) {
  const years = expires.split(/[^0-9]+/).filter((digits) => digits.length === 4);
  return MONTH.test(expires) && /\d/.test(expires) && (years.length === 0 || years.some((year) => year >= "2026"));
}

/**
 * Returns the changes to the fields of a response, as `[name, value]` to set, whose session was touched so. `touch` is
 * `untouched`, `touched` or `written`; `by` is the field that brought the session.
 */
export function cacheChanges(fields, touch, by) {
  if (touch === "untouched") return [];
  const has = (wanted) => fields.some(([name]) => name === wanted);
  const all = (wanted) => fields.flatMap(([name, value]) => (name === wanted ? [value] : [])).join(", ");
  const changes = [];
  const vary = all("vary");
  const names = vary.split(",").map((name) => name.trim().toLowerCase());
  if (!names.includes("*") && !names.includes(by.toLowerCase())) changes.push(["vary", vary ? `${vary}, ${by}` : by]);
  if (touch === "touched") {
    if (!has("cache-control")) changes.push(["cache-control", "private"]);
  } else if (isShareable(fields) || !forbids(directivesOf(all("cache-control")))) {
    for (const name of new Set(fields.map(([name]) => name))) {
      if (isTargeted(name)) changes.push([name, "no-store"]);
      if (name === "x-accel-expires" || name === "expires") changes.push([name, "0"]);
    }
    changes.push(["cache-control", "no-store"]);
  }
  return changes;
}

const SUBRESOURCES = ["image", "script", "style", "font", "audio", "video", "track", "worker"];

/** Returns true if `Sec-Fetch-Dest` names an image, a script or another part of a page. */
export const isSubresource = (destination) => SUBRESOURCES.includes(destination);
