// Saving before Node sends the head of a response. Sealing is asynchronous and `writeHead` is not, so what a handler
// writes is held until the session is saved.

/**
 * Calls `save` before the head of the response is sent, and then what that resolves to, which writes the head. Meanwhile the
 * head counts as sent: it cannot be changed. If either fails, calls `failed` with a response to which nothing has been written.
 */
export function beforeHead(response, save, failed) {
  const { writeHead, flushHeaders, write, end } = response;
  const held = [];
  /** `open`, then `saving`, then `done`, when every call goes through. */
  let phase = "open";
  let release;

  const begin = () => {
    if (phase !== "open") return;
    phase = "saving";
    release = seal(response);
    save().then(sendHeld, (error) => {
      go();
      failed(error);
    });
  };
  const go = () => {
    phase = "done";
    release();
  };
  const sendHeld = (writeFields) => {
    go();
    try {
      writeFields();
    } catch (error) {
      return failed(error);
    }
    let isFull = false;
    for (const { method, given } of held) isFull = method.apply(response, given) === false;
    // A writer that was told to wait waits for this event.
    if (held.some(({ method }) => method === write) && !isFull && !response.writableEnded) response.emit("drain");
  };
  const holding = (method, answer) =>
    function (...given) {
      if (phase === "done") return method.apply(response, given);
      held.push({ method, given });
      begin();
      return answer;
    };

  response.write = holding(write, false);
  response.end = holding(end, response);
  response.flushHeaders = holding(flushHeaders);
  response.writeHead = (...given) => {
    if (phase === "done") return writeHead.apply(response, given);
    // As in Node, this head is sent with what is written next.
    setHead(response, given);
    return response;
  };
}

const CHANGES = ["setHeader", "setHeaders", "appendHeader", "removeHeader"];

/** Lets the head look sent, as Node does. Returns a function that takes this back. */
function seal(response) {
  const own = CHANGES.filter((method) => method in response).map((method) => [method, Object.getOwnPropertyDescriptor(response, method)]);
  for (const [method] of own) {
    response[method] = () => {
      throw Object.assign(new Error("Cannot change headers after they are sent to the client"), { code: "ERR_HTTP_HEADERS_SENT" });
    };
  }
  // For those who ask before they answer a second time, such as handlers of errors.
  Object.defineProperty(response, "headersSent", { configurable: true, value: true });
  return () => {
    delete response.headersSent;
    for (const [method, descriptor] of own) {
      delete response[method];
      // A framework that has put its own in place, such as Next.js.
      if (descriptor) Object.defineProperty(response, method, descriptor);
    }
  };
}

/** Does what `writeHead` does to a head that is not sent yet. */
function setHead(response, [status, ...rest]) {
  response.statusCode = status;
  if (typeof rest[0] === "string") response.statusMessage = rest.shift();
  const [headers] = rest;
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
    if (value === undefined) continue;
    const key = String(name).toLowerCase();
    names.set(key, [...(names.get(key) ?? []), value]);
  }
  return names;
}
