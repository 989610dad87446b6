// Sessions that a response has already, before its session is saved (docs/spec/writer.md § 8.12.2): an inner request, another
// response that is passed on, or the handler itself may have set its cookie.

import { readSetCookie, restBeside } from "../cookie/response.js";

/**
 * Returns what the `set-cookie` lines of a response say of a session, or null. `own`: its cookie, as `readSetCookie` reads it;
 * `arrivedAs(pairs)` says whether cookies hold the session that arrived, refreshed or sealed again.
 */
export function saidIn(lines, own, arrivedAs) {
  /** The pairs that each write sets. A write begins with the cookie itself, and parts follow. */
  const writes = [];
  /** Every line, with its cookie and its write. Those of other cookies have none. */
  const said = lines.map((line) => {
    const cookie = readSetCookie(line);
    const part = restBeside(own, cookie);
    if (!/^(\.[1-7])?$/.test(part)) return { line, cookie };
    if (part === "" || writes.length === 0) writes.push([]);
    const write = writes.at(-1);
    if (cookie.value !== "") write.push(`${cookie.name}=${cookie.value}`);
    return { line, write };
  });
  if (writes.length === 0) return null;
  /** The write that stays, unless another takes its place: the last that is not just a refresh. */
  let last;
  return {
    /** Returns true if each write is the session that arrived, refreshed or sealed again. */
    async isSame() {
      let areAll = true;
      for (const write of writes) {
        const isSame = await arrivedAs(write.join("; "));
        areAll &&= isSame;
        if (!isSame || areAll) last = write;
      }
      return areAll;
    },
    /** The lines that stay next to these, so that there is one for each cookie. Null: all of them do. */
    besides(set) {
      const added = set.map(readSetCookie);
      const stays = ({ cookie, write }) =>
        write ? added.length === 0 && write === last : !added.some((one) => restBeside(one, cookie) === "");
      const left = said.filter(stays);
      return left.length === lines.length ? null : left.map(({ line }) => line);
    },
  };
}
