// CSRF protection: checks that a request comes from a page of the session's own site. The rules of `CsrfGuard` in Rust.

import { trim } from "./format/base/bytes.js";
import { ConfigError, IS_COMPARED, forFrameworks, isWhole, misused, mustBe, optionsOf, yesOrNo } from "./format/base/errors.js";
import { refuseUnknown } from "./base/remedies.js";
import { firstField, isForm } from "./base/form_field.js";
import { hostOf, isAt, isSecure, mayHavePages, parseOrigin } from "./base/origins.js";
import { isRecord } from "./format/base/plain.js";
import { Writer } from "./format/base/writer.js";
import { hasTokens, verifyCsrf } from "./session/csrf.js";
import { navigationIn } from "./carrier/caching.js";
import { fieldsOf } from "./carrier/carrier.js";

const SENTENCES = {
  "cross-site": "refused: the request comes from another site",
  "plain-http": "refused: the request comes from a page without TLS",
  "service-worker":
    "refused: a service worker passed this form on, which hides where it comes from; let the worker leave forms to the browser, or let " +
    "the guard ask for tokens",
  "no-token": "refused: the request has no CSRF token; send it in the header `x-csrf-token`",
  "wrong-token": "refused: the CSRF token is not of this session; load the page again",
  "too-large": "refused: the form is too long",
};

/** What operators can do. */
const ADVICE = {
  "plain-http": "let the proxy or the CDN redirect http to https",
  "too-large":
    "move the field with the token to the beginning of the form, send the token in the header `x-csrf-token`, or raise `formLimit` of " +
    "the guard",
};

/** Returns a page with a link. An empty address links to the one that the form was sent to. */
const loadAgain = (address) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Please load the page again</title>
<main>
<h1>Please load the page again</h1>
<p>It was open for too long, or you have signed in or out since. Nothing was changed.</p>
<p><a href="${address}">Load the page again</a></p>
</main>
`;

export class CsrfRefusal extends Error {
  constructor(code, /** @type {Record<string, any>} */ { more = "", page = null, details = null, isCompared } = {}) {
    super(SENTENCES[code] + more);
    this.name = "CsrfRefusal";
    this.code = code;
    this.details = details;
    Object.defineProperty(this, IS_COMPARED, { value: isCompared });
    this.status = code === "too-large" ? 413 : 403;
    this.body = page ?? this.message;
    this.headers = { "content-type": `text/${page ? "html" : "plain"}; charset=utf-8` };
    // With `expose`, the visitor sees the message.
    forFrameworks(this, { statusCode: this.status, expose: true });
  }

  /** Message and fields of the event that adapters log. Here, so that bundles without a guard do not contain them. */
  get warning() {
    const { code, message, details } = this;
    const compared = details && { compared: details };
    const advice = ADVICE[code] && { advice: ADVICE[code] };
    return ["a request was refused by a CSRF check", { refusal: message, ...compared, ...advice }];
  }
}

const SAFE = ["GET", "HEAD", "OPTIONS", "TRACE"];

export class CsrfGuard {
  /** Passed to an adapter in place of its options, a guard is refused by this name: "there is no option `isCsrfGuard`". */
  isCsrfGuard = true;
  #trusted;
  #formPosts;
  #asks;
  #formField;
  #formLimit;

  constructor(options = {}) {
    const {
      trustOrigins = [], trustFormPosts = [], originCheckOnly = false, tokensInForms = false, formField = "csrf_token",
      formLimit = 1_048_576, ...unknown
    } = optionsOf(options);
    refuseUnknown(unknown, " of a guard");
    mustBe(Array.isArray(trustOrigins), "trustOrigins", "a list of origins");
    const isPair = (pair) => Array.isArray(pair) && String(pair[1]).startsWith("/");
    mustBe(Array.isArray(trustFormPosts) && trustFormPosts.every(isPair), "trustFormPosts", "pairs of an origin and a path");
    mustBe(typeof formField === "string", "formField", "the name of a field");
    this.#trusted = trustOrigins.map((origin) => originOf("trustOrigins", origin));
    this.#formPosts = trustFormPosts.map(([origin, path]) => ({ origin: originOf("trustFormPosts", origin), path }));
    const asksInForms = yesOrNo("tokensInForms", tokensInForms) ? "header or form" : "header";
    this.#asks = yesOrNo("originCheckOnly", originCheckOnly) ? "nothing" : asksInForms;
    mustBe(isWhole(formLimit, 1), "formLimit", "a number of bytes");
    this.#formField = formField;
    this.#formLimit = formLimit;
  }

  async check(request, session) {
    const head = headOf(request);
    const isUpgrade = isWebSocket(head);
    const isSafe = SAFE.includes(head.method) && !isUpgrade;
    const isFormPost = this.#isFormPost(head);
    if (!isSafe && !isFormPost) {
      const refused = this.#checkOrigin(head) ?? this.#checkWorker(head);
      if (refused) return new CsrfRefusal(refused, { details: comparedIn(head), isCompared: isCompared(head) });
    }
    if (this.#asks === "nothing" || isSafe || isUpgrade || isFormPost) return null;
    const [inHeader] = head.values("x-csrf-token");
    if (inHeader !== undefined) return (await verifyCsrf(session, inHeader)) ? null : new CsrfRefusal("wrong-token");
    const isInForm = this.#asks === "header or form" && isForm(kindOf(head));
    const token = isInForm ? await this.#tokenInForm(head, request, session) : null;
    if (token === TOO_LARGE) return new CsrfRefusal("too-large");
    if (token === null || token === "") return new CsrfRefusal("no-token", { more: this.#whyNone(head, request) });
    return (await verifyCsrf(session, token)) ? null : new CsrfRefusal("wrong-token", { page: loadAgain(this.#pageOf(head)) });
  }

  async #tokenInForm(head, request, session) {
    if (head.isOfNode) return [request.body?.[this.#formField]].flat()[0] ?? null; // of several, the first
    // No token of this session can pass, so the form is not read.
    if (!hasTokens(session)) return "none";
    if (isRead(request)) return null;
    const { bytes, isWhole } = await beginningOf(request, this.#formLimit);
    const token = firstField(kindOf(head), bytes, isWhole, this.#formField);
    return token === null && !isWhole ? TOO_LARGE : token;
  }

  /** Returns the rest of the sentence of `no-token` for a guard that accepts tokens in forms. */
  #whyNone(head, request) {
    if (this.#asks !== "header or form") return "";
    const place = `, or a form in its field \`${this.#formField}\``;
    if (!isForm(kindOf(head))) return place;
    if (head.isOfNode) return request.body === undefined ? `${place}; no parser of forms ran before the guard` : place;
    return isRead(request) ? `${place}; the body was read before the guard` : place;
  }

  #checkOrigin(head) {
    const origin = textOf(head, "origin");
    const site = textOf(head, "sec-fetch-site");
    const parsed = origin === null ? null : parseOrigin(origin);
    if (parsed && this.#isTrusted(parsed)) return null;
    if (["same-origin", "none"].includes(site) || (site === null && origin === null)) return null;
    const host = hostOf(head);
    const isOwn = parsed && host && isAt(parsed, host);
    if (site === null && isOwn) return isSecure(parsed) ? null : "plain-http";
    // WebKit says `cross-site` of the site's own form, too, if it opens a new window.
    const isNewPage = site === "cross-site" && navigationIn(firstOf(head)) === "document";
    return isNewPage && isOwn && isSecure(parsed) ? null : "cross-site";
  }

  /**
   * Refuses a form that a service worker passes on. What its headers say of its origin may be false: in WebKit the form of another site
   * is `same-origin`, and `Origin` can be the site's own.
   */
  #checkWorker(head) {
    return this.#asks === "nothing" && navigationIn(firstOf(head)) === "empty" ? "service-worker" : null;
  }

  #isTrusted(origin) {
    return this.#trusted.some((trusted) => isSameOrigin(trusted, origin));
  }

  /** Returns the address of the page with the form, escaped for HTML, or `""` if the request does not name a page of this site. */
  #pageOf(head) {
    const referer = textOf(head, "referer");
    if (!ADDRESS.test(referer) || !URL.canParse(referer)) return "";
    const { origin, pathname, search } = new URL(referer);
    const [parsed, host] = [parseOrigin(origin), hostOf(head)];
    const isOurs = parsed && (this.#isTrusted(parsed) || (host && isAt(parsed, host)));
    return isOurs ? (origin + pathname + search).replaceAll("&", "&amp;") : "";
  }

  #isFormPost(head) {
    const origin = textOf(head, "origin");
    const parsed = origin === null ? null : parseOrigin(origin);
    if (head.method !== "POST" || !isForm(kindOf(head)) || !parsed) return false;
    return this.#formPosts.some(({ origin, path }) => path === head.path && isSameOrigin(origin, parsed));
  }
}

const firstOf = (head) => (name) => head.values(name)[0];

const TOO_LARGE = Symbol("too large");

/** An address in which only `&` has to be escaped for HTML. Other schemes, such as `blob`, may have any text after them. */
const ADDRESS = /^https?:\/\/[^\s"'<>\\]+$/i;

/** Returns true if something has read the body of a `Request`, or reads it: then it cannot be copied. */
const isRead = ({ bodyUsed, body }) => bodyUsed || body?.locked;

/** Reads the first bytes of a copy of the body. The handler reads the body itself. */
async function beginningOf(request, limit) {
  const beginning = new Writer();
  let length = 0;
  const reader = request.clone().body?.getReader();
  while (reader && length <= limit) {
    const { done, value } = await reader.read();
    if (done) break;
    beginning.push(value);
    length += value.length;
  }
  const isWhole = length <= limit;
  // Not awaited: `cancel` of one copy resolves only when the other one is cancelled, too.
  if (!isWhole) reader.cancel().catch(() => {});
  return { bytes: beginning.bytes.subarray(0, limit), isWhole };
}

function originOf(setting, text) {
  const parse = (origin) => [parseOrigin(origin)].find((parsed) => parsed && mayHavePages(parsed));
  const origin = typeof text === "string" && parse(text);
  if (origin) return origin;
  // A text with a long word may contain a key in the wrong place, so it is not shown.
  const found = /^(?!.*[\w-]{40}).*:\/\//s.test(String(text)) ? `, found \`${text}\`` : "";
  const remedy = String(text).endsWith("/") && parse(text.slice(0, -1)) ? "; leave out the `/` at its end" : "";
  const expected = "takes each origin in full, a scheme and a host like `https://app.example.com`";
  throw new ConfigError(setting, `\`${setting}\` ${expected}${found}${remedy}`);
}

const isSameOrigin = (a, b) => a.scheme === b.scheme && a.host === b.host && a.port === b.port;

/** Returns the method and path of a request, a function for the values of a header, and the host and scheme in its address. */
function headOf(request) {
  const { method, headers, url, rawHeaders } = Object(request);
  // A made-up request of Node, as in tests, may have `headers` alone.
  if (Array.isArray(rawHeaders) || (method && typeof url === "string" && headers && isRecord(headers))) {
    const values = (name) => fieldsOf(request, name);
    const { authority, ...target } = partsOf(request.originalUrl ?? url);
    // HTTP/2 has pseudo-headers for the scheme and the host.
    const scheme = request.authority ? `${request.scheme}:` : target.scheme;
    return { isOfNode: true, method, values, ...target, scheme, address: request.authority || authority };
  }
  if (!headers?.has || !url) misused("`check` takes a Request, or a request of Node, and its session; await both");
  const { host, pathname, protocol } = new URL(url);
  const values = (name) => (headers.has(name) ? [headers.get(name)] : []);
  // The address is less reliable than `Host`: Next.js, for example, writes a configured host into it.
  const address = headers.has("host") ? null : host;
  return { isOfNode: false, method, path: pathname, values, address, scheme: protocol };
}

/** Returns the path of a request target and, if the target is a complete address, its scheme and host (RFC 9112 section 3.2). */
function partsOf(target) {
  const [, scheme, authority = null, path = target] = /^([^/?#]*:)\/\/([^/?#]*)(.*)/s.exec(target) ?? [];
  return { scheme: scheme?.toLowerCase(), authority, path: path.split("?")[0] || "/" };
}

/** Returns the value of a header, or null. Several different values become `?`, which never passes: a proxy may have read another one. */
function textOf({ values }, name) {
  const found = values(name);
  if (found.length === 0) return null;
  return found.every((value) => value === found[0] && /^[\t -~]*$/.test(value)) ? found[0] : "?";
}

/** Returns true if an origin is compared with the host, because the browser does not know `Sec-Fetch-Site`. */
const isCompared = (head) => textOf(head, "sec-fetch-site") === null && textOf(head, "origin") !== "null";

/** Returns the compared headers, for logs. */
function comparedIn(head) {
  const fields = ["origin", "sec-fetch-site", "host"].map((name) => `${name} ${textOf(head, name)}`);
  return fields.concat(head.address === null ? [] : `address ${head.address}`).join(", ");
}

/** Returns true for an upgrade of HTTP/1.1 (RFC 6455), or an extended CONNECT of HTTP/2 (RFC 8441). */
function isWebSocket({ method, values }) {
  const words = values("upgrade").flatMap((list) => list.split(","));
  return method === "CONNECT" || (method === "GET" && words.some((word) => trim(word, " \t\n\f\r").toLowerCase() === "websocket"));
}

const kindOf = ({ values }) => values("content-type")[0] ?? "";
