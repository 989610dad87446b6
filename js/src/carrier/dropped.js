// Cookies that a browser drops, or does not send back to the page that sets them, so that sign-ins are forgotten without an error.
// Told once for each cookie.

import { isAt, isSecure, parseHost, parseOrigin } from "../base/origins.js";

/**
 * Returns a function that takes a request, with a function for the first value of its fields, and returns one to call when its
 * response sets the cookie. Undefined in production, of whose bundles this is no part: a proxy may have written another `Host`,
 * and a browser may be old.
 */
export function adviserOf(template, say) {
  try {
    // Deno would ask for a permission.
    if (typeof Deno === "undefined" && process.env.NODE_ENV !== "production") return adviser(template, say);
  } catch {
    // A worker, which has no environment.
  }
  return undefined;
}

function adviser(template, say) {
  let isTold = false;
  return (first, source) => () => {
    const dropped = isTold ? undefined : droppedBy(template, first, source);
    if (dropped === undefined) return;
    isTold = true;
    say("warn", `the browser will ${dropped}`);
  };
}

const WITHOUT_TLS = "came without TLS; serve the site by https, or in development on localhost";

/**
 * Returns what a browser does with the cookie of `template` that the response to a request sets, and the remedy; or undefined.
 * `first` gives the first value of a field of the request `source`.
 */
function droppedBy({ name, options }, first, source) {
  const { secure, domain, path } = options;
  const host = parseHost(first("host") ?? "");
  const origin = host && originOf(first);
  if (secure && origin?.scheme === "http" && isAt(origin, host) && !isSecure(origin)) {
    return `drop \`${name}\`: it is \`Secure\`, and http://${first("host")} ${WITHOUT_TLS}`;
  }
  const told = (attribute, page) =>
    `not send \`${name}\` back to ${page}, which its ${attribute} \`${options[attribute]}\` leaves out; correct \`${attribute}\``;
  const page = first("sec-fetch-site") === "same-origin" && origin ? origin.host : host?.name.toLowerCase();
  if (domain && page && !isWithin(page, domain.toLowerCase())) return told("domain", page);
  // A page may set a cookie for another part of the site. This page would get it, if the path had no `/` too many.
  const meant = `/${path.split("/").filter(Boolean).join("/")}`;
  const asked = pathOf(Object(source));
  return isBelow(asked, meant) && !isBelow(asked, path) ? told("path", asked) : undefined;
}

/** The origin that a browser has the page from, if the request shows that it is without TLS, or names it. */
function originOf(first) {
  const origin = first("origin");
  if (origin !== undefined) return parseOrigin(origin);
  // Over TLS, and to this machine, browsers send `Sec-Fetch-Dest`.
  const isWithoutTls = first("upgrade-insecure-requests") !== undefined && first("sec-fetch-dest") === undefined;
  return isWithoutTls ? parseOrigin(`http://${first("host")}`) : null;
}

/** The path of a `Request`, of a request of Node, or of one of Express. */
export const pathOf = ({ originalUrl, url = "" }) => String(originalUrl ?? url).replace(/^\w+:\/\/[^/]*/, "").split("?")[0];

/** Returns true if a browser keeps a cookie with this domain of a page on `host`. Every top-level domain is a public suffix. */
const isWithin = (host, domain) => host === domain || (domain.includes(".") && host.endsWith(`.${domain}`));

/** Returns true if a cookie with the path `of` is sent to `path` (RFC 6265 section 5.1.4). */
const isBelow = (path, of) => path === of || path.startsWith(of.endsWith("/") ? of : `${of}/`);
