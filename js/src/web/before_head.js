// Saves a session before Node sends the head of a response. Sealing is asynchronous, and `writeHead` is not. So the writes of a handler
// are held until the session is saved. Meanwhile:
//
// - The response behaves as if Node had sent its head. Handlers of errors, for example, ask it whether they may still answer.
// - Events such as `finish` wait until Node has sent what is held.
// - A caller that awaits the adapter gets the whole answer: `whenSent` resolves when what was written is sent.

import { isBytes } from "../format/base/plain.js";

/** For each response, the function that makes its head writable again until the first write. */
const written = new WeakMap();

/** For each response whose save failed, the error. Writes are dropped then, in every session of the response. */
const failures = new WeakMap();

/** Returns true for a response whose answer is that to an error of saving. */
export const isOfFailure = (response) => failures.has(response);

/** Responses whose held writes are being sent. Such a write may call another method of its response. */
const sending = new WeakSet();

/** For each response, functions that return the promise of a save that has begun. Those of inner sessions are last. */
const saves = new WeakMap();

/** Resolves when all that was written to a response until now is sent. */
export async function whenSent(response) {
  // An inner session passes its writes on to an outer one.
  for (const saved of (saves.get(response) ?? []).toReversed()) await saved();
}

/** Makes a head writable again that a handler wrote before it failed, so that the error can be answered. */
export const reopen = (response) => written.get(response)?.();

/**
 * Calls `save` before the head of the response is sent. `save` resolves to a function that sets the headers of the session, and may
 * return a function to call in place of Node's `writeHead`. Until then the head counts as sent, and cannot be changed.
 *
 * If one of these throws, or Node refuses a held write, calls `failed` with the error. Held writes that were not sent are dropped, and
 * so is everything that the handler writes after the answer to the error.
 *
 * Returns a function that saves at once, and resolves when the held writes are sent. It rejects if saving fails while nothing is held,
 * and then `failed` is not called.
 */
export function beforeHead(response, save, failed) {
  const { writeHead, flushHeaders, write, end } = response;
  const held = [];
  /** Number of held writes that were sent. */
  let sent = 0;
  /** Bytes that are held. From Node's `highWaterMark` on, `write` returns false, so that a stream piped into the response pauses. */
  let length = 0;
  let isWaiting = false;
  let isEnded = false;
  /** `open` until the first write, then `saving`, then `done`, when calls are passed to Node. */
  let phase = "open";
  let saved;
  /**
   * Writes the head, by calling the function that it gets. Middleware mounted later wraps `writeHead`, and runs first.
   *
   * @type {((writeHead: () => unknown) => unknown) | null}
   */
  let send = null;
  /**
   * Makes the head writable again, while it looks sent.
   *
   * @type {(() => void) | null}
   */
  let release = null;
  /** Allows the connection to be destroyed again, once a complete answer was held. */
  let letGo = () => {};

  const close = () => (release ??= showSent(response, () => isEnded));
  const open = () => {
    release?.();
    release = null;
  };
  const begin = async () => {
    phase = "saving";
    close();
    const go = () => {
      phase = "done";
      open();
    };
    try {
      const setFields = await save();
      // No `await` from here on: a new write must not overtake the held ones.
      go();
      send = setFields();
      sendHeld();
    } catch (error) {
      if (phase === "saving") go();
      if (held.length === 0) throw error;
      giveUp(error);
    } finally {
      letGo();
    }
  };
  const sendHeld = () => {
    let isFull = false;
    sending.add(response);
    try {
      for (; sent < held.length; sent++) isFull = held[sent].method.apply(response, held[sent].given) === false;
    } finally {
      sending.delete(response);
    }
    // A writer to which `write` returned false waits for this event.
    if (isWaiting && !isFull && !response.writableEnded) response.emit("drain");
  };
  const giveUp = (error) => {
    failures.set(response, error);
    // If `failed` does not answer at once, later writes of the handler must not look like a success.
    response.statusCode = 500;
    try {
      failed(error);
    } catch (broken) {
      console.error(broken);
      response.destroy();
    }
    for (const unsent of held.slice(sent)) drop(unsent);
    // A writer that waits for `drain` would never finish.
    response.once("close", () => response.emit("drain"));
  };
  /** Calls the callback of a dropped write with the error. */
  const drop = ({ given }, error = failures.get(response)) => {
    const callback = given.at(-1);
    if (typeof callback === "function") queueMicrotask(() => callback(error));
  };
  const holding = (method, result, check = (_) => {}) =>
    function (...given) {
      const failure = failures.get(response);
      // The error was answered. The handler does not know that, and its further writes are dropped.
      if (failure && response.writableEnded) {
        drop({ given });
        return method === write || result;
      }
      // Once an answer is sent, Node ignores a second one. If both were held and sent together, Node would emit `error`, which ends a
      // process without a listener.
      if (isEnded && !failure && !sending.has(response)) {
        drop({ given }, refusal(Error, "ERR_STREAM_WRITE_AFTER_END", "write after end"));
        return method === write ? false : result;
      }
      if (phase === "done") return method.apply(response, given);
      check(given[0]);
      if (phase === "open") checkHead(response.statusCode, messageOf(response));
      held.push({ method, given });
      if (method === end && !isEnded) letGo = keepConnection(response);
      isEnded ||= method === end;
      saved ??= begin();
      if (method !== write) return result;
      length += Buffer.byteLength(given[0], given[1]);
      isWaiting = length >= response.writableHighWaterMark;
      return !isWaiting;
    };

  response.write = holding(write, undefined, checkChunk);
  response.end = holding(end, response, (chunk) => chunk && typeof chunk !== "function" && checkChunk(chunk));
  response.flushHeaders = holding(flushHeaders);
  response.writeHead = (...given) => {
    if (phase === "done") {
      if (!send || response.headersSent) return writeHead.apply(response, given);
      setHead(response, given);
      return send(() => writeHead.call(response, response.statusCode));
    }
    if (release) throw headSent();
    // As in Node, this head is sent with the next write.
    setHead(response, given);
    close();
    return response;
  };
  written.set(response, () => phase === "open" && open());
  if (!saves.has(response)) awaitIn(response);
  saves.set(response, [...(saves.get(response) ?? []), () => saved]);
  return () => (saved ??= begin());
}

/** Makes the bridge of srvx to fetch wait for what is held. It takes the head as soon as this promise resolves. */
function awaitIn(response) {
  const { waitForResponseHead } = response;
  if (waitForResponseHead) response.waitForResponseHead = () => whenSent(response).then(waitForResponseHead);
}

// The checks of Node, made when a write is held: at the time of sending, the handler could no longer catch the error.

const refusal = (Kind, code, message) => Object.assign(new Kind(message), { code });
const headSent = () => refusal(Error, "ERR_HTTP_HEADERS_SENT", "Cannot set headers after they are sent to the client");

function checkHead(status, message) {
  const code = status | 0;
  if (code < 100 || code > 999) throw refusal(RangeError, "ERR_HTTP_INVALID_STATUS_CODE", `Invalid status code: ${status}`);
  if (/[^\t\x20-\x7e\x80-\xff]/.test(message ?? "")) throw refusal(TypeError, "ERR_INVALID_CHAR", "Invalid character in statusMessage");
}

function checkChunk(chunk) {
  if (chunk === null) throw refusal(TypeError, "ERR_STREAM_NULL_VALUES", "May not write null values to stream");
  if (typeof chunk === "string" || isBytes(chunk)) return;
  throw refusal(TypeError, "ERR_INVALID_ARG_TYPE", 'The "chunk" argument must be of type string or an instance of Buffer or Uint8Array');
}

/** Returns the status message, if one was set. Not by a plain read, because HTTP/2 warns of that. */
const messageOf = (response) => Object.getOwnPropertyDescriptor(response, "statusMessage")?.value;

/**
 * Makes the head look sent, as in Node, and the response ended if `isEnded()`. Handlers of errors, for example, read this before they
 * answer. Returns a function that undoes it.
 */
function showSent(response, isEnded) {
  const { statusCode } = response;
  const statusMessage = messageOf(response);
  const refuse = () => {
    throw headSent();
  };
  const shown = {
    headersSent: { get: () => true },
    writableEnded: { get: isEnded },
    // As in Node, an assignment has no effect.
    statusCode: { get: () => statusCode, set() {} },
    statusMessage: { get: () => statusMessage, set() {} },
  };
  for (const method of ["setHeader", "setHeaders", "appendHeader", "removeHeader"]) {
    if (method in response) shown[method] = { value: refuse, writable: true };
  }
  const own = Object.keys(shown).map(
    /** @returns {[string, PropertyDescriptor | undefined]} */ (name) => [name, Object.getOwnPropertyDescriptor(response, name)],
  );
  for (const name of Object.keys(shown)) Object.defineProperty(response, name, { configurable: true, ...shown[name] });
  return () => {
    for (const [name, descriptor] of own) {
      delete response[name];
      // Frameworks such as Next.js define their own.
      if (descriptor) Object.defineProperty(response, name, descriptor);
    }
  };
}

/** For each socket with a replaced `destroy`: the number of sessions that hold an answer, and the function that restores `destroy`. */
const kept = new WeakMap();

/**
 * Delays the destruction of a connection until a complete answer is sent. Express destroys the connection if an error follows an
 * answer, which Node would have sent already. Returns a function that ends the delay.
 */
function keepConnection(response) {
  const { socket, stream } = response;
  // In HTTP/2, requests share a connection, and each destroys only its stream.
  if (!socket || stream) return () => {};
  const keeping = kept.get(socket) ?? { holders: 0, giveBack: withholdDestroy(socket) };
  kept.set(socket, keeping);
  keeping.holders++;
  return () => {
    // Several sessions of one response hold an answer in turn. The last one restores `destroy`.
    if (--keeping.holders > 0) return;
    kept.delete(socket);
    const given = keeping.giveBack();
    if (!given) return;
    if (response.writableEnded && !response.writableFinished) response.once("finish", () => socket.destroy(...given));
    else socket.destroy(...given);
  };
}

/** Replaces `destroy` by a function that only notes its arguments. Returns a function that restores it and returns these, if any. */
function withholdDestroy(socket) {
  const own = Object.getOwnPropertyDescriptor(socket, "destroy");
  let given;
  socket.destroy = (...args) => {
    given ??= args;
    return socket;
  };
  return () => {
    delete socket.destroy;
    if (own) Object.defineProperty(socket, "destroy", own);
    return given;
  };
}

/** Applies the arguments of `writeHead` to a head that is not sent yet. */
function setHead(response, /** @type {any[]} */ [status, reason, given]) {
  const [message, headers] = typeof reason === "string" ? [reason, given] : [undefined, given ?? reason];
  checkHead(status, message);
  response.statusCode = status;
  if (message !== undefined) response.statusMessage = message;
  if (!headers) return;
  for (const [name, values] of byName(Array.isArray(headers) ? pairsOf(headers) : Object.entries(headers))) {
    response.setHeader(name, values.length === 1 ? values[0] : values.flat());
  }
}

/** Returns pairs of a flat list of names and values, or of a list of pairs. */
const pairsOf = (list) => (Array.isArray(list[0]) ? list : list.flatMap((name, i) => (i % 2 === 0 ? [[name, list[i + 1]]] : [])));

function byName(pairs) {
  const names = new Map();
  for (const [name, value] of pairs) {
    const key = String(name).toLowerCase();
    if (names.has(key)) names.get(key).push(value);
    else names.set(key, [value]);
  }
  return names;
}
