// Sessions that a response has already, before its session is saved (docs/spec/writer.md § 8.12.2): an inner request, another
// response that is passed on, or the handler itself may have set its cookie.

import { areSame, partOf, readSetCookie } from "../cookie/response.js";

/**
 * Returns what the `set-cookie` lines of a response say of a session, or null. `own`: its cookie, as `readSetCookie` reads it;
 * `arrivedAs(pairs)` says whether cookies hold the session that arrived, refreshed or sealed again.
 */
export function saidIn(lines, own, arrivedAs) {
  let count = 0;
  /** Every line once, with its cookie and the number of its write, which begins with the cookie itself. Others have null. */
  const said = [...new Set(lines)].map((line) => {
    const cookie = readSetCookie(line);
    const part = partOf(own, cookie);
    if (part === 0 || (part !== null && count === 0)) count++;
    return { line, cookie, write: part === null ? null : count - 1 };
  });
  if (count === 0) return null;
  /** The write that stays, unless another takes its place: the last that is not just a refresh. */
  let last = 0;
  return {
    /** Returns true if each write is the session that arrived, refreshed or sealed again. */
    async isSame() {
      let areAll = true;
      for (let number = 0; number < count; number++) {
        const set = said.filter(({ write, cookie }) => write === number && cookie.value !== "");
        const isSame = await arrivedAs(set.map(({ cookie: { name, value } }) => `${name}=${value}`).join("; "));
        areAll &&= isSame;
        if (!isSame || areAll) last = number;
      }
      return areAll;
    },
    /** The lines that stay beside these, so that there is one for each cookie. Null: all of them do. */
    besides(set) {
      const added = set.map(readSetCookie);
      const stays = ({ cookie, write }) =>
        write === null ? !added.some((one) => areSame(one, cookie)) : added.length === 0 && write === last;
      const left = said.filter(stays);
      return left.length === lines.length ? null : left.map(({ line }) => line);
    },
  };
}
