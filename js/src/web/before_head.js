// Saving before Node sends the head of a response. Sealing is asynchronous and `writeHead` is not, so what a handler
// writes is held until the session is saved.

import { isBytes } from "../base/plain.js";

/** By response: what takes back that its head was written, as long as nothing is sent. */
const written = new WeakMap();

/** By response: the error for which what is written is dropped, of any of its sessions. */
const failures = new WeakMap();

/** The responses of which something is sent now, which may write in turn. */
const sending = new WeakSet();

/** Lets a head be written once more, in place of one that a handler has written before it failed. */
export const reopen = (response) => written.get(response)?.();

/**
 * Calls `save` before the head of the response is sent, and then the function that it resolves to, which sets its fields. That
 * may return a function that is called in place of Node's `writeHead`, and calls it. Meanwhile the head counts as sent: it cannot
 * be changed. If either fails, or Node refuses what was held, calls `failed` with the error; what
 * was held and not sent is dropped, as is what a handler goes on to write after another answer.
 *
 * Returns a function that saves without waiting for something to be written, and resolves when what is held has been sent.
 * It rejects if that fails while nothing is held, and then `failed` is not called.
 */
export function beforeHead(response, save, failed) {
  const { writeHead, flushHeaders, write, end } = response;
  const held = [];
  /** How many of them were sent. */
  let sent = 0;
  /** The bytes to write of them. A writer waits from as many on as Node has it, and so has a stream that takes them from here. */
  let length = 0;
  let isWaiting = false;
  let isEnded = false;
  /** `open`, then `saving`, then `done`, when every call goes through. */
  let phase = "open";
  let saved;
  /** Writes the head, by a function that is given. Middleware may change it once more in its own `writeHead`, around this one. */
  let send = null;
  /** Lets the head be changed, while it looks sent. */
  let release = null;
  /** Lets the connection be destroyed, if an answer is whole. */
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
      // From here in one step, so that nothing goes before what is held.
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
    // A writer that was told to wait waits for this event.
    if (isWaiting && !isFull && !response.writableEnded) response.emit("drain");
  };
  const giveUp = (error) => {
    failures.set(response, error);
    // Where nothing answers at once, what a handler goes on to write is no success.
    response.statusCode = 500;
    try {
      failed(error);
    } catch (broken) {
      console.error(broken);
      response.destroy();
    }
    for (const unsent of held.slice(sent)) drop(unsent);
    response.once("close", () => response.emit("drain"));
  };
  /** Tells a writer that what it has written is not sent. */
  const drop = ({ given }, error = failures.get(response)) => {
    const callback = given.at(-1);
    if (typeof callback === "function") queueMicrotask(() => callback(error));
  };
  const holding = (method, answer, check = () => {}) =>
    function (...given) {
      const failure = failures.get(response);
      // A handler that goes on writing does not know that another answer was sent.
      if (failure && response.writableEnded) {
        drop({ given });
        return method === write || answer;
      }
      // Node passes over a second answer, once the first is sent. Sent with it, it would be an event that ends the process.
      if (isEnded && !failure && !sending.has(response)) {
        drop({ given }, refusal(Error, "ERR_STREAM_WRITE_AFTER_END", "write after end"));
        return method === write ? false : answer;
      }
      if (phase === "done") return method.apply(response, given);
      check(given[0]);
      if (phase === "open") checkHead(response.statusCode, messageOf(response));
      held.push({ method, given });
      if (method === end && !isEnded) letGo = keepConnection(response);
      isEnded ||= method === end;
      saved ??= begin();
      if (method !== write) return answer;
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
    // As in Node, this head is sent with what is written next.
    setHead(response, given);
    close();
    return response;
  };
  written.set(response, () => phase === "open" && open());
  return () => (saved ??= begin());
}

// What Node refuses is refused at once, by its rules, as long as the handler that wrote it can notice.

const refusal = (Kind, code, message) => Object.assign(new Kind(message), { code });
const headSent = () => refusal(Error, "ERR_HTTP_HEADERS_SENT", "Cannot change headers after they are sent to the client");

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

/** The message of the status, if one was set. HTTP/2 has none, and warns when it is read. */
const messageOf = (response) => Object.getOwnPropertyDescriptor(response, "statusMessage")?.value;

/**
 * Lets the head look sent, as Node does, and the response ended if `isEnded()` says so, for code that asks before it
 * answers a second time, such as handlers of errors. Returns a function that takes this back.
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
    // As in Node, they can be set, and change nothing.
    statusCode: { get: () => statusCode, set() {} },
    statusMessage: { get: () => statusMessage, set() {} },
  };
  for (const method of ["setHeader", "setHeaders", "appendHeader", "removeHeader"]) {
    if (method in response) shown[method] = { value: refuse, writable: true };
  }
  const own = Object.keys(shown).map((name) => [name, Object.getOwnPropertyDescriptor(response, name)]);
  for (const name of Object.keys(shown)) Object.defineProperty(response, name, { configurable: true, ...shown[name] });
  return () => {
    for (const [name, descriptor] of own) {
      delete response[name];
      // A framework that has put its own in place, such as Next.js.
      if (descriptor) Object.defineProperty(response, name, descriptor);
    }
  };
}

/** By socket: how many hold an answer for it, of several sessions in one response, and what gives its `destroy` back. */
const kept = new WeakMap();

/**
 * Lets an answer that is whole be sent before its connection is destroyed, as Express does for an error that comes after it.
 * Returns a function that takes this back.
 */
function keepConnection(response) {
  const { socket, stream } = response;
  // HTTP/2 has one connection for all.
  if (!socket || stream) return () => {};
  const keeping = kept.get(socket) ?? { holders: 0, giveBack: withholdDestroy(socket) };
  kept.set(socket, keeping);
  keeping.holders++;
  return () => {
    // The first to hold an answer is also the first to let it go, to the next.
    if (--keeping.holders > 0) return;
    kept.delete(socket);
    const given = keeping.giveBack();
    if (!given) return;
    if (response.writableEnded && !response.writableFinished) response.once("finish", () => socket.destroy(...given));
    else socket.destroy(...given);
  };
}

/** Returns a function that gives `destroy` back, and returns the arguments of the first call until then, if there was one. */
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

/** Does what `writeHead` does to a head that is not sent yet. */
function setHead(response, [status, reason, given]) {
  const [message, headers] = typeof reason === "string" ? [reason, given] : [undefined, given ?? reason];
  checkHead(status, message);
  response.statusCode = status;
  if (message !== undefined) response.statusMessage = message;
  if (!headers) return;
  for (const [name, values] of byName(Array.isArray(headers) ? pairsOf(headers) : Object.entries(headers))) {
    response.setHeader(name, values.length === 1 ? values[0] : values.flat());
  }
}

/** Of a flat list of names and values, or of pairs. */
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
