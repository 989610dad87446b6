// The limit of Node for the head of a request, which is sent with the cookies of a session.

/**
 * Returns how many bytes of content Node accepts in the next HTTP/1.1 request, if its other cookies are those of this request. Node
 * answers a longer head with 431, and the visitor could not even sign out. Over HTTP/2 its limit is higher than any session.
 */
export function roomInRequests(name, budget, source, fields, found) {
  const { cookies: most } = budget.allowed;
  const server = source?.socket?.server;
  // A single cookie is far below the limit.
  if (most === 1 || !server || source.httpVersionMajor !== 1) return Infinity;
  const limit = server.maxHeaderSize ?? globalThis.process?.getBuiltinModule?.("node:http").maxHeaderSize ?? Infinity;
  const lengthOf = (texts) => texts.reduce((sum, { length }) => sum + length, 0);
  const others = Math.max(0, lengthOf(fields) - lengthOf(found.flat()));
  return Math.max(0, budget.roomIn(limit - OTHER_FIELDS - others - most * (name.length + PART)));
}

/** Bytes around a part: `.1=`, `; `, and `N.` in the first. */
const PART = 7;
/**
 * Bytes reserved for the first line and all headers but `Cookie`. Browsers send 1,000 to 1,700 with short addresses. The rest is for
 * addresses of up to 430 bytes, because the first line has one and `Referer` another.
 */
const OTHER_FIELDS = 2560;
