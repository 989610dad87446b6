// Sizes (docs/spec/writer.md § 9.5, § 9.6).

import { encodedLength } from "../format/base/bytes.js";
import { ensure, mustBe } from "../format/base/errors.js";
import { DEVICE, LONGEST_METADATA } from "../format/bytes/body.js";

/** Longest cookie that browsers store, with its name and attributes. */
const BROWSER = 4096;
/** Cookies in which one session is sent (§ 9.5). */
const MOST_COOKIES = 4;
/** Bytes of a field that a default nginx passes, which takes 4,096 for all fields of a response, with those of others. */
export const PASSES_ANYWHERE = 3072;
/**
 * Bytes of all cookies of a session with `Partitioned`. Chromium and Firefox keep 10,240 bytes of names and values for a site in one
 * partition, and drop others without an error. A tenth is left to the site's other cookies.
 */
export const PARTITION = 9216;
export const PARTITIONED_IN_FOUR =
  "browsers keep about 10 kB of `Partitioned` cookies for a site; leave out {partitioned} or choose a {size} of at most 3 cookies";

/** Returns what may be sent, with or without `Partitioned`. */
export function sizeOf(size, isPartitioned) {
  const kept = isPartitioned ? PARTITION : Infinity;
  if (size === "anywhere") return { field: PASSES_ANYWHERE, cookies: 1, kept };
  if (size === "browser") return { field: BROWSER, cookies: 1, kept };
  const [, count] = /^split:([2-4])$/.exec(size) ?? [];
  mustBe(count, "size", "anywhere, browser, or split:2 to split:4");
  ensure(!isPartitioned || Number(count) < MOST_COOKIES, "size", PARTITIONED_IN_FOUR.replace(/\{(\w+)\}/g, "`$1`"));
  return { field: BROWSER, cookies: Number(count), kept };
}

export class Budget {
  #fixed;
  /** Bytes of all cookies that browsers keep, in whatever size a session arrived. */
  #kept;
  #overhead;
  #metadata;

  /**
   * `setting`: the option that decides on the size. `fixed`: the length of a `Set-Cookie` field without its token, of an ordinary
   * session and of one with the longest Max-Age. Both are 0 outside a cookie.
   *
   * @typedef {typeof import("./padding.js").padme} Padding
   */
  constructor(
    { field, cookies, kept = Infinity, setting = "size" }, fixed, overhead, /** @type {Padding | null} */ padding = null, isBound = false,
  ) {
    mustBe(padding === null || typeof padding?.pad === "function", "padding", "the value `padme`, or null");
    this.allowed = { field, cookies, total: Math.min(field * cookies, kept) };
    this.#kept = kept;
    this.#fixed = fixed;
    this.#overhead = overhead;
    this.padding = padding;
    this.setting = setting;
    this.#metadata = LONGEST_METADATA + (isBound ? DEVICE : 0);
    // With less than the sum of all fields, fewer cookies may take more, because each has its attributes.
    const perField = this.#perField(cookies, true);
    const takenBy = (count) => Math.min(count * field, this.allowed.total) - count * perField;
    this.room = this.roomIn(Math.max(...Array.from({ length: cookies }, (_, i) => takenBy(i + 1))));
    ensure(this.room >= 0, this.setting, `no room for a session; raise \`${setting}\``);
  }

  /** Returns the bytes of content for which a token of this length has room. Below 0, not even an empty session fits. */
  roomIn(characters) {
    const longest = Math.floor((characters * 3) / 4) - this.#overhead;
    return this.padding ? this.padding.roomIn(longest, this.#metadata) : longest - this.#metadata;
  }

  #perField(cookies, isPersistent) {
    const fixed = this.#fixed[isPersistent ? 1 : 0];
    return fixed + (cookies > 1 && fixed > 0 ? 2 : 0);
  }

  /** Returns the characters in each part of a token. `fixed`: the other bytes of a field. */
  partLength(allowed, tokenLength, fixed) {
    if (allowed.cookies === 1 || fixed + tokenLength <= allowed.field) return tokenLength;
    return Math.max(1, allowed.field - fixed - 2);
  }

  /** Pads a body, unless padding is off or has no room. */
  padded(body, content) {
    return this.padding && content <= this.room ? this.padding.pad(body) : body;
  }

  /** Returns true if a body of this length may be sent. */
  allows(allowed, bodyLength, isPersistent) {
    const tokenLength = encodedLength(this.#overhead + bodyLength);
    const partLength = this.partLength(allowed, tokenLength, this.#perField(1, isPersistent));
    const cookies = Math.ceil(tokenLength / partLength);
    const total = tokenLength + cookies * this.#perField(cookies, isPersistent);
    return cookies <= allowed.cookies && total <= allowed.total;
  }

  /** Returns the size of a session that arrived. It may be sent back in this size even if `size` is smaller now (§ 9.5.3). */
  asArrived(tokenLength, cookies, isPersistent) {
    const perField = this.#perField(cookies, isPersistent);
    const total = Math.min(tokenLength + cookies * perField, this.#kept);
    if (cookies > MOST_COOKIES) return { cookies: MOST_COOKIES, field: BROWSER, total };
    return { cookies, field: Math.max(Math.ceil(tokenLength / cookies) + perField, BROWSER), total };
  }
}
