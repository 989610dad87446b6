// Warns in development of a cookie that the browser drops, or does not send back: otherwise visitors stay signed out without an error.
// Warns once for each cookie.

import { isAt, isSecure, parseHost, parseOrigin } from "../base/origins.js";

/**
 * Sets a function to call when the response sets the cookie. Not in production, where the advice could be wrong: a proxy may have
 * replaced `Host`, and a browser may be old. Bundlers leave the code out.
 */
export function adviseLater(state, template, first, source) {
  try {
    // Deno would ask for a permission.
    if (typeof Deno !== "object" && process.env.NODE_ENV !== "production") {
      state.advise = () => advise(state.sealer, template, first, source);
    }
  } catch {
    // A worker, which has no environment.
  }
}

function advise({ say, seen }, template, first, source) {
  const dropped = seen.isDropped ? undefined : droppedBy(template, first, source);
  if (dropped === undefined) return;
  seen.isDropped = true;
  say("warn", `the browser will ${dropped}`);
}

const WITHOUT_TLS = "came without TLS; serve the site by https, or in development on localhost";

/**
 * Returns what a browser will do with the cookie, and the remedy. Returns undefined if it will keep the cookie and send it back.
 * `first` returns the first value of a header of the request `source`.
 */
function droppedBy({ name, options }, first, source) {
  const { secure, domain, path } = options;
  const host = parseHost(first("host") ?? "");
  const origin = host && originOf(first);
  if (secure && origin?.scheme === "http" && isAt(origin, host) && !isSecure(origin)) {
    return `drop \`${name}\`: it is \`Secure\`, and http://${first("host")} ${WITHOUT_TLS}`;
  }
  const notSentTo = (attribute, page) =>
    `not send \`${name}\` back to ${page}, which its ${attribute} \`${options[attribute]}\` leaves out; correct \`${attribute}\``;
  const page = first("sec-fetch-site") === "same-origin" && origin ? origin.host : host?.name.toLowerCase();
  if (domain && page && !isWithin(page, domain.toLowerCase())) return notSentTo("domain", page);
  // A page may set a cookie for another part of the site on purpose. Warns only if a superfluous `/` keeps it from this page.
  const meant = `/${path.split("/").filter(Boolean).join("/")}`;
  const asked = pathOf(Object(source));
  return isBelow(asked, meant) && !isBelow(asked, path) ? notSentTo("path", asked) : undefined;
}

/** Returns the origin of the page, if the request names it or shows that it is without TLS, or null. */
function originOf(first) {
  const origin = first("origin");
  if (origin !== undefined) return parseOrigin(origin);
  // Browsers send `Sec-Fetch-Dest` only over TLS and to this machine.
  const isWithoutTls = first("upgrade-insecure-requests") !== undefined && first("sec-fetch-dest") === undefined;
  return isWithoutTls ? parseOrigin(`http://${first("host")}`) : null;
}

/** Returns the path of a `Request`, or of a request of Node or Express. */
export const pathOf = ({ originalUrl, url = "" }) => String(originalUrl ?? url).replace(/^\w+:\/\/[^/]*/, "").split("?")[0];

/** Returns true if a browser accepts this domain from a page on `host`. Without a dot, the domain is a public suffix. */
const isWithin = (host, domain) => host === domain || (domain.includes(".") && host.endsWith(`.${domain}`));

/** Returns true if a cookie with the path `of` is sent to `path` (RFC 6265 section 5.1.4). */
const isBelow = (path, of) => path === of || path.startsWith(of.endsWith("/") ? of : `${of}/`);
