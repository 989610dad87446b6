// Session cookies that a response has before its session is saved (docs/spec/writer.md § 8.12.2): an inner request, a response that is
// passed on, or the handler itself may have set them. A browser keeps one cookie of each name, so two writes would lose one.

import { readSetCookie, restBeside } from "../format/cookie/response.js";

/**
 * Finds the writes of a session in the `set-cookie` lines of a response. Returns null if there is none. `own`: the session's cookie, as
 * `readSetCookie` reads it. `arrivedAs(pairs)` resolves to true for the session that arrived, refreshed or sealed again.
 */
export function existingIn(lines, own, arrivedAs) {
  /** The pairs of each write. A write begins with the cookie itself, and its parts follow. */
  const writes = [];
  /** Each line: with the write to which it belongs, or else with the other cookie that it sets. */
  const entries = lines.map((line) => {
    const cookie = readSetCookie(line);
    const part = restBeside(own, cookie);
    if (!cookie || !/^(\.[1-7])?$/.test(part)) return { line, cookie };
    if (part === "" || writes.length === 0) writes.push([]);
    const write = writes.at(-1);
    if (cookie.value !== "") write.push(`${cookie.name}=${cookie.value}`);
    return { line, write };
  });
  if (writes.length === 0) return null;
  /** The write to keep: the last that changes the session or, if all of them only refresh it, the last one. */
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
    /** Returns the lines to keep next to those of `set`, so that each cookie is set once. Null: all lines. */
    besides(set) {
      const added = set.map(readSetCookie);
      const isKept = ({ cookie, write }) =>
        write ? added.length === 0 && write === last : !added.some((one) => restBeside(one, cookie) === "");
      const left = entries.filter(isKept);
      return left.length === lines.length ? null : left.map(({ line }) => line);
    },
  };
}
