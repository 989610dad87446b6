// The head of a `Response`, and what `headChanges` makes of it.

import { SessionError } from "../format/base/errors.js";

/** Makes the changes of `headChanges` in a response, or in a copy if its headers are immutable or may be sent to others. */
export function withChanges(response, changes) {
  const hasCookies = changes.some(([name]) => name === "set-cookie");
  // A response with a body can be sent only once. One without a body may be a constant that is returned to every visitor.
  const mayBeOfOthers = hasCookies && response.status >= 200 && response.body === null;
  try {
    if (!mayBeOfOthers) {
      setChanges(response.headers, changes);
      return response;
    }
  } catch {
    if (isFixed(response)) {
      const advice = "session cannot be saved with this response; `save` it before, and send its cookie";
      if (hasCookies) throw new SessionError("after-head", advice);
      return response;
    }
  }
  const copy = new Response(response.body, response);
  setChanges(copy.headers, changes);
  return copy;
}

/**
 * Returns true if a response has immutable headers and cannot be copied: a network error, an opaque response, or outside of workers an
 * upgrade. In a worker, a copy keeps the `webSocket`.
 */
export function isFixed({ status, headers, webSocket }) {
  if (status >= 200 || webSocket) return false;
  try {
    headers.delete("x-hardtack-none");
    return false;
  } catch {
    return true;
  }
}

/** Makes the changes of `headChanges` in `Headers`. */
export function setChanges(headers, changes) {
  for (const [name, value] of changes) {
    if (value === null) headers.delete(name);
    else if (name === "set-cookie") headers.append(name, value);
    else headers.set(name, value);
  }
}
